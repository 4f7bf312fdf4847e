//! Queries: questions that a view answers over HTTP.

use super::{Notes, Route};
use crate::lang::ir::Ir;
use crate::lang::types::TypeId;
use crate::source::Span;

/// One column of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: String,
    /// Largest first; `none` is last either way.
    pub descending: bool,
}

/// Sizes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// When the caller says nothing.
    pub default: u32,
    /// At most.
    pub max: u32,
}

/// A query.
#[derive(Debug, Clone)]
pub struct Query {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// The view, replica or reference of the same context.
    pub view: String,
    /// Its parameters. For `one` the key columns are in the path and not here.
    pub params: TypeId,
    /// What a row must satisfy: the conjuncts of `where`, then one equality per parameter that
    /// `where` does not mention. Columns are fields of `This`.
    pub filter: Vec<Ir>,
    /// The order, the key appended.
    pub order: Vec<Order>,
    /// Sizes of a page.
    pub page: Page,
    /// The row by key instead of a page.
    pub one: bool,
    /// Its route.
    pub route: Route,
    /// Not declared: every reference has such a query of its rows, and one of each row.
    pub implied: bool,
    /// Where it is declared.
    pub span: Span,
}
