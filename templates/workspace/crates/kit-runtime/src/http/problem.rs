//! Errors as `application/problem+json` (RFC 9457).

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::command::{Failure, Unmet};
use crate::telemetry;

/// The media type of an error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error answer: a status, a code for programs, a text for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The name of the error in `snake_case`.
    pub code: Cow<'static, str>,
    /// What happened, in words that may be shown to anyone.
    pub detail: Cow<'static, str>,
    /// Further members of the answer, such as a refusal's fields.
    pub fields: Map<String, Value>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem without further members.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (code, detail) = (code.into(), detail.into());
        Self { status, code, detail, fields: Map::new(), retry_after: None }
    }

    /// The answer to something that is not there.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here")
    }

    /// The answer to a fault of ours: it says nothing about the cause.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side")
    }

    /// The answer while the service cannot do its work; the caller may try again.
    #[must_use]
    pub fn unavailable(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(1)
    }

    /// The answer to input that breaks the types, with the paths of the fields.
    #[must_use]
    pub fn invalid(violations: impl IntoIterator<Item = (String, String)>) -> Self {
        let list: Vec<Value> = violations
            .into_iter()
            .map(
                |(path, text)| serde_json::json!({ "path": path, "code": "invalid", "text": text }),
            )
            .collect();
        let problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "the values are not valid");
        problem.with("errors", list)
    }

    /// The problem with one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The problem with a `Retry-After` of `seconds`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The body; members of RFC 9457 win over fields of the same name.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = self.fields.clone();
        body.insert("type".into(), "about:blank".into());
        body.insert("title".into(), self.code.replace('_', " ").into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("code".into(), self.code.as_ref().into());
        body.insert("detail".into(), self.detail.as_ref().into());
        Value::Object(body)
    }
}

/// The body of a problem with the ids of the request that it answers.
pub(super) fn with_ids(mut body: Value) -> Value {
    if let (Some(trace), Some(members)) = (telemetry::current(), body.as_object_mut()) {
        members.insert("correlation_id".into(), trace.correlation_id.into());
        members.insert("trace_id".into(), trace.trace_id.into());
    }
    body
}

impl From<Unmet> for Problem {
    fn from(unmet: Unmet) -> Self {
        let status = StatusCode::from_u16(unmet.status).unwrap_or(StatusCode::CONFLICT);
        let busy = status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            status,
            code: unmet.code.into(),
            detail: unmet.text.into(),
            fields: unmet.fields,
            retry_after: busy.then_some(1),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        tracing::error!(error.type = "failure", exception.message = %failure, "a request failed");
        match failure {
            Failure::Store(error) if error.is_transient() => {
                Self::unavailable("unavailable", "the database does not answer")
            }
            Failure::Store(_) | Failure::Fault(_) => Self::internal(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(with_ids(self.body()))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_cannot_replace_the_code() {
        let problem = Problem::not_found().with("code", "mine").with("left", 3);
        let body = problem.body();
        assert_eq!(body["code"], "not_found");
        assert_eq!(body["left"], 3);
        assert_eq!(body["title"], "not found");
        assert_eq!(body["status"], 404);
    }

    #[test]
    fn violations_are_listed_with_their_paths() {
        let body = Problem::invalid([("name".to_owned(), "is required".to_owned())]).body();
        assert_eq!(body["errors"][0]["path"], "name");
        assert_eq!(body["status"], 422);
    }
}
