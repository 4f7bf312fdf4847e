//! What a consumer reads from: one log of one service, seen through one topic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use crate::command::EventMeta;
use crate::store::{
    BoxFuture, Log, Mark, Message, MessageKind, Record, Store, StoreError, StoreResult,
};

/// Something with a place in a log.
pub trait Logged: Clone + Send + Sync + 'static {
    /// The log it lives in.
    const LOG: Log;

    /// Its place.
    fn mark(&self) -> Mark;

    /// When it was stored, by the clock of its store.
    fn recorded_at(&self) -> Timestamp;

    /// The records of `store` after the given positions, at most `limit` per shard.
    fn tail(store: &dyn Store, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Self>>;

    /// What is seen of it through `topic`; none when it does not belong there.
    ///
    /// # Errors
    /// The stored record cannot be read.
    fn through(&self, topic: &Topic) -> Result<Option<Self>, String>;
}

impl Logged for Record {
    const LOG: Log = Log::Event;

    fn mark(&self) -> Mark {
        Self::mark(self)
    }

    fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    fn tail(store: &dyn Store, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Self>> {
        store.tail(after, limit)
    }

    fn through(&self, topic: &Topic) -> Result<Option<Self>, String> {
        let Topic::Public(publication, aggregate) = topic else { return Ok(None) };
        if !aggregate.is_empty() && *aggregate != self.stream.kind {
            return Ok(None);
        }
        Ok(publication.publish(self)?.map(|public| {
            let mut record = Self { data: public.data, ..self.clone() };
            (record.event_type, record.schema_version) = (public.event_type, public.schema_version);
            if let Value::Object(meta) = &mut record.meta {
                meta.remove(EventMeta::PUBLIC);
            }
            record
        }))
    }
}

impl Logged for Message {
    const LOG: Log = Log::Outbox;

    fn mark(&self) -> Mark {
        Self::mark(self)
    }

    fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    fn tail(store: &dyn Store, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Self>> {
        store.tail_outbox(after, limit)
    }

    fn through(&self, topic: &Topic) -> Result<Option<Self>, String> {
        let to = match topic {
            Topic::Public(..) => false,
            Topic::To(context) => self.message.topic == *context,
            Topic::Others(context) => self.message.topic != *context,
        };
        let fits = to && matches!(self.message.kind, MessageKind::Command | MessageKind::Reply);
        Ok(fits.then(|| self.clone()))
    }
}

/// The part of a log that a reader may see.
#[derive(Clone)]
pub enum Topic {
    /// The public events of one aggregate; of all when its name is empty.
    Public(Arc<dyn Publication>, String),
    /// The commands and replies to one context.
    To(String),
    /// The commands and replies to all contexts but this one.
    Others(String),
}

/// What a private event looks like to the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublicEvent {
    /// Its wire name.
    pub event_type: String,
    /// The version of its shape.
    pub schema_version: i16,
    /// Its payload.
    pub data: Value,
}

/// Which events of a service are public, and what they look like outside.
pub trait Publication: Send + Sync {
    /// The public form of an event; none when it is private.
    ///
    /// # Errors
    /// The stored event cannot be read.
    fn publish(&self, record: &Record) -> Result<Option<PublicEvent>, String>;
}

/// A record and its predecessor in the same topic, log and shard.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<T> {
    /// The predecessor; position 0 and the nil id before the first.
    pub prev: Mark,
    /// The record.
    pub item: T,
}

/// The name of the feed of an aggregate's events, or of all events of a context. Marks are stored under it: never
/// change it.
pub(crate) fn events_name(context: &str, aggregate: &str) -> String {
    if aggregate.is_empty() { format!("{context}/e") } else { format!("{context}/e/{aggregate}") }
}

/// What one look at a log gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled<T> {
    /// The generation of the log, if it is known already.
    pub generation: Option<Uuid>,
    /// The records, per shard in order; from a log, all of them in the order of time.
    pub entries: Vec<Entry<T>>,
    /// Others may have applied records meanwhile: the marks should be read again before the next look.
    pub reload: bool,
}

/// Why a look at a log gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The source cannot be reached now; looking again later is right.
    #[error("the source does not answer: {0}")]
    Unavailable(String),
    /// The source's history is not the one that was applied: a person must decide.
    #[error("shard {shard} of the source has another history than the one applied so far")]
    Diverged {
        /// The shard.
        shard: u16,
    },
    /// The source answers with something that is no log.
    #[error("the source's answer cannot be read: {0}")]
    Unreadable(String),
}

impl From<StoreError> for FeedError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// One log of one service, seen through one topic.
pub trait Feed<T>: Send + Sync {
    /// The name under which watermarks are kept, such as `stock/e/part`.
    fn name(&self) -> &str;

    /// Records after the given marks, at most `limit` per shard; a shard without mark starts at
    /// its beginning.
    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>>;

    /// The same for some shards only; it may give less than there is.
    fn pull_some<'a>(
        &'a self,
        shards: &'a BTreeSet<u16>,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>>
    where
        T: Logged,
    {
        Box::pin(async move {
            let mut pulled = self.pull(after, limit).await?;
            pulled.entries.retain(|entry| shards.contains(&entry.item.mark().shard));
            Ok(pulled)
        })
    }

    /// A hint that there may be more; none where only polling helps.
    fn changes(&self) -> Option<watch::Receiver<u64>>;
}
