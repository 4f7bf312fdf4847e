//! What was put aside for a person: messages that were refused and whoever sent them wants to know, events that a
//! reaction cannot handle.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::Place;
use crate::command::Failure;
use crate::http::Problem;
use crate::policy::{DEAD_LETTERS, for_whom};
use crate::store::Message;

/// Most of each service.
const MOST: u32 = 500;

/// The latest first, and how many there are for each sender or consumer.
pub(super) async fn list(State(places): State<Arc<[Place]>>) -> Response {
    let (mut found, mut more) = (Vec::new(), false);
    for place in &*places {
        match place.service.store().list_messages(DEAD_LETTERS.to_owned(), MOST).await {
            Ok(letters) => {
                more |= letters.len() >= usize::try_from(MOST).unwrap_or(usize::MAX);
                found.extend(letters.into_iter().map(|it| (place.service.name(), it)));
            }
            Err(error) => return Problem::from(Failure::Store(error)).into_response(),
        }
    }
    found.sort_by_key(|(_, letter)| Reverse(letter.recorded_at));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, letter) in &found {
        *counts.entry(for_whom(&letter.message)).or_default() += 1;
    }
    let items: Vec<_> = found.iter().map(|(context, letter)| shown(context, letter)).collect();
    Json(json!({ "items": items, "counts": counts, "more": more })).into_response()
}

fn shown(context: &str, letter: &Message) -> Value {
    let headers = &letter.message.headers;
    json!({
        "context": context,
        "recorded_at": letter.recorded_at,
        "message": letter.message.message_type,
        "for": for_whom(&letter.message),
        "code": headers.get("code"),
        "reason": headers.get("reason"),
        "correlation_id": headers.get("correlation_id"),
    })
}
