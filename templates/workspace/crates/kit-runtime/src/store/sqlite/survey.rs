//! Surveys: they look through whole tables.

use super::database;
use super::read::{EVENT, MESSAGE, corrupt, message, record};
use crate::store::datum::from_micros;
use crate::store::{
    Conversation, Message, StoreError, StreamCount, StreamKey, StreamRow, StreamState,
};
use rusqlite::{Connection, Params, Row, params};

pub(super) fn count_streams(connection: &Connection) -> Result<Vec<StreamCount>, StoreError> {
    let sql = "select stream_type, count(*), sum(version) from kit_stream group by stream_type \
               order by stream_type";
    all(connection, sql, [], |row| {
        let kind = row.get(0).map_err(database)?;
        let (streams, events) = (row.get(1).map_err(database)?, row.get(2).map_err(database)?);
        Ok(StreamCount { kind, streams, events })
    })
}

pub(super) fn list_streams(
    connection: &Connection,
    limit: u32,
) -> Result<Vec<StreamRow>, StoreError> {
    let sql = "select tenant, stream_type, stream_id, version, state, updated_at from kit_stream \
               order by updated_at desc, stream_type, stream_id limit ?";
    all(connection, sql, [limit], |row| {
        let stream = StreamKey {
            tenant: row.get(0).map_err(database)?,
            kind: row.get(1).map_err(database)?,
            id: row.get(2).map_err(database)?,
        };
        let state: String = row.get(4).map_err(database)?;
        Ok(StreamRow {
            stream,
            version: row.get(3).map_err(database)?,
            state: StreamState::parse(&state).ok_or_else(corrupt)?,
            updated_at: from_micros(row.get(5).map_err(database)?)?,
        })
    })
}

pub(super) fn conversation(
    connection: &Connection,
    correlation_id: &str,
    limit: u32,
) -> Result<Conversation, StoreError> {
    let order = "order by recorded_at, shard, pos limit ?2";
    let events = format!("{EVENT} where json_extract(meta, '$.correlation_id') = ?1 {order}");
    let messages = format!(
        "{MESSAGE} where json_extract(headers, '$.correlation_id') = ?1 \
         or json_extract(headers, '$.meta.correlation_id') = ?1 {order}"
    );
    Ok(Conversation {
        events: all(connection, &events, params![correlation_id, limit], record)?,
        messages: all(connection, &messages, params![correlation_id, limit], message)?,
    })
}

pub(super) fn list_messages(
    connection: &Connection,
    topic: &str,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let sql =
        format!("{MESSAGE} where topic = ? order by recorded_at desc, shard, pos desc limit ?");
    all(connection, &sql, params![topic, limit], message)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    of: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    let mut rows = statement.query(of).map_err(database)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        found.push(read(row)?);
    }
    Ok(found)
}
