//! Read models: pure folds per row. Batches, rebuilds and unit tests need nothing else.
//!
//! Keeps true: a view only ever computes its own rows, so it can be rebuilt at any time without a side effect.

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
    fn keys(event: &Recorded<E>) -> Folded<Vec<KeyOf<Self>>>;

    /// The row under this key after the event; none when there is no row (any more).
    fn fold(
        key: &KeyOf<Self>,
        row: Option<Self::Row>,
        event: &Recorded<E>,
    ) -> Folded<Option<Self::Row>>;
}
