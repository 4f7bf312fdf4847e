//! Examples that are also tests.

use super::Spanned;
use crate::lang::tree::{Expr, Ident, Message, Trigger};
use crate::source::Span;

/// `[[scenario]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it shows.
    pub name: Spanned<String>,
    /// The business meaning.
    pub doc: Option<Spanned<String>>,
    /// Own events that happened before.
    pub given: Vec<Message>,
    /// Rows that are there.
    pub rows: Vec<Message>,
    /// The clock; 2026-01-05T09:00:00Z when missing.
    pub now: Option<Spanned<jiff::Timestamp>>,
    /// `@name` without the sign; `actor` when missing.
    pub actor: Option<Ident>,
    /// The actor's roles.
    pub roles: Vec<Ident>,
    /// Settings that differ.
    pub settings: Vec<(Ident, Expr)>,
    /// What happens; `None` only after a report.
    pub when: Option<Trigger>,
    /// Exactly these events, or one refusal; `None`: not looked at; empty: ignored.
    pub then: Option<Vec<Message>>,
    /// Messages of policies and sagas.
    pub then_sends: Option<Vec<Message>>,
    /// What other contexts see.
    pub then_publishes: Option<Vec<Message>>,
    /// Rows that exist afterwards.
    pub then_rows: Vec<Message>,
    /// The place of the header.
    pub span: Span,
}

impl Scenario {
    /// A scenario in which only this happens.
    #[must_use]
    pub fn of(message: Message) -> Self {
        let span = message.span;
        Self {
            name: Spanned { value: String::new(), span },
            doc: None,
            given: Vec::new(),
            rows: Vec::new(),
            now: None,
            actor: None,
            roles: Vec::new(),
            settings: Vec::new(),
            when: Some(Trigger::Message(Box::new(message))),
            then: None,
            then_sends: None,
            then_publishes: None,
            then_rows: Vec::new(),
            span,
        }
    }
}
