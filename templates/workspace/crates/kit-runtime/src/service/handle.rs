//! A running service, as handlers and tasks see it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kit::time::Zone;

use super::publication::Published;
use super::{Role, Roles, Stop, Wanted};
use crate::command::{Inbox, Stripes};
use crate::health::Health;
use crate::saga::Conduct;
use crate::store::{Clock, Store};
use crate::transport::Publication;
use crate::views::Tables;

/// A running service. Cheap to clone; the state of every route.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

/// The sagas of a service, by name.
pub type Sagas = BTreeMap<&'static str, Arc<dyn Conduct>>;

/// What a running service consists of.
pub(super) struct Parts {
    pub name: String,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub tables: Arc<Tables>,
    pub inbox: Inbox,
    pub sagas: Arc<Sagas>,
    pub published: Arc<Published>,
    pub health: Health,
    pub stop: Stop,
    pub roles: Roles,
    pub dev: bool,
    pub zone: &'static Zone,
    pub idempotency: Wanted,
    pub keep_answers: Duration,
    pub stripes: Stripes,
}

impl Service {
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The context's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// The database, for a task that keeps it.
    #[must_use]
    pub fn shared_store(&self) -> Arc<dyn Store> {
        self.0.store.clone()
    }

    /// The present moment of decisions.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The tables of views and replicas.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.0.tables
    }

    /// The commands that may come as messages.
    #[must_use]
    pub fn inbox(&self) -> &Inbox {
        &self.0.inbox
    }

    /// The sagas that run here.
    #[must_use]
    pub fn sagas(&self) -> &Sagas {
        &self.0.sagas
    }

    /// What leaves the service.
    #[must_use]
    pub fn publication(&self) -> Arc<dyn Publication> {
        self.0.published.clone()
    }

    pub(crate) fn published(&self) -> &Published {
        &self.0.published
    }

    /// How its parts are.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.0.health
    }

    /// How far the process is on its way down.
    #[must_use]
    pub fn stop(&self) -> &Stop {
        &self.0.stop
    }

    /// Whether this process plays a part.
    #[must_use]
    pub fn plays(&self, role: Role) -> bool {
        self.0.roles.play(role)
    }

    /// Whether this process takes the command of this name, such as `desk.tool.lend_tool`, from HTTP.
    #[must_use]
    pub(crate) fn takes(&self, command: &str) -> bool {
        let name = command.rsplit('.').next().unwrap_or(command);
        self.0.roles.do_this(Role::Commands, name)
    }

    /// Whether this process fills the view of this name and answers its queries.
    #[must_use]
    pub(crate) fn shows(&self, view: &str) -> bool {
        self.0.roles.do_this(Role::Views, view)
    }

    /// Whether an unsigned `x-actor` is believed.
    #[must_use]
    pub fn dev(&self) -> bool {
        self.0.dev
    }

    /// Until when an answer given now is kept for its `Idempotency-Key`.
    #[must_use]
    pub(crate) fn expiry(&self) -> Timestamp {
        let now = self.clock().now();
        now.checked_add(self.0.keep_answers).unwrap_or(now)
    }

    /// Whether a command may come without an `Idempotency-Key`.
    #[must_use]
    pub fn idempotency(&self) -> Wanted {
        self.0.idempotency
    }

    /// The zone of the context's calendar.
    #[must_use]
    pub fn zone(&self) -> &'static Zone {
        self.0.zone
    }

    pub(crate) fn stripes(&self) -> &Stripes {
        &self.0.stripes
    }
}
