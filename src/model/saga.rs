//! Sagas: steps over several aggregates, undone when one fails.

use jiff::SignedDuration;

use super::{EventRef, Make, Notes};
use crate::lang::ir::{ChangeIr, Ir, MessageIr};
use crate::lang::types::TypeId;
use crate::source::Span;

/// Where a saga goes after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the language")]
pub enum Verdict {
    Next,
    Compensate,
    Retry,
    Complete,
    Park,
}

/// What a command answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// An event.
    Event,
    /// A refusal.
    Refusal,
}

/// What a step does with one reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Event or refusal.
    pub kind: ReplyKind,
    /// Its name, in the context of the command.
    pub name: String,
    /// Only then; else the default verdict.
    pub cond: Option<Ir>,
    /// Changes of the saga's state.
    pub changes: Vec<ChangeIr>,
    /// Where it goes.
    pub verdict: Verdict,
}

/// No answer in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTimeout {
    /// How long.
    pub after: SignedDuration,
    /// Where it goes then.
    pub verdict: Verdict,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `snake_case`.
    pub name: String,
    /// The business meaning.
    pub doc: Option<String>,
    /// What it sends.
    pub send: MessageIr,
    /// What takes it back.
    pub undo: Option<MessageIr>,
    /// Else skipped.
    pub cond: Option<Ir>,
    /// Attempts after technical trouble.
    pub retry: u32,
    /// No answer in time.
    pub timeout: Option<StepTimeout>,
    /// Every reply the command can give, those with an entry first, in text order.
    pub replies: Vec<Reply>,
    /// Where it is written.
    pub span: Span,
}

/// What a saga does at its end.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionIr {
    /// Change its state.
    Change(ChangeIr),
    /// Send a command.
    Send(MessageIr),
}

/// A saga.
#[derive(Debug, Clone)]
pub struct Saga {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// The event that starts it.
    pub start: EventRef,
    /// One saga per value of this.
    pub key: Ir,
    /// Its state.
    pub state: TypeId,
    /// The first state, from the start event.
    pub begin: Make,
    /// How long the HTTP caller of the starting command waits for its end; `None`: not at all.
    pub waits: Option<jiff::SignedDuration>,
    /// Of the whole saga.
    pub timeout: Option<StepTimeout>,
    /// In order.
    pub steps: Vec<Step>,
    /// After the last step.
    pub completed: Vec<ActionIr>,
    /// After everything was undone.
    pub compensated: Vec<ActionIr>,
    /// Where it is declared.
    pub span: Span,
}
