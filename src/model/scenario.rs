//! Scenarios: examples that must come true, by the interpreter and as generated tests.

use jiff::Timestamp;
use uuid::Uuid;

use super::EventRef;
use crate::lang::ir::Ir;
use crate::source::Span;

/// A message with every field given, as constant values.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The context of the event or command.
    pub context: String,
    /// Its name.
    pub name: String,
    /// The aggregate it belongs to.
    pub aggregate: String,
    /// The id of the stream.
    pub stream: Ir,
    /// Every field of the record, in its order, the id not among them.
    pub fields: Vec<(String, Ir)>,
    /// The place.
    pub span: Span,
}

/// A row that is there beforehand, every column given.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The view, replica or reference of the same context.
    pub source: String,
    /// Every column in the order of the row.
    pub fields: Vec<(String, Ir)>,
    /// The place.
    pub span: Span,
}

/// A message or row that must come about; only mentioned fields must be equal.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The context of the event, command or row.
    pub context: String,
    /// Its name.
    pub name: String,
    /// The mentioned fields, the id among them.
    pub fields: Vec<(String, Ir)>,
    /// The place.
    pub span: Span,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// A schedule of this context runs.
    Schedule(String),
    /// A command of the same context.
    Command(Told),
    /// An event, own or foreign.
    Event(Told),
    /// Nothing: whoever plays in it says what.
    Nothing,
}

/// What must come of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Exactly these events in this order; none: ignored.
    Events(Vec<Expected>),
    /// This refusal.
    Refusal {
        /// Its name.
        name: String,
        /// The mentioned fields.
        fields: Vec<(String, Ir)>,
        /// The place.
        span: Span,
    },
    /// Nothing is said: a scenario of messages or rows only.
    Unsaid,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// A sentence; unique in its context.
    pub name: String,
    /// What happened to own aggregates before, in order.
    pub given: Vec<Told>,
    /// Rows that are there.
    pub rows: Vec<Row>,
    /// The time.
    pub now: Timestamp,
    /// Who asks.
    pub actor: Uuid,
    /// The roles of who asks.
    pub roles: Vec<String>,
    /// Every setting in the order of the record.
    pub settings: Vec<(String, Ir)>,
    /// What happens.
    pub when: Trigger,
    /// What must come of it.
    pub then: Outcome,
    /// Commands that policies and sagas must send, in this order; `None`: not checked.
    pub sends: Option<Vec<Expected>>,
    /// What other contexts must see instead of the events; `None`: not checked.
    pub publishes: Option<Vec<Expected>>,
    /// Rows that must be there afterwards.
    pub rows_after: Vec<Expected>,
    /// Policies and views that the event reaches are found from here.
    pub event: Option<EventRef>,
    /// Where it is declared.
    pub span: Span,
}

impl Scenario {
    /// Nothing was told: every default, at the usual time, by the usual actor. What is played in it
    /// is up to the caller.
    #[must_use]
    pub fn plain(settings: Vec<(String, Ir)>, span: Span) -> Self {
        const NOW: i64 = 1_767_603_600;
        Self {
            name: String::new(),
            given: vec![],
            rows: vec![],
            now: Timestamp::from_second(NOW).unwrap_or(Timestamp::UNIX_EPOCH),
            actor: Uuid::new_v5(&Uuid::NAMESPACE_OID, b"actor"),
            roles: vec![],
            settings,
            when: Trigger::Nothing,
            then: Outcome::Unsaid,
            sends: None,
            publishes: None,
            rows_after: vec![],
            event: None,
            span,
        }
    }

    /// Whether it says which rows are there afterwards, which commands are sent, or what is
    /// published.
    #[must_use]
    pub fn is_about_rows_or_messages(&self) -> bool {
        self.sends.is_some() || self.publishes.is_some() || !self.rows_after.is_empty()
    }
}
