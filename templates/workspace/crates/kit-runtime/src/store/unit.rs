//! The unit of work, the single way anything is written, and what can come of it.

use super::{
    Append, Mark, NewMessage, OperationChange, RowChanges, SagaChange, StreamKey, StreamState,
};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// Everything one decision, batch or message wants to write; it commits whole or not at all.
///
/// The store applies the parts in a fixed order (the order of the fields), sorted within each part, so that two
/// units can never wait for each other in a circle.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The answer to keep under the caller's key. A key that is taken makes the unit a replay.
    pub idempotency: Option<Idempotency>,
    /// Watermarks of a consumer, one per source and shard of the batch.
    pub watermarks: Vec<WatermarkMove>,
    /// Cursors of a local reader, one per shard of the batch.
    pub cursors: Vec<CursorMove>,
    /// Sagas of this service.
    pub sagas: Vec<SagaChange>,
    /// Steps of sagas, of this service and of others, that were carried out here.
    pub operations: Vec<OperationChange>,
    /// Rows of views and replicas.
    pub rows: Vec<RowChanges>,
    /// Reserved and released values.
    pub uniques: Vec<UniqueChange>,
    /// Running numbers.
    pub numbers: Vec<NumberTake>,
    /// Events.
    pub appends: Vec<Append>,
    /// Outgoing messages.
    pub outbox: Vec<NewMessage>,
}

/// A caller's key and the answer to keep under it.
#[derive(Debug, Clone, PartialEq)]
pub struct Idempotency {
    /// The tenant; empty without tenancy.
    pub tenant: String,
    /// Who asks; keys of two callers never meet.
    pub principal: String,
    /// The caller's key.
    pub key: String,
    /// Method and route, for people who look into the table.
    pub route: String,
    /// Hash over method, route, principal and canonical body: tells a repeat from a misuse of the key.
    pub fingerprint: Vec<u8>,
    /// What to answer, now and to every repeat.
    pub answer: Answer,
    /// From when on the key may be forgotten.
    pub expires_at: Timestamp,
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, as a JSON object of texts.
    pub headers: Value,
    /// Body as sent.
    pub body: Vec<u8>,
}

/// The answer that was kept under a key.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// The fingerprint of the request that made it.
    pub fingerprint: Vec<u8>,
    /// The answer.
    pub answer: Answer,
    /// Where that request's events ended, per shard.
    pub positions: Vec<(u16, i64)>,
}

/// Moves a consumer's watermark for one shard of one source.
///
/// `from` is the predecessor named by the first accepted record. If the stored mark differs, in position or in id,
/// the whole unit is refused as [`Outcome::Moved`]: someone else was faster, or the source's history is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatermarkMove {
    /// The consumer.
    pub consumer: String,
    /// Sending service, topic and log.
    pub source: String,
    /// Generation of the source's log.
    pub generation: Uuid,
    /// Where the watermark must stand; [`Mark::start`] for a shard never seen.
    pub from: Mark,
    /// Where it stands afterwards, same shard.
    pub to: Mark,
}

/// A consumer's watermark as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatermarkRow {
    /// Generation of the source's log.
    pub generation: Uuid,
    /// The last applied record.
    pub mark: Mark,
}

/// Moves the cursor of a local reader of this store's own log; refused as [`Outcome::Moved`] like a watermark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove {
    /// Name of the reader, such as `view:orders@3`.
    pub name: String,
    /// Epoch of the reader's lease; a stored higher one refuses the move. 0 without leases.
    pub epoch: i64,
    /// Where the cursor must stand.
    pub from: Mark,
    /// Where it stands afterwards, same shard. With an epoch it may stay: then only older epochs are shut out.
    pub to: Mark,
}

/// Whether a reader goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorState {
    /// Goes on.
    Running,
    /// Stopped by a person.
    Paused,
    /// Stopped by a record it could not apply.
    Poisoned,
}

impl CursorState {
    /// The stored form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Poisoned => "poisoned",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Poisoned].into_iter().find(|it| it.as_str() == text)
    }
}

/// A reader's cursor as stored. Shards never moved have no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorRow {
    /// The last applied record.
    pub mark: Mark,
    /// Epoch of the last writer.
    pub epoch: i64,
    /// Whether the reader goes on.
    pub state: CursorState,
    /// Why it stopped; empty while running.
    pub error: String,
}

/// A change to the reserved values of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UniqueChange {
    /// Takes the value for the stream; taking what it holds already is fine.
    Reserve {
        /// Name of the rule.
        rule: String,
        /// The value as text.
        value: String,
        /// Who holds it.
        stream: StreamKey,
    },
    /// Frees the value if the stream holds it.
    Release {
        /// Name of the rule.
        rule: String,
        /// The value as text.
        value: String,
        /// Who held it.
        stream: StreamKey,
    },
}

impl UniqueChange {
    /// Name of the rule, and the value.
    #[must_use]
    pub fn rule_and_value(&self) -> (&str, &str) {
        match self {
            Self::Reserve { rule, value, .. } | Self::Release { rule, value, .. } => (rule, value),
        }
    }
}

/// Names a running number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumberKey {
    /// The tenant; empty without tenancy.
    pub tenant: String,
    /// Name of the number.
    pub name: String,
    /// What it runs within, such as a year; empty for one sequence.
    pub part: String,
}

/// Takes numbers: the counter must still stand at `seen` and stands at `now` afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTake {
    /// The number.
    pub key: NumberKey,
    /// What the decision saw; 0 for a new number.
    pub seen: i64,
    /// What it stands at afterwards.
    pub now: i64,
}

/// What became of a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Everything is stored.
    Committed(Committed),
    /// A stream is not as expected. Nothing was written: load and decide again.
    Conflict {
        /// The stream.
        stream: StreamKey,
        /// Its version; 0 without events.
        version: i64,
        /// Whether it still takes events.
        state: StreamState,
    },
    /// Another stream holds a value. Nothing was written.
    Taken {
        /// Name of the rule.
        rule: String,
        /// The value.
        value: String,
    },
    /// A running number went on since the decision saw it. Nothing was written: decide again.
    NumberMoved {
        /// The number.
        key: NumberKey,
        /// What it stands at.
        value: i64,
    },
    /// A watermark or cursor does not stand where the unit thought. Nothing was written: read it and start over.
    Moved {
        /// The consumer or reader.
        name: String,
        /// Where it stands.
        at: Mark,
        /// The generation stored with a watermark; `None` for a cursor or a shard never seen.
        generation: Option<Uuid>,
    },
    /// A saga or an operation is at another version. Nothing was written: read it and start over.
    Overtaken {
        /// The saga or operation.
        id: Uuid,
    },
    /// The caller's key is taken; nothing was written. The caller compares the fingerprint.
    Replayed(StoredAnswer),
}

/// The places that a committed unit got.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Committed {
    /// One entry for each append, in the unit's order.
    pub appended: Vec<Appended>,
    /// Shard and position of each outbox message, in the unit's order.
    pub outbox: Vec<(u16, i64)>,
}

/// Where an append ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Version of the stream afterwards.
    pub version: i64,
    /// Shard of the stream.
    pub shard: u16,
    /// Position of the last event; 0 if there was none.
    pub pos: i64,
}
