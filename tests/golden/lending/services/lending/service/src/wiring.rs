// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! What the service lending consists of. No other file knows all its parts.

use contracts::catalogue;
use kit_runtime::policy::react;
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;
use lending_domain::member::{Member, MemberEvent, Recall};
use lending_domain::settings::Settings;

use crate::policies::RecallWithdrawn;
use crate::replicas::TitleInfo;
use crate::views::{MemberList, TitleUse};
use crate::{extend, routes};

/// The service lending, ready to be started.
#[must_use]
pub fn service() -> Builder {
    let builder = Service::builder("lending", 8002)
        .system("library")
        .zone(&lending_domain::ZONE)
        .settings(Settings::described(), Settings::read)
        .neighbour("catalogue", 8001)
        .decides::<Member, Recall>()
        .view([follow::<TitleInfo, catalogue::TitleEvent>()])
        .view([follow::<MemberList, MemberEvent>()])
        .view([follow::<TitleUse, catalogue::TitleEvent>(), follow::<TitleUse, MemberEvent>()])
        .policy(react::<RecallWithdrawn, catalogue::TitleEvent>())
        .routes(routes::routes())
        .routes(extend::routes())
        .layers(extend::layers);
    extend::tasks(builder)
}
