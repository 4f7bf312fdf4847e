//! The contracts crate: the published language, one file per context.

use std::collections::BTreeSet;
use std::rc::Rc;

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::types::TypeId;
use crate::model::{Context, Model};

use super::domain::{CommandItems, Domain, Facts, RecordView, command_items, record, type_items};
use super::rust::{Imports, Place, Rust, article, module, uses_prelude};

/// What one context publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractsFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    types: Vec<String>,
    streams: Vec<StreamView>,
    commands: Vec<CommandItems>,
}

/// The public events of one aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct StreamView {
    article: String,
    name: String,
    stream: String,
    id: String,
    events: Vec<EventView>,
}

/// A public event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct EventView {
    record: RecordView,
    wire: String,
    version: u32,
    closes: String,
}

/// The published language of a context; `None` when it publishes nothing.
#[must_use]
pub fn contracts_file(
    model: &Model,
    context: &Context,
    source: &str,
    facts: &Rc<Facts>,
) -> Option<ContractsFile> {
    let domain = Domain::new(model, context, source, facts);
    let imports = Imports::of_contracts(&module(&context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let ids = own_types(model, facts, Some(&context.name));
    let types = type_items(&domain, &rust, &ids);
    let streams = streams(&domain, &rust);
    let commands: Vec<CommandItems> = context
        .commands
        .values()
        .filter(|command| command.public)
        .filter_map(|command| {
            let aggregate = context.aggregates.get(&command.aggregate)?;
            Some(command_items(&domain, &rust, aggregate, command))
        })
        .collect();
    if types.is_empty() && streams.is_empty() && commands.is_empty() {
        return None;
    }
    Some(ContractsFile {
        header: domain.header.clone(),
        context: context.name.replace('_', " "),
        external: imports
            .external(!streams.is_empty() || !commands.is_empty() || uses_prelude(&types.concat())),
        types,
        streams,
        commands,
        internal: imports.internal(),
    })
}

/// The types of the shared kernel; `None` when there are none.
#[must_use]
pub fn shared_file(model: &Model, facts: &Rc<Facts>) -> Option<ContractsFile> {
    let ids = own_types(model, facts, None);
    let context = model.contexts.values().next()?;
    let domain = Domain::new(model, context, "shared", facts);
    let imports = Imports::of_contracts("shared");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let types = type_items(&domain, &rust, &ids);
    (!types.is_empty()).then(|| ContractsFile {
        header: domain.header.clone(),
        context: "the shared kernel".to_owned(),
        external: imports.external(uses_prelude(&types.concat())),
        types,
        streams: Vec::new(),
        commands: Vec::new(),
        internal: imports.internal(),
    })
}

/// The public types that a context declares, by name; `None`: those of the shared kernel.
fn own_types(model: &Model, facts: &Facts, context: Option<&str>) -> Vec<TypeId> {
    let public: BTreeSet<TypeId> = match context {
        Some(_) => facts.public().as_ref().clone(),
        None => model.types.iter().filter(|(_, d)| d.context.is_none()).map(|(id, _)| id).collect(),
    };
    let mut ids: Vec<TypeId> = public
        .into_iter()
        .filter(|id| {
            model.types.get(*id).is_some_and(|def| {
                def.context.as_deref() == context && super::rust::is_declared(def)
            })
        })
        .collect();
    ids.sort_by_key(|id| model.types.get(*id).map(|def| def.name.clone()));
    ids
}

fn streams(domain: &Domain, rust: &Rust) -> Vec<StreamView> {
    domain
        .context
        .aggregates
        .values()
        .filter_map(|aggregate| {
            let events: Vec<EventView> = domain
                .context
                .published(&aggregate.name)
                .into_iter()
                .map(|event| {
                    let defs = domain.model.types.fields(event.record);
                    let doc = event.notes.doc.as_deref();
                    EventView {
                        record: record(domain, rust, &event.name, doc, defs, Place::Message),
                        wire: event.wire.clone(),
                        version: event.version,
                        closes: if event.closes { " closes" } else { "" }.to_owned(),
                    }
                })
                .collect();
            (!events.is_empty()).then(|| StreamView {
                article: article(&aggregate.name),
                name: format!("{}Event", aggregate.name),
                stream: format!("{}.{}", domain.context.name, aggregate.name.to_snake_case()),
                id: rust.named(aggregate.id.newtype),
                events,
            })
        })
        .collect()
}
