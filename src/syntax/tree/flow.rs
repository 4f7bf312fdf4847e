//! What happens between aggregates and contexts: policies and sagas.

use super::{Head, Spanned};
use crate::lang::tree::{Action, Each, Expr, Field, Ident, Message, Path, Timeout};
use crate::source::Span;

/// What a policy does when its command refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refused {
    /// Nothing.
    #[default]
    Ignore,
    /// The event is parked.
    Park,
}

/// "Whenever this happened, do that."
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Name and common keys.
    pub head: Head,
    /// The events; empty only after a report.
    pub on: Vec<Path>,
    /// `if`
    pub cond: Option<Expr>,
    /// One round per row or element.
    pub each: Option<Each>,
    /// Runs inside the transaction of this replica.
    pub replica: Option<Path>,
    /// The commands.
    pub send: Vec<Message>,
    /// When the command refuses.
    pub refused: Option<Spanned<Refused>>,
}

/// Commands at a time of the clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Name and common keys.
    pub head: Head,
    /// When; missing only after a report.
    pub times: Option<Times>,
    /// The zone of these times.
    pub time_zone: Option<Spanned<String>>,
    /// `if`
    pub cond: Option<Expr>,
    /// One round per row or element.
    pub each: Option<Each>,
    /// The commands.
    pub send: Vec<Message>,
}

/// The times of a schedule, as written.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the words of the language")]
pub enum Times {
    Every(Spanned<jiff::SignedDuration>),
    Daily(Spanned<String>),
    Weekly(Spanned<String>),
    Monthly(Spanned<String>),
}

/// Steps over several aggregates, undone in reverse order.
#[derive(Debug, Clone, PartialEq)]
pub struct Saga {
    /// Name and common keys.
    pub head: Head,
    /// The event that starts it; `None` only after a report.
    pub start: Option<Path>,
    /// `meta.id` when missing.
    pub key: Option<Expr>,
    /// Its fields.
    pub state: Vec<Field>,
    /// `answer = "wait"`: where it says so.
    pub waits: Option<Span>,
    /// `wait_for`
    pub wait_for: Option<Spanned<jiff::SignedDuration>>,
    /// Of the whole saga.
    pub timeout: Option<Timeout>,
    /// `on.completed`
    pub completed: Vec<Action>,
    /// `on.compensated`
    pub compensated: Vec<Action>,
    /// In the order of the text.
    pub steps: Vec<Step>,
}

/// A step of a saga.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique in its saga.
    pub name: Spanned<String>,
    /// The business meaning.
    pub doc: Option<Spanned<String>>,
    /// The command; `None` after a report or for a `call`, which is not built yet.
    pub send: Option<Message>,
    /// Sent in reverse order when compensating.
    pub undo: Option<Message>,
    /// False: skipped, not undone.
    pub cond: Option<Expr>,
    /// Attempts after technical trouble, 5 when missing.
    pub retry: Option<Spanned<i64>>,
    /// `DURATION then VERDICT`
    pub timeout: Option<Timeout>,
    /// `on.R`, in the order of the text.
    pub on: Vec<ReplyReaction>,
    /// The place of the step's header.
    pub span: Span,
}

/// What a saga does with a reply.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyReaction {
    /// An event or refusal of the step's command.
    pub reply: Ident,
    /// `if`
    pub cond: Option<Expr>,
    /// Changes, then perhaps a verdict.
    pub actions: Vec<Action>,
    /// The place of the reply's key, or of the element of an array of tables.
    pub span: Span,
}
