//! Reads of streams, logs, cursors and answers.

use super::pool::{database, pipelined};
use super::rows::{self, Prepared};
use crate::store::datum::from_micros;
use crate::store::sql::{Dialect, by_keys};
use crate::store::{
    Answer, BoxFuture, CursorRow, CursorState, Load, Loaded, Log, Mark, Message, MessageKind,
    NewMessage, NumberKey, Record, StoreError, StoredAnswer, StreamKey, StreamState, WatermarkRow,
    positions,
};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Error, Row};

const STREAM: &str = "select e.shard, e.pos, e.id, e.tenant, e.stream_type, e.stream_id, e.version, e.event_type, \
                      e.schema_version, e.data, e.meta, e.recorded_at, s.version, s.state from kit_stream s \
                      left join kit_event e on e.tenant = s.tenant and e.stream_type = s.stream_type \
                      and e.stream_id = s.stream_id and e.version > $4 \
                      where s.tenant = $1 and s.stream_type = $2 and s.stream_id = $3 order by e.version";

const TAIL: &str = "select e.shard, e.pos, e.id, e.tenant, e.stream_type, e.stream_id, e.version, e.event_type, \
                    e.schema_version, e.data, e.meta, e.recorded_at \
                    from unnest($1::smallint[], $2::bigint[]) as c (shard, pos) cross join lateral \
                    (select * from kit_event e where e.shard = c.shard and e.pos > c.pos \
                    order by e.pos limit $3) e order by e.shard, e.pos";

const TAIL_OUTBOX: &str = "select o.shard, o.pos, o.id, o.kind::text, o.topic, o.msg_key, o.msg_type, \
                           o.schema_version, o.headers, o.payload, o.not_after, o.recorded_at \
                           from unnest($1::smallint[], $2::bigint[]) as c (shard, pos) cross join lateral \
                           (select * from kit_outbox o where o.shard = c.shard and o.pos > c.pos \
                           order by o.pos limit $3) o order by o.shard, o.pos";

