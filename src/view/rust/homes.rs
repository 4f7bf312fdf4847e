//! Where each named type lives in the generated code, as one context sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::lang::types::{EnumOrigin, TypeDef, TypeDefKind, TypeId};
use crate::model::{Context, Model};

use super::spelling::module;

/// The place of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// The kit's prelude brings it, under this path.
    Prelude(String),
    /// A module of the context's domain crate, and the name.
    Domain(String, String),
    /// A module of the contracts crate, and the name.
    Contracts(String, String),
}

/// The homes of all types that the code of one context may name.
///
/// Public types live in the contracts crate for their owner too, so nothing is converted between
/// contexts. Those of the shared kernel live there as well.
#[derive(Debug, Clone)]
pub struct Homes<'m> {
    model: &'m Model,
    context: &'m Context,
    own: BTreeMap<TypeId, Home>,
    public: Rc<BTreeSet<TypeId>>,
    /// Names of the context's own types and messages.
    names: Rc<BTreeSet<String>>,
}

impl<'m> Homes<'m> {
    /// The homes as `context` sees them; `public` are the types of the published language.
    #[must_use]
    pub fn new(model: &'m Model, context: &'m Context, public: &Rc<BTreeSet<TypeId>>) -> Self {
        let mut own = BTreeMap::new();
        for (name, aggregate) in &context.aggregates {
            let home = |name: &str| Home::Domain(module(&aggregate.name), name.to_owned());
            own.insert(aggregate.state, home(name));
            if let Some(id) = aggregate.status {
                own.insert(id, home(&format!("{name}Status")));
            }
            for id in &aggregate.entities {
                own.insert(*id, home(model.types.get(*id).map_or("", |def| &def.name)));
            }
            let events = aggregate.events.iter().filter_map(|e| context.events.get(e));
            own.extend(events.map(|event| (event.record, home(&event.name))));
            let commands = aggregate.commands.iter().filter_map(|c| context.commands.get(c));
            own.extend(commands.map(|command| (command.record, home(&command.name))));
        }
        for replica in context.replicas.values() {
            let home = Home::Domain("replicas".to_owned(), format!("{}Row", replica.name));
            own.insert(replica.row, home);
        }
        for reference in context.references.values() {
            let home = Home::Domain("references".to_owned(), format!("{}Row", reference.name));
            own.insert(reference.row, home);
        }
        let of_types = model.types.iter().filter(|(_, def)| is_of(def, context));
        let names = of_types.map(|(_, def)| def.name.clone());
        let names = names.chain(context.commands.keys().cloned());
        let names = Rc::new(names.chain(context.aggregates.keys().cloned()).collect());
        Self { model, context, own, public: Rc::clone(public), names }
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

    /// Whether another context's name is also one of this context: it is written with its path.
    #[must_use]
    pub fn is_ours_too(&self, home: &Home) -> bool {
        let ours = module(&self.context.name);
        matches!(home, Home::Contracts(of, name) if *of != ours && self.names.contains(name))
    }

    /// Whether a type belongs to the published language.
    #[must_use]
    pub fn is_public(&self, id: TypeId) -> bool {
        self.public.contains(&id)
    }

    /// Where a type lives; `None` for groups of names that are no types in Rust.
    #[must_use]
    pub fn find(&self, id: TypeId) -> Option<Home> {
        let def = self.model.types.get(id)?;
        if let TypeDefKind::Enum { origin: EnumOrigin::Weekday, .. } = def.kind {
            return Some(Home::Prelude("time::Weekday".to_owned()));
        }
        let Some(context) = &def.context else {
            return Some(Home::Contracts("shared".to_owned(), def.name.clone()));
        };
        if self.is_public(id) || *context != self.context.name {
            return Some(Home::Contracts(module(context), def.name.clone()));
        }
        if let Some(home) = self.own.get(&id) {
            return Some(home.clone());
        }
        let module = match &def.kind {
            TypeDefKind::Newtype { id_of: Some(aggregate), .. } => module(aggregate),
            _ => "values".to_owned(),
        };
        Some(Home::Domain(module, def.name.clone()))
    }
}

fn is_of(def: &TypeDef, context: &Context) -> bool {
    def.context.as_ref() == Some(&context.name)
}
