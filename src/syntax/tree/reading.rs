//! What is read: replicas, views, queries.

use super::{Head, Spanned};
use crate::lang::tree::{Change, Each, EventPattern, Expr, Field, Ident, Path};
use crate::source::Span;

/// Rows that decisions may look up.
#[derive(Debug, Clone, PartialEq)]
pub struct Replica {
    /// Name and common keys.
    pub head: Head,
    /// One row per aggregate.
    pub of: Option<Path>,
    /// The key columns; the id of `of` when missing.
    pub key: Vec<Ident>,
    /// Its columns.
    pub columns: Vec<Field>,
    /// `on.E`, in the order of the text.
    pub on: Vec<Reaction>,
}

/// Rows that stand in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Name and common keys.
    pub head: Head,
    /// The key columns; empty only after a report.
    pub key: Vec<Ident>,
    /// Its columns.
    pub fields: Vec<Field>,
}

/// Rows that queries read.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Name and common keys.
    pub head: Head,
    /// One row per aggregate.
    pub of: Option<Path>,
    /// The key columns; the id of `of` when missing.
    pub key: Vec<Ident>,
    /// Its columns.
    pub columns: Vec<Field>,
    /// `on.E`, in the order of the text.
    pub on: Vec<Reaction>,
    /// The key for events without a key column.
    pub via: Option<Expr>,
    /// Instead of `of` and `key`: one row per event.
    pub log: Option<Log>,
}

/// `log` and `do` of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// The events.
    pub events: Vec<EventPattern>,
    /// `do`
    pub changes: Vec<Change>,
    /// The place of `log`.
    pub span: Span,
}

/// What a view or replica does with an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// The event.
    pub event: Path,
    /// `if`
    pub cond: Option<Expr>,
    /// `key`: one expression per key column; empty when missing.
    pub key: Vec<Expr>,
    /// One row per element.
    pub each: Option<Each>,
    /// `do`
    pub changes: Vec<Change>,
    /// The place of the event's key, or of the element of an array of tables.
    pub span: Span,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Name and common keys.
    pub head: Head,
    /// The view or replica; `None` only after a report.
    pub view: Option<Path>,
    /// Parameters; a bare name is typed by the column.
    pub params: Vec<Field>,
    /// `where`
    pub cond: Option<Expr>,
    /// The sort order; the key is appended.
    pub order: Vec<OrderKey>,
    /// Cursor pages.
    pub page: Option<Page>,
    /// The row by key.
    pub one: bool,
}

/// A name of `order`, `-` in front for descending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey {
    /// The column.
    pub name: Ident,
    /// `-`
    pub descending: bool,
}

/// `page = { default = 20, max = 100 }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows when the caller does not say.
    pub default: Option<Spanned<i64>>,
    /// The most rows.
    pub max: Option<Spanned<i64>>,
    /// The whole table's place.
    pub span: Span,
}
