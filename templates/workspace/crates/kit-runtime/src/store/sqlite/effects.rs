//! The parts of a unit beside streams: answers, watermarks, cursors, reserved values, numbers.

use super::database;
use super::unit::{Frame, Step};
use super::value::{json, uuid};
use crate::store::datum::micros;
use crate::store::positions;
use crate::store::{
    Answer, Committed, CursorMove, Idempotency, Mark, NumberTake, Outcome, StoreError,
    StoredAnswer, StreamKey, UniqueChange, WatermarkMove,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Names a kept answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnswerKey<'a> {
    pub(super) tenant: &'a str,
    pub(super) principal: &'a str,
    pub(super) key: &'a str,
}

impl<'a> From<&'a Idempotency> for AnswerKey<'a> {
    fn from(it: &'a Idempotency) -> Self {
        Self { tenant: &it.tenant, principal: &it.principal, key: &it.key }
    }
}

pub(super) fn answer(
    connection: &Connection,
    key: AnswerKey<'_>,
    now: i64,
) -> Result<Option<StoredAnswer>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "select fingerprint, http_status, headers, body, position from kit_idempotency \
             where tenant = ? and principal = ? and idem_key = ? and expires_at > ?",
        )
        .map_err(database)?;
    let read = |row: &Row<'_>| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get::<_, String>(2)?,
            row.get(3)?,
            row.get::<_, String>(4)?,
        ))
    };
    let found = statement
        .query_row(params![key.tenant, key.principal, key.key, now], read)
        .optional()
        .map_err(database)?;
    let Some((fingerprint, status, headers, body, position)) = found else { return Ok(None) };
    let answer = Answer { status, headers: json(&headers)?, body };
    Ok(Some(StoredAnswer { fingerprint, answer, positions: positions::parse(&position)? }))
}

pub(super) fn keep_answer(
    connection: &Connection,
    request: &Idempotency,
    committed: &Committed,
    now: i64,
) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached(
            "insert or replace into kit_idempotency (tenant, principal, idem_key, route, fingerprint, \
             http_status, headers, body, position, created_at, expires_at) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .map_err(database)?;
    statement
        .execute(params![
            request.tenant,
            request.principal,
            request.key,
            request.route,
            request.fingerprint,
            request.answer.status,
            request.answer.headers.to_string(),
            request.answer.body,
            positions::write(&committed.appended),
            now,
            micros(request.expires_at)
        ])
        .map(drop)
        .map_err(database)
}

pub(super) fn watermarks(connection: &Connection, moves: &[WatermarkMove]) -> Step<()> {
    for step in moves {
        let mut select = connection
            .prepare_cached(
                "select pos, id, generation from kit_watermark \
                 where consumer = ? and source = ? and shard = ?",
            )
            .map_err(database)?;
        let read =
            |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?));
        let found = select
            .query_row(params![step.consumer, step.source, step.to.shard], read)
            .optional()
            .map_err(database)?;
        let (at, generation) = match found {
            Some((pos, id, generation)) => {
                (Mark { shard: step.to.shard, pos, id: uuid(&id)? }, Some(uuid(&generation)?))
            }
            None => (Mark::start(step.to.shard), None),
        };
        if at != step.from || generation.is_some_and(|it| it != step.generation) {
            return Ok(Err(Outcome::Moved { name: step.consumer.clone(), at, generation }));
        }
        let mut upsert = connection
            .prepare_cached(
                "insert into kit_watermark (consumer, source, generation, shard, pos, id) \
                 values (?, ?, ?, ?, ?, ?) on conflict do update \
                 set pos = excluded.pos, id = excluded.id, gap_since = null",
            )
            .map_err(database)?;
        upsert
            .execute(params![
                step.consumer,
                step.source,
                step.generation.as_bytes().as_slice(),
                step.to.shard,
                step.to.pos,
                step.to.id.as_bytes().as_slice()
            ])
            .map_err(database)?;
    }
    Ok(Ok(()))
}

