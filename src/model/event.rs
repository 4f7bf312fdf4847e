//! Events: what happened, and what it does to the state.

use super::Notes;
use crate::lang::ir::{ChangeIr, Ir};
use crate::lang::types::TypeId;
use crate::source::Span;

/// An event of some context.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventRef {
    /// The context that declares it.
    pub context: String,
    /// Its name.
    pub name: String,
}

/// How something that did not exist is made: a state by its first event, a row by a reaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Make {
    /// Every field of the record, in its order, with the first value. Nothing here reads the thing
    /// itself.
    pub values: Vec<(String, Ir)>,
    /// Changes that remain to be done on it, in order; they may read it.
    pub then: Vec<ChangeIr>,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// The aggregate of the same context.
    pub aggregate: String,
    /// Its payload, without the id.
    pub record: TypeId,
    /// The whole change of an existing state, in order: fields set by name, the changes written,
    /// the status of `to` last.
    pub apply: Vec<ChangeIr>,
    /// How it makes the state, when it can come first.
    pub begin: Option<Make>,
    /// Whether it can come later than first.
    pub follows: bool,
    /// The status of `to`: index into the members.
    pub to: Option<u32>,
    /// End of life of the stream.
    pub closes: bool,
    /// Published as it is.
    pub public: bool,
    /// Whether `fields` is written in the domain file.
    pub declared_fields: bool,
    /// `event_type` on the wire: `snake_case` of the first name, pinned.
    pub wire: String,
    /// Version of its shape.
    pub version: u32,
    /// Where it is declared or first emitted.
    pub span: Span,
}

/// What other contexts see instead of an event.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The event as they see it; it changes no state.
    pub event: Event,
    /// The event of its context that it is made of.
    pub on: String,
    /// Only then; may ask the event and the state after it.
    pub cond: Option<Ir>,
    /// Each of its fields.
    pub fields: Vec<(String, Ir)>,
}
