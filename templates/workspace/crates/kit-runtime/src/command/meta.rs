//! What stands beside an event in the log: who, why, and in which conversation.

use kit::{Actor, Event, Fault, Folded, Id as _, Recorded};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::store::Record;
use crate::telemetry::Trace;
use crate::transport::PublicEvent;

/// Who asks for something, in which conversation, and by which message.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// Who asks.
    pub actor: Actor,
    /// The conversation and the trace.
    pub trace: Trace,
    /// The id of the request or message; what it causes names it as its cause.
    pub message_id: Uuid,
}

impl Caller {
    /// The actor's part in keys: the id, or nobody.
    #[must_use]
    pub fn principal(&self) -> String {
        self.actor.known().map_or_else(|| "nobody".to_owned(), |id| id.to_string())
    }
}

/// The `meta` of a stored event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventMeta {
    /// The same for everything one external request causes.
    pub correlation_id: String,
    /// The request or message that caused the event.
    pub causation_id: Uuid,
    /// Who asked.
    #[serde(default)]
    pub actor: Actor,
    /// The status of the aggregate after the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The trace that continues with whatever the event causes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// What other contexts see of it, when that had to be made with the state after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<PublicEvent>,
}

impl EventMeta {
    /// The key of what other contexts see.
    pub(crate) const PUBLIC: &'static str = "public";

    /// The meta of an event that `caller` caused.
    #[must_use]
    pub fn new(caller: &Caller, status: Option<&str>) -> Self {
        Self {
            correlation_id: caller.trace.correlation_id.clone(),
            causation_id: caller.message_id,
            actor: caller.actor.clone(),
            status: status.map(str::to_owned),
            traceparent: Some(caller.trace.traceparent()),
            public: None,
        }
    }

    /// The meta of a record.
    ///
    /// # Errors
    /// Stored data of another form.
    pub fn of(record: &Record) -> Folded<Self> {
        Self::deserialize(&record.meta).map_err(Fault::form)
    }

    /// The trace of what the event with this id causes.
    #[must_use]
    pub fn trace(&self, event_id: Uuid) -> Trace {
        Trace::of_message(&self.correlation_id, event_id, self.traceparent.as_deref())
    }
}

/// The typed form of a record.
///
/// # Errors
/// An unknown event, a version from the future, a payload or id of another form.
pub fn recorded<E: Event>(record: &Record) -> Folded<Recorded<E>> {
    let meta = EventMeta::of(record)?;
    let stream = E::Stream::parse(&record.stream.id);
    let stream = stream.ok_or_else(|| Fault::data(format!("id {}", record.stream.id)))?;
    Ok(Recorded {
        version: record.version,
        time: record.recorded_at,
        shard: i64::from(record.shard),
        pos: record.pos,
        ..meta.around(record.id, stream, event(record)?)
    })
}

impl EventMeta {
    /// An event with this meta; where it stands in its stream and in the log is not known to it.
    pub(super) fn around<E: Event>(self, id: Uuid, stream: E::Stream, data: E) -> Recorded<E> {
        Recorded {
            id,
            stream,
            version: 0,
            time: jiff::Timestamp::UNIX_EPOCH,
            status: self.status,
            actor: self.actor,
            correlation_id: as_uuid(&self.correlation_id),
            causation_id: self.causation_id,
            shard: 0,
            pos: 0,
            data,
        }
    }
}

/// The typed payload of a record.
pub(super) fn event<E: Event>(record: &Record) -> Folded<E> {
    let version = u16::try_from(record.schema_version).unwrap_or(0);
    E::decode(&record.event_type, version, record.data.clone())
}

/// A correlation id from outside may be any text; inside it has one form.
fn as_uuid(text: &str) -> Uuid {
    text.parse().unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()))
}

/// The JSON of a meta.
pub(super) fn to_json(meta: &EventMeta) -> Value {
    serde_json::to_value(meta).unwrap_or_default()
}
