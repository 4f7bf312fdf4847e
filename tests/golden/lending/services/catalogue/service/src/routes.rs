// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! The routes of catalogue.

use axum::Router;
use axum::routing::{get, post};
use catalogue_domain::title::{AddCopies, ListTitle, Title, WithdrawTitle};
use kit_runtime::http::{command, create, query, read};
use kit_runtime::service::Service;

use crate::queries;

/// Commands, state and queries of catalogue.
pub fn routes() -> Router<Service> {
    Router::new()
        .route("/titles", get(query::<queries::Titles>).post(create::<Title, ListTitle>))
        .route("/titles/{isbn}", get(read::<Title>))
        .route("/titles/{isbn}/add-copies", post(command::<Title, AddCopies>))
        .route("/titles/{isbn}/withdraw", post(command::<Title, WithdrawTitle>))
}
