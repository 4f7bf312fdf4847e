//! A bounded context and everything declared in it.

use std::collections::BTreeMap;

use super::{
    Aggregate, Command, Event, Examples, Function, Policy, Projection, Publication, Query, Refusal,
    Saga, Scenario, Schedule, Table, Told,
};
use crate::lang::types::TypeId;

/// What weight a context has in the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the language")]
pub enum ContextKind {
    Core,
    Supporting,
    Generic,
}

/// Whether callers must send an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the language")]
pub enum Idempotency {
    Optional,
    Required,
}

/// What may be said about every named thing. Absent means: not said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// The business meaning.
    pub doc: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How tenants are told apart.
    pub tenant: Option<String>,
    /// How long data is kept.
    pub retention: Option<String>,
    /// To be removed, and why.
    pub deprecated: Option<String>,
    /// The objective of service.
    pub slo: Option<String>,
    /// The accepted rate, e.g. `50/s`.
    pub rate: Option<String>,
    /// Old names, oldest first.
    pub was: Vec<String>,
}

/// A bounded context.
#[derive(Debug, Clone)]
pub struct Context {
    /// `snake_case`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// Its weight, when said.
    pub kind: Option<ContextKind>,
    /// Overrides the prefix of its topics.
    pub topic: Option<String>,
    /// The IANA zone of `today`, calendar methods and schedules.
    pub time_zone: String,
    /// Whether callers must send an `Idempotency-Key`.
    pub idempotency: Idempotency,
    /// Commands and views are processes of their own where it is deployed.
    pub split: bool,
    /// The settings: a record in which every field has a default.
    pub settings: TypeId,
    /// Values, enums, unions and newtypes it declares (not ids, statuses and entities), by name.
    pub types: BTreeMap<String, TypeId>,
    /// Refusals: declared, inferred and the built-in ones that are used.
    pub refusals: BTreeMap<String, Refusal>,
    /// Lookup tables.
    pub tables: BTreeMap<String, Table>,
    /// Hand-written pure functions.
    pub functions: BTreeMap<String, Function>,
    /// Aggregates.
    pub aggregates: BTreeMap<String, Aggregate>,
    /// Commands.
    pub commands: BTreeMap<String, Command>,
    /// Events, implied ones as well.
    pub events: BTreeMap<String, Event>,
    /// What other contexts see instead of an event, by the name they see.
    pub publications: BTreeMap<String, Publication>,
    /// Replicas: read models in the write database that commands may look up.
    pub replicas: BTreeMap<String, Projection>,
    /// References: rows that the text lists, for commands to look up.
    pub references: BTreeMap<String, Projection>,
    /// Views: read models for queries and policies.
    pub views: BTreeMap<String, Projection>,
    /// Queries.
    pub queries: BTreeMap<String, Query>,
    /// Policies.
    pub policies: BTreeMap<String, Policy>,
    /// Sagas.
    pub sagas: BTreeMap<String, Saga>,
    /// Schedules.
    pub schedules: BTreeMap<String, Schedule>,
    /// The commands that a new database begins with, in text order.
    pub seeds: Vec<Told>,
    /// Scenarios in text order.
    pub scenarios: Vec<Scenario>,
    /// Example messages for tests.
    pub examples: Examples,
}

impl Context {
    /// The view, replica or reference of this name.
    #[must_use]
    pub fn projection(&self, name: &str) -> Option<&Projection> {
        let written = || self.replicas.get(name).or_else(|| self.references.get(name));
        self.views.get(name).or_else(written)
    }

    /// The event or publication of this name.
    #[must_use]
    pub fn happening(&self, name: &str) -> Option<&Event> {
        let published = || self.publications.get(name).map(|it| &it.event);
        self.events.get(name).or_else(published)
    }

    /// The publication of an event.
    #[must_use]
    pub fn publication_of(&self, event: &str) -> Option<&Publication> {
        self.publications.values().find(|it| it.on == event)
    }

    /// What other contexts see of an aggregate, by name.
    #[must_use]
    pub fn published(&self, aggregate: &str) -> Vec<&Event> {
        let own = self.events.values().filter(|it| it.public);
        let made = self.publications.values().map(|it| &it.event);
        let mut all: Vec<&Event> = own.chain(made).filter(|it| it.aggregate == aggregate).collect();
        all.sort_by(|a, b| (a.begin.is_none(), &a.name).cmp(&(b.begin.is_none(), &b.name)));
        all
    }
}
