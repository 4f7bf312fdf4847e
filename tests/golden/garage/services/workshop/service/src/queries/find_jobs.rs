// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Query find jobs.

use kit::prelude::*;
use workshop_domain::job::JobStatus;

use crate::views::JobListRow;

/// Find jobs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindJobs {
    pub status: Option<JobStatus>,
    pub flagged: Option<bool>,
    pub text: Option<String>,
}

impl Check for FindJobs {
    fn check(&mut self, at: &mut Violations) {
        at.field("text", &mut self.text);
    }
}

impl Query for FindJobs {
    type Row = JobListRow;
    const ORDER: &'static [Order] = &[Order::down("promised"), Order::up("number")];

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all()
            .and_some(self.text.as_ref(), |t| col("plate").starts_with(val(t)))
            .equal_if("status", self.status.as_ref())
            .equal_if("flagged", self.flagged.as_ref()))
    }
}
