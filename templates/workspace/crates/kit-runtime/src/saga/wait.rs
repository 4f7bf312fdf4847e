//! Waiting for the end of a saga, on behalf of the caller of the command that started it.
//!
//! Keeps true: nothing is held while it waits, and a process that stops answers with how far the saga is.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::moves::made;
use crate::command::{EventMeta, Failure};
use crate::consume::Received;
use crate::service::{Phase, Service};
use crate::store::{Load, Record, SagaStatus, StreamKey};

/// How long without a hint before the saga is looked at again.
const LOOK: Duration = Duration::from_millis(25);

/// Where the saga of this name stands that the events of a stream after `before` up to `version` start: at its end,
/// or when it is parked, the time is over or the process stops. None when these events start none.
///
/// # Errors
/// Trouble of the store; stored events that cannot be read.
pub(crate) async fn end_of(
    service: &Service,
    saga: &str,
    stream: StreamKey,
    (before, version): (i64, i64),
    at_most: Duration,
) -> Result<Option<SagaStatus>, Failure> {
    let deadline = Instant::now() + at_most;
    let load = Load { after_version: before, ..Load::stream(stream) };
    let events = service.store().load(load).await?.events;
    let mut started = None;
    for record in events.into_iter().filter(|it| it.version <= version) {
        started = id_of(service, saga, record).await?.or(started);
    }
    let Some(id) = started else { return Ok(None) };
    let mut changes = service.shared_store().changes();
    loop {
        changes.mark_unchanged();
        let row = service.store().sagas(saga.to_owned(), vec![id]).await?.into_iter().next();
        let status = row.flatten().map_or(SagaStatus::Running, |row| row.status);
        let ended = !matches!(status, SagaStatus::Running | SagaStatus::Compensating);
        if ended || Instant::now() >= deadline || service.stop().phase() != Phase::Serving {
            return Ok(Some(status));
        }
        let look = (Instant::now() + LOOK).min(deadline);
        // A hint comes with events; sagas move without them too.
        let _ = tokio::time::timeout_at(look, changes.changed()).await;
    }
}

/// The saga that a record starts.
async fn id_of(service: &Service, saga: &str, record: Record) -> Result<Option<Uuid>, Failure> {
    let Some(saga) = service.sagas().get(saga) else { return Ok(None) };
    let (actor, cause) = (EventMeta::of(&record)?.actor, record.id);
    let received = Received { source: service.name().into(), record };
    let first = made(service, &actor, cause, |cx| saga.start(&received, cx)).await?;
    Ok(first.ok().flatten().map(|it| it.id))
}
