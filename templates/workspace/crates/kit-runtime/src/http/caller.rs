//! Who sends a request.

use axum::http::{HeaderMap, StatusCode};
use kit::Actor;
use uuid::Uuid;

use super::Problem;
use crate::command::Caller;
use crate::service::Service;
use crate::telemetry::{self, Trace};

/// The caller of a request. Until there is authentication, an actor is believed only by a process
/// that was started with `--dev`; otherwise nobody is signed in.
///
/// # Errors
/// An `x-actor` that is no uuid.
pub fn caller(service: &Service, headers: &HeaderMap) -> Result<Caller, Problem> {
    let actor = if service.dev() { unsigned(headers)? } else { Actor::nobody() };
    let trace = telemetry::current().unwrap_or_else(Trace::start);
    Ok(Caller { actor, trace, message_id: Uuid::now_v7() })
}

fn unsigned(headers: &HeaderMap) -> Result<Actor, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(id) = text("x-actor") else { return Ok(Actor::nobody()) };
    let id = id.trim().parse().map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_actor", "x-actor must be a uuid")
    })?;
    let mut actor = Actor::of(id);
    actor.roles = text("x-roles")
        .unwrap_or("")
        .split(',')
        .map(|role| role.trim().to_owned())
        .filter(|role| !role.is_empty())
        .collect();
    Ok(actor)
}
