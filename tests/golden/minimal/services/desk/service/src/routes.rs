// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! The routes of desk.

use axum::Router;
use axum::routing::{get, post};
use desk_domain::tool::{AddTool, LendTool, ReturnTool, Tool};
use kit_runtime::http::{command, create, query, read};
use kit_runtime::service::Service;

use crate::queries;

/// Commands, state and queries of desk.
pub fn routes() -> Router<Service> {
    Router::new()
        .route("/shelf", get(query::<queries::Shelf>))
        .route("/tools", post(create::<Tool, AddTool>))
        .route("/tools/{tool_id}", get(read::<Tool>))
        .route("/tools/{tool_id}/lend", post(command::<Tool, LendTool>))
        .route("/tools/{tool_id}/return", post(command::<Tool, ReturnTool>))
}
