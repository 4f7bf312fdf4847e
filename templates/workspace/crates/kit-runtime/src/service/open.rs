//! From the parts of a service to one that runs: its database, its tables, its readers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use uuid::Uuid;

use super::builder::{Builder, ViewPart};
use super::handle::Parts;
use super::process::{Opening, StartError};
use super::sources::{Sources, Way};
use super::{Phase, Role, Service};
use crate::command::Stripes;
use crate::consume::{Effects, Pace, Reader};
use crate::policy::{Delivery, keep_time};
use crate::saga::{Starts, wake};
use crate::store::{self, Options, SystemClock, ViewInfo, ViewSchema, ViewTable};
use crate::telemetry::{Trace, scoped};
use crate::transport::{Local, OwnLog};
use crate::views::{Group, Live, Tables, list, schema_of};

/// A service whose database is open, and what is still to be started.
pub(super) struct Opened {
    pub service: Service,
    pub builder: Builder,
    pub(super) instances: BTreeMap<&'static str, ViewTable>,
}

impl Opened {
    /// Open the database and bring its tables up to date.
    pub async fn open(builder: Builder, url: &str, with: &Opening) -> Result<Self, StartError> {
        let mut options = Options::new(builder.name.clone());
        options.clock.clone_from(&builder.clock);
        let store = store::open(url, options).await.map_err(|error| {
            StartError(format!("the database of {} cannot be opened: {error}", builder.name))
        })?;
        let health = with.health.part_of(&builder.name);
        health.require("database", {
            let store = store.clone();
            move || {
                let store = store.clone();
                async move { store.ping().await.map_err(|error| error.to_string()) }
            }
        });
        let service = Service::new(Parts {
            name: builder.name.clone(),
            store,
            clock: builder.clock.clone().unwrap_or_else(|| Arc::new(SystemClock)),
            tables: Arc::new(Tables::default()),
            inbox: builder.inbox.clone(),
            sagas: Arc::new(builder.sagas.clone()),
            published: Arc::new(builder.published.clone()),
            health,
            stop: with.stop.clone(),
            roles: with.roles.clone(),
            dev: with.dev,
            zone: builder.zone,
            idempotency: builder.idempotency,
            keep_answers: with.keep_answers,
            stripes: Stripes::default(),
        });
        let mut opened = Self { service, builder, instances: BTreeMap::new() };
        opened.open_views().await?;
        Ok(opened)
    }

    async fn open_views(&mut self) -> Result<(), StartError> {
        for part in &self.builder.views {
            let schema = schema_of(part.view.table());
            let hash = self.code_hash(part);
            let views = self.service.store().open_view(schema, hash).await?;
            self.instances.insert(part.name, instance(schema, &views.live));
        }
        self.read_instances();
        Ok(())
    }

    /// Bring the tables of the references to what the text lists; one of another shape is read once it has its rows.
    pub async fn list_references(&mut self) -> Result<(), StartError> {
        let store = self.service.store();
        for part in &self.builder.views {
            let Some(differ) = part.listed else { continue };
            let schema = schema_of(part.view.table());
            let views = store.open_view(schema, self.code_hash(part)).await?;
            let table = instance(schema, views.building.as_ref().unwrap_or(&views.live));
            let changed = list(store, table, differ).await;
            let changed = changed.map_err(|error| StartError(format!("{}: {error}", part.name)))?;
            store.swap_view(table).await?;
            self.instances.insert(part.name, table);
            if changed > 0 {
                let (reference, event) = (part.name, "reference_listed");
                tracing::info!(event.name = event, reference, changed, "brought to the text");
            }
        }
        self.read_instances();
        Ok(())
    }

    /// Build anew the views whose shape is another one than their table's.
    pub async fn renew_views(&mut self, sources: &Sources) -> Result<(), StartError> {
        for names in followed(&self.builder.views) {
            let mut changed = false;
            for part in self.builder.views.iter().filter(|part| names.contains(part.name)) {
                let schema = schema_of(part.view.table());
                let hash = self.code_hash(part);
                changed |= self.service.store().open_view(schema, hash).await?.building.is_some();
            }
            if changed {
                self.rebuild(&names, sources).await?;
            }
        }
        Ok(())
    }

