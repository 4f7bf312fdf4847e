//! Requests without sockets: one call, one answer.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header as text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("is text"))
    }
}

/// Send `request` to `routes`.
pub async fn send(routes: &Router, request: Request<Body>) -> Answer {
    let response = routes.clone().oneshot(request).await.expect("never fails");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("has an end");
    let text = String::from_utf8(bytes.to_vec()).expect("is text");
    Answer { status: parts.status, headers: parts.headers, text }
}

/// `METHOD path`, with headers and a body.
pub async fn call(routes: &Router, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (method, uri) = line.split_once(' ').expect("has a method and a path");
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(routes, request.body(Body::from(body.to_owned())).expect("is a request")).await
}
