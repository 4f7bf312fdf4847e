//! A unit as the arrays that `kit_append` takes.

use crate::store::check::lock_order;
use crate::store::datum::micros;
use crate::store::{
    Append, Appended, Committed, Expect, NewMessage, NumberTake, UniqueChange, Unit,
};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The streams of a unit in lock order, and where its events go.
#[derive(Debug, Default)]
pub(super) struct Events<'a> {
    pub(super) tenant: Vec<&'a str>,
    pub(super) kind: Vec<&'a str>,
    pub(super) stream: Vec<&'a str>,
    pub(super) shard: Vec<i16>,
    pub(super) expect: Vec<i64>,
    pub(super) count: Vec<i64>,
    pub(super) close: Vec<bool>,
    pub(super) shards: Vec<i16>,
    pub(super) counts: Vec<i64>,
    pub(super) of_stream: Vec<i32>,
    pub(super) step: Vec<i64>,
    pub(super) slot: Vec<i32>,
    pub(super) offset: Vec<i64>,
    pub(super) id: Vec<Uuid>,
    pub(super) event_type: Vec<&'a str>,
    pub(super) schema: Vec<i16>,
    pub(super) data: Vec<&'a Value>,
    pub(super) meta: Vec<&'a Value>,
    /// For each append of the unit: its place in lock order, and its last offset in its shard.
    ends: Vec<(usize, i64)>,
}

/// The messages of a unit.
#[derive(Debug, Default)]
pub(super) struct Messages<'a> {
    pub(super) shards: Vec<i16>,
    pub(super) slot: Vec<i32>,
    pub(super) offset: Vec<i64>,
    pub(super) id: Vec<Uuid>,
    pub(super) kind: Vec<&'static str>,
    pub(super) topic: Vec<&'a str>,
    pub(super) key: Vec<&'a str>,
    pub(super) message_type: Vec<&'a str>,
    pub(super) schema: Vec<i16>,
    pub(super) headers: Vec<&'a Value>,
    pub(super) payload: Vec<&'a Value>,
    pub(super) not_after: Vec<Option<i64>>,
}

/// Reserved and released values.
#[derive(Debug, Default)]
pub(super) struct Uniques<'a> {
    pub(super) take: Vec<bool>,
    pub(super) tenant: Vec<&'a str>,
    pub(super) rule: Vec<&'a str>,
    pub(super) value: Vec<&'a str>,
    pub(super) kind: Vec<&'a str>,
    pub(super) stream: Vec<&'a str>,
}

/// Running numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers<'a> {
    pub(super) tenant: Vec<&'a str>,
    pub(super) name: Vec<&'a str>,
    pub(super) part: Vec<&'a str>,
    pub(super) seen: Vec<i64>,
    pub(super) now: Vec<i64>,
}

/// An expectation as the functions of the database read it.
pub(super) fn expectation(expect: Expect) -> i64 {
    match expect {
        Expect::NoStream => 0,
        Expect::Exact(version) => version,
        Expect::Any => -1,
        Expect::Exists => -2,
    }
}