    /// Build the view of this name anew, with those that belong to it, and read it from then on.
    pub async fn rebuild_view(&mut self, name: &str, sources: &Sources) -> Result<(), StartError> {
        let group = followed(&self.builder.views).into_iter().find(|names| names.contains(name));
        match group {
            Some(names) => self.rebuild(&names, sources).await,
            None if self.builder.views.iter().any(|part| part.name == name) => {
                self.list_references().await
            }
            None => Err(StartError(format!("{} has no view {name}", self.service.name()))),
        }
    }

    async fn rebuild(
        &mut self,
        names: &BTreeSet<&'static str>,
        sources: &Sources,
    ) -> Result<(), StartError> {
        let store = self.service.store();
        let mut tables = BTreeMap::new();
        for part in self.builder.views.iter().filter(|part| names.contains(part.name)) {
            let schema = schema_of(part.view.table());
            let made = store.rebuild_view(schema, self.code_hash(part)).await?;
            tables.insert(part.name, instance(schema, &made));
        }
        let mut reader = self.reader(names, &tables, false, (sources, Way::Logs))?.bulk();
        reader.catch_up(self.service.stop()).await;
        if let Some(reason) = reader.trouble() {
            return Err(StartError(format!("the view cannot be built: {reason}")));
        }
        for (name, table) in tables {
            store.swap_view(table).await?;
            self.instances.insert(name, table);
            tracing::info!(
                event.name = "view_rebuilt",
                view = name,
                version = table.version,
                "rebuilt"
            );
        }
        self.read_instances();
        Ok(())
    }

    /// Let queries and lookups read the instances of this process.
    fn read_instances(&self) {
        for names in groups(&self.builder.views) {
            let parts = || self.builder.views.iter().filter(|part| names.contains(part.name));
            let first = parts().next().and_then(|part| self.instances.get(part.name));
            let Some(reader) = first.map(ViewTable::cursor_name) else { continue };
            for part in parts() {
                let Some(table) = self.instances.get(part.name) else { continue };
                let streams = part.view.streams().into_iter().collect();
                self.service.tables().set(Live { table: *table, reader: reader.clone(), streams });
            }
        }
    }

