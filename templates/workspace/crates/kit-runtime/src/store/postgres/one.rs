//! The usual command: events for one stream, and perhaps an answer under a key. One statement with few parameters,
//! because the server spends longer on many empty arrays than on the rows.

use super::append::{Answered, Frame};
use super::columns::expectation;
use crate::store::datum::micros;
use crate::store::{Append, Appended, Committed, Outcome, Unit};
use deadpool_postgres::ClientWrapper;
use serde_json::Value;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const APPEND: &str = "select outcome, after, base from kit_append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
                      $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

/// The append of a unit that has nothing else, besides a key.
pub(super) fn only_append(unit: &Unit) -> Option<&Append> {
    #[rustfmt::skip]
    let Unit {
        idempotency: _, watermarks, cursors, sagas, operations, rows, uniques, numbers, appends, outbox,
    } = unit;
    let nothing_else = watermarks.is_empty()
        && cursors.is_empty()
        && sagas.is_empty()
        && operations.is_empty()
        && rows.is_empty()
        && uniques.is_empty()
        && numbers.is_empty()
        && outbox.is_empty();
    match appends.as_slice() {
        [append] if nothing_else && !append.events.is_empty() => Some(append),
        _ => None,
    }
}

pub(super) async fn send(
    client: &ClientWrapper,
    unit: &Unit,
    append: &Append,
    frame: Frame,
) -> Answered {
    let statement = client.prepare_cached(APPEND).await?;
    let key = unit.idempotency.as_ref();
    let (tenant, principal) = (key.map(|it| &it.tenant), key.map(|it| &it.principal));
    let (name, route) = (key.map(|it| &it.key), key.map(|it| &it.route));
    let fingerprint = key.map(|it| &it.fingerprint);
    let status = key.map(|it| i32::from(it.answer.status));
    let (headers, body) = (key.map(|it| &it.answer.headers), key.map(|it| &it.answer.body));
    let expires = key.map(|it| micros(it.expires_at));
    let stream = &append.stream;
    let shard = stream.shard(frame.shards);
    let number = i16::try_from(shard).unwrap_or(i16::MAX);
    let expect = expectation(append.expect);
    let ids: Vec<Uuid> = append.events.iter().map(|it| it.id).collect();
    let types: Vec<&str> = append.events.iter().map(|it| &*it.event_type).collect();
    let schemas: Vec<i16> = append.events.iter().map(|it| it.schema_version).collect();
    let data: Vec<&Value> = append.events.iter().map(|it| &it.data).collect();
    let meta: Vec<&Value> = append.events.iter().map(|it| &it.meta).collect();
    #[rustfmt::skip]
    let parameters: [&(dyn ToSql + Sync); 21] = [
        &frame.now,
        &tenant, &principal, &name, &route, &fingerprint, &status, &headers, &body, &expires,
        &stream.tenant, &stream.kind, &stream.id, &number, &expect, &append.close,
        &ids, &types, &schemas, &data, &meta,
    ];
    let row = client.query_one(&statement, &parameters).await?;
    if let Some(refused) = row.try_get(0)? {
        return Ok(Err(refused));
    }
    let (version, base): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    let pos = base + i64::try_from(append.events.len()).unwrap_or(0);
    let appended = vec![Appended { version, shard, pos }];
    Ok(Ok(Outcome::Committed(Committed { appended, outbox: Vec::new() })))
}
