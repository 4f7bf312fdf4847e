// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Read model job list.

use contracts::stock::PartNo;
use contracts::workshop::JobId;
use kit::prelude::*;
use workshop_domain::job::{JobEvent, JobStatus};
use workshop_domain::values::Plate;

/// One row of job list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobListRow {
    pub job_id: JobId,
    pub number: String,
    pub owner_id: Uuid,
    pub plate: Plate,
    pub status: JobStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<Date>,
    #[serde(default)]
    pub part_nos: BTreeSet<PartNo>,
    pub pieces: i64,
    pub billed: Decimal,
    pub flagged: bool,
}

impl Row for JobListRow {
    const TABLE: Table = Table {
        name: "job_list",
        version: 1,
        columns: &[
            Column::key("job_id", Kind::Uuid),
            Column::new("number", Kind::Text),
            Column::new("owner_id", Kind::Uuid),
            Column::new("plate", Kind::Text),
            Column::new("status", Kind::Text),
            Column::optional("promised", Kind::Date),
            Column::new("part_nos", Kind::Json),
            Column::new("pieces", Kind::Int),
            Column::new("billed", Kind::Decimal(2)),
            Column::new("flagged", Kind::Bool),
        ],
    };
    type Key = JobId;

    fn key(&self) -> JobId {
        self.job_id
    }
}

/// Job list.
pub struct JobList;

impl View for JobList {
    type Row = JobListRow;
}

impl Fold<JobEvent> for JobList {
    fn keys(event: &Recorded<JobEvent>) -> Folded<Vec<JobId>> {
        Ok(vec![event.stream])
    }

    fn fold(
        job_id: &JobId,
        mut row: Option<JobListRow>,
        event: &Recorded<JobEvent>,
    ) -> Folded<Option<JobListRow>> {
        match &event.data {
            JobEvent::JobOpened(ev) => {
                if let Some(row) = &mut row {
                    row.number.clone_from(&ev.number);
                    row.owner_id = ev.owner_id;
                    row.plate.clone_from(&ev.plate);
                    row.status = event.status()?;
                } else {
                    row = Some(JobListRow {
                        job_id: *job_id,
                        number: ev.number.clone(),
                        owner_id: ev.owner_id,
                        plate: ev.plate.clone(),
                        status: event.status()?,
                        promised: None,
                        part_nos: BTreeSet::new(),
                        pieces: 0,
                        billed: num::decimal(0, 2),
                        flagged: false,
                    });
                }
            }
            JobEvent::DetailsChanged(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    ev.promised.apply(&mut row.promised);
                }
            }
            JobEvent::HoursLogged(_)
            | JobEvent::HoursSpread(_)
            | JobEvent::JobCancelled(_)
            | JobEvent::JobQuoted(_)
            | JobEvent::LimitNear(_)
            | JobEvent::NoteAdded(_)
            | JobEvent::PartRefused(_)
            | JobEvent::PartRepriced(_)
            | JobEvent::QuoteAdjusted(_)
            | JobEvent::WorkPaused(_)
            | JobEvent::WorkPlanned(_)
            | JobEvent::WorkResumed(_)
            | JobEvent::WorkStarted(_) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                }
            }
            JobEvent::JobFlagged(_) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.flagged = true;
                }
            }
            JobEvent::PartAdded(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.part_nos.insert(ev.part_no.clone());
                    row.pieces = num::add(row.pieces, ev.quantity)?;
                }
            }
            JobEvent::PartRemoved(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.part_nos.retain(|item| *item != ev.part_no);
                }
            }
            JobEvent::WorkDone(ev) => {
                if let Some(row) = &mut row {
                    row.owner_id = ev.owner_id;
                    row.status = event.status()?;
                    row.billed = ev.due;
                }
            }
        }
        Ok(row)
    }
}
