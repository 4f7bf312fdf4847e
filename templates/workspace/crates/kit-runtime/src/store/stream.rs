//! Streams, events and the records of the two logs.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// Names one stream: all events of one aggregate of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// The tenant; empty without tenancy.
    pub tenant: String,
    /// The aggregate's wire name.
    pub kind: String,
    /// The aggregate's id as text.
    pub id: String,
}

impl StreamKey {
    /// A stream without a tenant.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { tenant: String::new(), kind: kind.into(), id: id.into() }
    }

    /// The shard of this stream in a log of `shards` shards. Part of the stored format: never change it.
    #[must_use]
    pub fn shard(&self, shards: u16) -> u16 {
        let parts = [self.tenant.as_bytes(), self.kind.as_bytes(), self.id.as_bytes()];
        shard_of(&parts, shards)
    }
}

fn shard_of(parts: &[&[u8]], shards: u16) -> u16 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            take(0x1f);
        }
        part.iter().copied().for_each(&mut take);
    }
    u16::try_from(hash % u64::from(shards.max(1))).unwrap_or(0)
}

/// Whether a stream still takes events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// Takes events.
    Open,
    /// Its last event closed it.
    Closed,
    /// Closed, and its payloads were moved away.
    Archived,
}

impl StreamState {
    /// The stored form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Archived => "archived",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Archived].into_iter().find(|it| it.as_str() == text)
    }
}

/// What the writer believes about the stream. A belief that does not hold is a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The stream has no event yet.
    NoStream,
    /// The stream is open and has exactly this version.
    Exact(i64),
    /// The stream is open and has at least one event.
    Exists,
    /// Anything but closed.
    Any,
}

/// An event that is about to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Record id, a UUIDv7 made by the writer; a retry carries the same one.
    pub id: Uuid,
    /// Wire name of the event.
    pub event_type: String,
    /// Version of the event's shape.
    pub schema_version: i16,
    /// Payload.
    pub data: Value,
    /// Correlation, causation, actor, status after the event, trace.
    pub meta: Value,
}

/// Events for one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// The stream.
    pub stream: StreamKey,
    /// What must hold for it.
    pub expect: Expect,
    /// The events, in order. None at all only checks the expectation.
    pub events: Vec<NewEvent>,
    /// Whether the last event closes the stream.
    pub close: bool,
}

/// One of the two logs of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// Events; kept for ever.
    Event,
    /// Outgoing messages; pruned once relayed.
    Outbox,
}

impl Log {
    /// The stored form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "e",
            Self::Outbox => "o",
        }
    }
}

/// A place in one shard: position and id of the record there. Position 0 with the nil id is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The shard.
    pub shard: u16,
    /// Position, from 1.
    pub pos: i64,
    /// Id of the record at the position.
    pub id: Uuid,
}

impl Mark {
    /// Before the first record of the shard.
    #[must_use]
    pub fn start(shard: u16) -> Self {
        Self { shard, pos: 0, id: Uuid::nil() }
    }
}

/// A stored event.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Shard of the log.
    pub shard: u16,
    /// Position in the shard.
    pub pos: i64,
    /// Record id.
    pub id: Uuid,
    /// The stream it belongs to.
    pub stream: StreamKey,
    /// Version of the stream after this event.
    pub version: i64,
    /// Wire name of the event.
    pub event_type: String,
    /// Version of the event's shape.
    pub schema_version: i16,
    /// Payload.
    pub data: Value,
    /// Correlation, causation, actor, status after the event, trace.
    pub meta: Value,
    /// When it was stored, by the store's clock.
    pub recorded_at: Timestamp,
}

impl Record {
    /// Its place in the log.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { shard: self.shard, pos: self.pos, id: self.id }
    }
}

/// What an outgoing message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// A command for a context.
    Command,
    /// The answer to a command.
    Reply,
    /// A public event that is not one of the log 1:1.
    Integration,
    /// A timer that fired.
    Timer,
}

impl MessageKind {
    /// The stored form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "C",
            Self::Reply => "R",
            Self::Integration => "I",
            Self::Timer => "T",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Command, Self::Reply, Self::Integration, Self::Timer];
        all.into_iter().find(|it| it.as_str() == text)
    }
}

/// A message that is about to enter the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// Record id.
    pub id: Uuid,
    /// What it is.
    pub kind: MessageKind,
    /// Where it goes.
    pub topic: String,
    /// What orders it: messages with one key keep their order.
    pub key: String,
    /// Wire name of the message.
    pub message_type: String,
    /// Version of its shape.
    pub schema_version: i16,
    /// Operation id, request id, reply address, correlation and the like.
    pub headers: Value,
    /// Payload.
    pub payload: Value,
    /// After this moment nobody should act on it.
    pub not_after: Option<Timestamp>,
}

impl NewMessage {
    /// The shard of this message in an outbox of `shards` shards: the hash of its key.
    #[must_use]
    pub fn shard(&self, shards: u16) -> u16 {
        shard_of(&[self.key.as_bytes()], shards)
    }
}

/// A stored outgoing message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Shard of the outbox.
    pub shard: u16,
    /// Position in the shard.
    pub pos: i64,
    /// What was put in.
    pub message: NewMessage,
    /// When it was stored, by the store's clock.
    pub recorded_at: Timestamp,
}

impl Message {
    /// Its place in the outbox.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { shard: self.shard, pos: self.pos, id: self.message.id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_part_of_the_stored_format() {
        let stream = StreamKey { tenant: "t".into(), kind: "job".into(), id: "1".into() };
        assert_eq!(shard_of(&[b"a"], u16::MAX), (0xaf63_dc4c_8601_ec8c_u64 % 65_535) as u16);
        assert_eq!(stream.shard(64), shard_of(&[b"t\x1fjob\x1f1"], 64));
        assert_ne!(stream.shard(256), StreamKey::new("job", "1").shard(256));
    }
}
