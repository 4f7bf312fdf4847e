//! A request that goes to one service.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{Extensions, StatusCode, Uri, Version, header, request};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::body::{Counted, Held, Paced, Progress};
use super::front::Front;
use super::headers;
use super::pool::Trouble;
use super::table::{Line, Side};
use crate::http::{Peer, Problem, Served};

/// Send `request` to one side of a service, and its answer back.
pub(super) async fn forward(
    front: &Front,
    line: &Line,
    context: &str,
    side: Side,
    request: Request,
) -> Response {
    let served =
        Served { route: format!("{}{}", front.prefix, line.path), upstream: context.to_owned() };
    let mut response = match passed(front, line, context, side, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(served);
    response
}

async fn passed(
    front: &Front,
    line: &Line,
    context: &str,
    side: Side,
    request: Request,
) -> Result<Response, Problem> {
    let permit = admit(front)?;
    let (mut parts, body) = request.into_parts();
    let longest = front.limits.max_body;
    if declared(&parts).is_some_and(|length| length > longest) {
        return Err(too_long());
    }
    let peer = peer(&parts);
    parts.uri = inner_uri(&parts.uri, &front.prefix).ok_or_else(Problem::not_found)?;
    parts.version = Version::HTTP_11;
    parts.extensions = Extensions::new();
    headers::inbound(&mut parts.headers, peer, front.dev);
    let progress = Arc::new(Progress::default());
    let body = if body.is_end_stream() {
        Body::empty()
    } else {
        Body::new(Counted::new(body, longest, progress.clone()))
    };
    let empty = body.is_end_stream();
    let upstream =
        front.upstream(context, side, line.name.as_deref()).ok_or_else(Problem::not_found)?;
    let patience = front.patience(line);
    let sent = upstream.send(Request::from_parts(parts, body));
    let answer = timeout_at(Instant::now() + patience, sent).await;
    if progress.too_long() {
        return Err(too_long());
    }
    if progress.broken() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "unreadable", "the body broke off"));
    }
    let response = match answer {
        Ok(Ok(response)) => response,
        Ok(Err(trouble)) => return Err(no_answer(context, &trouble)),
        Err(_) if !empty && !progress.ended() => return Err(slow_body()),
        Err(_) => return Err(too_slow(context)),
    };
    Ok(back(front, response, patience, permit))
}

/// An answer on its way to the caller.
fn back(
    front: &Front,
    response: Response,
    patience: Duration,
    permit: OwnedSemaphorePermit,
) -> Response {
    let (mut parts, body) = response.into_parts();
    headers::outbound(&mut parts.headers, &front.prefix);
    parts.version = Version::HTTP_11;
    parts.extensions = Extensions::new();
    let body = if body.is_end_stream() {
        body
    } else {
        let held = Held { _running: front.stop.enter(), _permit: permit };
        Body::new(Paced::new(body, patience, held))
    };
    Response::from_parts(parts, body)
}

/// A place among the requests that are worked on, or the refusal to wait for one.
pub(super) fn admit(front: &Front) -> Result<OwnedSemaphorePermit, Problem> {
    front.free.clone().try_acquire_owned().map_err(|_| {
        let problem = Problem::unavailable("busy", "too many requests are worked on");
        problem.retry_after(1)
    })
}

/// Who sent a request, when it came by a connection.
pub(super) fn peer(parts: &request::Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.0.ip())
}

/// The path and query of a request without the prefix of the gateway.
pub(super) fn inner_uri(uri: &Uri, prefix: &str) -> Option<Uri> {
    let text = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    text.strip_prefix(prefix).filter(|rest| rest.starts_with('/'))?.parse().ok()
}

fn declared(parts: &request::Parts) -> Option<u64> {
    parts.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

fn too_long() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too long")
}

fn slow_body() -> Problem {
    let detail = "the body did not arrive in time";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", detail)
}

/// No answer in time. The log names the service, the answer does not.
pub(super) fn too_slow(context: &str) -> Problem {
    tracing::warn!(error.type = "timeout", upstream = context, "a service did not answer in time");
    let detail = "the answer took too long";
    Problem::new(StatusCode::GATEWAY_TIMEOUT, "gateway_timeout", detail)
}

/// No answer at all.
pub(super) fn no_answer(context: &str, trouble: &Trouble) -> Problem {
    let text = match trouble {
        Trouble::Refused(error) => error.to_string(),
        Trouble::Broke(error) => error.to_string(),
    };
    tracing::warn!(
        error.type = "upstream",
        upstream = context,
        exception.message = text,
        "a service did not answer"
    );
    Problem::new(StatusCode::BAD_GATEWAY, "bad_gateway", "what is asked for cannot be reached now")
}
