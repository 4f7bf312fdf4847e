//! The domain crate of a context: what may happen, and what follows from it.
//!
//! Pure code: no clock, no I/O, no async. One file per aggregate, one per command.

mod aggregate;
mod apply;
mod command;
mod constants;
mod custom;
mod decision;
mod derive;
mod event;
mod messages;
mod record;
mod reference;
mod refusal;
mod root;
mod site;
mod tables;
mod tests;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::lang::types::TypeId;
use crate::model::{Aggregate, Context, Event, Model};

use super::rust::{Homes, header, public_types};

pub use aggregate::aggregate_file;
pub use apply::Changes;
pub use command::{CommandItems, calls, command_file, command_items, id_in_command, uses};
pub use constants::Constants;
pub use custom::custom_file;
pub use decision::none_of;
pub use event::event_file;
pub use messages::{Messages, names_taken, scenario_test};
pub use record::{RecordView, doc_of, record, struct_body};
pub use reference::{ReferencesFile, references_file};
pub use refusal::{refusal_file, text_of};
pub use root::{functions_file, lib_file, replicas_file, row_items, settings_file};
pub use site::{Place as SitePlace, Site, row_call};
pub use tables::tables_file;
pub use tests::tests_file;
pub use values::{key_of, ordered_mods, type_items, values_file};

/// What is worked out once for a whole system.
#[derive(Debug)]
pub struct Facts {
    /// The types of the published language.
    public: Rc<BTreeSet<TypeId>>,
    fallible: derive::Fallible,
    /// Names behind uuids that scenarios write with `@`.
    names: BTreeMap<uuid::Uuid, String>,
}

impl Facts {
    /// Those of a model.
    #[must_use]
    pub fn of(model: &Model) -> Rc<Self> {
        Rc::new(Self {
            public: Rc::new(public_types(model)),
            fallible: derive::Fallible::of(model),
            names: model.told_names.clone(),
        })
    }

    /// The types of the published language.
    #[must_use]
    pub fn public(&self) -> &Rc<BTreeSet<TypeId>> {
        &self.public
    }

    /// The events of an aggregate: those that can come first, then the others, each by name. The
    /// order of tables in the domain text means nothing, so it cannot be theirs.
    #[must_use]
    pub fn events<'m>(&self, context: &'m Context, aggregate: &Aggregate) -> Vec<&'m Event> {
        let mut events: Vec<&Event> =
            aggregate.events.iter().filter_map(|name| context.events.get(name)).collect();
        events.sort_by(|a, b| (a.begin.is_none(), &a.name).cmp(&(b.begin.is_none(), &b.name)));
        events
    }
}

/// What all files of one domain crate share.
#[derive(Debug)]
pub struct Domain<'m> {
    /// The system.
    pub model: &'m Model,
    /// The context.
    pub context: &'m Context,
    /// Where types live.
    pub homes: Homes<'m>,
    /// The first line of owned files.
    pub header: String,
    /// What is known of the whole system.
    pub facts: Rc<Facts>,
}

impl<'m> Domain<'m> {
    /// The domain crate of `context`; `source` is the domain file that describes it.
    #[must_use]
    pub fn new(model: &'m Model, context: &'m Context, source: &str, facts: &Rc<Facts>) -> Self {
        Self {
            model,
            context,
            homes: Homes::new(model, context, facts.public()),
            header: header(source),
            facts: Rc::clone(facts),
        }
    }

    /// Names behind uuids that scenarios write with `@`.
    #[must_use]
    pub fn names(&self) -> &BTreeMap<uuid::Uuid, String> {
        &self.facts.names
    }

    /// Whether computing a derived value of a record can fail.
    #[must_use]
    pub fn derived_fails(&self, record: TypeId, name: &str) -> bool {
        self.facts.fallible.contains(record, name)
    }

    /// The events of an aggregate, in the order of [`Facts::events`].
    #[must_use]
    pub fn events(&self, aggregate: &Aggregate) -> Vec<&'m Event> {
        self.facts.events(self.context, aggregate)
    }

    /// The zone of the calendar as a reference.
    #[must_use]
    pub fn zone(&self) -> &'static str {
        if self.context.time_zone == "UTC" { "&time::UTC" } else { "&crate::ZONE" }
    }
}
