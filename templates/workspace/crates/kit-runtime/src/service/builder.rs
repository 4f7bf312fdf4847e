//! What a service is made of, before it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use kit::reference::Listed;
use kit::schedule::Schedule;
use kit::settings::Described;
use kit::time::{UTC, Zone};
use kit::{
    Aggregate, Command, Create, Decide, Enrich, Event, Recorded, Reference, Row as _, Saga, Upsert,
    View,
};

use super::publication::Published;
use super::{Sagas, Service};
use crate::command::{self, Inbox};
use crate::config::Entry;
use crate::policy::{React, Seed, Timed};
use crate::saga::conduct;
use crate::store::Clock;
use crate::transport::TopicNames;
use crate::transport::kafka::TopicPlan;
use crate::views::{Differ, Follow, ViewDef, differ};

/// Work beside the requests; it should end when [`Service::stop`] says so.
pub type Task = Box<dyn FnOnce(Service) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// Reads the settings of a context from texts by name.
pub type ReadSettings = fn(&dyn Fn(&str) -> Option<String>) -> Result<(), String>;

/// Whether something may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It may.
    Optional,
    /// It may not.
    Required,
}

/// A view or replica, what it finds its keys in, and the policies that see its rows; or a reference.
pub(super) struct ViewPart {
    pub view: Arc<dyn ViewDef>,
    pub name: &'static str,
    pub via: Option<&'static str>,
    pub policies: Vec<Arc<dyn React>>,
    /// Its rows stand in the text: nothing is followed.
    pub listed: Option<Differ>,
}

impl ViewPart {
    fn of<V: View>(follows: Vec<Follow<V>>) -> Self {
        let name = V::Row::TABLE.name;
        Self { view: Arc::new(follows), name, via: None, policies: Vec::new(), listed: None }
    }
}

/// The parts of a service. The generated `wiring.rs` names them.
pub struct Builder {
    pub(super) name: String,
    pub(super) system: String,
    pub(super) topics: BTreeMap<String, String>,
    pub(super) port: u16,
    pub(super) views: Vec<ViewPart>,
    pub(super) policies: Vec<Arc<dyn React>>,
    pub(super) sagas: Sagas,
    pub(super) schedules: Vec<Timed>,
    pub(super) inbox: Inbox,
    pub(super) published: Published,
    pub(super) senders: BTreeSet<String>,
    pub(super) neighbours: BTreeMap<String, u16>,
    pub(super) routes: Router<Service>,
    pub(super) layers: Vec<fn(Router) -> Router>,
    pub(super) tasks: Vec<(String, Task)>,
    pub(super) settings: Vec<Entry>,
    pub(super) seed: Option<Seed>,
    pub(super) readers: Vec<ReadSettings>,
    pub(super) idempotency: Wanted,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) zone: &'static Zone,
}

impl Service {
    /// The parts of the context `name`, which answers on `port` unless it is told otherwise.
    #[must_use]
    pub fn builder(name: &str, port: u16) -> Builder {
        Builder {
            name: name.to_owned(),
            system: name.to_owned(),
            topics: BTreeMap::new(),
            port,
            views: Vec::new(),
            policies: Vec::new(),
            sagas: Sagas::new(),
            schedules: Vec::new(),
            inbox: Inbox::default(),
            published: Published::default(),
            senders: BTreeSet::new(),
            neighbours: BTreeMap::new(),
            routes: Router::new(),
            layers: Vec::new(),
            tasks: Vec::new(),
            settings: Vec::new(),
            seed: None,
            readers: Vec::new(),
            idempotency: Wanted::Optional,
            clock: None,
            zone: &UTC,
        }
    }
}

impl Builder {
    /// The system that the service belongs to; topics begin with its name.
    #[must_use]
    pub fn system(mut self, name: &str) -> Self {
        name.clone_into(&mut self.system);
        self
    }

    /// The public events of a stream, such as `desk.tool`, are on a topic with a name of its own.
    #[must_use]
    pub fn topic(mut self, stream: &str, name: &str) -> Self {
        self.topics.insert(stream.to_owned(), name.to_owned());
        self
    }

    /// Take the creating command `C` from messages.
    #[must_use]
    pub fn creates<A: Create<C>, C: Command>(mut self) -> Self {
        self.inbox.add(command::create::<A, C>());
        self
    }

    /// Take the command `C` from messages.
    #[must_use]
    pub fn decides<A: Decide<C>, C: Command>(mut self) -> Self {
        self.inbox.add(command::decide::<A, C>());
        self
    }

    /// Take the command `C`, which makes its aggregate when it is missing, from messages.
    #[must_use]
    pub fn upserts<A: Upsert<C>, C: Command>(mut self) -> Self {
        self.inbox.add(command::upsert::<A, C>());
        self
    }

    /// Publish the events of `A` in the form that `publish` gives them.
    #[must_use]
    pub fn publish<A: Aggregate, P: Event>(
        mut self,
        publish: fn(&Recorded<A::Event>) -> Option<P>,
    ) -> Self {
        self.published.add::<A, P>(publish);
        self
    }

