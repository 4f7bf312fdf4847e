//! Commands: what may be asked of an aggregate, and how it decides.

use std::collections::BTreeSet;

use super::{Notes, Route};
use crate::lang::ir::{Ir, MessageIr, OutcomeIr, RuleIr};
use crate::lang::types::TypeId;
use crate::source::Span;

/// What happens to an `on` command whose aggregate does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// `NotFound`
    Refuse,
    /// Success without an event.
    Ignore,
    /// The first message makes it.
    Create,
}

/// Whether a command makes its aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandKind {
    /// Makes it; refuses `AlreadyExists`.
    Creates,
    /// Acts on one.
    On(IfMissing),
}

/// The statuses in which a command is accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct From {
    /// Indices into the members of the status enum, in text order.
    pub statuses: Vec<u32>,
    /// What happens in any other.
    pub otherwise: OutcomeIr,
    /// As written.
    pub text: String,
}

/// A row read in the transaction of the decision; a local of that name, an option of the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// The local's name.
    pub name: String,
    /// The replica, of the command's own context.
    pub replica: String,
    /// The key, one expression per key column.
    pub keys: Vec<Ir>,
    /// The row's record.
    pub row: TypeId,
}

/// A named value; a local of that name.
#[derive(Debug, Clone, PartialEq)]
pub struct Let {
    /// The local's name.
    pub name: String,
    /// The value.
    pub value: Ir,
}

/// The declarative form of a decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    /// Values with a name, in text order.
    pub lets: Vec<Let>,
    /// Before the events.
    pub require: Vec<RuleIr>,
    /// The events.
    pub emit: Vec<MessageIr>,
    /// After the events; refuse only.
    pub ensure: Vec<RuleIr>,
}

/// How a command decides.
#[derive(Debug, Clone, PartialEq)]
pub enum Decide {
    /// By what the domain file says.
    Rules(Rules),
    /// By a seed file in Rust, which may give these.
    Rust {
        /// Events of the aggregate, in text order.
        emits: Vec<String>,
        /// Refusals, in text order.
        refuses: Vec<String>,
    },
}

/// A command.
#[derive(Debug, Clone)]
pub struct Command {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// The aggregate of the same context.
    pub aggregate: String,
    /// Whether it makes the aggregate.
    pub kind: CommandKind,
    /// Its fields, without the id.
    pub record: TypeId,
    /// The statuses in which it is accepted; `None`: any.
    pub from: Option<From>,
    /// In text order.
    pub lookups: Vec<Lookup>,
    /// How it decides.
    pub decide: Decide,
    /// Whether other contexts may send it.
    pub public: bool,
    /// Its route.
    pub route: Route,
    /// Every refusal it can give, built-in ones of a decision included.
    pub refusals: BTreeSet<String>,
    /// Every event it can give.
    pub events: BTreeSet<String>,
    /// Whether an event of it stands in a rule (`else emit E`); the answer then has `outcome`.
    pub has_outcomes: bool,
    /// Where it is declared.
    pub span: Span,
}
