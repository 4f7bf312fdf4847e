//! Yours: routes, layers and background work beside what the domain description says.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::get;
use kit_runtime::service::{Builder, Service};

static STARTED: AtomicU32 = AtomicU32::new(0);

/// Routes beside the rendered ones.
pub fn routes() -> Router<Service> {
    Router::new().route("/started", get(started))
}

async fn started(State(service): State<Service>) -> Response {
    Json((service.name().to_owned(), STARTED.load(Ordering::Relaxed))).into_response()
}

/// What surrounds all routes of the service, such as compression or limits.
pub fn layers(router: Router) -> Router {
    router.layer(from_fn(teapot))
}

async fn teapot(request: Request, next: Next) -> Response {
    match request.headers().contains_key("x-tea") || request.uri().query() == Some("tea") {
        true => StatusCode::IM_A_TEAPOT.into_response(),
        false => next.run(request).await,
    }
}

/// Background work: `builder.task("name", |service| async move { .. })`.
pub fn tasks(builder: Builder) -> Builder {
    builder.task("counter", |_service| async {
        STARTED.fetch_add(1, Ordering::Relaxed);
    })
}
