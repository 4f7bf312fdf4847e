//! What the page reads from the stores, in the form that tables show.

use std::collections::BTreeMap;

use serde_json::Value;

use super::data::{Ids, readable};
use super::html::{Cell, Tone, short};
use crate::figures::Place;
use crate::policy::DEAD_LETTERS;
use crate::service::Service;
use crate::store::{Log, Message, MessageKind, Record, SagaRow, SagaStatus, StoreError, StreamKey};

/// A stored event and the context it belongs to.
pub(super) struct Happened {
    pub context: String,
    pub record: Record,
}

/// A message that left a context.
pub(super) struct Sent {
    pub context: String,
    pub message: Message,
}

/// The last events of all contexts, newest first.
pub(super) async fn latest(places: &[Place], most: u32) -> Result<Vec<Happened>, StoreError> {
    let mut found = Vec::new();
    for place in places {
        let store = place.service.store();
        let heads = store.head(Log::Event).await?;
        let after = heads.iter().map(|it| (it.shard, (it.pos - i64::from(most)).max(0)));
        let records = store.tail(after.collect(), most).await?;
        let context = place.service.name();
        found.extend(records.into_iter().map(|it| happened(context, it)));
    }
    found.sort_by_key(|it| std::cmp::Reverse((it.record.recorded_at, it.record.version)));
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}

pub(super) fn happened(context: &str, record: Record) -> Happened {
    Happened { context: context.to_owned(), record }
}

/// What was put aside in all contexts, newest first.
pub(super) async fn parked(places: &[Place], most: u32) -> Result<Vec<Sent>, StoreError> {
    let mut found = Vec::new();
    for place in places {
        let messages = place.service.store().list_messages(DEAD_LETTERS.to_owned(), most).await?;
        let context = place.service.name();
        found.extend(
            messages.into_iter().map(|it| Sent { context: context.to_owned(), message: it }),
        );
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.message.recorded_at));
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}

impl Sent {
    /// What it says about itself in its headers; empty when it does not.
    pub fn header(&self, name: &str) -> &str {
        self.message.message.headers.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The conversation it belongs to.
    pub fn correlation_id(&self) -> &str {
        let headers = &self.message.message.headers;
        let of_event = headers.get("meta").and_then(|meta| meta.get("correlation_id"));
        let own = headers.get("correlation_id");
        own.or(of_event).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it was put aside for a person.
    pub fn is_parked(&self) -> bool {
        self.message.message.topic == DEAD_LETTERS
    }

    /// Whether it is a command of a seed.
    pub fn is_of_seed(&self) -> bool {
        self.message.message.key == "seed" && self.correlation_id() == "seed"
    }

    /// What became of it, in words.
    pub fn kind(&self) -> &'static str {
        match self.message.message.kind {
            _ if self.is_parked() => "parked",
            MessageKind::Command => "command",
            MessageKind::Reply => "reply",
            MessageKind::Integration => "event for others",
            MessageKind::Timer => "timer",
        }
    }
}

/// The conversation that an event belongs to.
pub(super) fn correlation_of(record: &Record) -> &str {
    record.meta.get("correlation_id").and_then(Value::as_str).unwrap_or_default()
}

/// Who caused an event.
pub(super) fn actor_of(record: &Record) -> Cell {
    let name = record.meta.get("actor").and_then(|actor| actor.get("id")).and_then(Value::as_str);
    name.filter(|name| !name.is_empty()).map_or(Cell::Empty, |name| Cell::Code(short(name)))
}

/// The way to a conversation.
pub(super) fn conversation(id: &str) -> Cell {
    if id.is_empty() {
        return Cell::Empty;
    }
    Cell::Link(short(id), id.to_owned(), vec!["conversation".to_owned(), id.to_owned()])
}

/// The way to a stream.
pub(super) fn stream(context: &str, key: &StreamKey) -> Cell {
    let shown = format!("{} {}", key.kind, short(&key.id));
    let parts = ["stream", context, &key.kind, &key.id].map(str::to_owned);
    Cell::Link(shown, format!("{} {}", key.kind, key.id), parts.to_vec())
}

/// The rows of sagas, and the head that belongs to them.
pub(super) const SAGA_HEADS: [&str; 9] =
    ["started", "saga", "stands", "step", "done", "due", "reason", "conversation", "remembers"];

pub(super) fn saga(row: &SagaRow) -> Vec<Cell> {
    let tone = match row.status {
        SagaStatus::Running | SagaStatus::Compensating => Tone::Busy,
        SagaStatus::Completed => Tone::Good,
        SagaStatus::Compensated => Tone::Quiet,
        SagaStatus::Parked => Tone::Bad,
    };
    let run = row.data.get("run");
    let part = |name: &str| run.and_then(|run| run.get(name));
    let attempt = part("attempt").and_then(Value::as_u64).filter(|attempt| *attempt > 1);
    let step = row.step.clone().map(|step| match attempt {
        Some(attempt) => format!("{step}, try {attempt}"),
        None => step,
    });
    let done = part("done").and_then(Value::as_array).into_iter().flatten();
    let done: Vec<&str> = done.filter_map(Value::as_str).collect();
    vec![
        Cell::Time(row.started_at),
        Cell::Code(row.saga.clone()),
        Cell::State(tone, row.status.as_str().to_owned()),
        step.map_or(Cell::Empty, Cell::Code),
        if done.is_empty() { Cell::Empty } else { Cell::Code(done.join(", ")) },
        row.due_at.map_or(Cell::Empty, Cell::Time),
        row.reason.clone().map_or(Cell::Empty, Cell::Text),
        conversation(&row.correlation_id),
        part("saga").map_or(Cell::Empty, |saga| Cell::Data(readable(saga, Ids::Short))),
    ]
}

/// The services of the page by name.
pub(super) fn by_name(places: &[Place]) -> BTreeMap<&str, &Service> {
    places.iter().map(|place| (place.service.name(), &place.service)).collect()
}
