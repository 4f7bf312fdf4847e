//! Where each named type lives in the generated code of one context.

use std::collections::BTreeMap;

use crate::lang::types::{TypeDefKind, TypeId};
use crate::model::{Context, Model};

use super::spelling::module;

/// The module and name of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The module below the domain crate, such as `tool` or `foreign::stock`; empty for what the
    /// kit's prelude brings.
    pub module: String,
    /// The name in Rust, with the path of the prelude where there is one (`time::Weekday`).
    pub name: String,
}

/// The homes of all types that the code of one context may name.
///
/// A context's crates never depend on another context's: foreign types have copies in
/// `foreign::<context>`, those of the shared kernel in `shared`.
#[derive(Debug, Clone)]
pub struct Homes<'m> {
    model: &'m Model,
    context: &'m Context,
    own: BTreeMap<TypeId, Home>,
}

impl<'m> Homes<'m> {
    /// The homes as `context` sees them.
    #[must_use]
    pub fn new(model: &'m Model, context: &'m Context) -> Self {
        let mut own = BTreeMap::new();
        for (name, aggregate) in &context.aggregates {
            let home = |name: &str| Home { module: module(&aggregate.name), name: name.to_owned() };
            own.insert(aggregate.state, home(name));
            if let Some(id) = aggregate.status {
                own.insert(id, home(&format!("{name}Status")));
            }
            for id in &aggregate.entities {
                own.insert(*id, home(model.types.get(*id).map_or("", |def| &def.name)));
            }
            for event in &aggregate.events {
                if let Some(event) = context.events.get(event) {
                    own.insert(event.record, home(&event.name));
                }
            }
            for command in &aggregate.commands {
                if let Some(command) = context.commands.get(command) {
                    own.insert(command.record, home(&command.name));
                }
            }
        }
        Self { model, context, own }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// The context whose code it is.
    #[must_use]
    pub fn context(&self) -> &'m Context {
        self.context
    }

    /// Where a type lives; `None` for groups of names that are no types in Rust.
    #[must_use]
    pub fn find(&self, id: TypeId) -> Option<Home> {
        if let Some(home) = self.own.get(&id) {
            return Some(home.clone());
        }
        let def = self.model.types.get(id)?;
        if let TypeDefKind::Enum { origin: crate::lang::types::EnumOrigin::Weekday, .. } = def.kind
        {
            return Some(Home { module: String::new(), name: "time::Weekday".to_owned() });
        }
        let home = |module: String| Some(Home { module, name: def.name.clone() });
        match &def.context {
            None => home("shared".to_owned()),
            Some(context) if *context == self.context.name => match &def.kind {
                TypeDefKind::Newtype { id_of: Some(aggregate), .. } => home(module(aggregate)),
                _ => home("values".to_owned()),
            },
            Some(context) => home(format!("foreign::{}", module(context))),
        }
    }
}
