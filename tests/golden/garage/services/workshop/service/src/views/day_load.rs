// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Read model day load.

use kit::prelude::*;
use workshop_domain::job::JobEvent;

/// One row of day load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayLoadRow {
    pub day: Date,
    pub jobs: i64,
}

impl Row for DayLoadRow {
    const TABLE: Table = Table {
        name: "day_load",
        version: 1,
        columns: &[Column::key("day", Kind::Date), Column::new("jobs", Kind::Int)],
    };
    type Key = Date;

    fn key(&self) -> Date {
        self.day
    }
}

/// Day load.
pub struct DayLoad;

impl View for DayLoad {
    type Row = DayLoadRow;
}

impl Fold<JobEvent> for DayLoad {
    fn keys(event: &Recorded<JobEvent>) -> Folded<Vec<Date>> {
        let JobEvent::WorkPlanned(ev) = &event.data else { return Ok(Vec::new()) };
        let mut keys = Vec::new();
        for &day in ev.planned.days()?.iter() {
            keys.push(day);
        }
        Ok(keys)
    }

    fn fold(
        key: &Date,
        mut row: Option<DayLoadRow>,
        event: &Recorded<JobEvent>,
    ) -> Folded<Option<DayLoadRow>> {
        let JobEvent::WorkPlanned(ev) = &event.data else { return Ok(row) };
        for &day in ev.planned.days()?.iter() {
            if day == *key {
                if let Some(row) = &mut row {
                    row.jobs = num::add(row.jobs, 1)?;
                } else {
                    let mut made = DayLoadRow { day: *key, jobs: 0 };
                    made.jobs = num::add(made.jobs, 1)?;
                    row = Some(made);
                }
            }
        }
        Ok(row)
    }
}
