//! What people see of a database: its streams, one conversation, what was put aside.
//!
//! Surveys look through whole tables. They are for a page of the development system and for tools, never for requests.

use jiff::Timestamp;

use super::{Message, Record, StreamKey, StreamState};

/// All streams of one aggregate together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamCount {
    /// The aggregate's wire name.
    pub kind: String,
    /// How many streams.
    pub streams: i64,
    /// How many events they have together.
    pub events: i64,
}

/// One stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRow {
    /// Its name.
    pub stream: StreamKey,
    /// How many events it has.
    pub version: i64,
    /// Whether it takes more.
    pub state: StreamState,
    /// When it changed last, by the store's clock.
    pub updated_at: Timestamp,
}

/// What one request from outside caused in one service, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conversation {
    /// Its events.
    pub events: Vec<Record>,
    /// The messages that left the service.
    pub messages: Vec<Message>,
}
