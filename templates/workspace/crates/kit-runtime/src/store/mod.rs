//! The event store: streams, the commit-ordered log, view tables and everything that commits with them.
//!
//! One trait, [`Store`], is all that the rest of the runtime knows; SQLite and PostgreSQL implement it with the same
//! tables and the same behaviour, proven by one suite that both run.
//!
//! What the store keeps true:
//! - A [`Unit`] commits whole or not at all, in a task of its own: dropping the caller never drops a unit half way.
//! - Versions of a stream are 1..n, and no two writers win the same version.
//! - Per shard, positions are 1, 2, 3.. in commit order, without holes: whoever has seen position p never meets a
//!   new record at or below p later.
//! - Watermarks, cursors and idempotent answers move in the same transaction as the effects they stand for.
//!
//! What it does not do: decide, fold, retry a business conflict, or speak to a broker. Losing a race, a taken value
//! or a repeated request are ordinary [`Outcome`]s, not errors.

mod check;
mod clock;
mod contract;
mod cursor;
mod datum;
mod error;
mod lease;
mod migrate;
mod options;
mod positions;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
mod row;
mod saga;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stream;
mod survey;
mod unit;

pub use clock::{Clock, SystemClock};
pub use contract::{
    BoxFuture, Load, Loaded, Meta, Store, StoreResult, ViewInfo, ViewStatus, Views,
};
pub use datum::row_key;
pub use error::StoreError;
pub use lease::{Claim, Lease};
pub use options::{Options, open};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use query::{Comparison, Cond, Order, Page, QuerySpec, Term, TextMatch};
pub use row::{Column, ColumnType, Datum, Key, Row, RowChanges, ViewSchema, ViewTable};
pub use saga::{OperationChange, OperationRow, SagaChange, SagaFilter, SagaRow, SagaStatus};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use stream::{
    Append, Expect, Log, Mark, Message, MessageKind, NewEvent, NewMessage, Record, StreamKey,
    StreamState,
};
pub use survey::{Conversation, StreamCount, StreamRow};
pub use unit::{
    Answer, Appended, Committed, CursorMove, CursorRow, CursorState, Idempotency, NumberKey,
    NumberTake, Outcome, StoredAnswer, UniqueChange, Unit, WatermarkMove, WatermarkRow,
};
