//! Rows of view tables: changes, look-ups, queries.

use super::value::{bound, stored, values};
use super::{database, sql_error};
use crate::store::datum::{row_from, row_values};
use crate::store::sql::{Dialect, Select, by_keys, page, page_of, quote, upsert_row};
use crate::store::{Datum, Page, QuerySpec, Row, RowChanges, StoreError, ViewSchema, ViewTable};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

pub(super) fn change(connection: &Connection, changes: &RowChanges) -> Result<(), StoreError> {
    let schema = &changes.table.schema;
    if !changes.deletes.is_empty() {
        let keys: Vec<String> = schema.keys().map(|it| format!("{} = ?", quote(it.name))).collect();
        let table = quote(&changes.table.table_name());
        let sql = format!("delete from {table} where {}", keys.join(" and "));
        let mut delete = connection.prepare_cached(&sql).map_err(database)?;
        for key in &changes.deletes {
            let values = schema.keys().zip(key).map(|(column, value)| stored(column.kind, value));
            let values: Vec<Value> = values.collect::<Result<_, _>>()?;
            delete.execute(params_from_iter(values)).map_err(database)?;
        }
    }
    if !changes.upserts.is_empty() {
        let places = vec!["?"; schema.columns.len()].join(", ");
        let sql = upsert_row(&changes.table, &format!("values ({places})"));
        let mut upsert = connection.prepare_cached(&sql).map_err(database)?;
        for row in &changes.upserts {
            let row = row_values(schema, row)?;
            let values =
                schema.columns.iter().zip(&row).map(|(column, it)| stored(column.kind, it));
            let values: Vec<Value> = values.collect::<Result<_, _>>()?;
            upsert.execute(params_from_iter(values)).map_err(database)?;
        }
    }
    Ok(())
}

pub(super) fn row(
    connection: &Connection,
    table: &ViewTable,
    key: &[Datum],
) -> Result<Option<Row>, StoreError> {
    let select = by_keys(Dialect::Sqlite, table, key)?;
    Ok(fetch(connection, &table.schema, &select)?.pop())
}

pub(super) fn query(connection: &Connection, query: &QuerySpec) -> Result<Page, StoreError> {
    let select = page(Dialect::Sqlite, query)?;
    page_of(query, fetch(connection, &query.table.schema, &select)?)
}

fn fetch(
    connection: &Connection,
    schema: &ViewSchema,
    select: &Select,
) -> Result<Vec<Row>, StoreError> {
    let mut statement =
        connection.prepare_cached(&select.sql).map_err(|error| sql_error(&select.sql, &error))?;
    let binds: Vec<Value> = select.binds.iter().map(bound).collect::<Result<_, _>>()?;
    let mut found = statement.query(params_from_iter(binds)).map_err(database)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(database)? {
        rows.push(row_from(schema, values(schema, row)?));
    }
    Ok(rows)
}
