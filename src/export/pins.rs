//! Names on the wire that were given out before: an input, and they win over what names would
//! give today.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::SCHEMA_VERSION;
use crate::model::{Model, Target};

/// The pinned names of one context, read from `.minos/model/<context>.json`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Pins {
    schema_version: u32,
    #[serde(default)]
    aggregates: BTreeMap<String, AggregatePin>,
    #[serde(default)]
    commands: BTreeMap<String, RoutePin>,
    #[serde(default)]
    queries: BTreeMap<String, RoutePin>,
    #[serde(default)]
    events: BTreeMap<String, EventPin>,
    #[serde(default)]
    publications: BTreeMap<String, EventPin>,
    #[serde(default)]
    views: BTreeMap<String, TablePin>,
    #[serde(default)]
    replicas: BTreeMap<String, TablePin>,
}

#[derive(Debug, Clone, Deserialize)]
struct AggregatePin {
    topic: String,
}

#[derive(Debug, Clone, Deserialize)]
struct EventPin {
    wire: String,
}

#[derive(Debug, Clone, Deserialize)]
struct TablePin {
    table: String,
}

#[derive(Debug, Clone, Deserialize)]
struct RoutePin {
    route: String,
    /// The text says it, so it pins nothing.
    #[serde(default)]
    written: bool,
}

impl RoutePin {
    /// The path behind the method.
    fn path(&self) -> Option<String> {
        if self.written {
            return None;
        }
        self.route.split_once(' ').map(|(_, path)| path.to_owned())
    }
}

impl Pins {
    /// Read the exported form of a context.
    ///
    /// # Errors
    /// When it is not JSON of this schema version.
    pub fn read(text: &str) -> Result<Self> {
        let pins: Self = serde_json::from_str(text).context("this is not an exported model")?;
        let known = pins.schema_version;
        ensure!(known <= SCHEMA_VERSION, "schema version {known} is newer than this minos");
        Ok(pins)
    }
}

/// Give the model the names that were pinned for it, by context. A thing that was renamed keeps
/// the names that its old name had.
pub fn pin(model: &mut Model, pins: &BTreeMap<String, Pins>) {
    for (name, context) in &mut model.contexts {
        let Some(pins) = pins.get(name) else { continue };
        let own = context.events.values_mut().map(|it| (it, &pins.events));
        let published = context.publications.values_mut();
        let published = published.map(|it| (&mut it.event, &pins.publications));
        for (event, pins) in own.chain(published) {
            if let Some(pin) = found(pins, &event.name, &event.notes.was) {
                event.wire.clone_from(&pin.wire);
            }
        }
        for command in context.commands.values_mut() {
            let pin = found(&pins.commands, &command.name, &command.notes.was);
            if let Some(path) =
                pin.and_then(RoutePin::path).filter(|_| command.route.terms.is_none())
            {
                command.route.path = path;
            }
        }
        for query in context.queries.values_mut() {
            let pin = found(&pins.queries, &query.name, &query.notes.was);
            if let Some(path) = pin.and_then(RoutePin::path).filter(|_| query.route.terms.is_none())
            {
                query.route.path = path;
            }
        }
        for aggregate in context.aggregates.values_mut() {
            if let Some(pin) = found(&pins.aggregates, &aggregate.name, &aggregate.notes.was) {
                aggregate.topic = Some(pin.topic.clone());
            }
        }
        for view in context.views.values_mut() {
            if let Some(pin) = found(&pins.views, &view.name, &view.notes.was) {
                view.table.clone_from(&pin.table);
            }
        }
        for replica in context.replicas.values_mut() {
            if let Some(pin) = found(&pins.replicas, &replica.name, &replica.notes.was) {
                replica.table.clone_from(&pin.table);
            }
        }
    }
    routes(model);
}

/// The routes of the system, from those of its commands and queries.
fn routes(model: &mut Model) {
    for route in &mut model.routes {
        let Some(context) = model.contexts.get(&route.context) else { continue };
        let own = match &route.target {
            Target::Command(name) => context.commands.get(name).map(|c| &c.route),
            Target::Query(name) => context.queries.get(name).map(|q| &q.route),
            Target::Aggregate(_) => None,
        };
        if let Some(own) = own {
            route.path.clone_from(&own.path);
        }
    }
    model.routes.sort();
}

fn found<'p, T>(pins: &'p BTreeMap<String, T>, name: &str, was: &[String]) -> Option<&'p T> {
    pins.get(name).or_else(|| was.iter().find_map(|old| pins.get(old)))
}
