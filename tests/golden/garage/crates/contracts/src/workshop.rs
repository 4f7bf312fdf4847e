// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! What workshop publishes.

use kit::prelude::*;

kit::id!(JobId, "Names one job.");

kit::events! {
    /// What others may know about one job.
    pub enum JobEvent of "workshop.job" by JobId {
        WorkDone = "work_done" v 1,
    }
}

/// Work done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkDone {
    pub owner_id: Uuid,
    pub due: Decimal,
}
