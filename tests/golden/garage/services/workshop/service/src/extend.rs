//! Yours: routes, layers and background work beside what the domain description says.

use axum::Router;
use kit_runtime::service::{Builder, Service};

/// Routes beside the rendered ones.
pub fn routes() -> Router<Service> {
    Router::new()
}

/// What surrounds all routes of the service, such as compression or limits.
pub fn layers(router: Router) -> Router {
    router
}

/// Background work: `builder.task("name", |service| async move { .. })`.
pub fn tasks(builder: Builder) -> Builder {
    builder
}
