//! Applies one unit inside the writer's savepoint. Gives an outcome other than committed as soon as a part does not
//! fit; the writer then rolls the savepoint back.

use super::database;
use super::effects;
use super::sagas;
use crate::store::check::lock_order;
use crate::store::datum::micros;
use crate::store::{
    Append, Appended, Committed, Expect, Log, NewEvent, NewMessage, Outcome, StoreError,
    StreamState, Unit,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// What holds for the whole unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) now: i64,
    pub(super) shards: u16,
}

/// A part that does not fit ends the unit with an outcome.
pub(super) type Step<T> = Result<Result<T, Outcome>, StoreError>;

macro_rules! fits {
    ($step:expr) => {
        match $step? {
            Ok(value) => value,
            Err(outcome) => return Ok(outcome),
        }
    };
}

pub(super) fn apply(
    connection: &Connection,
    unit: &Unit,
    frame: Frame,
) -> Result<Outcome, StoreError> {
    if let Some(request) = &unit.idempotency
        && let Some(stored) = effects::answer(connection, request.into(), frame.now)?
    {
        return Ok(Outcome::Replayed(stored));
    }
    fits!(effects::watermarks(connection, &unit.watermarks));
    fits!(effects::cursors(connection, &unit.cursors, frame));
    fits!(sagas::change(connection, &unit.sagas, frame));
    fits!(sagas::settle(connection, &unit.operations, frame));
    for changes in &unit.rows {
        super::rows::change(connection, changes)?;
    }
    fits!(effects::uniques(connection, &unit.uniques));
    fits!(effects::numbers(connection, &unit.numbers));
    let versions = fits!(streams(connection, &unit.appends, frame));
    let appended = events(connection, &unit.appends, &versions, frame)?;
    let outbox = messages(connection, &unit.outbox, frame)?;
    let committed = Committed { appended, outbox };
    if let Some(request) = &unit.idempotency {
        effects::keep_answer(connection, request, &committed, frame.now)?;
    }
    Ok(Outcome::Committed(committed))
}

/// Checks and moves the version of every stream; gives the versions before, in the unit's order.
fn streams(connection: &Connection, appends: &[Append], frame: Frame) -> Step<Vec<i64>> {
    let mut before = vec![0; appends.len()];
    for index in lock_order(appends) {
        let Some(append) = appends.get(index) else { continue };
        let (version, state) = head(connection, append)?;
        if !holds(append.expect, version, state == StreamState::Open) {
            let stream = append.stream.clone();
            return Ok(Err(Outcome::Conflict { stream, version, state }));
        }
        if !append.events.is_empty() {
            let count = i64::try_from(append.events.len()).unwrap_or(i64::MAX);
            advance(connection, append, version + count, frame)?;
        }
        if let Some(slot) = before.get_mut(index) {
            *slot = version;
        }
    }
    Ok(Ok(before))
}

/// Whether a stream of that version, open or not, is as expected.
fn holds(expect: Expect, version: i64, open: bool) -> bool {
    match expect {
        Expect::NoStream => version == 0,
        Expect::Exact(expected) => open && version == expected,
        Expect::Exists => open && version > 0,
        Expect::Any => open,
    }
}

fn head(connection: &Connection, append: &Append) -> Result<(i64, StreamState), StoreError> {
    let key = &append.stream;
    let mut statement = connection
        .prepare_cached(
            "select version, state from kit_stream where tenant = ? and stream_type = ? and stream_id = ?",
        )
        .map_err(database)?;
    let found: Option<(i64, String)> = statement
        .query_row(params![key.tenant, key.kind, key.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(database)?;
    let Some((version, state)) = found else { return Ok((0, StreamState::Open)) };
    let state = StreamState::parse(&state)
        .ok_or_else(|| StoreError::Corrupt(format!("stream state `{state}`")))?;
    Ok((version, state))
}

fn advance(
    connection: &Connection,
    append: &Append,
    version: i64,
    frame: Frame,
) -> Result<(), StoreError> {
    let key = &append.stream;
    let state = if append.close { StreamState::Closed } else { StreamState::Open };
    let mut statement = connection
        .prepare_cached(
            "insert into kit_stream (tenant, stream_type, stream_id, shard, version, state, updated_at) \
             values (?, ?, ?, ?, ?, ?, ?) on conflict do update \
             set version = excluded.version, state = excluded.state, updated_at = excluded.updated_at",
        )
        .map_err(database)?;
    let shard = key.shard(frame.shards);
    statement
        .execute(params![key.tenant, key.kind, key.id, shard, version, state.as_str(), frame.now])
        .map(drop)
        .map_err(database)
}

/// Gives out positions: the next of each shard, in the order of the unit.
struct Positions<'a> {
    connection: &'a Connection,
    log: Log,
    last: BTreeMap<u16, i64>,
}

impl Positions<'_> {
    fn next(&mut self, shard: u16) -> Result<i64, StoreError> {
        let last = match self.last.get(&shard) {
            Some(last) => *last,
            None => last_position(self.connection, self.log, shard)?,
        };
        self.last.insert(shard, last + 1);
        Ok(last + 1)
    }
}

