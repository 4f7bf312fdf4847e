//! Rows and keys between their typed form and the store's.

use kit::Fault;
use serde_json::Value;

use crate::command::Failure;
use crate::store::{Cond, Datum, Key, QuerySpec, Row, Store, StoreError, ViewSchema, ViewTable};

/// Rows per page when all are read.
const PAGE: u32 = 500;

/// The store's form of a key: one column's JSON, or an array with one value per key column.
///
/// # Errors
/// Another number of values than key columns, or a value of another type.
pub fn key_of(schema: &ViewSchema, key: &Value) -> Result<Key, Failure> {
    let columns: Vec<_> = schema.keys().collect();
    let values: Vec<&Value> = match key {
        Value::Array(values) if columns.len() != 1 => values.iter().collect(),
        value => vec![value],
    };
    if values.len() != columns.len() {
        return Err(Failure::Fault(format!("the key of {} has another form", schema.name)));
    }
    let typed =
        columns.iter().zip(values).map(|(column, value)| Datum::from_json(column.kind, value));
    Ok(typed.collect::<Result<_, StoreError>>()?)
}

/// The typed form of a stored row.
///
/// # Errors
/// A row of another shape.
pub fn typed<R: kit::Row>(row: Row) -> Result<R, Fault> {
    serde_json::from_value(Value::Object(row)).map_err(Fault::form)
}

/// Every row for which the condition holds, by key.
///
/// # Errors
/// Trouble of the store.
pub async fn all_rows(
    store: &dyn Store,
    table: ViewTable,
    filter: Cond,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let spec =
            QuerySpec { table, filter: filter.clone(), order: Vec::new(), after, limit: PAGE };
        let page = store.query(spec).await?;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}
