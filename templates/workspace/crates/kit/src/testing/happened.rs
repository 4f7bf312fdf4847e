//! What views and policies make of events.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{json, now, uuid};
use crate::context::{Actor, Context};
use crate::event::{Event, Recorded};
use crate::fault::{Fault, Folded, Need};
use crate::policy::{Message, Policy};
use crate::row::Row;
use crate::saga::{Run, Saga};
use crate::view::{Fold, KeyOf};

/// An event as a view sees it: first in its stream, recorded [`now`], by nobody.
pub fn recorded<E: Event>(
    stream: impl Into<E::Stream>,
    status: &str,
    data: impl Into<E>,
) -> Recorded<E> {
    Recorded {
        id: uuid("event"),
        stream: stream.into(),
        version: 1,
        time: now(),
        status: (!status.is_empty()).then(|| status.to_owned()),
        actor: Actor::nobody(),
        correlation_id: uuid("correlation"),
        causation_id: uuid("causation"),
        shard: 0,
        pos: 1,
        data: data.into(),
    }
}

/// The rows of a view after these events.
///
/// # Errors
/// When arithmetic fails.
pub fn rows<V, E>(events: impl IntoIterator<Item = Recorded<E>>) -> Folded<Vec<V::Row>>
where
    V: Fold<E>,
    E: Event,
{
    let mut rows: BTreeMap<KeyOf<V>, V::Row> = BTreeMap::new();
    for event in events {
        for key in V::keys(&event)? {
            if let Some(row) = V::fold(&key, rows.remove(&key), &event)? {
                rows.insert(key, row);
            }
        }
    }
    Ok(rows.into_values().collect())
}

/// An event that happened, the rows that are there, and the messages it caused so far.
#[derive(Debug)]
pub struct Happened<E: Event> {
    event: Recorded<E>,
    rows: Vec<(&'static str, Value, Value)>,
    sent: Vec<Message>,
}

/// An event, for policies to react to.
pub fn happened<E: Event>(event: Recorded<E>) -> Happened<E> {
    Happened { event, rows: Vec::new(), sent: Vec::new() }
}

impl<E: Event> Happened<E> {
    /// This row is there.
    #[must_use]
    pub fn row<R: Row>(mut self, row: &R) -> Self {
        self.rows.push((R::TABLE.name, json(row.key()), json(row)));
        self
    }

    /// Lets a policy react.
    ///
    /// # Panics
    /// When the policy has a fault.
    #[must_use]
    pub fn policy<P: Policy<E>>(mut self) -> Self {
        let mut cx = Context::at(self.event.time);
        for _ in 0..100 {
            match P::on(&self.event, &cx) {
                Err(Fault::Need(need)) => self.supply(&mut cx, need),
                done => {
                    self.sent.extend(done.expect("the policy has an answer"));
                    return self;
                }
            }
        }
        panic!("the policy asks for more and more");
    }

    /// Lets a saga start, if the event starts it; its first commands count as sent.
    ///
    /// # Panics
    /// When the saga has a fault.
    #[must_use]
    pub fn saga<S: Saga<Event = E>>(mut self) -> Self {
        let Some(start) = S::start(&self.event).expect("the event is read") else { return self };
        let mut cx = Context::at(self.event.time);
        for _ in 0..100 {
            match Run::start(start.clone(), &cx) {
                Err(Fault::Need(need)) => self.supply(&mut cx, need),
                started => {
                    let orders = started.expect("the saga starts").orders;
                    self.sent.extend(orders.into_iter().map(|order| order.message));
                    return self;
                }
            }
        }
        panic!("the saga asks for more and more");
    }

    /// Policies and sagas sent exactly these: command, target id (empty for none), and at least these fields.
    ///
    /// # Panics
    /// When they sent something else.
    #[track_caller]
    pub fn sends<'n>(self, expected: impl IntoIterator<Item = (&'n str, String, Value)>) {
        let expected: Vec<_> = expected.into_iter().collect();
        let wanted: Vec<_> = expected.iter().map(|(name, id, _)| (*name, id.clone())).collect();
        let sent: Vec<_> =
            self.sent.iter().map(|it| (it.command, it.id.clone().unwrap_or_default())).collect();
        assert_eq!(sent, wanted);
        for (message, (name, _, fields)) in self.sent.iter().zip(&expected) {
            for (field, value) in fields.as_object().expect("fields are an object") {
                let sent = message.payload.get(field).unwrap_or(&Value::Null);
                assert_eq!(sent, value, "{name}.{field}");
            }
        }
    }

    fn supply(&self, cx: &mut Context, need: Need) {
        match need {
            Need::Row { table, key } => {
                let row = self.rows.iter().find(|(name, k, _)| *name == table.name && *k == key);
                cx.add_row(table.name, &key, row.map(|(_, _, row)| row.clone()));
            }
            Need::Rows { table, cond } => {
                let of_table = self.rows.iter().filter(|(name, _, _)| *name == table.name);
                let rows = of_table.filter(|(_, _, row)| cond.holds(table, row));
                let rows = rows.map(|(_, _, row)| row.clone()).collect();
                cx.add_rows(table.name, cond, rows);
            }
            Need::Number { name, part } => cx.add_number(name, part, 0),
        }
    }
}
