//! Streams as the service of one context sees them: its own with every event, foreign ones with
//! their public events.

use std::collections::BTreeSet;

use crate::model::{Aggregate, Context, Event, EventRef};
use crate::view::domain::Domain;
use crate::view::rust::{Imports, module};

/// One kind of stream that a read model or policy follows.
#[derive(Debug, Clone)]
pub struct Stream<'m> {
    /// The context that owns it.
    pub context: &'m Context,
    /// The aggregate.
    pub aggregate: &'m Aggregate,
    /// Whether it belongs to another context.
    pub foreign: bool,
    /// The events that can be seen here, in the order of their enum.
    pub events: Vec<&'m Event>,
}

impl<'m> Stream<'m> {
    /// The path of the event enum in a file of the service; notes the import.
    #[must_use]
    pub fn event_type(&self, imports: &Imports) -> String {
        let name = format!("{}Event", self.aggregate.name);
        if self.foreign {
            let module = module(&self.context.name);
            imports.add(&format!("contracts::{module}"), "self");
            return format!("{module}::{name}");
        }
        imports.domain(&module(&self.aggregate.name), &name);
        name
    }

    /// The variant of an event.
    #[must_use]
    pub fn variant(&self, ty: &str, event: &Event) -> String {
        format!("{ty}::{}", event.name)
    }
}

/// The streams of these events: foreign ones first, by context and aggregate.
#[must_use]
pub fn streams_of<'m>(domain: &Domain<'m>, events: &[EventRef]) -> Vec<Stream<'m>> {
    let mut keys = BTreeSet::new();
    for event in events {
        if let Some(found) = domain.model.event(event) {
            let foreign = event.context != domain.context.name;
            keys.insert((!foreign, event.context.clone(), found.aggregate.clone()));
        }
    }
    keys.into_iter()
        .filter_map(|(own, context, aggregate)| {
            let context = domain.model.contexts.get(&context)?;
            let aggregate = context.aggregates.get(&aggregate)?;
            let events = if own {
                domain.facts.events(context, aggregate)
            } else {
                context.published(&aggregate.name)
            };
            Some(Stream { context, aggregate, foreign: !own, events })
        })
        .collect()
}
