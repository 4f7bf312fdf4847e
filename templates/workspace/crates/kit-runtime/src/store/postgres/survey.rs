//! Surveys: they look through whole tables.

use super::read::{corrupt, get, message, query, record};
use crate::store::datum::from_micros;
use crate::store::{
    Conversation, Message, StoreError, StreamCount, StreamKey, StreamRow, StreamState,
};
use deadpool_postgres::ClientWrapper;

const EVENT: &str = "select shard, pos, id, tenant, stream_type, stream_id, version, event_type, \
                     schema_version, data, meta, recorded_at from kit_event";
const MESSAGE: &str = "select shard, pos, id, kind::text, topic, msg_key, msg_type, schema_version, headers, \
                       payload, not_after, recorded_at from kit_outbox";

pub(super) async fn count_streams(client: &ClientWrapper) -> Result<Vec<StreamCount>, StoreError> {
    let sql = "select stream_type, count(*), sum(version)::bigint from kit_stream \
               group by stream_type order by stream_type collate \"C\"";
    let rows = query(client, sql, &[]).await?;
    let count =
        |row| Ok(StreamCount { kind: get(row, 0)?, streams: get(row, 1)?, events: get(row, 2)? });
    rows.iter().map(count).collect()
}

pub(super) async fn list_streams(
    client: &ClientWrapper,
    limit: u32,
) -> Result<Vec<StreamRow>, StoreError> {
    let sql = "select tenant, stream_type, stream_id, version, state, updated_at from kit_stream \
               order by updated_at desc, stream_type, stream_id limit $1";
    let rows = query(client, sql, &[&i64::from(limit)]).await?;
    let stream = |row| {
        let state: &str = get(row, 4)?;
        Ok(StreamRow {
            stream: StreamKey { tenant: get(row, 0)?, kind: get(row, 1)?, id: get(row, 2)? },
            version: get(row, 3)?,
            state: StreamState::parse(state).ok_or_else(corrupt)?,
            updated_at: from_micros(get(row, 5)?)?,
        })
    };
    rows.iter().map(stream).collect()
}

pub(super) async fn conversation(
    client: &ClientWrapper,
    correlation_id: &str,
    limit: u32,
) -> Result<Conversation, StoreError> {
    let order = "order by recorded_at, shard, pos limit $2";
    let events = format!("{EVENT} where meta ->> 'correlation_id' = $1 {order}");
    let messages = format!(
        "{MESSAGE} where headers ->> 'correlation_id' = $1 \
         or headers -> 'meta' ->> 'correlation_id' = $1 {order}"
    );
    let limit = i64::from(limit);
    let events = query(client, &events, &[&correlation_id, &limit]).await?;
    let messages = query(client, &messages, &[&correlation_id, &limit]).await?;
    Ok(Conversation {
        events: events.iter().map(record).collect::<Result<_, _>>()?,
        messages: messages.iter().map(message).collect::<Result<_, _>>()?,
    })
}

pub(super) async fn list_messages(
    client: &ClientWrapper,
    topic: &str,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let sql =
        format!("{MESSAGE} where topic = $1 order by recorded_at desc, shard, pos desc limit $2");
    query(client, &sql, &[&topic, &i64::from(limit)]).await?.iter().map(message).collect()
}
