//! Queries: what a caller may ask of a view. Conditions are data that the store turns into SQL of its dialect.
//!
//! A query is the struct of its parameters. [`Query::filter`] holds the conditions that the store can judge,
//! [`Query::keep`] the rest, judged row by row.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::check::Check;
use crate::context::Context;
use crate::fault::Folded;
use crate::row::Row;

/// The parameters of a query, and what they ask for.
pub trait Query:
    Check + Clone + std::fmt::Debug + DeserializeOwned + Send + Sync + 'static
{
    /// The rows it answers with.
    type Row: Row;

    /// The order of the rows; the key is appended.
    const ORDER: &'static [Order] = &[];

    /// How many rows a page has.
    const PAGE: Page = Page { default: 20, max: 100 };

    /// The conditions that the store judges.
    ///
    /// # Errors
    /// When arithmetic fails.
    fn filter(&self, cx: &Context) -> Folded<Filter>;

    /// The conditions that only code can judge.
    ///
    /// # Errors
    /// When arithmetic fails.
    fn keep(&self, row: &Self::Row, cx: &Context) -> Folded<bool> {
        let _ = (row, cx);
        Ok(true)
    }
}

/// One column of an order; empty values come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Which column.
    pub column: &'static str,
    /// Whether large values come first.
    pub descending: bool,
}

impl Order {
    /// Small values first.
    #[must_use]
    pub const fn up(column: &'static str) -> Self {
        Self { column, descending: false }
    }

    /// Large values first.
    #[must_use]
    pub const fn down(column: &'static str) -> Self {
        Self { column, descending: true }
    }
}

/// The size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Without a wish.
    pub default: u32,
    /// At most.
    pub max: u32,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter(pub Vec<Cond>);

impl Filter {
    /// Every row.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// And this condition.
    #[must_use]
    pub fn and(mut self, cond: Cond) -> Self {
        self.0.push(cond);
        self
    }

    /// And the condition that this value asks for, if there is one.
    #[must_use]
    pub fn and_some<T>(self, value: Option<&T>, cond: impl FnOnce(&T) -> Cond) -> Self {
        match value {
            Some(value) => self.and(cond(value)),
            None => self,
        }
    }

    /// And the column has this value, if there is one.
    #[must_use]
    pub fn equal_if<T: Serialize>(self, column: &'static str, value: Option<&T>) -> Self {
        match value {
            Some(value) => self.and(col(column).eq(val(value))),
            None => self,
        }
    }
}

/// A condition on columns and values. Values are JSON; the column beside them says how they are compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    /// Always, or never.
    Const(bool),
    /// A comparison. With an empty side it does not hold, except `Eq` and `Ne`, which treat empty as a value.
    Compare(Term, Op, Term),
    /// The term is true.
    True(Term),
    /// The term equals one of the values.
    In(Term, Vec<Value>),
    /// The term is empty.
    IsNone(Term),
    /// The text begins with the other text.
    StartsWith(Term, Term),
    /// The text ends with the other text.
    EndsWith(Term, Term),
    /// The text holds the other text.
    Contains(Term, Term),
    /// All of them.
    All(Vec<Cond>),
    /// At least one of them.
    Any(Vec<Cond>),
    /// Not that.
    Not(Box<Cond>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// A column, a value, or arithmetic on them.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A column of the table.
    Column(&'static str),
    /// A value.
    Value(Value),
    /// A sum.
    Add(Box<Term>, Box<Term>),
    /// A difference.
    Sub(Box<Term>, Box<Term>),
    /// A product.
    Mul(Box<Term>, Box<Term>),
}

/// A column.
#[must_use]
pub fn col(name: &'static str) -> Term {
    Term::Column(name)
}

/// A value; one without a JSON form is empty.
pub fn val<T: Serialize>(value: T) -> Term {
    Term::Value(serde_json::to_value(value).unwrap_or_default())
}

#[expect(clippy::should_implement_trait, reason = "these build conditions, they do not compare")]
impl Term {
    /// Equal.
    #[must_use]
    pub fn eq(self, other: Term) -> Cond {
        Cond::Compare(self, Op::Eq, other)
    }

    /// Not equal.
    #[must_use]
    pub fn ne(self, other: Term) -> Cond {
        Cond::Compare(self, Op::Ne, other)
    }

    /// Less.
    #[must_use]
    pub fn lt(self, other: Term) -> Cond {
        Cond::Compare(self, Op::Lt, other)
    }

    /// Less or equal.
    #[must_use]
    pub fn le(self, other: Term) -> Cond {
        Cond::Compare(self, Op::Le, other)
    }

    /// Greater.
    #[must_use]
    pub fn gt(self, other: Term) -> Cond {
        Cond::Compare(self, Op::Gt, other)
    }

    /// Greater or equal.
    #[must_use]
    pub fn ge(self, other: Term) -> Cond {
        Cond::Compare(self, Op::Ge, other)
    }

    /// One of these values.
    pub fn one_of<T: Serialize>(self, values: impl IntoIterator<Item = T>) -> Cond {
        let values = values.into_iter().map(|v| serde_json::to_value(v).unwrap_or_default());
        Cond::In(self, values.collect())
    }

    /// True.
    #[must_use]
    pub fn is_true(self) -> Cond {
        Cond::True(self)
    }

    /// Empty.
    #[must_use]
    pub fn is_none(self) -> Cond {
        Cond::IsNone(self)
    }

    /// Begins with this text.
    #[must_use]
    pub fn starts_with(self, text: Term) -> Cond {
        Cond::StartsWith(self, text)
    }

    /// Ends with this text.
    #[must_use]
    pub fn ends_with(self, text: Term) -> Cond {
        Cond::EndsWith(self, text)
    }

    /// Holds this text.
    #[must_use]
    pub fn contains(self, text: Term) -> Cond {
        Cond::Contains(self, text)
    }

    /// A sum.
    #[must_use]
    pub fn add(self, other: Term) -> Term {
        Term::Add(Box::new(self), Box::new(other))
    }

    /// A difference.
    #[must_use]
    pub fn sub(self, other: Term) -> Term {
        Term::Sub(Box::new(self), Box::new(other))
    }

    /// A product.
    #[must_use]
    pub fn mul(self, other: Term) -> Term {
        Term::Mul(Box::new(self), Box::new(other))
    }
}

impl Cond {
    /// Both.
    #[must_use]
    pub fn and(self, other: Cond) -> Cond {
        Cond::All(vec![self, other])
    }

    /// At least one of both.
    #[must_use]
    pub fn or(self, other: Cond) -> Cond {
        Cond::Any(vec![self, other])
    }

    /// Not that.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it builds a condition")]
    pub fn not(self) -> Cond {
        Cond::Not(Box::new(self))
    }
}
