//! The resolved system: what the domain files mean, without missing parts.
//!
//! Every name is resolved, every expression is typed, everything that the language fills in by name
//! or by default is written out. A `Model` exists only when the domain has no errors, so whoever
//! reads it never has to ask "and if not". Not serialisable: `export` holds the versioned form.

mod aggregate;
mod command;
mod context;
mod deploy;
mod event;
mod example;
mod gateway;
mod policy;
mod projection;
mod query;
mod refusal;
mod route;
mod saga;
mod scenario;
mod schedule;
mod table;

use std::collections::BTreeMap;

pub use aggregate::{Aggregate, IdField, UniqueRule};
pub use command::{Command, CommandKind, Decide, From, IfMissing, Let, Lookup, Rules};
pub use context::{Context, ContextKind, Idempotency, Notes};
pub use deploy::{Deploy, Ready, Size};
pub use event::{Event, EventRef, Make, Publication};
pub use example::{Example, Examples, SagaExample, SagaReply};
pub use gateway::{Composition, Gateway, Part, PartArg};
pub use policy::{Each, EachSource, Policy, Refused};
pub use projection::{Form, KeySource, LogEvent, LogForm, Projection, ProjectionKind, Reaction};
pub use query::{Order, Page, Query};
pub use refusal::{BUILT_IN, BuiltIn, Refusal, RefusalOrigin, TextPiece};
pub use route::{Method, PathField, Route, Target, Terms};
pub use saga::{ActionIr, Reply, ReplyKind, Saga, Step, StepTimeout, Verdict};
pub use scenario::{Expected, Outcome, Row, Scenario, Told, Trigger};
pub use schedule::{Schedule, Ticks};
pub use table::{Case, Function, Table};

use crate::lang::types::TypeTable;

/// A whole system.
#[derive(Debug, Clone)]
pub struct Model {
    /// The system's name, `[project] name`.
    pub system: String,
    /// What it is for.
    pub doc: Option<String>,
    /// All named types, and the records of states, messages and rows.
    pub types: TypeTable,
    /// The contexts by name.
    pub contexts: BTreeMap<String, Context>,
    /// Tables of the shared kernel by name.
    pub shared_tables: BTreeMap<String, Table>,
    /// Functions of the shared kernel by name.
    pub shared_functions: BTreeMap<String, Function>,
    /// Refusals of the rules of shared types by name.
    pub shared_refusals: BTreeMap<String, Refusal>,
    /// The names behind the uuids of `@name`: those that nobody has to write (aggregates, fields,
    /// `actor`) and those that stand in the domain text.
    pub told_names: std::collections::BTreeMap<uuid::Uuid, String>,
    /// All HTTP routes, sorted by path and method; no two are the same.
    pub routes: Vec<Route>,
    /// Answers of the gateway's own, sorted by path.
    pub compositions: Vec<Composition>,
    /// The gateway.
    pub gateway: Gateway,
    /// Sizes of its processes.
    pub deploy: Deploy,
}

impl Model {
    /// The event or publication that a reference means.
    #[must_use]
    pub fn event(&self, of: &EventRef) -> Option<&Event> {
        self.contexts.get(&of.context)?.happening(&of.name)
    }

    /// The topic of an aggregate's public events: pinned, or `topic` of its context, or
    /// `<system>.<context>.<aggregate>.events`.
    #[must_use]
    pub fn topic(&self, context: &Context, aggregate: &Aggregate) -> String {
        let own = aggregate.topic.clone().or_else(|| context.topic.clone());
        own.unwrap_or_else(|| {
            let name = crate::names::snake(&aggregate.name);
            format!("{}.{}.{name}.events", self.system, context.name)
        })
    }

    /// The sagas whose end the caller of a route waits for, and how long.
    #[must_use]
    pub fn waits(&self, route: &Route) -> Vec<(&Saga, jiff::SignedDuration)> {
        let Some(context) = self.contexts.get(&route.context) else { return Vec::new() };
        let Target::Command(name) = &route.target else { return Vec::new() };
        let Some(command) = context.commands.get(name) else { return Vec::new() };
        let started = |saga: &&Saga| {
            saga.start.context == context.name && command.events.contains(&saga.start.name)
        };
        let sagas = context.sagas.values().filter(started);
        sagas.filter_map(|saga| Some((saga, saga.waits?))).collect()
    }

    /// The view, replica or reference `name` of a context.
    #[must_use]
    pub fn projection(&self, context: &str, name: &str) -> Option<&Projection> {
        self.contexts.get(context)?.projection(name)
    }
}
