//! Reads of streams, logs, cursors and numbers, each on one snapshot.

use super::database;
use super::value::{json, uuid};
use crate::store::datum::from_micros;
use crate::store::{
    CursorRow, CursorState, Load, Loaded, Log, Mark, Message, MessageKind, NewMessage, NumberKey,
    Record, StoreError, StreamKey, StreamState, WatermarkRow,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

pub(super) const EVENT: &str = "select shard, pos, id, tenant, stream_type, stream_id, version, event_type, \
                     schema_version, data, meta, recorded_at from kit_event";

pub(super) const MESSAGE: &str = "select shard, pos, id, kind, topic, msg_key, msg_type, schema_version, headers, \
                                  payload, not_after, recorded_at from kit_outbox";

pub(super) fn load(connection: &Connection, load: &Load) -> Result<Loaded, StoreError> {
    let key = &load.stream;
    let mut head = connection
        .prepare_cached(
            "select version, state from kit_stream where tenant = ? and stream_type = ? and stream_id = ?",
        )
        .map_err(database)?;
    let found: Option<(i64, String)> = head
        .query_row(params![key.tenant, key.kind, key.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(database)?;
    let (version, state) = match found {
        Some((version, state)) => (version, StreamState::parse(&state).ok_or_else(corrupt)?),
        None => (0, StreamState::Open),
    };
    let sql = format!(
        "{EVENT} where tenant = ? and stream_type = ? and stream_id = ? and version > ? order by version"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(database)?;
    let mut rows = statement
        .query(params![key.tenant, key.kind, key.id, load.after_version])
        .map_err(database)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        events.push(record(row)?);
    }
    let rows = load.lookups.iter().map(|(table, key)| super::rows::row(connection, table, key));
    let rows = rows.collect::<Result<_, _>>()?;
    let numbers = load.numbers.iter().map(|key| number(connection, key));
    Ok(Loaded { version, state, events, rows, numbers: numbers.collect::<Result<_, _>>()? })
}

pub(super) fn number(connection: &Connection, key: &NumberKey) -> Result<i64, StoreError> {
    let mut statement = connection
        .prepare_cached("select value from kit_number where tenant = ? and name = ? and part = ?")
        .map_err(database)?;
    let found = statement
        .query_row(params![key.tenant, key.name, key.part], |row| row.get(0))
        .optional()
        .map_err(database)?;
    Ok(found.unwrap_or(0))
}

pub(super) fn tail(
    connection: &Connection,
    after: &[(u16, i64)],
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let sql = format!("{EVENT} where shard = ? and pos > ? order by pos limit ?");
    tailed(connection, &sql, after, limit, |row| {
        let record = record(row)?;
        Ok((record.pos, record))
    })
}

pub(super) fn tail_outbox(
    connection: &Connection,
    after: &[(u16, i64)],
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!("{MESSAGE} where shard = ? and pos > ? order by pos limit ?");
    tailed(connection, &sql, after, limit, |row| {
        let message = message(row)?;
        Ok((message.pos, message))
    })
}

fn tailed<T>(
    connection: &Connection,
    sql: &str,
    after: &[(u16, i64)],
    limit: u32,
    read: impl Fn(&Row<'_>) -> Result<(i64, T), StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    let mut records = Vec::new();
    for (shard, cursor) in after {
        let mut rows = statement.query(params![shard, cursor, limit]).map_err(database)?;
        let mut expected = cursor + 1;
        while let Some(row) = rows.next().map_err(database)? {
            let (found, record) = read(row)?;
            if found != expected {
                return Err(StoreError::Hole { shard: *shard, expected, found });
            }
            records.push(record);
            expected += 1;
        }
    }
    Ok(records)
}

pub(super) fn head(
    connection: &Connection,
    log: Log,
    shards: u16,
) -> Result<Vec<Mark>, StoreError> {
    let table = match log {
        Log::Event => "kit_event",
        Log::Outbox => "kit_outbox",
    };
    let sql = format!(
        "select pos, id from (select pos, id from {table} where shard = ?1 order by pos desc limit 1) \
         union all select pos, id from kit_shard_floor where log = ?2 and shard = ?1 \
         order by pos desc limit 1"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(database)?;
    let mut marks = Vec::new();
    for shard in 0..shards {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
        let found =
            statement.query_row(params![shard, log.as_str()], read).optional().map_err(database)?;
        if let Some((pos, id)) = found {
            marks.push(Mark { shard, pos, id: uuid(&id)? });
        }
    }
    Ok(marks)
}

pub(super) fn cursors(connection: &Connection, name: &str) -> Result<Vec<CursorRow>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "select shard, pos, id, epoch, state, error from kit_cursor where name = ? order by shard",
        )
        .map_err(database)?;
    let mut rows = statement.query([name]).map_err(database)?;
    let mut cursors = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        let state: String = row.get(4).map_err(database)?;
        cursors.push(CursorRow {
            mark: mark(row)?,
            epoch: row.get(3).map_err(database)?,
            state: CursorState::parse(&state).ok_or_else(corrupt)?,
            error: row.get(5).map_err(database)?,
        });
    }
    Ok(cursors)
}

pub(super) fn watermarks(
    connection: &Connection,
    consumer: &str,
    source: &str,
) -> Result<Vec<WatermarkRow>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "select shard, pos, id, generation from kit_watermark \
             where consumer = ? and source = ? order by shard",
        )
        .map_err(database)?;
    let mut rows = statement.query([consumer, source]).map_err(database)?;
    let mut watermarks = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        let generation: Vec<u8> = row.get(3).map_err(database)?;
        watermarks.push(WatermarkRow { generation: uuid(&generation)?, mark: mark(row)? });
    }
    Ok(watermarks)
}

