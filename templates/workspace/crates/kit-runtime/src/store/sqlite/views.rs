//! The instances of views: making, swapping and dropping their tables. Runs in the writer's transaction.

use super::database;
use crate::store::sql::{Dialect, create_table, create_view, drop_table, drop_view};
use crate::store::{StoreError, ViewInfo, ViewSchema, ViewStatus, ViewTable, Views};
use rusqlite::{Connection, params};

pub(super) fn open(
    connection: &Connection,
    schema: ViewSchema,
    code_hash: &str,
) -> Result<Views, StoreError> {
    let known = instances(connection, &schema)?;
    let Some(live) = known.iter().find(|it| it.status == ViewStatus::Live) else {
        let live = make(connection, schema, code_hash, ViewStatus::Live, &known)?;
        let table = ViewTable { schema, version: live.version };
        connection.execute_batch(&create_view(&table)).map_err(database)?;
        return Ok(Views { live, building: None });
    };
    let of_this_code =
        |it: &&ViewInfo| it.status == ViewStatus::Building && it.code_hash == code_hash;
    let building = match known.iter().find(of_this_code) {
        Some(building) => Some(building.clone()),
        None if live.code_hash == code_hash => None,
        None => Some(rebuild(connection, schema, code_hash)?),
    };
    Ok(Views { live: live.clone(), building })
}

pub(super) fn rebuild(
    connection: &Connection,
    schema: ViewSchema,
    code_hash: &str,
) -> Result<ViewInfo, StoreError> {
    let known = instances(connection, &schema)?;
    for old in known.iter().filter(|it| it.status == ViewStatus::Building) {
        discard(connection, ViewTable { schema, version: old.version })?;
    }
    make(connection, schema, code_hash, ViewStatus::Building, &known)
}

pub(super) fn swap(connection: &Connection, table: ViewTable, now: i64) -> Result<(), StoreError> {
    let known = instances(connection, &table.schema)?;
    match known.iter().find(|it| it.version == table.version).map(|it| it.status) {
        Some(ViewStatus::Live) => return Ok(()),
        Some(ViewStatus::Building | ViewStatus::Standby) => {}
        _ => return Err(missing(&table)),
    }
    for old in known.iter().filter(|it| it.status == ViewStatus::Live) {
        set(connection, &table.schema, old.version, ViewStatus::Standby, now)?;
    }
    set(connection, &table.schema, table.version, ViewStatus::Live, now)?;
    connection.execute_batch(&create_view(&table)).map_err(database)
}

pub(super) fn drop_instance(connection: &Connection, table: ViewTable) -> Result<(), StoreError> {
    let known = instances(connection, &table.schema)?;
    if known.iter().any(|it| it.version == table.version && it.status == ViewStatus::Live) {
        return Err(StoreError::Invalid(format!("`{}` is live", table.table_name())));
    }
    discard(connection, table)
}

fn discard(connection: &Connection, table: ViewTable) -> Result<(), StoreError> {
    connection.execute_batch(&drop_table(&table)).map_err(database)?;
    connection
        .execute("delete from kit_cursor where name = ?", [table.cursor_name()])
        .map_err(database)?;
    connection
        .execute(
            "update kit_view set status = 'retired' where name = ? and version = ?",
            params![table.schema.name, table.version],
        )
        .map(drop)
        .map_err(database)
}

fn make(
    connection: &Connection,
    schema: ViewSchema,
    code_hash: &str,
    status: ViewStatus,
    known: &[ViewInfo],
) -> Result<ViewInfo, StoreError> {
    let version = known.iter().map(|it| it.version).max().unwrap_or(0) + 1;
    let table = ViewTable { schema, version };
    let statements = create_table(Dialect::Sqlite, &table)?;
    connection.execute_batch(&drop_table(&table)).map_err(database)?;
    if known.is_empty() {
        connection.execute_batch(&drop_view(&table)).map_err(database)?;
    }
    connection.execute_batch(&statements).map_err(database)?;
    connection
        .execute(
            "insert into kit_view (name, version, status, code_hash) values (?, ?, ?, ?)",
            params![schema.name, version, status.as_str(), code_hash],
        )
        .map_err(database)?;
    Ok(ViewInfo { version, status, code_hash: code_hash.to_owned() })
}

fn set(
    connection: &Connection,
    schema: &ViewSchema,
    version: u32,
    status: ViewStatus,
    now: i64,
) -> Result<(), StoreError> {
    connection
        .execute(
            "update kit_view set status = ?, cutover_at = ? where name = ? and version = ?",
            params![status.as_str(), now, schema.name, version],
        )
        .map(drop)
        .map_err(database)
}

fn missing(table: &ViewTable) -> StoreError {
    StoreError::Invalid(format!("`{}` is not there", table.table_name()))
}

fn instances(connection: &Connection, schema: &ViewSchema) -> Result<Vec<ViewInfo>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "select version, status, code_hash from kit_view where name = ? order by version",
        )
        .map_err(database)?;
    let mut rows = statement.query([schema.name]).map_err(database)?;
    let mut known = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        let status: String = row.get(1).map_err(database)?;
        let status = ViewStatus::parse(&status)
            .ok_or_else(|| StoreError::Corrupt(format!("view status `{status}`")))?;
        let version = row.get(0).map_err(database)?;
        known.push(ViewInfo { version, status, code_hash: row.get(2).map_err(database)? });
    }
    Ok(known)
}
