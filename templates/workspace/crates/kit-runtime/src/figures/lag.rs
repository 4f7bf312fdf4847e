//! How far views, policies, sagas and the relay to Kafka are behind the logs they follow.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::Place;
use super::place::Lag;
use crate::command::Failure;
use crate::http::Problem;
use crate::store::{Log, Message, Record, StoreError};
use crate::transport::Wire as _;

pub(super) async fn list(State(places): State<Arc<[Place]>>) -> Response {
    let mut items = Vec::new();
    for place in &*places {
        for consumer in &place.consumers {
            let lag = consumer.lag(&place.service).await;
            let mut item = json!({
                "context": place.service.name(),
                "kind": consumer.kind,
                "name": consumer.name,
                "follows": consumer.streams,
                "behind": lag.map(|lag| lag.events),
                "more": lag.is_some_and(|lag| lag.more),
            });
            if let Some(since) = lag.and_then(|Lag { since, .. }| since) {
                put(&mut item, "since", since.to_string());
            }
            items.push(item);
        }
        for (name, log) in [(Record::PATH, Log::Event), (Message::PATH, Log::Outbox)] {
            if !place.relays {
                continue;
            }
            match unsent(place, name, log).await {
                Ok(behind) => items.push(json!({
                    "context": place.service.name(),
                    "kind": "relay",
                    "name": name,
                    "follows": [],
                    "behind": behind,
                    "more": false,
                })),
                Err(error) => return Problem::from(Failure::Store(error)).into_response(),
            }
        }
    }
    Json(json!({ "items": items })).into_response()
}

fn put(item: &mut Value, name: &str, value: String) {
    if let Some(fields) = item.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
}

/// How many records of a log the relay has not passed.
async fn unsent(place: &Place, name: &str, log: Log) -> Result<i64, StoreError> {
    let store = place.service.store();
    let rows = store.cursors(format!("relay:{name}")).await?;
    let passed: BTreeMap<u16, i64> =
        rows.into_iter().map(|row| (row.mark.shard, row.mark.pos)).collect();
    let heads = store.head(log).await?;
    let behind = |shard, pos: i64| pos.saturating_sub(passed.get(&shard).copied().unwrap_or(0));
    Ok(heads.iter().map(|head| behind(head.shard, head.pos).max(0)).sum())
}
