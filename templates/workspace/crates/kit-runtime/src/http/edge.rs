//! What surrounds every route: ids, access log, panics, limits, the refusal while stopping.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};

use super::strict::refused;
use super::{Bounds, Hosts, Problem};
use crate::service::Stop;
use crate::telemetry::{self, Trace};

const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What the edge of a process needs to know.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The name in the log lines.
    pub service: Arc<str>,
    /// How large requests may be.
    pub bounds: Bounds,
    /// The hosts that are asked for, where that is looked at.
    pub hosts: Option<Arc<Hosts>>,
    /// Whether the process is on its way down.
    pub stop: Stop,
}

/// Who answered a request at a gateway, for the access log.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    /// The path in the table.
    pub route: String,
    /// The contexts that were asked.
    pub upstream: String,
}

/// `routes` behind the edge.
pub fn wrap(routes: Router, edge: Edge) -> Router {
    inside(routes, edge.bounds).layer(from_fn_with_state(edge, around))
}

/// `routes` of a process that has its edge elsewhere: what is not there is a problem, too.
pub(crate) fn inside(routes: Router, bounds: Bounds) -> Router {
    let limit = DefaultBodyLimit::max(bounds.max_body);
    routes
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this path does not answer to that method",
            )
        })
        .layer(limit)
        .layer(Extension(bounds))
}

async fn around(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let trace = Trace::of_request(|name| headers.get(name).and_then(|value| value.to_str().ok()));
    let service = edge.service.clone();
    telemetry::scoped(trace.clone(), &service, async move {
        let mut response = logged(&edge, request, next).await;
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&trace.correlation_id) {
            headers.insert(CORRELATION, value);
        }
        if let Ok(value) = HeaderValue::from_str(&trace.traceparent()) {
            headers.insert(TRACEPARENT, value);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let no_store = || HeaderValue::from_static("no-store");
        headers.entry(header::CACHE_CONTROL).or_insert_with(no_store);
        response
    })
    .await
}

async fn logged(edge: &Edge, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    log_start(method.as_str(), &path);
    let _running = edge.stop.enter();
    let response = if let Some(response) = refused(&request, edge.hosts.as_deref()) {
        response
    } else if edge.stop.refuses() && !is_read(&method) {
        Problem::unavailable("stopping", "the service is stopping").into_response()
    } else {
        match unwound(next.run(request)).await {
            Ok(response) => response,
            Err(panic) => {
                tracing::error!(error.type = "panic", exception.message = text_of(&*panic), "panicked");
                Problem::internal().into_response()
            }
        }
    };
    let served = response.extensions().get::<Served>();
    log_end(method.as_str(), &path, &response, served, started.elapsed());
    response
}

/// Probes and other services ask all the time; that is worth a line only to who looks for it.
fn is_routine(path: &str) -> bool {
    path == "/health" || path == "/ready" || path.starts_with("/_kit/") || path.starts_with("/_dev")
}

fn log_start(method: &str, path: &str) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                event.name = "request_started",
                http.request.method = method,
                url.path = path,
                "request_started"
            )
        };
    }
    if is_routine(path) { line!(debug) } else { line!(info) }
}

fn log_end(method: &str, path: &str, response: &Response, served: Option<&Served>, took: Duration) {
    let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                event.name = "request_completed",
                http.request.method = method,
                url.path = path,
                http.route = served.map(|it| it.route.as_str()),
                upstream = served.map(|it| it.upstream.as_str()),
                http.response.status_code = response.status().as_u16(),
                duration_us = took,
                "request_completed"
            )
        };
    }
    if is_routine(path) { line!(debug) } else { line!(info) }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The result of `work`, or what it panicked with.
pub(crate) async fn unwound<F: Future>(work: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut work = pin!(work);
    std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

/// The message of a panic, for the log only.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
