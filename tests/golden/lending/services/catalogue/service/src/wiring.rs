// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! What the service catalogue consists of. No other file knows all its parts.

use catalogue_domain::title::{Title, TitleEvent};
use contracts::catalogue as public;
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;

use crate::views::TitleList;
use crate::{extend, publish, routes};

/// The service catalogue, ready to be started.
#[must_use]
pub fn service() -> Builder {
    let builder = Service::builder("catalogue", 8001)
        .system("library")
        .publish::<Title, public::TitleEvent>(publish::title)
        .view([follow::<TitleList, TitleEvent>()])
        .routes(routes::routes())
        .routes(extend::routes())
        .layers(extend::layers);
    extend::tasks(builder)
}
