//! Policies: when this happened, ask for that.

use super::{EventRef, Notes};
use crate::lang::ir::{Ir, MessageIr};
use crate::lang::types::TypeId;
use crate::source::Span;

/// What `each` walks.
#[derive(Debug, Clone, PartialEq)]
pub enum EachSource {
    /// Rows of a view or replica of the same context; without a name a row is the root `row`.
    Rows {
        /// Its name.
        source: String,
    },
    /// Elements of a collection.
    Elements(Ir),
}

/// Once per row or element.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// The local that the row or element is; none when its columns are bare names.
    pub var: Option<String>,
    /// What is walked.
    pub source: EachSource,
    /// Only those; a conjunction, one entry each.
    pub filter: Vec<Ir>,
}

/// What happens when the command refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nothing.
    Ignore,
    /// It is set aside for a person.
    Park,
}

/// A policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// The events, in text order.
    pub on: Vec<EventRef>,
    /// The fields they have in common, ids first.
    pub ev: TypeId,
    /// Only then.
    pub cond: Option<Ir>,
    /// Once per row or element.
    pub each: Option<Each>,
    /// Runs in this replica's transaction; `before` is its row before the event.
    pub replica: Option<String>,
    /// Commands, each a message of its own; the target's id comes first.
    pub send: Vec<MessageIr>,
    /// What happens when a command refuses.
    pub refused: Refused,
    /// Where it is declared.
    pub span: Span,
}