pub(super) fn cursors(connection: &Connection, moves: &[CursorMove], frame: Frame) -> Step<()> {
    for step in moves {
        let mut select = connection
            .prepare_cached("select pos, id, epoch from kit_cursor where name = ? and shard = ?")
            .map_err(database)?;
        let read =
            |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?));
        let found = select
            .query_row(params![step.name, step.to.shard], read)
            .optional()
            .map_err(database)?;
        let (at, epoch) = match found {
            Some((pos, id, epoch)) => (Mark { shard: step.to.shard, pos, id: uuid(&id)? }, epoch),
            None => (Mark::start(step.to.shard), 0),
        };
        if at != step.from || epoch > step.epoch {
            return Ok(Err(Outcome::Moved { name: step.name.clone(), at, generation: None }));
        }
        let mut upsert = connection
            .prepare_cached(
                "insert into kit_cursor (name, shard, pos, id, epoch, updated_at) \
                 values (?, ?, ?, ?, ?, ?) on conflict do update set pos = excluded.pos, \
                 id = excluded.id, epoch = excluded.epoch, updated_at = excluded.updated_at",
            )
            .map_err(database)?;
        let id = step.to.id.as_bytes().as_slice();
        upsert
            .execute(params![step.name, step.to.shard, step.to.pos, id, step.epoch, frame.now])
            .map_err(database)?;
    }
    Ok(Ok(()))
}

pub(super) fn uniques(connection: &Connection, changes: &[UniqueChange]) -> Step<()> {
    for change in changes {
        match change {
            UniqueChange::Release { rule, value, stream } => {
                let mut delete = connection
                    .prepare_cached(
                        "delete from kit_unique where tenant = ? and rule = ? and value = ? \
                         and stream_type = ? and stream_id = ?",
                    )
                    .map_err(database)?;
                delete
                    .execute(params![stream.tenant, rule, value, stream.kind, stream.id])
                    .map_err(database)?;
            }
            UniqueChange::Reserve { rule, value, stream } => {
                if !reserve(connection, rule, value, stream)? {
                    let (rule, value) = (rule.clone(), value.clone());
                    return Ok(Err(Outcome::Taken { rule, value }));
                }
            }
        }
    }
    Ok(Ok(()))
}

fn reserve(
    connection: &Connection,
    rule: &str,
    value: &str,
    stream: &StreamKey,
) -> Result<bool, StoreError> {
    let mut insert = connection
        .prepare_cached(
            "insert into kit_unique (tenant, rule, value, stream_type, stream_id) \
             values (?, ?, ?, ?, ?) on conflict do nothing",
        )
        .map_err(database)?;
    let inserted = insert
        .execute(params![stream.tenant, rule, value, stream.kind, stream.id])
        .map_err(database)?;
    if inserted == 1 {
        return Ok(true);
    }
    let mut select = connection
        .prepare_cached(
            "select stream_type = ? and stream_id = ? from kit_unique \
             where tenant = ? and rule = ? and value = ?",
        )
        .map_err(database)?;
    select
        .query_row(params![stream.kind, stream.id, stream.tenant, rule, value], |row| row.get(0))
        .map_err(database)
}

pub(super) fn numbers(connection: &Connection, takes: &[NumberTake]) -> Step<()> {
    for take in takes {
        let key = &take.key;
        let value = super::read::number(connection, key)?;
        if value != take.seen {
            return Ok(Err(Outcome::NumberMoved { key: key.clone(), value }));
        }
        let mut upsert = connection
            .prepare_cached(
                "insert into kit_number (tenant, name, part, value) values (?, ?, ?, ?) \
                 on conflict do update set value = excluded.value",
            )
            .map_err(database)?;
        upsert.execute(params![key.tenant, key.name, key.part, take.now]).map_err(database)?;
    }
    Ok(Ok(()))
}
