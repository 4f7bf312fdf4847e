//! Lookup tables and hand-written functions; both are called from expressions.

use super::Notes;
use crate::lang::ir::Ir;
use crate::lang::types::{Bounds, FieldDef, Type};
use crate::source::Span;

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `None` is `else`, always the last.
    pub cond: Option<Ir>,
    /// The result.
    pub value: Ir,
}

/// The first row that matches gives the result.
#[derive(Debug, Clone)]
pub struct Table {
    /// `snake_case`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// Arguments by position; in rows they are fields of `This`.
    pub args: Vec<FieldDef>,
    /// The result's type.
    pub returns: Type,
    /// The result's bounds.
    pub bounds: Bounds,
    /// The rows; the last is `else`.
    pub rows: Vec<Case>,
    /// Where it is declared.
    pub span: Span,
}

/// A pure function in a seed file.
#[derive(Debug, Clone)]
pub struct Function {
    /// `snake_case`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// Arguments by position.
    pub args: Vec<FieldDef>,
    /// The result's type.
    pub returns: Type,
    /// Where it is declared.
    pub span: Span,
}
