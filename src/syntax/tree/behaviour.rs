//! Aggregates and what happens to them: commands, events, refusals.

use super::{Head, Spanned};
use crate::lang::tree::{
    Change, Expr, Field, IdDecl, Ident, Message, Path, Rule, Statuses, Unique,
};
use crate::source::Span;

/// A thing with a life: identity, status, state.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Name and common keys.
    pub head: Head,
    /// `<x>_id: uuid by server` when missing.
    pub id: Option<IdDecl>,
    /// In the order of the text; the first is initial.
    pub status: Vec<Ident>,
    /// Its fields.
    pub state: Vec<Field>,
    /// `[aggregate.X.entity]`: element types.
    pub entities: Vec<(Ident, Vec<Field>)>,
    /// Computed, never stored.
    pub derive: Vec<(Ident, Expr)>,
    /// Reservations.
    pub unique: Vec<Unique>,
    /// Whether `GET /<plural>/{id}` answers its state (true when missing).
    pub read: Option<Spanned<bool>>,
    /// Overrides the regular plural.
    pub plural: Option<Spanned<String>>,
}

/// What an `on` command does when the stream is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfMissing {
    /// `NotFound`
    #[default]
    Refuse,
    /// Success, no event.
    Ignore,
    /// The first message creates.
    Create,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decide {
    /// `decide = "rust"`
    Rust,
}

/// An intention.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Name and common keys.
    pub head: Head,
    /// `creates`: the aggregate that it makes.
    pub creates: Option<Path>,
    /// `on`: the aggregate that it changes. Both are `None` only after a report.
    pub on: Option<Path>,
    /// `if_missing`.
    pub if_missing: Option<Spanned<IfMissing>>,
    /// Without the id.
    pub fields: Vec<Field>,
    /// The statuses in which it is accepted.
    pub from: Option<Statuses>,
    /// Rows read in the same transaction: `lookup.name`.
    pub lookups: Vec<(Ident, Expr)>,
    /// Named values: `let.name`.
    pub lets: Vec<(Ident, Expr)>,
    /// Rules before `emit`.
    pub require: Vec<Rule>,
    /// The events. With `decide`, names only.
    pub emit: Vec<Message>,
    /// Rules after `emit`.
    pub ensure: Vec<Rule>,
    /// Sugar for `to` of the only event.
    pub to: Option<Ident>,
    /// `decide = "rust"`
    pub decide: Option<Spanned<Decide>>,
    /// With `decide`: what the Rust code may refuse with.
    pub refuse: Vec<Ident>,
    /// Other contexts may send it.
    pub public: bool,
}

/// A fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Name and common keys.
    pub head: Head,
    /// The aggregate; the emitting command's when missing.
    pub on: Option<Path>,
    /// Implied by the emitting command when missing.
    pub fields: Option<Vec<Field>>,
    /// The status afterwards.
    pub to: Option<Ident>,
    /// `None`: by name only; an empty list (`apply = []`): nothing is set.
    pub apply: Option<Vec<Change>>,
    /// End of life.
    pub closes: bool,
    /// Published as it is.
    pub public: bool,
    /// The place of `public` or of the name, for reports about it.
    pub public_span: Span,
}

/// What other contexts see instead of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Name and common keys.
    pub head: Head,
    /// The event; missing only after a report.
    pub on: Option<Path>,
    /// `if`
    pub cond: Option<Expr>,
    /// What it carries.
    pub fields: Vec<Field>,
    /// `do`
    pub changes: Vec<Change>,
}

/// A named "no".
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Name and common keys.
    pub head: Head,
    /// The HTTP status.
    pub status: Option<Spanned<i64>>,
    /// With `{field}` placeholders.
    pub text: Option<Spanned<String>>,
    /// Inferred from the arguments when missing.
    pub fields: Option<Vec<Field>>,
}