/// Runs a prepared query.
pub(super) async fn query(
    client: &ClientWrapper,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, StoreError> {
    let failed = |error: Error| database(&error);
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    client.query(&statement, parameters).await.map_err(failed)
}

pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn shard(row: &Row, index: usize) -> Result<u16, StoreError> {
    let shard: i16 = get(row, index)?;
    u16::try_from(shard).map_err(|_| StoreError::Corrupt(format!("shard {shard}")))
}

/// Everything a decision needs. One statement, or all statements of one snapshot in one network write.
pub(super) async fn load(client: &ClientWrapper, load: &Load) -> Result<Loaded, StoreError> {
    let failed = |error: Error| database(&error);
    let stream = events(client, load).await?;
    if load.lookups.is_empty() && load.numbers.is_empty() {
        let (version, state, events) = stream_of(&stream.run(client).await.map_err(failed)?)?;
        return Ok(Loaded { version, state, events, rows: Vec::new(), numbers: Vec::new() });
    }
    let begin = "begin isolation level repeatable read read only";
    let mut steps = vec![Prepared::plain(client, begin).await.map_err(failed)?, stream];
    for (table, key) in &load.lookups {
        steps.push(rows::select(client, &by_keys(Dialect::Postgres, table, key)?).await?);
    }
    for key in &load.numbers {
        steps.push(number(client, key).await?);
    }
    steps.push(Prepared::plain(client, "commit").await.map_err(failed)?);
    let mut futures: Vec<BoxFuture<'_, Result<Vec<Row>, Error>>> = Vec::new();
    for step in &steps {
        futures.push(Box::pin(step.run(client)));
    }
    let results: Result<Vec<Vec<Row>>, Error> = pipelined(futures).await.into_iter().collect();
    let results = match results {
        Ok(results) => results,
        Err(error) => {
            let _ = client.batch_execute("rollback").await;
            return Err(database(&error));
        }
    };
    let mut results = results.into_iter().skip(1);
    let (version, state, events) = stream_of(&results.next().unwrap_or_default())?;
    let mut found = Vec::with_capacity(load.lookups.len());
    for (table, _) in &load.lookups {
        found.push(rows::found(&table.schema, &results.next().unwrap_or_default())?.pop());
    }
    let values = results.take(load.numbers.len());
    let numbers = values.map(|rows| rows.first().map_or(Ok(0), |row| get(row, 0)));
    Ok(Loaded { version, state, events, rows: found, numbers: numbers.collect::<Result<_, _>>()? })
}

async fn events(client: &ClientWrapper, load: &Load) -> Result<Prepared, StoreError> {
    let statement = client.prepare_cached(STREAM).await.map_err(|error| database(&error))?;
    let StreamKey { tenant, kind, id } = load.stream.clone();
    let parameters: Vec<Box<dyn ToSql + Send + Sync>> =
        vec![Box::new(tenant), Box::new(kind), Box::new(id), Box::new(load.after_version)];
    Ok(Prepared { statement, parameters })
}

async fn number(client: &ClientWrapper, key: &NumberKey) -> Result<Prepared, StoreError> {
    let sql = "select value from kit_number where tenant = $1 and name = $2 and part = $3";
    let statement = client.prepare_cached(sql).await.map_err(|error| database(&error))?;
    let NumberKey { tenant, name, part } = key.clone();
    let parameters: Vec<Box<dyn ToSql + Send + Sync>> =
        vec![Box::new(tenant), Box::new(name), Box::new(part)];
    Ok(Prepared { statement, parameters })
}

/// Version, state and events of a stream.
fn stream_of(rows: &[Row]) -> Result<(i64, StreamState, Vec<Record>), StoreError> {
    let Some(first) = rows.first() else { return Ok((0, StreamState::Open, Vec::new())) };
    let (version, state): (i64, String) = (get(first, 12)?, get(first, 13)?);
    let state = StreamState::parse(&state).ok_or_else(corrupt)?;
    let there = rows.iter().filter(|row| matches!(row.try_get::<_, Option<i64>>(1), Ok(Some(_))));
    Ok((version, state, there.map(record).collect::<Result<_, _>>()?))
}

/// The kept answer; without a moment, even one that has expired.
pub(super) async fn answer(
    client: &ClientWrapper,
    tenant: &str,
    principal: &str,
    key: &str,
    now: Option<i64>,
) -> Result<Option<StoredAnswer>, StoreError> {
    let sql = "select fingerprint, http_status, headers, body, position from kit_idempotency \
               where tenant = $1 and principal = $2 and idem_key = $3 \
               and expires_at > coalesce($4::bigint, 0)";
    let rows = query(client, sql, &[&tenant, &principal, &key, &now]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let status: i32 = get(row, 1)?;
    let status = u16::try_from(status).map_err(|_| corrupt())?;
    let answer = Answer { status, headers: get(row, 2)?, body: get(row, 3)? };
    let positions = positions::parse(get(row, 4)?)?;
    Ok(Some(StoredAnswer { fingerprint: get(row, 0)?, answer, positions }))
}

fn arrays(after: &[(u16, i64)]) -> (Vec<i16>, Vec<i64>) {
    after.iter().map(|(shard, pos)| (i16::try_from(*shard).unwrap_or(i16::MAX), *pos)).unzip()
}

pub(super) async fn tail(
    client: &ClientWrapper,
    after: &[(u16, i64)],
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let (shards, positions) = arrays(after);
    let rows = query(client, TAIL, &[&shards, &positions, &i64::from(limit)]).await?;
    let records: Vec<Record> = rows.iter().map(record).collect::<Result<_, _>>()?;
    whole(after, records.iter().map(|it| (it.shard, it.pos)))?;
    Ok(records)
}

pub(super) async fn tail_outbox(
    client: &ClientWrapper,
    after: &[(u16, i64)],
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let (shards, positions) = arrays(after);
    let rows = query(client, TAIL_OUTBOX, &[&shards, &positions, &i64::from(limit)]).await?;
    let messages: Vec<Message> = rows.iter().map(message).collect::<Result<_, _>>()?;
    whole(after, messages.iter().map(|it| (it.shard, it.pos)))?;
    Ok(messages)
}

/// Every record is the successor of the one before it.
fn whole(after: &[(u16, i64)], found: impl Iterator<Item = (u16, i64)>) -> Result<(), StoreError> {
    let mut last: std::collections::BTreeMap<u16, i64> = after.iter().copied().collect();
    for (shard, pos) in found {
        let before = last.entry(shard).or_insert(0);
        if pos != *before + 1 {
            return Err(StoreError::Hole { shard, expected: *before + 1, found: pos });
        }
        *before = pos;
    }
    Ok(())
}

pub(super) async fn head(
    client: &ClientWrapper,
    log: Log,
    shards: u16,
) -> Result<Vec<Mark>, StoreError> {
    let table = match log {
        Log::Event => "kit_event",
        Log::Outbox => "kit_outbox",
    };
    let sql = format!(
        "select s.shard::smallint, l.pos, l.id from generate_series(0, $1::integer - 1) as s (shard) \
         cross join lateral ((select pos, id from {table} where shard = s.shard order by pos desc limit 1) \
         union all (select pos, id from kit_shard_floor where log = $2::text and shard = s.shard) \
         order by pos desc limit 1) l order by s.shard"
    );
    let rows = query(client, &sql, &[&i32::from(shards), &log.as_str()]).await?;
    rows.iter().map(mark).collect()
}

fn mark(row: &Row) -> Result<Mark, StoreError> {
    Ok(Mark { shard: shard(row, 0)?, pos: get(row, 1)?, id: get(row, 2)? })
}

pub(super) async fn cursors(
    client: &ClientWrapper,
    name: &str,
) -> Result<Vec<CursorRow>, StoreError> {
    let sql =
        "select shard, pos, id, epoch, state, error from kit_cursor where name = $1 order by shard";
    let rows = query(client, sql, &[&name]).await?;
    let cursor = |row: &Row| {
        let state: String = get(row, 4)?;
        let state = CursorState::parse(&state).ok_or_else(corrupt)?;
        Ok(CursorRow { mark: mark(row)?, epoch: get(row, 3)?, state, error: get(row, 5)? })
    };
    rows.iter().map(cursor).collect()
}

pub(super) async fn watermarks(
    client: &ClientWrapper,
    consumer: &str,
    source: &str,
) -> Result<Vec<WatermarkRow>, StoreError> {
    let sql = "select shard, pos, id, generation from kit_watermark \
               where consumer = $1 and source = $2 order by shard";
    let rows = query(client, sql, &[&consumer, &source]).await?;
    let watermark = |row: &Row| Ok(WatermarkRow { generation: get(row, 3)?, mark: mark(row)? });
    rows.iter().map(watermark).collect()
}

pub(super) fn corrupt() -> StoreError {
    StoreError::Corrupt("an unknown state".to_owned())
}

pub(super) fn record(row: &Row) -> Result<Record, StoreError> {
    let mark = mark(row)?;
    let stream = StreamKey { tenant: get(row, 3)?, kind: get(row, 4)?, id: get(row, 5)? };
    Ok(Record {
        shard: mark.shard,
        pos: mark.pos,
        id: mark.id,
        stream,
        version: get(row, 6)?,
        event_type: get(row, 7)?,
        schema_version: get(row, 8)?,
        data: get(row, 9)?,
        meta: get(row, 10)?,
        recorded_at: from_micros(get(row, 11)?)?,
    })
}

pub(super) fn message(row: &Row) -> Result<Message, StoreError> {
    let mark = mark(row)?;
    let kind: &str = get(row, 3)?;
    let not_after: Option<i64> = get(row, 10)?;
    let message = NewMessage {
        id: mark.id,
        kind: MessageKind::parse(kind).ok_or_else(corrupt)?,
        topic: get(row, 4)?,
        key: get(row, 5)?,
        message_type: get(row, 6)?,
        schema_version: get(row, 7)?,
        headers: get(row, 8)?,
        payload: get(row, 9)?,
        not_after: not_after.map(from_micros).transpose()?,
    };
    Ok(Message {
        shard: mark.shard,
        pos: mark.pos,
        message,
        recorded_at: from_micros(get(row, 11)?)?,
    })
}
