//! Answers to commands: kept under an `Idempotency-Key`, repeated for whoever asks again.
//!
//! A key is optional. One that the caller did not choose could never be sent again, so none is
//! stored then; a lost answer of the database is recognised by the events themselves.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::problem::with_ids;
use super::{POSITION, PROBLEM_JSON, Position, Problem, Terms};
use crate::command::{Caller, Unmet};
use crate::service::{Service, Wanted};
use crate::store::{Answer, Idempotency, StoredAnswer};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, in bytes.
const LONGEST: usize = 255;

/// What a request asks besides its command.
pub(super) struct Asked {
    pub caller: Caller,
    pub fresh: bool,
    pub if_match: Option<i64>,
    pub key: Option<BoundKey>,
    pub terms: Arc<Terms>,
}

/// A key as the caller sent it.
pub(super) struct Key(String);

impl Key {
    /// The key of a request; none when it has none.
    pub fn read(
        headers: &HeaderMap,
        usual: Wanted,
        terms: &Terms,
    ) -> Result<Option<Self>, Problem> {
        let Some(value) = headers.get(terms.key_header().unwrap_or(&KEY)) else {
            return match terms.wants_key(usual) {
                Wanted::Optional => Ok(None),
                Wanted::Required => Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "idempotency_key_missing",
                    "this command needs an Idempotency-Key",
                )),
            };
        };
        let text = value.to_str().unwrap_or("").trim().trim_matches('"');
        if text.is_empty() || text.len() > LONGEST {
            let detail = "an Idempotency-Key has 1 to 255 printable characters";
            return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", detail));
        }
        Ok(Some(Self(text.to_owned())))
    }

    /// The key together with what it was sent for.
    pub fn bind(self, method: &Method, path: &str, caller: &Caller, body: &[u8]) -> BoundKey {
        let principal = caller.principal();
        let route = format!("{method} {path}");
        let mut all = format!("{route}\u{1f}{principal}\u{1f}").into_bytes();
        all.extend_from_slice(body);
        let fingerprint = Uuid::new_v5(&Uuid::NAMESPACE_URL, &all).as_bytes().to_vec();
        BoundKey { key: self.0, principal, route, fingerprint }
    }
}

/// A key and the fingerprint of its request.
pub(super) struct BoundKey {
    key: String,
    principal: String,
    route: String,
    fingerprint: Vec<u8>,
}

impl BoundKey {
    /// The part of a unit that keeps `answer` under the key.
    pub fn keep(&self, answer: Answer, expires_at: Timestamp) -> Idempotency {
        Idempotency {
            tenant: String::new(),
            principal: self.principal.clone(),
            key: self.key.clone(),
            route: self.route.clone(),
            fingerprint: self.fingerprint.clone(),
            answer,
            expires_at,
        }
    }
}

/// The answer to a refused command.
pub(super) fn refusal(unmet: &Unmet) -> Answer {
    let problem = Problem::from(unmet.clone());
    let mut headers = json!({ "content-type": PROBLEM_JSON });
    if let (Some(seconds), Some(members)) = (problem.retry_after, headers.as_object_mut()) {
        members.insert("retry-after".to_owned(), seconds.to_string().into());
    }
    let (status, body) = (problem.status.as_u16(), problem.body().to_string().into_bytes());
    Answer { status, headers, body }
}

/// The answer of a key that was used before: the same again, or a refusal of the reuse.
pub(super) fn settled(
    service: &Service,
    aggregate: &str,
    key: Option<&BoundKey>,
    stored: &StoredAnswer,
) -> Response {
    if key.is_none_or(|key| key.fingerprint != stored.fingerprint) {
        return Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "this Idempotency-Key was used for another request",
        )
        .into_response();
    }
    let place = stored.positions.first().copied();
    let mut response = respond(service, aggregate, stored.answer.clone(), place);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// An answer as HTTP, with the place of the events.
pub(super) fn respond(
    service: &Service,
    aggregate: &str,
    answer: Answer,
    place: Option<(u16, i64)>,
) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let problem = answer.headers.get("content-type").is_some();
    let body = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(body) if problem => with_ids(body).to_string().into_bytes(),
        _ => answer.body,
    };
    let empty = status == StatusCode::NO_CONTENT;
    let body = if empty { Body::empty() } else { Body::from(body) };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    if !empty {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in answer.headers.as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    let position = place.filter(|(_, pos)| *pos > 0).map(|(shard, pos)| Position {
        service: service.name().to_owned(),
        aggregate: aggregate.to_owned(),
        generation: service.store().meta().generation,
        shards: [(shard, pos)].into(),
    });
    if let Some(value) = position.and_then(|it| it.header()) {
        headers.insert(POSITION, value);
    }
    response
}
