//! Commands of senders outside of the system: done once each, whatever the topic repeats.
//!
//! The id of the message is kept with the effect, in one unit, for longer than topics keep messages.

use std::sync::Arc;
use std::time::Duration;

use kit::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use super::park::dead_letter;
use crate::command::{Caller, Failure, Frame, Letter, Unmet, unreadable};
use crate::service::Service;
use crate::store::{Answer, Idempotency, MessageKind, NewMessage, StoreError, Unit};
use crate::telemetry::Trace;
use crate::transport::ForeignMessage;

/// The name under which the ids of these messages are kept.
const INBOX: &str = "inbox";
/// How long an id is kept: topics keep commands for three days.
const KEPT: Duration = Duration::from_secs(14 * 24 * 3600);

/// Do what a message says; a message that nobody can do is put aside.
///
/// # Errors
/// The store has trouble; the message should be tried again.
pub(super) async fn take_in(
    service: &Service,
    system: &str,
    foreign: ForeignMessage,
) -> Result<(), StoreError> {
    let message = as_message(service, system, &foreign);
    let trace = Trace::of_message(
        &foreign.correlation_id.unwrap_or_else(|| message.id.to_string()),
        message.id,
        foreign.traceparent.as_deref(),
    );
    let once = once(service, &foreign.key, &message);
    let frame: Frame = {
        let (once, message) = (once.clone(), message.clone());
        Arc::new(move |ended, unit| {
            unit.idempotency = Some(once.clone());
            if let Err(unmet) = ended {
                unit.outbox.push(dead_letter(&message, unmet));
            }
        })
    };
    let Some(handle) = service.inbox().get(&message.message_type) else {
        let unmet = unreadable(&format!("nobody takes {}", message.message_type));
        return aside(service, once, &message, &unmet).await;
    };
    let letter = Letter {
        command: message.message_type.clone(),
        id: subject(&message.message_type, foreign.subject.as_deref()),
        payload: message.payload.clone(),
        caller: Caller { actor: Actor::nobody(), trace, message_id: message.id },
    };
    match handle.handle(service, letter, frame).await {
        Ok(_) => Ok(()),
        Err(Failure::Store(error)) => Err(error),
        Err(Failure::Fault(reason)) => aside(service, once, &message, &unreadable(&reason)).await,
    }
}

async fn aside(
    service: &Service,
    once: Idempotency,
    message: &NewMessage,
    unmet: &Unmet,
) -> Result<(), StoreError> {
    tracing::error!(event.name = "command_parked", reason = unmet.text, "a message is parked");
    let outbox = vec![dead_letter(message, unmet)];
    let unit = Unit { idempotency: Some(once), outbox, ..Unit::default() };
    service.store().commit(unit).await.map(drop)
}

/// What makes the effect happen once.
fn once(service: &Service, key: &str, message: &NewMessage) -> Idempotency {
    let now = service.clock().now();
    Idempotency {
        tenant: String::new(),
        principal: INBOX.to_owned(),
        key: key.to_owned(),
        route: message.message_type.clone(),
        fingerprint: message.id.as_bytes().to_vec(),
        answer: Answer { status: 200, headers: json!({}), body: Vec::new() },
        expires_at: now.checked_add(KEPT).unwrap_or(now),
    }
}

/// The message as one of the system, for a person to read when it cannot be done.
fn as_message(service: &Service, system: &str, foreign: &ForeignMessage) -> NewMessage {
    let kind = foreign.kind.strip_prefix(&format!("{system}.")).unwrap_or(&foreign.kind);
    let versioned = kind.rsplit_once(".v").filter(|(_, version)| version.parse::<u16>().is_ok());
    let name = versioned.map_or(kind, |(name, _)| name);
    let text = || Value::String(String::from_utf8_lossy(&foreign.value).into_owned());
    NewMessage {
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, foreign.key.as_bytes()),
        kind: MessageKind::Command,
        topic: service.name().to_owned(),
        key: foreign.subject.clone().unwrap_or_default(),
        message_type: name.to_owned(),
        schema_version: 1,
        headers: json!({ "foreign": foreign.key, "correlation_id": foreign.correlation_id }),
        payload: serde_json::from_slice(&foreign.value).unwrap_or_else(|_| text()),
        not_after: None,
    }
}

/// The id in `account/ann`, or in `ann`.
fn subject(command: &str, subject: Option<&str>) -> Option<String> {
    let aggregate = command.split('.').nth(1).unwrap_or_default();
    let id = subject?;
    let id = id.strip_prefix(aggregate).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id);
    Some(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_an_id_with_or_without_its_aggregate() {
        let of = |text| subject("office.account.charge", Some(text));
        assert_eq!(of("account/ann").as_deref(), Some("ann"));
        assert_eq!(of("ann").as_deref(), Some("ann"));
        assert_eq!(of("accounts/ann").as_deref(), Some("accounts/ann"));
        assert_eq!(subject("office.account.open", None), None);
    }
}
