//! References: rows that stand in the domain description and are not made from events.
//!
//! Keeps true: what the text says is the whole table; nothing else writes it. A rule looks such a row up like one of a
//! replica, and a reference is asked for without a query of its own.

use std::marker::PhantomData;

use serde::Deserialize;

use crate::check::{Check, Violations};
use crate::context::Context;
use crate::fault::Folded;
use crate::query::{Filter, Query};
use crate::row::Row;
use crate::view::View;

/// A row of a reference, and all rows there are.
pub trait Reference: Row {
    /// The rows, as the text lists them.
    ///
    /// # Errors
    /// A value that breaks the rules of its type.
    fn rows() -> Folded<Vec<Self>>;
}

/// A reference as a read model that follows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Listed<R>(PhantomData<fn() -> R>);

impl<R: Row> View for Listed<R> {
    type Row = R;
}

/// The rows of a reference, by key: the query that needs no parameters.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Every<R> {
    #[serde(skip)]
    row: PhantomData<fn() -> R>,
}

impl<R> Check for Every<R> {
    fn check(&mut self, _: &mut Violations) {}
}

impl<R: Row> Query for Every<R> {
    type Row = R;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all())
    }
}
