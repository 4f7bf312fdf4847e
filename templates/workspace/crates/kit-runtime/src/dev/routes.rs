//! The paths of the page, and who may see it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::conversation::conversation;
use super::overview::overview;
use super::stream::stream;
use crate::command::Failure;
use crate::figures::Place;
use crate::health::Health;
use crate::http::Problem;
use crate::store::StoreError;

/// How long until the page asks for itself again, in seconds.
const REFRESH: u8 = 3;
const STYLE: &str = include_str!("style.css");
/// Nothing but the page's own style: no script, no frame, no form, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// What the page is about.
pub(super) struct Page {
    pub system: String,
    pub health: Health,
    pub places: Arc<[Place]>,
}

#[derive(Deserialize)]
struct Params {
    refresh: Option<String>,
}

impl Params {
    fn refresh(&self) -> Option<u8> {
        (self.refresh.as_deref() != Some("off")).then_some(REFRESH)
    }
}

/// The page of these services.
pub(crate) fn routes(system: &str, health: Health, places: Arc<[Place]>) -> Router {
    let page = Arc::new(Page { system: system.to_owned(), health, places });
    Router::new()
        .route("/_dev", get(first))
        .route("/_dev/conversation/{id}", get(one_conversation))
        .route("/_dev/stream/{context}/{kind}/{id}", get(one_stream))
        .route("/_dev/style.css", get(style))
        .layer(from_fn(guarded))
        .with_state(page)
}

async fn first(State(page): State<Arc<Page>>, Query(params): Query<Params>) -> Response {
    shown(overview(&page, params.refresh()).await.map(Some))
}

async fn one_conversation(
    State(page): State<Arc<Page>>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
) -> Response {
    shown(conversation(&page, &id, params.refresh()).await.map(Some))
}

async fn one_stream(
    State(page): State<Arc<Page>>,
    Path((context, kind, id)): Path<(String, String, String)>,
    Query(params): Query<Params>,
) -> Response {
    shown(stream(&page, (&context, &kind, &id), params.refresh()).await)
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

fn shown(page: Result<Option<String>, StoreError>) -> Response {
    match page {
        Ok(Some(page)) => Html(page).into_response(),
        Ok(None) => Problem::not_found().into_response(),
        Err(error) => Problem::from(Failure::Store(error)).into_response(),
    }
}

/// Answers only what was asked of this machine by an address or as `localhost`: another site that lets its own name
/// point here is refused.
async fn guarded(request: Request, next: Next) -> Response {
    if !is_direct(request.headers()) {
        let detail = "this page answers to localhost and to addresses only";
        return Problem::new(StatusCode::FORBIDDEN, "other_host", detail).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let own = HeaderValue::from_static("same-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), own);
    response
}

fn is_direct(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}
