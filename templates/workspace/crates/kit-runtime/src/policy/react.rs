//! From an event to messages in the outbox.

use std::marker::PhantomData;
use std::sync::Arc;

use kit::policy::Refused;
use kit::{Context, Event, Folded, Message, Policy};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::command::{EventMeta, recorded};
use crate::consume::Received;
use crate::store::{MessageKind, NewMessage};

/// A policy as the runner knows it.
pub trait React: Send + Sync {
    /// Its name in ids.
    fn name(&self) -> &'static str;

    /// What a refusal means.
    fn refused(&self) -> Refused;

    /// The stream it follows, as context and stream type.
    fn stream(&self) -> &'static str;

    /// Whether it follows this record.
    fn takes(&self, received: &Received) -> bool;

    /// The messages that the record causes.
    ///
    /// # Errors
    /// A need of rows; a record that cannot be read.
    fn on(&self, received: &Received, cx: &Context) -> Folded<Vec<Message>>;
}

/// The policy `P`, following the events of `E`.
#[must_use]
pub fn react<P: Policy<E>, E: Event>() -> Arc<dyn React> {
    Arc::new(Typed::<P, E>(PhantomData))
}

struct Typed<P, E>(PhantomData<fn() -> (P, E)>);

impl<P: Policy<E>, E: Event> React for Typed<P, E> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn refused(&self) -> Refused {
        P::REFUSED
    }

    fn stream(&self) -> &'static str {
        E::STREAM
    }

    fn takes(&self, received: &Received) -> bool {
        let stream = (&*received.source, received.record.stream.kind.as_str());
        E::STREAM.split_once('.') == Some(stream)
            && E::NAMES.iter().any(|(name, _)| *name == received.record.event_type)
    }

    fn on(&self, received: &Received, cx: &Context) -> Folded<Vec<Message>> {
        P::on(&recorded::<E>(&received.record)?, cx)
    }
}

/// The headers of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headers {
    /// The target's id; none when the command makes an aggregate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// The conversation.
    pub correlation_id: String,
    /// The event or message that caused this one.
    pub causation_id: Uuid,
    /// The trace that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// On whose behalf.
    #[serde(default)]
    pub actor: kit::Actor,
    /// The operation this message is an attempt of; the same for every attempt.
    pub op_id: Uuid,
    /// This attempt.
    pub request_id: Uuid,
    /// The context that waits for the reply.
    pub reply_to: String,
    /// Whether a refusal is kept for a person.
    #[serde(default)]
    pub park: bool,
    /// The schedule that sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The step of a saga that waits for the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<kit::saga::Request>,
}

/// The outbox form of one message of a policy.
#[must_use]
pub fn message_of(
    service: &str,
    policy: &dyn React,
    event_id: Uuid,
    meta: &EventMeta,
    place: usize,
    message: Message,
) -> NewMessage {
    let name = format!("{}\u{1f}{}\u{1f}{place}", policy.name(), message.row);
    let id = Uuid::new_v5(&event_id, name.as_bytes());
    let headers = Headers {
        target_id: message.id.clone(),
        correlation_id: meta.correlation_id.clone(),
        causation_id: event_id,
        traceparent: meta.traceparent.clone(),
        actor: meta.actor.clone(),
        op_id: id,
        request_id: id,
        reply_to: service.to_owned(),
        park: policy.refused() == Refused::Park,
        schedule: None,
        request: None,
    };
    letter(id, &headers, message)
}

/// A command as it stands in the outbox.
pub(super) fn letter(id: Uuid, headers: &Headers, message: Message) -> NewMessage {
    NewMessage {
        id,
        kind: MessageKind::Command,
        topic: message.command.split('.').next().unwrap_or_default().to_owned(),
        key: message.id.unwrap_or_else(|| id.to_string()),
        message_type: message.command.to_owned(),
        schema_version: 1,
        headers: serde_json::to_value(headers).unwrap_or_default(),
        payload: message.payload,
        not_after: None,
    }
}
