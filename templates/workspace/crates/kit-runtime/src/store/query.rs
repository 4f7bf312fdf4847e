//! Conditions, order and pages of a query, as data; each store turns them into its own SQL.
//!
//! Conditions have two values: a comparison with a missing value is false (`==` and `!=` are the exception: missing
//! equals missing). So `not` means what it says, and both stores agree with the interpreter of the domain language.

use super::{Datum, Row, ViewTable};

/// What to read from a view.
#[derive(Debug, Clone, PartialEq)]
pub struct QuerySpec {
    /// The table.
    pub table: ViewTable,
    /// Which rows.
    pub filter: Cond,
    /// In which order; missing values come last in either direction, and the key is appended by the store.
    pub order: Vec<Order>,
    /// Where the page before ended: the text of [`Page::next`] or [`Page::cursors`].
    pub after: Option<String>,
    /// At most so many rows, from 1.
    pub limit: u32,
}

/// One column to order by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: String,
    /// Highest first.
    pub descending: bool,
}

/// Rows of one page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// For each row the cursor that continues right after it: for callers that drop rows themselves.
    pub cursors: Vec<String>,
    /// The cursor of the last row if there are more rows.
    pub next: Option<String>,
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    /// All hold; an empty list is true.
    All(Vec<Cond>),
    /// One holds; an empty list is false.
    Any(Vec<Cond>),
    /// Does not hold.
    Not(Box<Cond>),
    /// Compares two terms of one type; an int beside a decimal is a decimal.
    Compare(Term, Comparison, Term),
    /// The term is one of the values.
    In(Term, Vec<Datum>),
    /// The term has no value.
    IsNull(Term),
    /// Looks into a text, case and accents counted. The second term is the text looked for, taken literally.
    Text(Term, TextMatch, Term),
    /// A term of type bool, true.
    True(Term),
}

impl Cond {
    /// Every row.
    #[must_use]
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// The column equals the value.
    pub fn equals(column: impl Into<String>, value: Datum) -> Self {
        Self::Compare(Term::Column(column.into()), Comparison::Eq, Term::Value(value))
    }
}

/// How two terms are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal; missing equals missing.
    Eq,
    /// Not equal.
    Ne,
    /// Less. Texts compare by code points in both stores.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// Where a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMatch {
    /// At the start.
    StartsWith,
    /// At the end.
    EndsWith,
    /// Anywhere.
    Contains,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A column of the row.
    Column(String),
    /// A value: literal, parameter, the present moment, a setting. Always bound, never spliced into SQL.
    Value(Datum),
    /// Sum: int, decimal, or time or duration with duration.
    Add(Box<Term>, Box<Term>),
    /// Difference: as [`Term::Add`]; time minus time is a duration.
    Sub(Box<Term>, Box<Term>),
    /// Product of int and decimal.
    Mul(Box<Term>, Box<Term>),
}