fn last_position(connection: &Connection, log: Log, shard: u16) -> Result<i64, StoreError> {
    let sql = match log {
        Log::Event => "select pos from kit_event where shard = ? order by pos desc limit 1",
        Log::Outbox => "select pos from kit_outbox where shard = ? order by pos desc limit 1",
    };
    let mut newest = connection.prepare_cached(sql).map_err(database)?;
    let found = newest.query_row([shard], |row| row.get(0)).optional().map_err(database)?;
    if let Some(pos) = found {
        return Ok(pos);
    }
    let mut floor = connection
        .prepare_cached("select pos from kit_shard_floor where log = ? and shard = ?")
        .map_err(database)?;
    let found = floor
        .query_row(params![log.as_str(), shard], |row| row.get(0))
        .optional()
        .map_err(database)?;
    Ok(found.unwrap_or(0))
}

fn events(
    connection: &Connection,
    appends: &[Append],
    versions: &[i64],
    frame: Frame,
) -> Result<Vec<Appended>, StoreError> {
    let mut positions = Positions { connection, log: Log::Event, last: BTreeMap::new() };
    let mut appended = Vec::with_capacity(appends.len());
    for (append, before) in appends.iter().zip(versions) {
        let shard = append.stream.shard(frame.shards);
        let mut end = Appended { version: *before, shard, pos: 0 };
        for event in &append.events {
            end = Appended { version: end.version + 1, shard, pos: positions.next(shard)? };
            insert_event(connection, append, event, end, frame.now)?;
        }
        appended.push(end);
    }
    Ok(appended)
}

fn insert_event(
    connection: &Connection,
    append: &Append,
    event: &NewEvent,
    at: Appended,
    now: i64,
) -> Result<(), StoreError> {
    let key = &append.stream;
    let mut statement = connection
        .prepare_cached(
            "insert into kit_event (shard, pos, id, tenant, stream_type, stream_id, version, event_type, \
             schema_version, data, meta, recorded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .map_err(database)?;
    statement
        .execute(params![
            at.shard,
            at.pos,
            event.id.as_bytes().as_slice(),
            key.tenant,
            key.kind,
            key.id,
            at.version,
            event.event_type,
            event.schema_version,
            event.data.to_string(),
            event.meta.to_string(),
            now
        ])
        .map(drop)
        .map_err(database)
}

fn messages(
    connection: &Connection,
    messages: &[NewMessage],
    frame: Frame,
) -> Result<Vec<(u16, i64)>, StoreError> {
    let mut positions = Positions { connection, log: Log::Outbox, last: BTreeMap::new() };
    let mut places = Vec::with_capacity(messages.len());
    for message in messages {
        let shard = message.shard(frame.shards);
        let pos = positions.next(shard)?;
        insert_message(connection, message, (shard, pos), frame.now)?;
        places.push((shard, pos));
    }
    Ok(places)
}

fn insert_message(
    connection: &Connection,
    message: &NewMessage,
    (shard, pos): (u16, i64),
    now: i64,
) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached(
            "insert into kit_outbox (shard, pos, id, kind, topic, msg_key, msg_type, schema_version, \
             headers, payload, not_after, recorded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .map_err(database)?;
    statement
        .execute(params![
            shard,
            pos,
            message.id.as_bytes().as_slice(),
            message.kind.as_str(),
            message.topic,
            message.key,
            message.message_type,
            message.schema_version,
            message.headers.to_string(),
            message.payload.to_string(),
            message.not_after.map(micros),
            now
        ])
        .map(drop)
        .map_err(database)
}
