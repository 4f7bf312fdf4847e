// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Policy flag recalled.

use contracts::stock;
use kit::prelude::*;
use workshop_domain::job::{FlagJob, JobStatus};

use crate::views::JobListRow;

/// Flag recalled.
pub struct FlagRecalled;

impl Policy<stock::PartEvent> for FlagRecalled {
    const NAME: &'static str = "flag_recalled";

    fn on(event: &Recorded<stock::PartEvent>, cx: &Context) -> Folded<Vec<Message>> {
        let stock::PartEvent::PartRecalled(ev) = &event.data else { return Ok(Vec::new()) };
        let mut messages = Vec::new();
        for row in cx.rows::<JobListRow>(col("status").ne(val(JobStatus::Done)))? {
            if row.part_nos.contains(&event.stream) {
                let flag_job = FlagJob { reason: ev.reason.clone() };
                messages.push(Message::to(&row.job_id, &flag_job)?.for_row(row.job_id));
            }
        }
        Ok(messages)
    }
}
