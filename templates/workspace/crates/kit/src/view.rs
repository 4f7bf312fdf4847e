//! Read models: pure folds per row. Batches, rebuilds and unit tests need nothing else.
//!
//! Keeps true: a view only ever computes its own rows, so it can be rebuilt at any time without a side effect.

use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::fault::Folded;
use crate::row::Row;

/// A read model or a replica: a table, and one [`Fold`] for each kind of stream it follows.
pub trait View: Send + Sync + 'static {
    /// One row of it.
    type Row: Row;
}

/// The key type of a view's rows.
pub type KeyOf<V> = <<V as View>::Row as Row>::Key;

/// How a view follows the events of one kind of stream.
pub trait Fold<E: Event>: View {
    /// The keys of the rows that the event touches; none when it does not matter here.
    ///
    /// # Errors
    /// When arithmetic fails.
    fn keys(event: &Recorded<E>) -> Folded<Vec<KeyOf<Self>>> {
        let _ = event;
        Ok(Vec::new())
    }

    /// As [`Fold::keys`], for events whose keys stand in the rows of another view: those rows come through the
    /// context, as the other view has them right after the event, or right before one that deletes them.
    ///
    /// # Errors
    /// When rows are needed first, or arithmetic fails.
    fn keys_via(event: &Recorded<E>, cx: &Context) -> Folded<Vec<KeyOf<Self>>> {
        let _ = cx;
        Self::keys(event)
    }

    /// The row under this key after the event; none when there is no row (any more).
    ///
    /// # Errors
    /// When arithmetic fails.
    fn fold(
        key: &KeyOf<Self>,
        row: Option<Self::Row>,
        event: &Recorded<E>,
    ) -> Folded<Option<Self::Row>>;
}
