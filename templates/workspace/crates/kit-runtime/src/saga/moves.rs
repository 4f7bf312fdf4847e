//! One move of a saga: made in a context that knows what it asks for, then put into a unit.

use kit::saga::Order;
use kit::{Actor, Context, Fault, Folded};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::conduct::{Conduct, Move};
use crate::command::{EventMeta, Failure, supply};
use crate::policy::Headers;
use crate::service::Service;
use crate::store::{MessageKind, NewMessage, SagaChange, SagaRow, Unit};

/// Most things that one move may ask for, one after the other.
const MOST_NEEDS: usize = 256;

/// Where a saga comes from: what it does, it does on behalf of whoever caused it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Origin {
    /// The conversation.
    pub correlation_id: String,
    /// On whose behalf.
    #[serde(default)]
    pub actor: Actor,
    /// The trace that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

impl From<&EventMeta> for Origin {
    fn from(meta: &EventMeta) -> Self {
        Self {
            correlation_id: meta.correlation_id.clone(),
            actor: meta.actor.clone(),
            traceparent: meta.traceparent.clone(),
        }
    }
}

/// A saga that was read.
pub(super) struct Known {
    pub version: i64,
    pub origin: Origin,
    pub run: Value,
}

impl Known {
    /// What a row holds.
    ///
    /// # Errors
    /// Data of another form.
    pub fn of(row: SagaRow) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Stored {
            origin: Origin,
            run: Value,
        }
        let Stored { origin, run } = serde_json::from_value(row.data).map_err(Fault::form)?;
        Ok(Self { version: row.version, origin, run })
    }

    /// Add the move to a unit.
    pub fn put(
        &self,
        service: &Service,
        saga: &dyn Conduct,
        to: Move,
        cause: Uuid,
        unit: &mut Unit,
    ) {
        put(service, saga, &self.origin, self.version, to, cause, unit);
    }
}

/// Make a move, fetching whatever it asks for; a fault is the move's own.
pub(super) async fn made(
    service: &Service,
    actor: &Actor,
    seed: Uuid,
    make: impl Fn(&Context) -> Folded<Option<Move>> + Send + Sync,
) -> Result<Folded<Option<Move>>, Failure> {
    let now = service.store().now().await?;
    let mut cx = Context::new(now, actor.clone(), service.zone(), seed);
    for _ in 0..MOST_NEEDS {
        cx.start();
        match make(&cx) {
            Err(Fault::Need(need)) => supply(service, need, &mut cx).await?,
            ended => return Ok(ended),
        }
    }
    Ok(Err(Fault::data("it asks for too much")))
}

/// Add the saga after a move, and what it sends, to a unit.
pub(super) fn put(
    service: &Service,
    saga: &dyn Conduct,
    origin: &Origin,
    from: i64,
    to: Move,
    cause: Uuid,
    unit: &mut Unit,
) {
    tell(saga, origin, &to);
    for order in to.orders {
        unit.outbox.push(message(service, origin, to.id, cause, order));
    }
    unit.sagas.push(SagaChange {
        saga: saga.name().to_owned(),
        id: to.id,
        from,
        status: to.status,
        step: to.step,
        due_at: to.due_at,
        reason: to.reason,
        correlation_id: origin.correlation_id.clone(),
        data: json!({ "origin": origin, "run": to.run }),
    });
}

fn tell(saga: &dyn Conduct, origin: &Origin, to: &Move) {
    let (name, status) = (saga.name(), to.status.as_str());
    let (id, step) = (to.id.to_string(), to.step.as_deref().unwrap_or_default());
    let correlation_id = origin.correlation_id.as_str();
    match &to.reason {
        Some(reason) => tracing::error!(
            event.name = "saga_parked",
            saga = name,
            saga.id = id,
            correlation_id,
            exception.message = reason,
            "a saga is parked"
        ),
        None => tracing::info!(
            event.name = "saga_moved",
            saga = name,
            saga.id = id,
            correlation_id,
            status,
            step,
            "saga_moved"
        ),
    }
}

/// The outbox form of one command. A command at the saga's end that is refused is kept for a person: no step hears it.
fn message(
    service: &Service,
    origin: &Origin,
    saga: Uuid,
    cause: Uuid,
    Order { id, message, request }: Order,
) -> NewMessage {
    let op_id = request.as_ref().map_or(id, kit::saga::Request::op_id);
    let headers = Headers {
        target_id: message.id.clone(),
        correlation_id: origin.correlation_id.clone(),
        causation_id: cause,
        traceparent: origin.traceparent.clone(),
        actor: origin.actor.clone(),
        op_id,
        request_id: id,
        reply_to: service.name().to_owned(),
        park: request.is_none(),
        schedule: None,
        request,
    };
    NewMessage {
        id,
        kind: MessageKind::Command,
        topic: message.command.split('.').next().unwrap_or_default().to_owned(),
        key: message.id.unwrap_or_else(|| saga.to_string()),
        message_type: message.command.to_owned(),
        schema_version: 1,
        headers: serde_json::to_value(headers).unwrap_or_default(),
        payload: message.payload,
        not_after: None,
    }
}
