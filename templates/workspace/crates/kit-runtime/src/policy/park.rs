//! What nobody could apply, kept in the outbox for a person: nothing is lost silently.

use serde_json::json;
use uuid::Uuid;

use crate::command::Unmet;
use crate::store::{MessageKind, NewMessage, Record};

/// The topic of what is put aside. No context has this name.
pub const DEAD_LETTERS: &str = "dead-letters";

/// A message as it is kept for a person, with the reason in its headers.
pub(super) fn dead_letter(message: &NewMessage, unmet: &Unmet) -> NewMessage {
    let mut headers = message.headers.clone();
    if let Some(headers) = headers.as_object_mut() {
        headers.insert("topic".into(), message.topic.clone().into());
        headers.insert("code".into(), unmet.code.into());
        headers.insert("reason".into(), unmet.text.clone().into());
    }
    NewMessage {
        id: Uuid::new_v5(&message.id, DEAD_LETTERS.as_bytes()),
        kind: MessageKind::Integration,
        topic: DEAD_LETTERS.to_owned(),
        headers,
        ..message.clone()
    }
}

/// Who wants to know of a message that was put aside: the schedule that sent it, the consumer that cannot handle it,
/// or else the context that refused it.
pub(crate) fn for_whom(letter: &NewMessage) -> &str {
    let told = |name| letter.headers.get(name).and_then(serde_json::Value::as_str);
    told("schedule").or_else(|| told("consumer")).or_else(|| told("topic")).unwrap_or_default()
}

/// An event that a reaction cannot handle, with the reason in its headers.
pub(crate) fn dead_letter_of_event(
    consumer: &str,
    source: &str,
    record: &Record,
    reason: &str,
) -> NewMessage {
    let name = format!("{DEAD_LETTERS}\u{1f}{consumer}");
    NewMessage {
        id: Uuid::new_v5(&record.id, name.as_bytes()),
        kind: MessageKind::Integration,
        topic: DEAD_LETTERS.to_owned(),
        key: record.stream.id.clone(),
        message_type: format!("{source}.{}.{}", record.stream.kind, record.event_type),
        schema_version: record.schema_version,
        headers: json!({
            "consumer": consumer,
            "event_id": record.id,
            "shard": record.shard,
            "pos": record.pos,
            "reason": reason,
            "meta": record.meta,
        }),
        payload: record.data.clone(),
        not_after: None,
    }
}
