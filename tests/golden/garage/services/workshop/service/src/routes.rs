// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! The routes of workshop.

use axum::Router;
use axum::routing::{get, post};
use kit_runtime::http::{command, create, one, query, read, upsert};
use kit_runtime::service::Service;
use workshop_domain::account::{Account, CreditPoints};
use workshop_domain::job::{
    AddNote, AddPart, AdjustQuote, CancelJob, ChangeDetails, FinishWork, FlagJob, Job, LogHours,
    OpenJob, PauseWork, PlanWork, QuoteJob, RemovePart, Reprice, ResumeWork, SpreadHours,
    StartWork,
};

use crate::queries;

/// Commands, state and queries of workshop.
pub fn routes() -> Router<Service> {
    Router::new()
        .route("/accounts/{owner_id}", get(read::<Account>))
        .route("/accounts/{owner_id}/credit-points", post(upsert::<Account, CreditPoints>))
        .route("/find-jobs", get(query::<queries::FindJobs>))
        .route("/history", get(query::<queries::History>))
        .route("/jobs", post(create::<Job, OpenJob>))
        .route("/jobs/{job_id}", get(read::<Job>))
        .route("/jobs/{job_id}/add-note", post(command::<Job, AddNote>))
        .route("/jobs/{job_id}/add-part", post(command::<Job, AddPart>))
        .route("/jobs/{job_id}/adjust-quote", post(command::<Job, AdjustQuote>))
        .route("/jobs/{job_id}/cancel", post(command::<Job, CancelJob>))
        .route("/jobs/{job_id}/change-details", post(command::<Job, ChangeDetails>))
        .route("/jobs/{job_id}/finish-work", post(command::<Job, FinishWork>))
        .route("/jobs/{job_id}/flag", post(command::<Job, FlagJob>))
        .route("/jobs/{job_id}/log-hours", post(command::<Job, LogHours>))
        .route("/jobs/{job_id}/pause-work", post(command::<Job, PauseWork>))
        .route("/jobs/{job_id}/plan-work", post(command::<Job, PlanWork>))
        .route("/jobs/{job_id}/quote", post(command::<Job, QuoteJob>))
        .route("/jobs/{job_id}/remove-part", post(command::<Job, RemovePart>))
        .route("/jobs/{job_id}/reprice", post(command::<Job, Reprice>))
        .route("/jobs/{job_id}/resume-work", post(command::<Job, ResumeWork>))
        .route("/jobs/{job_id}/spread-hours", post(command::<Job, SpreadHours>))
        .route("/jobs/{job_id}/start-work", post(command::<Job, StartWork>))
        .route("/load", get(query::<queries::Load>))
        .route("/owner/{owner_id}", get(one::<queries::Owner>))
}
