//! Sagas and operations: changes of a unit, and reads.

use super::append::{Failure, Frame};
use super::read::query;
use super::rows::Prepared;
use crate::store::datum::{from_micros, micros};
use crate::store::{
    OperationChange, OperationRow, SagaChange, SagaFilter, SagaRow, SagaStatus, StoreError,
};
use deadpool_postgres::ClientWrapper;
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};
use uuid::Uuid;

const SAGA: &str = "select saga, saga_id, version, status, step, due_at, reason, correlation_id, \
                    data, started_at, updated_at from kit_saga";

pub(super) async fn change(
    client: &ClientWrapper,
    changes: &[SagaChange],
    frame: Frame,
) -> Result<Option<Prepared>, Failure> {
    if changes.is_empty() {
        return Ok(None);
    }
    let sql = "select kit_move_sagas($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let texts = |of: fn(&SagaChange) -> &String| -> Vec<String> {
        changes.iter().map(|it| of(it).clone()).collect()
    };
    let maybe = |of: fn(&SagaChange) -> &Option<String>| -> Vec<Option<String>> {
        changes.iter().map(|it| of(it).clone()).collect()
    };
    let ids: Vec<Uuid> = changes.iter().map(|it| it.id).collect();
    let from: Vec<i64> = changes.iter().map(|it| it.from).collect();
    let status: Vec<&'static str> = changes.iter().map(|it| it.status.as_str()).collect();
    let due: Vec<Option<i64>> = changes.iter().map(|it| it.due_at.map(micros)).collect();
    let data: Vec<Value> = changes.iter().map(|it| it.data.clone()).collect();
    Ok(Some(Prepared {
        statement: client.prepare_cached(sql).await?,
        parameters: vec![
            Box::new(frame.now),
            Box::new(texts(|it| &it.saga)),
            Box::new(ids),
            Box::new(from),
            Box::new(status),
            Box::new(maybe(|it| &it.step)),
            Box::new(due),
            Box::new(maybe(|it| &it.reason)),
            Box::new(texts(|it| &it.correlation_id)),
            Box::new(data),
        ],
    }))
}

pub(super) async fn settle(
    client: &ClientWrapper,
    changes: &[OperationChange],
    frame: Frame,
) -> Result<Option<Prepared>, Failure> {
    if changes.is_empty() {
        return Ok(None);
    }
    let sql = "select kit_move_operations($1, $2, $3, $4)";
    let ids: Vec<Uuid> = changes.iter().map(|it| it.op_id).collect();
    let from: Vec<i64> = changes.iter().map(|it| it.from).collect();
    let data: Vec<Value> = changes.iter().map(|it| it.data.clone()).collect();
    Ok(Some(Prepared {
        statement: client.prepare_cached(sql).await?,
        parameters: vec![Box::new(frame.now), Box::new(ids), Box::new(from), Box::new(data)],
    }))
}

pub(super) async fn sagas(
    client: &ClientWrapper,
    saga: &str,
    ids: &[Uuid],
) -> Result<Vec<Option<SagaRow>>, StoreError> {
    let sql = format!("{SAGA} where saga = $1 and saga_id = any($2)");
    let rows = query(client, &sql, &[&saga, &ids]).await?;
    let rows: Vec<SagaRow> = rows.iter().map(row).collect::<Result<_, _>>()?;
    Ok(ids.iter().map(|id| rows.iter().find(|it| it.id == *id).cloned()).collect())
}

pub(super) async fn due(
    client: &ClientWrapper,
    now: Option<i64>,
    limit: u32,
) -> Result<Vec<(String, Uuid)>, StoreError> {
    let sql = "select saga, saga_id from kit_saga where due_at <= coalesce($1::bigint, kit_now()) \
               order by due_at limit $2";
    let rows = query(client, sql, &[&now, &i64::from(limit)]).await?;
    rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?))).collect()
}

pub(super) async fn list(
    client: &ClientWrapper,
    filter: &SagaFilter,
) -> Result<Vec<SagaRow>, StoreError> {
    let sql = format!(
        "{SAGA} where ($1::text is null or saga = $1) and ($2::text is null or status = $2) \
         and ($3::text is null or correlation_id = $3) order by updated_at desc, saga_id limit $4"
    );
    let (status, limit) = (filter.status.map(SagaStatus::as_str), i64::from(filter.limit));
    let of: [&(dyn ToSql + Sync); 4] = [&filter.saga, &status, &filter.correlation_id, &limit];
    query(client, &sql, &of).await?.iter().map(row).collect()
}

pub(super) async fn operation(
    client: &ClientWrapper,
    op_id: Uuid,
) -> Result<Option<OperationRow>, StoreError> {
    let sql = "select version, data from kit_operation where op_id = $1";
    let rows = query(client, sql, &[&op_id]).await?;
    let read = |row: &Row| Ok(OperationRow { version: get(row, 0)?, data: get(row, 1)? });
    rows.first().map(read).transpose()
}

fn row(row: &Row) -> Result<SagaRow, StoreError> {
    let status: String = get(row, 3)?;
    let strange = || StoreError::Corrupt(format!("saga status `{status}`"));
    let due: Option<i64> = get(row, 5)?;
    Ok(SagaRow {
        saga: get(row, 0)?,
        id: get(row, 1)?,
        version: get(row, 2)?,
        status: SagaStatus::parse(&status).ok_or_else(strange)?,
        step: get(row, 4)?,
        due_at: due.map(from_micros).transpose()?,
        reason: get(row, 6)?,
        correlation_id: get(row, 7)?,
        data: get(row, 8)?,
        started_at: from_micros(get(row, 9)?)?,
        updated_at: from_micros(get(row, 10)?)?,
    })
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| StoreError::Corrupt(error.to_string()))
}
