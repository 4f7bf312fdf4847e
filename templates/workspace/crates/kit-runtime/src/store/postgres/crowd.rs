//! The usual commands of several callers as one statement.

use super::append::{Failure, Frame};
use super::columns::{expectation, slots};
use super::one::only_append;
use crate::store::datum::micros;
use crate::store::{Append, Appended, Committed, Expect, Idempotency, StreamKey, Unit};
use deadpool_postgres::ClientWrapper;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const APPEND: &str = "select kit_append_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
                      $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)";

/// The append of a unit that may go with others.
pub(super) fn joins(unit: &Unit) -> Option<&Append> {
    only_append(unit).filter(|it| matches!(it.expect, Expect::NoStream | Expect::Exact(0..)))
}

/// Events for one stream, as columns; the order is that of the streams.
#[derive(Default)]
struct Streams<'a> {
    tenant: Vec<&'a str>,
    kind: Vec<&'a str>,
    id: Vec<&'a str>,
    shard: Vec<i16>,
    slot: Vec<i32>,
    expect: Vec<i64>,
    count: Vec<i64>,
    close: Vec<bool>,
}

#[derive(Default)]
struct Events<'a> {
    unit: Vec<i32>,
    step: Vec<i64>,
    id: Vec<Uuid>,
    event_type: Vec<&'a str>,
    schema: Vec<i16>,
    data: Vec<&'a Value>,
    meta: Vec<&'a Value>,
}

#[derive(Default)]
struct Keys<'a> {
    unit: Vec<i32>,
    tenant: Vec<&'a str>,
    principal: Vec<&'a str>,
    key: Vec<&'a str>,
    route: Vec<&'a str>,
    fingerprint: Vec<&'a [u8]>,
    status: Vec<i32>,
    headers: Vec<&'a Value>,
    body: Vec<&'a [u8]>,
    expires: Vec<i64>,
}

fn shard_number(stream: &StreamKey, shards: u16) -> i16 {
    i16::try_from(stream.shard(shards)).unwrap_or(i16::MAX)
}

fn small(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Sends the units as one; each of them [joins] a crowd. Gives the places of those that were committed, in the order
/// given; the others have to be sent alone. An error, such as for a key that is taken, means that none was.
pub(super) async fn send(
    client: &ClientWrapper,
    units: &[&Unit],
    frame: Frame,
) -> Result<Vec<Option<Committed>>, Failure> {
    let mut sorted: Vec<(usize, &Unit, &Append)> = (0..)
        .zip(units)
        .filter_map(|(index, unit)| joins(unit).map(|append| (index, *unit, append)))
        .collect();
    sorted.sort_by(|(_, _, a), (_, _, b)| a.stream.cmp(&b.stream));
    let numbers = sorted.iter().map(|(_, _, append)| shard_number(&append.stream, frame.shards));
    let slots: BTreeMap<i16, usize> = slots(numbers);
    let (mut s, mut e, mut k) = (Streams::default(), Events::default(), Keys::default());
    let mut keys = Vec::new();
    for (place, (_, unit, append)) in (1..).zip(&sorted) {
        let shard = shard_number(&append.stream, frame.shards);
        s.push(append, shard, small(slots.get(&shard).copied().unwrap_or(0) + 1));
        e.push(append, place);
        keys.extend(unit.idempotency.as_ref().map(|key| (key, place)));
    }
    keys.sort_by_key(|(key, _)| (&key.tenant, &key.principal, &key.key));
    keys.into_iter().for_each(|(key, place)| k.push(key, place));
    let shards: Vec<i16> = slots.keys().copied().collect();
    let statement = client.prepare_cached(APPEND).await?;
    #[rustfmt::skip]
    let parameters: [&(dyn ToSql + Sync); 27] = [
        &frame.now,
        &s.tenant, &s.kind, &s.id, &s.shard, &s.slot, &s.expect, &s.count, &s.close, &shards,
        &e.unit, &e.step, &e.id, &e.event_type, &e.schema, &e.data, &e.meta,
        &k.unit, &k.tenant, &k.principal, &k.key, &k.route, &k.fingerprint, &k.status, &k.headers,
        &k.body, &k.expires,
    ];
    let row = client.query_one(&statement, &parameters).await?;
    let lasts: Vec<Option<i64>> = row.try_get(0)?;
    let mut places = vec![None; units.len()];
    for ((index, _, append), last) in sorted.iter().zip(lasts) {
        if let (Some(place), Some(pos)) = (places.get_mut(*index), last) {
            let events = i64::try_from(append.events.len()).unwrap_or(0);
            let version = expectation(append.expect) + events;
            let shard = append.stream.shard(frame.shards);
            let appended = vec![Appended { version, shard, pos }];
            *place = Some(Committed { appended, outbox: Vec::new() });
        }
    }
    Ok(places)
}

impl<'a> Streams<'a> {
    fn push(&mut self, append: &'a Append, shard: i16, slot: i32) {
        self.tenant.push(&append.stream.tenant);
        self.kind.push(&append.stream.kind);
        self.id.push(&append.stream.id);
        self.shard.push(shard);
        self.slot.push(slot);
        self.expect.push(expectation(append.expect));
        self.count.push(i64::try_from(append.events.len()).unwrap_or(i64::MAX));
        self.close.push(append.close);
    }
}

impl<'a> Events<'a> {
    fn push(&mut self, append: &'a Append, unit: i32) {
        for (step, event) in (1..).zip(&append.events) {
            self.unit.push(unit);
            self.step.push(step);
            self.id.push(event.id);
            self.event_type.push(&event.event_type);
            self.schema.push(event.schema_version);
            self.data.push(&event.data);
            self.meta.push(&event.meta);
        }
    }
}

impl<'a> Keys<'a> {
    fn push(&mut self, key: &'a Idempotency, place: i32) {
        self.unit.push(place);
        self.tenant.push(&key.tenant);
        self.principal.push(&key.principal);
        self.key.push(&key.key);
        self.route.push(&key.route);
        self.fingerprint.push(&key.fingerprint);
        self.status.push(i32::from(key.answer.status));
        self.headers.push(&key.answer.headers);
        self.body.push(&key.answer.body);
        self.expires.push(micros(key.expires_at));
    }
}
