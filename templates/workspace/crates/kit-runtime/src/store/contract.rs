//! The trait that both stores implement.

use super::{
    Claim, Conversation, CursorRow, CursorState, Key, Lease, Log, Mark, Message, NumberKey,
    OperationRow, Options, Outcome, Page, QuerySpec, Record, Row, SagaFilter, SagaRow, StoreError,
    StoredAnswer, StreamCount, StreamKey, StreamRow, StreamState, Unit, ViewSchema, ViewTable,
    WatermarkRow,
};
use jiff::Timestamp;
use std::pin::Pin;
use tokio::sync::watch;
use uuid::Uuid;

/// A future in a box, so that the trait can be used as an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What every call to a store gives.
pub type StoreResult<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// One database of one service.
///
/// All calls may be dropped at any point. A dropped [`Store::commit`] still commits or rolls back as a whole.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// What is fixed for the life of the log. Known since opening.
    fn meta(&self) -> &Meta;

    /// Answers when the database does.
    fn ping(&self) -> StoreResult<'_, ()>;

    /// The present moment by the database's clock, or by the injected one.
    fn now(&self) -> StoreResult<'_, Timestamp>;

    /// Everything a decision needs, from one snapshot.
    fn load(&self, load: Load) -> StoreResult<'_, Loaded>;

    /// The single write path. Losing a race is an [`Outcome`], not an error.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] only for a unit that cannot be recognised when sent again: one without a key and
    /// without an append that expects [`super::Expect::NoStream`] or [`super::Expect::Exact`].
    fn commit(&self, unit: Unit) -> StoreResult<'_, Outcome>;

    /// The answer kept under a key, unless it expired.
    fn answer(
        &self,
        tenant: String,
        principal: String,
        key: String,
    ) -> StoreResult<'_, Option<StoredAnswer>>;

    /// Events after the given positions, at most `limit` per shard, per shard in order.
    ///
    /// # Errors
    /// [`StoreError::Hole`] if the next position of a shard is not the successor.
    fn tail(&self, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Record>>;

    /// Outgoing messages after the given positions, as [`Store::tail`].
    fn tail_outbox(&self, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Message>>;

    /// The last record of every shard that ever had one.
    fn head(&self, log: Log) -> StoreResult<'_, Vec<Mark>>;

    /// A hint that changes after commits. Losing it costs latency only: poll as well.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Cursors of a local reader, by shard.
    fn cursors(&self, name: String) -> StoreResult<'_, Vec<CursorRow>>;

    /// Marks a reader's shard as paused, poisoned (with the reason) or running again.
    fn mark_cursor(
        &self,
        name: String,
        shard: u16,
        state: CursorState,
        error: String,
    ) -> StoreResult<'_, ()>;

    /// Watermarks of a consumer for a source, by shard.
    fn watermarks(&self, consumer: String, source: String) -> StoreResult<'_, Vec<WatermarkRow>>;

    /// The sagas of these ids, in their order.
    fn sagas(&self, saga: String, ids: Vec<Uuid>) -> StoreResult<'_, Vec<Option<SagaRow>>>;

    /// Names and ids of the sagas that must be woken now, at most `limit`, the longest overdue first.
    fn due_sagas(&self, limit: u32) -> StoreResult<'_, Vec<(String, Uuid)>>;

    /// Sagas, the last changed first.
    fn list_sagas(&self, filter: SagaFilter) -> StoreResult<'_, Vec<SagaRow>>;

    /// What is known about a step that was carried out here.
    fn operation(&self, op_id: Uuid) -> StoreResult<'_, Option<OperationRow>>;

    /// Finds or makes the tables of a view. The first instance is live at once; an instance made for another
    /// `code_hash` is building until [`Store::swap_view`].
    fn open_view(&self, schema: ViewSchema, code_hash: String) -> StoreResult<'_, Views>;

    /// Makes a new, empty, building instance, in place of one that is building.
    fn rebuild_view(&self, schema: ViewSchema, code_hash: String) -> StoreResult<'_, ViewInfo>;

    /// Makes a building instance the live one, and the live one standby, in one transaction.
    fn swap_view(&self, table: ViewTable) -> StoreResult<'_, ()>;

    /// Drops an instance that is not live, with its cursors.
    fn drop_view(&self, table: ViewTable) -> StoreResult<'_, ()>;

    /// The rows of the given keys, in their order.
    fn rows(&self, table: ViewTable, keys: Vec<Key>) -> StoreResult<'_, Vec<Option<Row>>>;

    /// One page of rows.
    fn query(&self, query: QuerySpec) -> StoreResult<'_, Page>;

    /// Deletes outbox rows up to the given positions, at most `limit` per shard, and remembers the floor, so that
    /// positions never move back. Gives how many went.
    fn prune_outbox(&self, up_to: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, u64>;

    /// Forgets answers that have expired, at most `limit`. Gives how many went.
    fn prune_answers(&self, limit: u32) -> StoreResult<'_, u64>;

    /// Asks for a share of the slots of a job, keeps what the worker has, and gives what it holds now. To be repeated
    /// well before the leases run out; the work is fenced by the epochs.
    fn claim(&self, claim: Claim) -> StoreResult<'_, Vec<Lease>>;

    /// Gives all slots of the job back at once; for a worker that stops.
    fn release(&self, name: String, owner: String) -> StoreResult<'_, ()>;

    /// How many streams and events each aggregate has. A survey, for people.
    fn count_streams(&self) -> StoreResult<'_, Vec<StreamCount>>;

    /// The streams that changed last, newest first, at most `limit`. A survey, for people.
    fn list_streams(&self, limit: u32) -> StoreResult<'_, Vec<StreamRow>>;

    /// Everything with this correlation id, at most `limit` events and messages. A survey, for people.
    fn conversation(&self, correlation_id: String, limit: u32) -> StoreResult<'_, Conversation>;

    /// The last messages to a topic, newest first, at most `limit`. A survey, for people.
    fn list_messages(&self, topic: String, limit: u32) -> StoreResult<'_, Vec<Message>>;

    /// Finishes what was accepted and lets go of the database. Later calls give [`StoreError::Unavailable`].
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// What is fixed for the life of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The service that owns the database.
    pub service: String,
    /// Generation of the log; a restored log gets a new one.
    pub generation: Uuid,
    /// How many shards.
    pub shards: u16,
}

impl Meta {
    /// The meta data, if the service that opens the database is the one it belongs to.
    pub(crate) fn owned_by(self, options: &Options) -> Result<Self, StoreError> {
        if self.service == options.service {
            return Ok(self);
        }
        Err(StoreError::Foreign { owner: self.service, service: options.service.clone() })
    }
}

/// What to read before a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// The stream.
    pub stream: StreamKey,
    /// Only events after this version; 0 for all.
    pub after_version: i64,
    /// Rows to look up.
    pub lookups: Vec<(ViewTable, Key)>,
    /// Running numbers to look at.
    pub numbers: Vec<NumberKey>,
}

impl Load {
    /// The whole stream and nothing else.
    #[must_use]
    pub fn stream(stream: StreamKey) -> Self {
        Self { stream, after_version: 0, lookups: Vec::new(), numbers: Vec::new() }
    }
}

/// What was read before a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// Version of the stream; 0 without events.
    pub version: i64,
    /// Whether it takes events; a stream that does not exist is open.
    pub state: StreamState,
    /// Its events, in order.
    pub events: Vec<Record>,
    /// The rows, in the order asked for.
    pub rows: Vec<Option<Row>>,
    /// The numbers, in the order asked for; 0 for one never taken.
    pub numbers: Vec<i64>,
}

/// Where an instance of a view is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewStatus {
    /// Catches up, not read yet.
    Building,
    /// Read.
    Live,
    /// Was live; kept for a way back.
    Standby,
    /// Dropped.
    Retired,
}

impl ViewStatus {
    /// The stored form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Live => "live",
            Self::Standby => "standby",
            Self::Retired => "retired",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Building, Self::Live, Self::Standby, Self::Retired];
        all.into_iter().find(|it| it.as_str() == text)
    }
}

/// An instance of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewInfo {
    /// The instance.
    pub version: u32,
    /// Where it is in its life.
    pub status: ViewStatus,
    /// Hash of the code and shape that fill it.
    pub code_hash: String,
}

/// The instances of a view that matter to a running service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Views {
    /// The one that is read.
    pub live: ViewInfo,
    /// The one that is being built for the present code.
    pub building: Option<ViewInfo>,
}
