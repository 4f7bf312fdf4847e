//! Between typed values and the text that PostgreSQL casts.

use crate::store::datum::{duration_micros, from_micros, micros};
use crate::store::{ColumnType, Datum, StoreError, ViewSchema};
use jiff::SignedDuration;
use tokio_postgres::Row;

/// The text of a value; `None` is null.
pub(super) fn text(value: &Datum) -> Result<Option<String>, StoreError> {
    Ok(Some(match value {
        Datum::Null => return Ok(None),
        Datum::Bool(it) => it.to_string(),
        Datum::Int(it) => it.to_string(),
        Datum::Decimal(it) => it.to_string(),
        Datum::Text(it) => it.clone(),
        Datum::Uuid(it) => it.to_string(),
        Datum::Date(it) => it.to_string(),
        Datum::Time(it) => micros(*it).to_string(),
        Datum::Duration(it) => duration_micros(*it)?.to_string(),
        Datum::Json(it) => it.to_string(),
    }))
}

/// The values of a row of a view, in the schema's order, selected as text.
pub(super) fn values(schema: &ViewSchema, row: &Row) -> Result<Vec<Datum>, StoreError> {
    let columns = schema.columns.iter().enumerate();
    columns
        .map(|(index, column)| {
            let text: Option<&str> = row.try_get(index).map_err(|error| super::database(&error))?;
            let Some(text) = text else { return Ok(Datum::Null) };
            read(column.kind, text).ok_or_else(|| {
                StoreError::Corrupt(format!("column `{}` of `{}`", column.name, schema.name))
            })
        })
        .collect()
}

fn read(kind: ColumnType, text: &str) -> Option<Datum> {
    Some(match kind {
        ColumnType::Bool => Datum::Bool(text == "true"),
        ColumnType::Int => Datum::Int(text.parse().ok()?),
        ColumnType::Decimal(_) => Datum::Decimal(text.parse().ok()?),
        ColumnType::Text | ColumnType::Enum(_) => Datum::Text(text.to_owned()),
        ColumnType::Uuid => Datum::Uuid(text.parse().ok()?),
        ColumnType::Date => Datum::Date(text.parse().ok()?),
        ColumnType::Time => Datum::Time(from_micros(text.parse().ok()?).ok()?),
        ColumnType::Duration => Datum::Duration(SignedDuration::from_micros(text.parse().ok()?)),
        ColumnType::Json => Datum::Json(serde_json::from_str(text).ok()?),
    })
}