    /// Publish events of `A` in the form that `publish` makes of them and the state after them.
    #[must_use]
    pub fn enrich<A: Aggregate, P: Event>(mut self, publish: Enrich<A, P>) -> Self {
        self.published.enrich::<A, P>(publish);
        self
    }

    /// The view or replica `V` with the streams it follows.
    #[must_use]
    pub fn view<V: View>(mut self, follows: impl IntoIterator<Item = Follow<V>>) -> Self {
        self.views.push(ViewPart::of(follows.into_iter().collect()));
        self
    }

    /// The reference with the rows `R`, whose table is brought to what the text lists at each start.
    #[must_use]
    pub fn reference<R: Reference>(mut self) -> Self {
        let listed: Differ = differ::<R>;
        let part = ViewPart::of::<Listed<R>>(Vec::new());
        self.views.push(ViewPart { listed: Some(listed), ..part });
        self
    }

    /// The last view finds keys in the rows of the view `W`, which was added before.
    #[must_use]
    pub fn via<W: View>(mut self) -> Self {
        if let Some(part) = self.views.last_mut() {
            part.via = Some(W::Row::TABLE.name);
        }
        self
    }

    /// A policy that runs with the last view and sees its rows as they were before the event.
    #[must_use]
    pub fn with_policy(mut self, policy: Arc<dyn React>) -> Self {
        if let Some(part) = self.views.last_mut() {
            part.policies.push(policy);
        }
        self
    }

    /// A policy.
    #[must_use]
    pub fn policy(mut self, policy: Arc<dyn React>) -> Self {
        self.policies.push(policy);
        self
    }

    /// The saga `S`.
    #[must_use]
    pub fn saga<S: Saga>(mut self) -> Self {
        self.sagas.insert(S::NAME, conduct::<S>());
        self
    }

    /// The schedule `S`.
    #[must_use]
    pub fn schedule<S: Schedule>(mut self) -> Self {
        self.schedules.push(Timed::of::<S>());
        self
    }

    /// What a new database begins with.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The context `name` carries out steps of this one's sagas, and replies.
    #[must_use]
    pub fn replies_from(self, name: &str) -> Self {
        self.commands_from(name)
    }

    /// The context `name` sends commands to this one.
    #[must_use]
    pub fn commands_from(mut self, name: &str) -> Self {
        self.senders.insert(name.to_owned());
        self
    }

    /// The context `name` answers on `port` of this machine unless a setting says otherwise.
    #[must_use]
    pub fn neighbour(mut self, name: &str, port: u16) -> Self {
        self.neighbours.insert(name.to_owned(), port);
        self
    }

    /// Routes, added to those that are there.
    #[must_use]
    pub fn routes(mut self, routes: Router<Service>) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Something that surrounds all routes of the service.
    #[must_use]
    pub fn layers(mut self, layers: fn(Router) -> Router) -> Self {
        self.layers.push(layers);
        self
    }

    /// Work beside the requests.
    #[must_use]
    pub fn task<F, Fut>(mut self, name: &str, task: F) -> Self
    where
        F: FnOnce(Service) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.tasks.push((name.to_owned(), Box::new(move |service| Box::pin(task(service)))));
        self
    }

    /// A setting of the service's own.
    #[must_use]
    pub fn setting(mut self, name: &str, default: &str, doc: &str) -> Self {
        self.settings.push(Entry::new(name, default, doc));
        self
    }

    /// The settings of the domain, and how they are read at start.
    #[must_use]
    pub fn settings(mut self, described: Vec<Described>, read: ReadSettings) -> Self {
        let entries = described.iter().map(|it| Entry::new(it.name, &it.default, it.doc));
        self.settings.extend(entries);
        self.readers.push(read);
        self
    }

    /// The zone that gives queries and policies their calendar.
    #[must_use]
    pub fn zone(mut self, zone: &'static Zone) -> Self {
        self.zone = zone;
        self
    }

    /// Refuse commands without an `Idempotency-Key`.
    #[must_use]
    pub fn require_idempotency(mut self) -> Self {
        self.idempotency = Wanted::Required;
        self
    }

    /// Another clock than the machine's; for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The context's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The topics that belong to the service: those of its events, and the one of what it is asked.
    pub(super) fn plans(&self, names: &TopicNames) -> Vec<TopicPlan> {
        let events = self.published.aggregates();
        let events = events.map(|it| (names.events(&self.name, it), false));
        let asked = !self.inbox.is_empty() || !self.senders.is_empty();
        let commands = asked.then(|| (names.commands(&self.name), true));
        events.chain(commands).map(|(name, commands)| TopicPlan { name, commands }).collect()
    }

    /// The contexts whose events or messages come here.
    pub(crate) fn sources(&self) -> BTreeSet<String> {
        let views = self.views.iter().flat_map(|part| {
            let policies = part.policies.iter().map(|policy| policy.stream());
            part.view.streams().into_iter().chain(policies)
        });
        let streams = views
            .chain(self.policies.iter().map(|policy| policy.stream()))
            .chain(self.sagas.values().map(|saga| saga.stream()));
        let mut sources: BTreeSet<String> =
            streams.filter_map(|it| it.split('.').next()).map(str::to_owned).collect();
        sources.extend(self.senders.iter().cloned());
        sources.remove(&self.name);
        sources
    }
}
