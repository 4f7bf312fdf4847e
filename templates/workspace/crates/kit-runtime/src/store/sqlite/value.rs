//! Between typed values and what SQLite keeps.

use crate::store::datum::{at_scale, duration_micros, from_micros, micros};
use crate::store::{ColumnType, Datum, StoreError, ViewSchema};
use jiff::SignedDuration;
use rusqlite::Row;
use rusqlite::types::Value;
use rust_decimal::Decimal;
use uuid::Uuid;

/// The stored form of a value of a column.
pub(super) fn stored(kind: ColumnType, value: &Datum) -> Result<Value, StoreError> {
    match (kind, value) {
        (ColumnType::Decimal(scale), Datum::Decimal(number)) => {
            scaled(*number, u32::from(scale)).map(Value::Integer)
        }
        (ColumnType::Decimal(scale), Datum::Int(number)) => {
            scaled(Decimal::from(*number), u32::from(scale)).map(Value::Integer)
        }
        _ => bound(value),
    }
}

/// The form of a value that is bound in a condition: a decimal is an integer at its own scale.
pub(super) fn bound(value: &Datum) -> Result<Value, StoreError> {
    Ok(match value {
        Datum::Null => Value::Null,
        Datum::Bool(it) => Value::Integer(i64::from(*it)),
        Datum::Int(it) => Value::Integer(*it),
        Datum::Decimal(it) => Value::Integer(scaled(*it, it.scale())?),
        Datum::Text(it) => Value::Text(it.clone()),
        Datum::Uuid(it) => Value::Text(it.to_string()),
        Datum::Date(it) => Value::Text(it.to_string()),
        Datum::Time(it) => Value::Integer(micros(*it)),
        Datum::Duration(it) => Value::Integer(duration_micros(*it)?),
        Datum::Json(it) => Value::Text(it.to_string()),
    })
}

fn scaled(number: Decimal, scale: u32) -> Result<i64, StoreError> {
    let at_scale = at_scale(number, scale);
    at_scale
        .and_then(|it| i64::try_from(it.mantissa()).ok())
        .ok_or_else(|| StoreError::Invalid(format!("{number} does not fit the column")))
}

/// The values of a row of a view, in the schema's order.
pub(super) fn values(schema: &ViewSchema, row: &Row<'_>) -> Result<Vec<Datum>, StoreError> {
    let columns = schema.columns.iter().enumerate();
    columns
        .map(|(index, column)| {
            let value: Value = row.get(index).map_err(super::database)?;
            read(column.kind, value).ok_or_else(|| {
                StoreError::Corrupt(format!("column `{}` of `{}`", column.name, schema.name))
            })
        })
        .collect()
}

fn read(kind: ColumnType, value: Value) -> Option<Datum> {
    Some(match (kind, value) {
        (_, Value::Null) => Datum::Null,
        (ColumnType::Bool, Value::Integer(it)) => Datum::Bool(it != 0),
        (ColumnType::Int, Value::Integer(it)) => Datum::Int(it),
        (ColumnType::Decimal(scale), Value::Integer(it)) => {
            Datum::Decimal(Decimal::try_new(it, u32::from(scale)).ok()?)
        }
        (ColumnType::Text | ColumnType::Enum(_), Value::Text(it)) => Datum::Text(it),
        (ColumnType::Uuid, Value::Text(it)) => Datum::Uuid(it.parse().ok()?),
        (ColumnType::Date, Value::Text(it)) => Datum::Date(it.parse().ok()?),
        (ColumnType::Time, Value::Integer(it)) => Datum::Time(from_micros(it).ok()?),
        (ColumnType::Duration, Value::Integer(it)) => {
            Datum::Duration(SignedDuration::from_micros(it))
        }
        (ColumnType::Json, Value::Text(it)) => Datum::Json(serde_json::from_str(&it).ok()?),
        _ => return None,
    })
}

/// A record id from its sixteen bytes.
pub(super) fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| StoreError::Corrupt("an id is not 16 bytes".to_owned()))
}

/// JSON from its text.
pub(super) fn json(text: &str) -> Result<serde_json::Value, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("JSON: {error}")))
}
