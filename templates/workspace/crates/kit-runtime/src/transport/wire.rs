//! The JSON form of records between services.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Entry, FeedError, Logged};
use crate::store::{Mark, Message, MessageKind, NewMessage, Record, StreamKey};

/// A record that can travel.
pub trait Wire: Logged {
    /// The name of its log in the path.
    const PATH: &'static str;

    /// Its JSON.
    fn to_wire(&self) -> Value;

    /// What the JSON of the other side says.
    fn from_wire(value: Value) -> Result<Self, FeedError>;
}

/// The place of a record's predecessor.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireMark {
    pos: i64,
    id: Uuid,
}

/// The answer to one look at a shard.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WirePage {
    pub generation: Uuid,
    /// How far the shard was looked at, private records included.
    pub scanned: i64,
    pub records: Vec<WireEntry>,
}

/// One record of the answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireEntry {
    pub prev: WireMark,
    pub record: Value,
}

/// The answer to the question where the shards of a log end.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireHead {
    pub generation: Uuid,
    pub shards: u16,
    /// Shard and position of the last record, for each shard that has one.
    pub heads: Vec<(u16, i64)>,
}

impl WireHead {
    /// How many records the log has or had, which grows with each.
    pub fn length(&self) -> i64 {
        self.heads.iter().map(|(_, pos)| pos).sum()
    }
}

impl WireEntry {
    pub fn of<T: Wire>(entry: &Entry<T>) -> Self {
        let prev = WireMark { pos: entry.prev.pos, id: entry.prev.id };
        Self { prev, record: entry.item.to_wire() }
    }

    pub fn read<T: Wire>(self) -> Result<Entry<T>, FeedError> {
        let item = T::from_wire(self.record)?;
        let shard = item.mark().shard;
        Ok(Entry { prev: Mark { shard, pos: self.prev.pos, id: self.prev.id }, item })
    }
}

#[derive(Serialize, Deserialize)]
struct WireRecord {
    shard: u16,
    pos: i64,
    id: Uuid,
    tenant: String,
    stream_type: String,
    stream_id: String,
    version: i64,
    event_type: String,
    schema_version: i16,
    data: Value,
    meta: Value,
    recorded_at: Timestamp,
}

impl Wire for Record {
    const PATH: &'static str = "event";

    fn to_wire(&self) -> Value {
        let wire = WireRecord {
            shard: self.shard,
            pos: self.pos,
            id: self.id,
            tenant: self.stream.tenant.clone(),
            stream_type: self.stream.kind.clone(),
            stream_id: self.stream.id.clone(),
            version: self.version,
            event_type: self.event_type.clone(),
            schema_version: self.schema_version,
            data: self.data.clone(),
            meta: self.meta.clone(),
            recorded_at: self.recorded_at,
        };
        serde_json::to_value(wire).unwrap_or_default()
    }

    fn from_wire(value: Value) -> Result<Self, FeedError> {
        let wire: WireRecord = serde_json::from_value(value).map_err(unreadable)?;
        Ok(Self {
            shard: wire.shard,
            pos: wire.pos,
            id: wire.id,
            stream: StreamKey { tenant: wire.tenant, kind: wire.stream_type, id: wire.stream_id },
            version: wire.version,
            event_type: wire.event_type,
            schema_version: wire.schema_version,
            data: wire.data,
            meta: wire.meta,
            recorded_at: wire.recorded_at,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct WireMessage {
    shard: u16,
    pos: i64,
    id: Uuid,
    kind: String,
    topic: String,
    key: String,
    message_type: String,
    schema_version: i16,
    headers: Value,
    payload: Value,
    not_after: Option<Timestamp>,
    recorded_at: Timestamp,
}

impl Wire for Message {
    const PATH: &'static str = "outbox";

    fn to_wire(&self) -> Value {
        let of = &self.message;
        let wire = WireMessage {
            shard: self.shard,
            pos: self.pos,
            id: of.id,
            kind: of.kind.as_str().to_owned(),
            topic: of.topic.clone(),
            key: of.key.clone(),
            message_type: of.message_type.clone(),
            schema_version: of.schema_version,
            headers: of.headers.clone(),
            payload: of.payload.clone(),
            not_after: of.not_after,
            recorded_at: self.recorded_at,
        };
        serde_json::to_value(wire).unwrap_or_default()
    }

    fn from_wire(value: Value) -> Result<Self, FeedError> {
        let wire: WireMessage = serde_json::from_value(value).map_err(unreadable)?;
        let kind = MessageKind::parse(&wire.kind)
            .ok_or_else(|| FeedError::Unreadable(format!("message kind {}", wire.kind)))?;
        let message = NewMessage {
            id: wire.id,
            kind,
            topic: wire.topic,
            key: wire.key,
            message_type: wire.message_type,
            schema_version: wire.schema_version,
            headers: wire.headers,
            payload: wire.payload,
            not_after: wire.not_after,
        };
        Ok(Self { shard: wire.shard, pos: wire.pos, message, recorded_at: wire.recorded_at })
    }
}

pub(super) fn unreadable(error: serde_json::Error) -> FeedError {
    FeedError::Unreadable(error.to_string())
}
