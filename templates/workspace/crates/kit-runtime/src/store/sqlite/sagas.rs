//! Sagas and operations: changes of a unit, and reads.

use super::database;
use super::unit::{Frame, Step};
use super::value::{json, uuid};
use crate::store::datum::{from_micros, micros};
use crate::store::{
    OperationChange, OperationRow, Outcome, SagaChange, SagaFilter, SagaRow, SagaStatus, StoreError,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

const SAGA: &str = "select saga, saga_id, version, status, step, due_at, reason, correlation_id, \
                    data, started_at, updated_at from kit_saga";

pub(super) fn change(connection: &Connection, changes: &[SagaChange], frame: Frame) -> Step<()> {
    for it in changes {
        let id = it.id.as_bytes().as_slice();
        let (status, due) = (it.status.as_str(), it.due_at.map(micros));
        let data = it.data.to_string();
        let moved = if it.from == 0 {
            let mut insert = connection
                .prepare_cached(
                    "insert into kit_saga (saga, saga_id, version, status, step, due_at, reason, \
                     correlation_id, data, started_at, updated_at) \
                     values (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) on conflict do nothing",
                )
                .map_err(database)?;
            insert.execute(params![
                it.saga,
                id,
                status,
                it.step,
                due,
                it.reason,
                it.correlation_id,
                data,
                frame.now
            ])
        } else {
            let mut update = connection
                .prepare_cached(
                    "update kit_saga set version = version + 1, status = ?, step = ?, due_at = ?, \
                     reason = ?, data = ?, updated_at = ? \
                     where saga = ? and saga_id = ? and version = ?",
                )
                .map_err(database)?;
            update.execute(params![
                status, it.step, due, it.reason, data, frame.now, it.saga, id, it.from
            ])
        };
        if moved.map_err(database)? == 0 {
            return Ok(Err(Outcome::Overtaken { id: it.id }));
        }
    }
    Ok(Ok(()))
}

pub(super) fn settle(
    connection: &Connection,
    changes: &[OperationChange],
    frame: Frame,
) -> Step<()> {
    for it in changes {
        let id = it.op_id.as_bytes().as_slice();
        let moved = if it.from == 0 {
            let mut insert = connection
                .prepare_cached(
                    "insert into kit_operation (op_id, version, data, updated_at) \
                     values (?, 1, ?, ?) on conflict do nothing",
                )
                .map_err(database)?;
            insert.execute(params![id, it.data.to_string(), frame.now])
        } else {
            let mut update = connection
                .prepare_cached(
                    "update kit_operation set version = version + 1, data = ?, updated_at = ? \
                     where op_id = ? and version = ?",
                )
                .map_err(database)?;
            update.execute(params![it.data.to_string(), frame.now, id, it.from])
        };
        if moved.map_err(database)? == 0 {
            return Ok(Err(Outcome::Overtaken { id: it.op_id }));
        }
    }
    Ok(Ok(()))
}

pub(super) fn sagas(
    connection: &Connection,
    saga: &str,
    ids: &[Uuid],
) -> Result<Vec<Option<SagaRow>>, StoreError> {
    let mut statement = connection
        .prepare_cached(&format!("{SAGA} where saga = ? and saga_id = ?"))
        .map_err(database)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let found = statement.query_row(params![saga, id.as_bytes().as_slice()], stored);
        rows.push(found.optional().map_err(database)?.map(row).transpose()?);
    }
    Ok(rows)
}

pub(super) fn due(
    connection: &Connection,
    now: i64,
    limit: u32,
) -> Result<Vec<(String, Uuid)>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "select saga, saga_id from kit_saga where due_at <= ? order by due_at limit ?",
        )
        .map_err(database)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
    let found = statement.query_map(params![now, limit], read).map_err(database)?;
    let found: Vec<(String, Vec<u8>)> = found.collect::<Result<_, _>>().map_err(database)?;
    found.into_iter().map(|(saga, id)| Ok((saga, uuid(&id)?))).collect()
}

pub(super) fn list(
    connection: &Connection,
    filter: &SagaFilter,
) -> Result<Vec<SagaRow>, StoreError> {
    let mut statement = connection
        .prepare_cached(&format!(
            "{SAGA} where (?1 is null or saga = ?1) and (?2 is null or status = ?2) \
             and (?3 is null or correlation_id = ?3) order by updated_at desc, saga_id limit ?4"
        ))
        .map_err(database)?;
    let status = filter.status.map(SagaStatus::as_str);
    let of = params![filter.saga, status, filter.correlation_id, filter.limit];
    let found = statement.query_map(of, stored).map_err(database)?;
    let found: Vec<Stored> = found.collect::<Result<_, _>>().map_err(database)?;
    found.into_iter().map(row).collect()
}

pub(super) fn operation(
    connection: &Connection,
    op_id: Uuid,
) -> Result<Option<OperationRow>, StoreError> {
    let mut statement = connection
        .prepare_cached("select version, data from kit_operation where op_id = ?")
        .map_err(database)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
    let found = statement.query_row([op_id.as_bytes().as_slice()], read).optional();
    let Some((version, data)) = found.map_err(database)? else { return Ok(None) };
    Ok(Some(OperationRow { version, data: json(&data)? }))
}

/// The columns of a saga, before their texts are read.
struct Stored {
    saga: String,
    id: Vec<u8>,
    version: i64,
    status: String,
    step: Option<String>,
    due_at: Option<i64>,
    reason: Option<String>,
    correlation_id: String,
    data: String,
    times: (i64, i64),
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        saga: row.get(0)?,
        id: row.get(1)?,
        version: row.get(2)?,
        status: row.get(3)?,
        step: row.get(4)?,
        due_at: row.get(5)?,
        reason: row.get(6)?,
        correlation_id: row.get(7)?,
        data: row.get(8)?,
        times: (row.get(9)?, row.get(10)?),
    })
}

fn row(of: Stored) -> Result<SagaRow, StoreError> {
    let strange = || StoreError::Corrupt(format!("saga status `{}`", of.status));
    Ok(SagaRow {
        id: uuid(&of.id)?,
        version: of.version,
        status: SagaStatus::parse(&of.status).ok_or_else(strange)?,
        step: of.step,
        due_at: of.due_at.map(from_micros).transpose()?,
        reason: of.reason,
        correlation_id: of.correlation_id,
        data: json(&of.data)?,
        started_at: from_micros(of.times.0)?,
        updated_at: from_micros(of.times.1)?,
        saga: of.saga,
    })
}
