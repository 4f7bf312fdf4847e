// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! What the service workshop consists of. No other file knows all its parts.

use contracts::stock;
use contracts::workshop as public;
use kit_runtime::policy::react;
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;
use workshop_domain::account::{Account, AccountEvent, CreditPoints};
use workshop_domain::job::{AdjustQuote, FlagJob, Job, JobEvent};
use workshop_domain::settings::Settings;

use crate::policies::{CorrectQuotes, CreditOwner, FlagRecalled};
use crate::replicas::PartPrice;
use crate::views::{DayLoad, History, JobList, OwnerSummary};
use crate::{extend, publish, routes};

/// The service workshop, ready to be started.
#[must_use]
pub fn service() -> Builder {
    let builder = Service::builder("workshop", 8002)
        .zone(&workshop_domain::ZONE)
        .settings(Settings::described(), Settings::read)
        .neighbour("stock", 8001)
        .decides::<Job, AdjustQuote>()
        .upserts::<Account, CreditPoints>()
        .decides::<Job, FlagJob>()
        .publish::<Job, public::JobEvent>(publish::job)
        .view([follow::<PartPrice, stock::PartEvent>()])
        .with_policy(react::<CorrectQuotes, stock::PartEvent>())
        .view([follow::<DayLoad, JobEvent>()])
        .view([follow::<History, stock::PartEvent>(), follow::<History, JobEvent>()])
        .view([follow::<JobList, JobEvent>()])
        .view([follow::<OwnerSummary, AccountEvent>(), follow::<OwnerSummary, JobEvent>()])
        .via::<JobList>()
        .policy(react::<CreditOwner, JobEvent>())
        .policy(react::<FlagRecalled, stock::PartEvent>())
        .routes(routes::routes())
        .routes(extend::routes())
        .layers(extend::layers);
    extend::tasks(builder)
}