fn small(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn shard_number(shard: u16) -> i16 {
    i16::try_from(shard).unwrap_or(i16::MAX)
}

/// The distinct shards, ascending, and the place of each.
pub(super) fn slots(shards: impl Iterator<Item = i16>) -> BTreeMap<i16, usize> {
    let mut slots: BTreeMap<i16, usize> = shards.map(|shard| (shard, 0)).collect();
    for (place, slot) in slots.values_mut().enumerate() {
        *slot = place;
    }
    slots
}

impl<'a> Events<'a> {
    pub(super) fn of(appends: &'a [Append], shards: u16) -> Self {
        let mut columns = Self::default();
        let mut place_of = vec![0; appends.len()];
        for (place, index) in lock_order(appends).into_iter().enumerate() {
            let Some(append) = appends.get(index) else { continue };
            columns.push_stream(append, shards);
            if let Some(slot) = place_of.get_mut(index) {
                *slot = place;
            }
        }
        let written = appends.iter().filter(|it| !it.events.is_empty());
        let slots = slots(written.map(|it| shard_number(it.stream.shard(shards))));
        columns.shards = slots.keys().copied().collect();
        columns.counts = vec![0; columns.shards.len()];
        for (append, place) in appends.iter().zip(place_of) {
            let shard = shard_number(append.stream.shard(shards));
            let slot = slots.get(&shard).copied().unwrap_or(0);
            columns.push_events(append, place, slot);
        }
        columns
    }

    fn push_stream(&mut self, append: &'a Append, shards: u16) {
        self.tenant.push(&append.stream.tenant);
        self.kind.push(&append.stream.kind);
        self.stream.push(&append.stream.id);
        self.shard.push(shard_number(append.stream.shard(shards)));
        self.expect.push(expectation(append.expect));
        self.count.push(i64::try_from(append.events.len()).unwrap_or(i64::MAX));
        self.close.push(append.close);
    }

    fn push_events(&mut self, append: &'a Append, place: usize, slot: usize) {
        let mut last = 0;
        for (step, event) in (1..).zip(&append.events) {
            if let Some(count) = self.counts.get_mut(slot) {
                *count += 1;
                last = *count;
            }
            self.of_stream.push(small(place + 1));
            self.step.push(step);
            self.slot.push(small(slot + 1));
            self.offset.push(last);
            self.id.push(event.id);
            self.event_type.push(&event.event_type);
            self.schema.push(event.schema_version);
            self.data.push(&event.data);
            self.meta.push(&event.meta);
        }
        self.ends.push((place, last));
    }
}

impl<'a> Messages<'a> {
    pub(super) fn of(messages: &'a [NewMessage], shards: u16) -> Self {
        let slots = slots(messages.iter().map(|it| shard_number(it.shard(shards))));
        let mut columns = Self { shards: slots.keys().copied().collect(), ..Self::default() };
        let mut counts = vec![0_i64; slots.len()];
        for message in messages {
            let slot = slots.get(&shard_number(message.shard(shards))).copied().unwrap_or(0);
            if let Some(count) = counts.get_mut(slot) {
                *count += 1;
                columns.offset.push(*count);
            }
            columns.slot.push(small(slot + 1));
            columns.id.push(message.id);
            columns.kind.push(message.kind.as_str());
            columns.topic.push(&message.topic);
            columns.key.push(&message.key);
            columns.message_type.push(&message.message_type);
            columns.schema.push(message.schema_version);
            columns.headers.push(&message.headers);
            columns.payload.push(&message.payload);
            columns.not_after.push(message.not_after.map(micros));
        }
        columns
    }
}

impl<'a> Uniques<'a> {
    pub(super) fn of(changes: &'a [UniqueChange]) -> Self {
        let mut columns = Self::default();
        for change in changes {
            let (take, rule, value, stream) = match change {
                UniqueChange::Reserve { rule, value, stream } => (true, rule, value, stream),
                UniqueChange::Release { rule, value, stream } => (false, rule, value, stream),
            };
            columns.take.push(take);
            columns.tenant.push(&stream.tenant);
            columns.rule.push(rule);
            columns.value.push(value);
            columns.kind.push(&stream.kind);
            columns.stream.push(&stream.id);
        }
        columns
    }
}

impl<'a> Numbers<'a> {
    pub(super) fn of(takes: &'a [NumberTake]) -> Self {
        let mut columns = Self::default();
        for take in takes {
            columns.tenant.push(&take.key.tenant);
            columns.name.push(&take.key.name);
            columns.part.push(&take.key.part);
            columns.seen.push(take.seen);
            columns.now.push(take.now);
        }
        columns
    }
}

/// The places of a committed unit, from the versions and bases that the database gave.
pub(super) fn places(
    unit: &Unit,
    shards: u16,
    (events, messages): (&Events<'_>, &Messages<'_>),
    (versions, event_base, outbox_base): (&[i64], &[i64], &[i64]),
) -> Committed {
    let base_of = |shard: u16| {
        let slot = events.shards.iter().position(|it| *it == shard_number(shard));
        slot.and_then(|it| event_base.get(it)).copied().unwrap_or(0)
    };
    let appended = unit.appends.iter().zip(&events.ends).map(|(append, (place, offset))| {
        let shard = append.stream.shard(shards);
        let version = versions.get(*place).copied().unwrap_or(0);
        let pos = if *offset == 0 { 0 } else { base_of(shard) + offset };
        Appended { version, shard, pos }
    });
    let slots = messages.slot.iter().map(|it| usize::try_from(it - 1).unwrap_or(0));
    let outbox =
        unit.outbox.iter().zip(slots.zip(&messages.offset)).map(|(message, (slot, offset))| {
            (message.shard(shards), outbox_base.get(slot).copied().unwrap_or(0) + offset)
        });
    Committed { appended: appended.collect(), outbox: outbox.collect() }
}
