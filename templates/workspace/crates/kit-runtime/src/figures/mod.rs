//! What people and tools ask a process about its work: `GET /_kit/lag`, how far consumers are behind, and
//! `GET /_kit/parked`, what was put aside for a person.
//!
//! Keeps true: asking changes nothing; every process of a service answers the same, since it looks into the database;
//! no payload is told. It is for now and then: an answer looks through logs and tables.

mod lag;
mod parked;
mod place;

pub(crate) use place::{Consumer, Place};

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::transport::guarded;

/// The routes about these services; with a token, only for those who send it.
pub(crate) fn routes(places: Arc<[Place]>, token: Option<&str>) -> Router {
    let routes = Router::new()
        .route("/_kit/lag", get(lag::list))
        .route("/_kit/parked", get(parked::list))
        .with_state(places);
    guarded(routes, token)
}
