//! Waiting until a view has seen what the caller wrote.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::{MAX_WAIT, MIN_POSITION, Position, Problem, STALE};
use crate::command::Failure;
use crate::config::parse_duration;
use crate::service::Service;
use crate::transport::events_name;
use crate::views::Live;

/// How long a query waits when it does not say.
const WAIT: Duration = Duration::from_secs(1);
/// How long a query may wait.
const LONGEST: Duration = Duration::from_secs(30);
/// How long without a hint before the view is looked at again.
const LOOK: Duration = Duration::from_millis(25);

/// Wait until the view has reached `Min-Position`. Tells whether the answer will be old.
///
/// # Errors
/// The view did not get there in time, and the caller does not want an old answer.
pub(super) async fn fresh_enough(
    service: &Service,
    table: &str,
    headers: &HeaderMap,
) -> Result<bool, Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("").trim());
    let Some(token) = text(MIN_POSITION) else { return Ok(false) };
    let position: Position = token.parse().map_err(|()| bad("Min-Position"))?;
    let wait = match text(MAX_WAIT) {
        Some(text) => parse_duration(text).ok_or_else(|| bad("Max-Wait"))?.min(LONGEST),
        None => WAIT,
    };
    let live = service.tables().get(table)?;
    let stream = format!("{}.{}", position.service, position.aggregate);
    if !live.streams.contains(stream.as_str()) {
        return Ok(false);
    }
    let deadline = Instant::now() + wait;
    let mut changes = service.shared_store().changes();
    loop {
        changes.mark_unchanged();
        if reached(service, &live, &position).await? {
            return Ok(false);
        }
        if Instant::now() >= deadline {
            break;
        }
        let look = (Instant::now() + LOOK).min(deadline);
        let _ = tokio::time::timeout_at(look, changes.changed()).await;
    }
    if text(STALE).is_some_and(|it| it.eq_ignore_ascii_case("true")) {
        return Ok(true);
    }
    let detail = "the view has not seen this position yet";
    Err(Problem::new(StatusCode::PRECONDITION_FAILED, "stale_read", detail).retry_after(1))
}

async fn reached(service: &Service, live: &Live, position: &Position) -> Result<bool, Problem> {
    let store = service.store();
    let reader = live.reader.clone();
    let mut generation = None;
    let mut marks = BTreeMap::new();
    if position.service == service.name() {
        generation = Some(store.meta().generation);
        for row in store.cursors(reader).await.map_err(Failure::from)? {
            marks.insert(row.mark.shard, row.mark.pos);
        }
    } else {
        // A view that joins aggregates of that context reads them together.
        for aggregate in [position.aggregate.as_str(), ""] {
            let source = events_name(&position.service, aggregate);
            for row in store.watermarks(reader.clone(), source).await.map_err(Failure::from)? {
                generation = Some(row.generation);
                marks.insert(row.mark.shard, row.mark.pos);
            }
        }
    }
    if generation.is_some_and(|known| known != position.generation) {
        let detail = "the position belongs to a log that was replaced";
        return Err(Problem::new(StatusCode::CONFLICT, "other_generation", detail));
    }
    Ok(position.shards.iter().all(|(shard, pos)| marks.get(shard).is_some_and(|at| at >= pos)))
}

fn bad(header: &str) -> Problem {
    let detail = format!("{header} has another form");
    Problem::new(StatusCode::BAD_REQUEST, "bad_header", detail)
}
