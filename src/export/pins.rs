//! Names on the wire that were given out before: an input, and they win over what names would
//! give today.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::SCHEMA_VERSION;
use crate::model::{Aggregate, Context, Model, Target};
use crate::names::plural_kebab;

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
    #[serde(default)]
    references: BTreeMap<String, TablePin>,
}

#[derive(Debug, Clone, Deserialize)]
struct AggregatePin {
    topic: String,
}

#[derive(Debug, Clone, Deserialize)]
struct EventPin {
    wire: String,
    /// Missing in what is published.
    #[serde(default)]
    aggregate: Option<String>,
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
        paths(context, pins);
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
        for reference in context.references.values_mut() {
            if let Some(pin) = found(&pins.references, &reference.name, &reference.notes.was) {
                reference.table.clone_from(&pin.table);
            }
        }
    }
    routes(model);
}

/// Events that were there, as context and name, of aggregates that still are: what is stored of them cannot be read any
/// more. For a model that has its pins.
#[must_use]
pub fn lost(model: &Model, pins: &BTreeMap<String, Pins>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, pins) in pins {
        let Some(context) = model.contexts.get(name) else { continue };
        let stays = |aggregate: &str| {
            let mut all = context.aggregates.values();
            all.any(|it| it.name == aggregate || it.notes.was.iter().any(|old| old == aggregate))
        };
        for (event, pin) in &pins.events {
            let read = context.events.values().any(|it| it.wire == pin.wire);
            if !read && pin.aggregate.as_deref().is_some_and(stays) {
                all.push((name.clone(), event.clone()));
            }
        }
    }
    all
}

/// The paths of commands and of the aggregates that they are for. A field of a path is not on the wire: it has the
/// name that the id has today.
fn paths(context: &mut Context, pins: &Pins) {
    let Context { aggregates, commands, .. } = context;
    for command in commands.values_mut() {
        let Some(aggregate) = aggregates.get_mut(&command.aggregate) else { continue };
        let pin = found(&pins.commands, &command.name, &command.notes.was);
        let Some(path) = pin.and_then(RoutePin::path) else { continue };
        let plural = path.split('/').nth(1).unwrap_or_default().to_owned();
        if command.route.terms.is_none() {
            let id = format!("{{{}}}", aggregate.id.name);
            let named =
                |part: &str| if part.starts_with('{') { id.clone() } else { part.to_owned() };
            command.route.path = path.split('/').map(named).collect::<Vec<_>>().join("/");
        }
        // What the text says itself stays as it is.
        if aggregate.plural == plural_kebab(&aggregate.name) {
            aggregate.plural = plural;
        }
    }
    for command in commands.values_mut() {
        let Some(aggregate) = aggregates.get(&command.aggregate) else { continue };
        let place = command.route.terms.as_mut().and_then(|terms| terms.place.as_mut());
        if let Some(place) = place {
            *place = format!("/{}", aggregate.plural);
        }
    }
}

/// The routes of the system, from those of its commands and queries.
fn routes(model: &mut Model) {
    for route in &mut model.routes {
        let Some(context) = model.contexts.get(&route.context) else { continue };
        let own = match &route.target {
            Target::Command(name) => context.commands.get(name).map(|c| c.route.path.clone()),
            Target::Query(name) => context.queries.get(name).map(|q| q.route.path.clone()),
            Target::Aggregate(name) => context.aggregates.get(name).map(Aggregate::path),
        };
        if let Some(path) = own {
            route.path = path;
        }
    }
    model.routes.sort();
}

fn found<'p, T>(pins: &'p BTreeMap<String, T>, name: &str, was: &[String]) -> Option<&'p T> {
    pins.get(name).or_else(|| was.iter().find_map(|old| pins.get(old)))
}