fn mark(row: &Row<'_>) -> Result<Mark, StoreError> {
    let id: Vec<u8> = row.get(2).map_err(database)?;
    let shard = row.get(0).map_err(database)?;
    Ok(Mark { shard, pos: row.get(1).map_err(database)?, id: uuid(&id)? })
}

pub(super) fn corrupt() -> StoreError {
    StoreError::Corrupt("an unknown state".to_owned())
}

pub(super) fn record(row: &Row<'_>) -> Result<Record, StoreError> {
    let mark = mark(row)?;
    let stream = StreamKey {
        tenant: row.get(3).map_err(database)?,
        kind: row.get(4).map_err(database)?,
        id: row.get(5).map_err(database)?,
    };
    let data: String = row.get(9).map_err(database)?;
    let meta: String = row.get(10).map_err(database)?;
    Ok(Record {
        shard: mark.shard,
        pos: mark.pos,
        id: mark.id,
        stream,
        version: row.get(6).map_err(database)?,
        event_type: row.get(7).map_err(database)?,
        schema_version: row.get(8).map_err(database)?,
        data: json(&data)?,
        meta: json(&meta)?,
        recorded_at: from_micros(row.get(11).map_err(database)?)?,
    })
}

pub(super) fn message(row: &Row<'_>) -> Result<Message, StoreError> {
    let mark = mark(row)?;
    let kind: String = row.get(3).map_err(database)?;
    let headers: String = row.get(8).map_err(database)?;
    let payload: String = row.get(9).map_err(database)?;
    let not_after: Option<i64> = row.get(10).map_err(database)?;
    let message = NewMessage {
        id: mark.id,
        kind: MessageKind::parse(&kind).ok_or_else(corrupt)?,
        topic: row.get(4).map_err(database)?,
        key: row.get(5).map_err(database)?,
        message_type: row.get(6).map_err(database)?,
        schema_version: row.get(7).map_err(database)?,
        headers: json(&headers)?,
        payload: json(&payload)?,
        not_after: not_after.map(from_micros).transpose()?,
    };
    let recorded_at = from_micros(row.get(11).map_err(database)?)?;
    Ok(Message { shard: mark.shard, pos: mark.pos, message, recorded_at })
}
