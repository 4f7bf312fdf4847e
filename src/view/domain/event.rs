//! `event.rs` of an aggregate: the events in the form in which they are stored.

use serde::Serialize;

use crate::model::{Aggregate, Event};
use crate::view::rust::{Imports, Place, Rust, article, module};

use super::record::{RecordView, record};
use super::{Domain, lower};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventFile {
    header: String,
    article: String,
    uses: String,
    name: String,
    stream: String,
    id: String,
    events: Vec<EventView>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct EventView {
    #[serde(flatten)]
    record: RecordView,
    wire: String,
    version: u32,
    closes: String,
    new: String,
    defaults: String,
}

/// The events of an aggregate, by name.
#[must_use]
pub fn event_file(domain: &Domain, aggregate: &Aggregate) -> EventFile {
    let imports = Imports::below(&module(&aggregate.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let id = rust.named(aggregate.id.newtype);
    let events = aggregate.events.iter().filter_map(|name| domain.context.events.get(name));
    let events: Vec<EventView> = events.map(|event| view(domain, &rust, event)).collect();
    EventFile {
        header: domain.header.line(),
        article: article(&aggregate.name),
        name: format!("{}Event", aggregate.name),
        stream: format!("{}.{}", domain.context.name, module(&aggregate.name)),
        id,
        events,
        uses: imports.lines().join("\n"),
    }
}

fn view(domain: &Domain, rust: &Rust, event: &Event) -> EventView {
    let defs = domain.model.types.fields(event.record);
    EventView {
        record: record(rust, &event.name, event.notes.doc.as_deref(), defs, Place::Message),
        wire: event.wire.clone(),
        version: event.version,
        closes: if event.closes { " closes" } else { "" }.to_owned(),
        new: lower::constructor(domain, rust, event),
        defaults: lower::default_functions(domain, rust, defs),
    }
}
