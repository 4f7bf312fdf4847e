// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Read model owner summary.

use kit::prelude::*;
use workshop_domain::account::AccountEvent;
use workshop_domain::job::JobEvent;

use crate::views::JobListRow;

/// One row of owner summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnerSummaryRow {
    pub owner_id: Uuid,
    pub running: i64,
    pub finished: i64,
    pub points: i64,
}

impl Row for OwnerSummaryRow {
    const TABLE: Table = Table {
        name: "owner_summary",
        version: 1,
        columns: &[
            Column::key("owner_id", Kind::Uuid),
            Column::new("running", Kind::Int),
            Column::new("finished", Kind::Int),
            Column::new("points", Kind::Int),
        ],
    };
    type Key = Uuid;

    fn key(&self) -> Uuid {
        self.owner_id
    }
}

/// Owner summary.
pub struct OwnerSummary;

impl View for OwnerSummary {
    type Row = OwnerSummaryRow;
}

impl Fold<AccountEvent> for OwnerSummary {
    fn keys(event: &Recorded<AccountEvent>) -> Folded<Vec<Uuid>> {
        match &event.data {
            AccountEvent::PointsCredited(_) => Ok(vec![event.stream.0]),
            _ => Ok(Vec::new()),
        }
    }

    fn fold(
        owner_id: &Uuid,
        mut row: Option<OwnerSummaryRow>,
        event: &Recorded<AccountEvent>,
    ) -> Folded<Option<OwnerSummaryRow>> {
        let AccountEvent::PointsCredited(ev) = &event.data else { return Ok(row) };
        if let Some(row) = &mut row {
            row.points = num::add(row.points, ev.points)?;
        } else {
            let mut made =
                OwnerSummaryRow { owner_id: *owner_id, running: 0, finished: 0, points: 0 };
            made.points = num::add(made.points, ev.points)?;
            row = Some(made);
        }
        Ok(row)
    }
}

impl Fold<JobEvent> for OwnerSummary {
    fn keys_via(event: &Recorded<JobEvent>, cx: &Context) -> Folded<Vec<Uuid>> {
        match &event.data {
            JobEvent::JobOpened(ev) => Ok(vec![ev.owner_id]),
            JobEvent::JobCancelled(_) => {
                Ok(cx.row::<JobListRow>(&event.stream)?.map(|r| r.owner_id).into_iter().collect())
            }
            JobEvent::WorkDone(ev) => Ok(vec![ev.owner_id]),
            _ => Ok(Vec::new()),
        }
    }

    fn fold(
        owner_id: &Uuid,
        mut row: Option<OwnerSummaryRow>,
        event: &Recorded<JobEvent>,
    ) -> Folded<Option<OwnerSummaryRow>> {
        match &event.data {
            JobEvent::JobOpened(_) => {
                if let Some(row) = &mut row {
                    row.running = num::add(row.running, 1)?;
                } else {
                    let mut made =
                        OwnerSummaryRow { owner_id: *owner_id, running: 0, finished: 0, points: 0 };
                    made.running = num::add(made.running, 1)?;
                    row = Some(made);
                }
            }
            JobEvent::JobCancelled(_) => {
                if let Some(row) = &mut row {
                    row.running = num::sub(row.running, 1)?;
                } else {
                    let mut made =
                        OwnerSummaryRow { owner_id: *owner_id, running: 0, finished: 0, points: 0 };
                    made.running = num::sub(made.running, 1)?;
                    row = Some(made);
                }
            }
            JobEvent::WorkDone(_) => {
                if let Some(row) = &mut row {
                    row.running = num::sub(row.running, 1)?;
                    row.finished = num::add(row.finished, 1)?;
                } else {
                    let mut made =
                        OwnerSummaryRow { owner_id: *owner_id, running: 0, finished: 0, points: 0 };
                    made.running = num::sub(made.running, 1)?;
                    made.finished = num::add(made.finished, 1)?;
                    row = Some(made);
                }
            }
            _ => {}
        }
        Ok(row)
    }
}
