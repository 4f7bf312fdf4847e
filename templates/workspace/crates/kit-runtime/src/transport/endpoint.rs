//! The log of a service for other services: `GET /_kit/log/{log}` and `…/{shard}`.
//!
//! The question where a log ends can be put so that it is answered when the log has grown.
//! The same answers feed a running consumer, repair a gap and fill a new read model.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use uuid::Uuid;

use super::wire::{Wire, WireEntry, WireHead, WirePage};
use super::{Entry, Logged, Publication, Topic};
use crate::http::Problem;
use crate::service::{Phase, Stop};
use crate::store::{Log, Mark, Message, Record, Store, StoreError};

/// Most records in one answer.
const MOST: u32 = 1_000;
/// How long a question waits for the log to grow; below what any client of ours waits for an answer.
const HELD: Duration = Duration::from_secs(5);
/// How often at most such a question looks at the log.
const LOOKS: Duration = Duration::from_millis(5);

#[derive(Clone)]
struct Source {
    store: Arc<dyn Store>,
    publication: Arc<dyn Publication>,
    stop: Stop,
}

/// The routes of a service's public log; with a token, only for those who send it.
pub fn endpoint(
    store: Arc<dyn Store>,
    publication: Arc<dyn Publication>,
    token: Option<&str>,
    stop: Stop,
) -> Router {
    let routes = Router::new()
        .route("/_kit/log/{log}", get(head))
        .route("/_kit/log/{log}/{shard}", get(page))
        .with_state(Source { store, publication, stop });
    guarded(routes, token)
}

/// The routes, with a token only for those who send it.
pub(crate) fn guarded(routes: Router, token: Option<&str>) -> Router {
    let expected: Option<Arc<str>> = token.map(|token| format!("Bearer {token}").into());
    routes.layer(from_fn(move |request: Request, next: Next| {
        let fine = expected.as_ref().is_none_or(|expected| is(&request, expected));
        async move {
            if fine {
                return next.run(request).await;
            }
            let detail = "this is for the other services of the system";
            Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail).into_response()
        }
    }))
}

/// Whether the request carries this authorization; every byte is compared.
fn is(request: &Request, expected: &str) -> bool {
    let given = request.headers().get(header::AUTHORIZATION).map_or(&b""[..], |it| it.as_bytes());
    let differences = given.iter().zip(expected.as_bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    given.len() == expected.len() && differences == 0
}

#[derive(Deserialize)]
struct Beyond {
    /// Answer when the log has another length than this, or after a while.
    beyond: Option<i64>,
}

async fn head(
    State(source): State<Source>,
    Path(log): Path<String>,
    Query(Beyond { beyond }): Query<Beyond>,
) -> Response {
    let Some(log) = parse_log(&log) else { return Problem::not_found().into_response() };
    let mut changes = source.store.changes();
    let mut end = pin!(tokio::time::sleep(HELD));
    let mut pause = Duration::ZERO;
    loop {
        changes.mark_unchanged();
        let head = match now(&*source.store, log).await {
            Ok(head) => head,
            Err(error) => return unavailable(&error),
        };
        if beyond != Some(head.length()) {
            return Json(head).into_response();
        }
        let grown = async {
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = grown => tokio::time::sleep(std::mem::replace(&mut pause, LOOKS)).await,
            () = &mut end => return Json(head).into_response(),
            () = source.stop.reached(Phase::Draining) => return Json(head).into_response(),
        }
    }
}

/// Where the log ends now.
async fn now(store: &dyn Store, log: Log) -> Result<WireHead, StoreError> {
    let marks = store.head(log).await?;
    let heads = marks.iter().map(|mark| (mark.shard, mark.pos)).collect();
    let meta = store.meta();
    Ok(WireHead { generation: meta.generation, shards: meta.shards, heads })
}

#[derive(Deserialize)]
struct Look {
    /// The last record that was applied.
    #[serde(default)]
    after: i64,
    /// How far the asker knows that there is nothing for it.
    #[serde(default)]
    scanned: i64,
    /// Of the events, the aggregate whose are asked for; of the outbox, the context whose messages.
    #[serde(default)]
    topic: String,
    #[serde(default)]
    limit: Option<u32>,
}

async fn page(
    State(source): State<Source>,
    Path((log, shard)): Path<(String, u16)>,
    Query(look): Query<Look>,
) -> Response {
    let Some(log) = parse_log(&log) else { return Problem::not_found().into_response() };
    if shard >= source.store.meta().shards {
        return Problem::not_found().into_response();
    }
    let topic = match log {
        Log::Event => Topic::Public(source.publication, look.topic.clone()),
        Log::Outbox => Topic::To(look.topic.clone()),
    };
    let page = match log {
        Log::Event => read::<Record>(&*source.store, shard, &look, &topic).await,
        Log::Outbox => read::<Message>(&*source.store, shard, &look, &topic).await,
    };
    match page {
        Ok(page) => Json(page).into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn read<T: Wire>(
    store: &dyn Store,
    shard: u16,
    look: &Look,
    topic: &Topic,
) -> Result<WirePage, StoreError> {
    let limit = look.limit.unwrap_or(MOST).clamp(1, MOST);
    let mut prev = before::<T>(store, shard, look.after).await?;
    let scanned = look.after.max(look.scanned).max(0);
    let generation = store.meta().generation;
    let mut page = WirePage { generation, scanned, records: Vec::new() };
    for record in T::tail(store, vec![(shard, scanned)], limit).await? {
        page.scanned = record.mark().pos;
        if let Some(item) = record.through(topic).map_err(StoreError::Corrupt)? {
            let mark = item.mark();
            page.records.push(WireEntry::of(&Entry { prev, item }));
            prev = mark;
        }
    }
    Ok(page)
}

/// The mark of the record that the asker applied last, as this log knows it.
async fn before<T: Logged>(store: &dyn Store, shard: u16, after: i64) -> Result<Mark, StoreError> {
    if after <= 0 {
        return Ok(Mark::start(shard));
    }
    let found = T::tail(store, vec![(shard, after - 1)], 1).await?;
    let missing = Mark { shard, pos: after, id: Uuid::nil() };
    Ok(found.first().map_or(missing, Logged::mark))
}

fn parse_log(text: &str) -> Option<Log> {
    match text {
        Record::PATH => Some(Log::Event),
        Message::PATH => Some(Log::Outbox),
        _ => None,
    }
}

fn unavailable(error: &StoreError) -> Response {
    tracing::warn!(error.type = "store", exception.message = %error, "the log cannot be read");
    Problem::unavailable("unavailable", "the log cannot be read now").into_response()
}
