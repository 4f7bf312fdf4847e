// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! What the service desk consists of. No other file knows all its parts.

use desk_domain::tool::ToolEvent;
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;

use crate::views::Shelf;
use crate::{extend, routes};

/// The service desk, ready to be started.
#[must_use]
pub fn service() -> Builder {
    let builder = Service::builder("desk", 8001)
        .system("toolshare")
        .view([follow::<Shelf, ToolEvent>()])
        .routes(routes::routes())
        .routes(extend::routes())
        .layers(extend::layers);
    extend::tasks(builder)
}
