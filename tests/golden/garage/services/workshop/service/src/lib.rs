// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! The service workshop: its routes, read models and queries.

mod extend;
mod publish;
mod routes;
mod wiring;

pub use wiring::service;

/// Read models: rows that follow from events.
pub mod views {
    mod day_load;
    mod history;
    mod job_list;
    mod owner_summary;

    pub use day_load::{DayLoad, DayLoadRow};
    pub use history::{History, HistoryRow};
    pub use job_list::{JobList, JobListRow};
    pub use owner_summary::{OwnerSummary, OwnerSummaryRow};
}

/// Replicas: what other contexts told, for rules to look up.
pub mod replicas {
    mod part_price;

    pub use part_price::PartPrice;
}

/// Queries: what callers may ask of the read models.
pub mod queries {
    mod find_jobs;
    mod history;
    mod load;
    mod owner;

    pub use find_jobs::FindJobs;
    pub use history::History;
    pub use load::Load;
    pub use owner::Owner;
}

/// Policies: when this happens, ask for that.
pub mod policies {
    mod correct_quotes;
    mod credit_owner;
    mod flag_recalled;

    pub use correct_quotes::CorrectQuotes;
    pub use credit_owner::CreditOwner;
    pub use flag_recalled::FlagRecalled;
}
