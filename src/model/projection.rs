//! Views and replicas: rows made from events. References: rows that stand in the text.

use super::{Each, EventRef, Make, Notes, Row};
use crate::lang::ir::{ChangeIr, Ir};
use crate::lang::types::TypeId;
use crate::source::Span;

/// Where the rows live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectionKind {
    /// In the read store; for queries, policies and schedules.
    View,
    /// In the write database; commands may look it up.
    Replica,
    /// In the write database, as the text lists them; commands may look them up.
    Reference,
}

/// Where a reaction's row is found.
#[derive(Debug, Clone, PartialEq)]
pub enum KeySource {
    /// One expression per key column.
    Columns(Vec<Ir>),
    /// An option of the only key column; `none` skips the event.
    Via(Ir),
}

/// What one event does to one row, or to one row per element.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// The event.
    pub event: EventRef,
    /// Only then; may ask `exists`.
    pub cond: Option<Ir>,
    /// Once per element; the element is a local.
    pub each: Option<Each>,
    /// The row.
    pub key: KeySource,
    /// The whole change of an existing row, in order: columns set by name, then those written.
    pub changes: Vec<ChangeIr>,
    /// How a missing row is made; `None`: nothing happens without a row.
    pub make: Option<Make>,
    /// Whether a change is `delete`.
    pub deletes: bool,
    /// Where it is written; of the projection when it is followed by name.
    pub span: Span,
}

/// One row per event.
#[derive(Debug, Clone, PartialEq)]
pub struct LogForm {
    /// The events, sorted.
    pub events: Vec<LogEvent>,
}

/// How an event becomes a row of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEvent {
    /// The event.
    pub event: EventRef,
    /// The row; the five columns of the envelope are given as well.
    pub make: Make,
}

/// The forms of a projection.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Rows with a key.
    Keyed {
        /// All reactions, sorted by event, in text order for one event.
        reactions: Vec<Reaction>,
    },
    /// One row per event.
    Log(LogForm),
}

/// A view, replica or reference.
#[derive(Debug, Clone)]
pub struct Projection {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// Where its rows live.
    pub kind: ProjectionKind,
    /// The aggregate it follows row by row: context and name.
    pub of: Option<(String, String)>,
    /// Key columns, in order.
    pub key: Vec<String>,
    /// The row's record: key columns that `columns` leaves out come first. A log starts with
    /// `position stream event version at`.
    pub row: TypeId,
    /// How rows come about.
    pub form: Form,
    /// Every event it follows, sorted.
    pub events: Vec<EventRef>,
    /// The rows of a reference, in text order.
    pub listed: Vec<Row>,
    /// The table's name, pinned.
    pub table: String,
    /// Where it is declared.
    pub span: Span,
}
