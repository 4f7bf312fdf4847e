//! `event.rs` of an aggregate: the events in the form in which they are stored.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::model::{Aggregate, Event};
use crate::view::rust::{Imports, Place, Rust, article, module};

use super::Domain;
use super::custom::constructor;
use super::record::{RecordView, record};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventFile {
    header: String,
    article: String,
    external: String,
    internal: String,
    name: String,
    stream: String,
    id: String,
    events: Vec<EventView>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct EventView {
    record: RecordView,
    wire: String,
    version: u32,
    closes: String,
}

/// The events of an aggregate.
#[must_use]
pub fn event_file(domain: &Domain, aggregate: &Aggregate) -> EventFile {
    let imports = Imports::below(&module(&aggregate.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let id = rust.named(aggregate.id.newtype);
    let events = domain.events(aggregate).into_iter().map(|e| view(domain, &rust, e)).collect();
    EventFile {
        header: domain.header.clone(),
        article: article(&aggregate.name),
        name: format!("{}Event", aggregate.name),
        stream: format!("{}.{}", domain.context.name, aggregate.name.to_snake_case()),
        id,
        events,
        external: imports.external(true),
        internal: imports.internal(),
    }
}

fn view(domain: &Domain, rust: &Rust, event: &Event) -> EventView {
    let defs = domain.model.types.fields(event.record);
    let doc = event.notes.doc.as_deref();
    let mut record = record(domain, rust, &event.name, doc, defs, Place::Message);
    if let Some(constructor) = constructor(domain, rust, event) {
        let gap = if record.below.is_empty() { "" } else { "\n\n" };
        record.below = format!("{constructor}{gap}{}", record.below);
    }
    EventView {
        record,
        wire: event.wire.clone(),
        version: event.version,
        closes: if event.closes { " closes" } else { "" }.to_owned(),
    }
}