    /// Changes whenever the rows must be built anew: another shape or meaning, other streams,
    /// other views in the group.
    fn code_hash(&self, part: &ViewPart) -> String {
        let table = part.view.table();
        let group = groups(&self.builder.views).into_iter().find(|it| it.contains(part.name));
        let streams: BTreeSet<_> = part.view.streams().into_iter().collect();
        let shape = format!("{}|{:?}|{streams:?}|{group:?}", table.version, table.columns);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, shape.as_bytes()).simple().to_string()
    }

    /// Start everything that runs beside the requests.
    pub fn start(
        &mut self,
        sources: &Sources,
        pace: Pace,
        running: &mut JoinSet<()>,
    ) -> Result<(), StartError> {
        let usual = (sources, Way::Usual);
        let mut readers = Vec::new();
        for names in followed(&self.builder.views) {
            let parts = self.builder.views.iter().filter(|part| names.contains(part.name));
            let reacts = parts.clone().any(|part| !part.policies.is_empty());
            if names.iter().any(|name| self.service.shows(name)) || reacts {
                readers.push(self.reader(&names, &self.instances, true, usual)?);
            }
        }
        if self.service.plays(Role::Commands) {
            let names: BTreeSet<_> = self.builder.policies.iter().map(|it| it.name()).collect();
            for name in names {
                readers.push(self.policy(name, usual)?);
            }
            for saga in self.builder.sagas.values() {
                let starts = Starts::new(saga.clone(), self.service.clone());
                readers.push(self.follow(starts, &BTreeSet::from([saga.stream()]), usual)?);
            }
            if !self.builder.sagas.is_empty() {
                let service = self.service.clone();
                running.spawn(async move {
                    let name = service.name().to_owned();
                    scoped(Trace::start(), &name, wake(service, pace)).await;
                });
            }
            let schedules = std::mem::take(&mut self.builder.schedules);
            if !schedules.is_empty() {
                let service = self.service.clone();
                running.spawn(async move {
                    let name = service.name().to_owned();
                    scoped(Trace::start(), &name, keep_time(service, schedules, pace)).await;
                });
            }
            let delivery = self.delivery(sources)?;
            let service = self.service.name().to_owned();
            running
                .spawn(async move { scoped(Trace::start(), &service, delivery.run(pace)).await });
        }
        for reader in readers {
            let (service, stop) = (self.service.name().to_owned(), self.service.stop().clone());
            running.spawn(async move {
                scoped(Trace::start(), &service, reader.run(pace, stop)).await;
            });
        }
        sources.relay(&self.service, pace, running);
        let service = self.service.clone();
        running.spawn(async move { forget_answers(&service).await });
        for (name, task) in self.builder.tasks.drain(..) {
            let (service, work) = (self.service.clone(), task(self.service.clone()));
            running.spawn(async move {
                tracing::info!(task = name, "started");
                scoped(Trace::start(), service.name(), work).await;
            });
        }
        Ok(())
    }

    fn delivery(&self, sources: &Sources) -> Result<Delivery, StartError> {
        let service = &self.service;
        let own = Local::commands(service.shared_store(), service.name());
        let delivery = Delivery::new(service.clone()).follow(Arc::new(own));
        sources.deliver(delivery, service, &self.builder.senders)
    }

    fn reader(
        &self,
        names: &BTreeSet<&'static str>,
        tables: &BTreeMap<&'static str, ViewTable>,
        reacting: bool,
        sources: (&Sources, Way),
    ) -> Result<Reader, StartError> {
        let mut streams = BTreeSet::new();
        let parts: Vec<_> =
            self.builder.views.iter().filter(|part| names.contains(part.name)).collect();
        let first = parts.first().and_then(|part| tables.get(part.name));
        let mut group = self.group(first.map_or_else(String::new, ViewTable::cursor_name));
        for part in parts {
            let Some(table) = tables.get(part.name) else { continue };
            streams.extend(part.view.streams());
            group = group.view(part.view.clone(), *table);
            for policy in part.policies.iter().filter(|_| reacting) {
                streams.insert(policy.stream());
                group = group.policy(policy.clone());
            }
        }
        self.follow(group, &streams, sources)
    }

    /// The reader of a policy, whatever streams it follows.
    fn policy(&self, name: &str, sources: (&Sources, Way)) -> Result<Reader, StartError> {
        let mut group = self.group(format!("policy:{name}"));
        let mut streams = BTreeSet::new();
        for policy in self.builder.policies.iter().filter(|it| it.name() == name) {
            streams.insert(policy.stream());
            group = group.policy(policy.clone());
        }
        self.follow(group, &streams, sources)
    }

    fn group(&self, name: String) -> Group {
        let service = &self.service;
        Group::new(name, service.clone())
    }

    fn follow(
        &self,
        effects: impl Effects + 'static,
        streams: &BTreeSet<&'static str>,
        sources: (&Sources, Way),
    ) -> Result<Reader, StartError> {
        let service = &self.service;
        let health = service.health().clone();
        let (sources, way) = sources;
        let others =
            sources.events(service, (effects.name(), effects.takes_turns()), streams, way)?;
        let mut reader = Reader::new(Arc::new(effects), service.shared_store(), health);
        let own = streams.iter().any(|it| it.split('.').next() == Some(service.name()));
        if own {
            reader = reader.follow(Arc::new(OwnLog::new(service.shared_store())), true);
        }
        for feed in others {
            reader = reader.follow(feed, false);
        }
        Ok(reader)
    }
}

/// The views by group, in the order of the text: a view and those it finds keys in are together.
pub(super) fn groups(parts: &[ViewPart]) -> Vec<BTreeSet<&'static str>> {
    let mut groups: Vec<BTreeSet<&'static str>> = Vec::new();
    for part in parts {
        let home = part.via.and_then(|via| groups.iter_mut().find(|names| names.contains(via)));
        match home {
            Some(names) => drop(names.insert(part.name)),
            None => groups.push(BTreeSet::from([part.name])),
        }
    }
    groups
}

/// The groups of those that follow something: all but references.
pub(super) fn followed(parts: &[ViewPart]) -> Vec<BTreeSet<&'static str>> {
    let listed = |name| parts.iter().any(|it| it.name == name && it.listed.is_some());
    groups(parts).into_iter().filter(|names| !names.iter().all(|it| listed(*it))).collect()
}

fn instance(schema: ViewSchema, info: &ViewInfo) -> ViewTable {
    ViewTable { schema, version: info.version }
}

/// Forget kept answers that have expired, now and then.
async fn forget_answers(service: &Service) {
    let stop = service.stop();
    while stop.phase() < Phase::Stopped {
        match service.store().prune_answers(1_000).await {
            Ok(1_000) => continue,
            Ok(_) => {}
            Err(error) => tracing::debug!(exception.message = %error, "nothing was forgotten"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            () = stop.reached(Phase::Stopped) => {}
        }
    }
}
