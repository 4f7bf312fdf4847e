//! Between a row's JSON and typed values, by the type table of the domain language.

use super::{Column, ColumnType, Datum, Key, Row, StoreError, ViewSchema};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;

impl Datum {
    /// Reads a value of the given type from its JSON form.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if the JSON is not a value of that type.
    pub fn from_json(kind: ColumnType, json: &Value) -> Result<Self, StoreError> {
        let wrong = || StoreError::Invalid(format!("{json} is no value of type {kind:?}"));
        let text = || json.as_str().ok_or_else(wrong);
        Ok(match kind {
            _ if json.is_null() => Self::Null,
            ColumnType::Bool => Self::Bool(json.as_bool().ok_or_else(wrong)?),
            ColumnType::Int => Self::Int(json.as_i64().ok_or_else(wrong)?),
            ColumnType::Decimal(scale) => {
                let written = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
                let number: Decimal = written.parse().map_err(|_| wrong())?;
                Self::Decimal(at_scale(number, u32::from(scale)).ok_or_else(wrong)?)
            }
            ColumnType::Text | ColumnType::Enum(_) => Self::Text(text()?.to_owned()),
            ColumnType::Uuid => Self::Uuid(text()?.parse().map_err(|_| wrong())?),
            ColumnType::Date => Self::Date(text()?.parse().map_err(|_| wrong())?),
            ColumnType::Time => Self::Time(text()?.parse().map_err(|_| wrong())?),
            ColumnType::Duration => Self::Duration(text()?.parse().map_err(|_| wrong())?),
            ColumnType::Json => Self::Json(json.clone()),
        })
    }

    /// The JSON form: decimals with all their places, times and durations in their ISO forms.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(it) => Value::Bool(*it),
            Self::Int(it) => Value::from(*it),
            Self::Decimal(it) => Value::String(it.to_string()),
            Self::Text(it) => Value::String(it.clone()),
            Self::Uuid(it) => Value::String(it.to_string()),
            Self::Date(it) => Value::String(it.to_string()),
            Self::Time(it) => Value::String(it.to_string()),
            Self::Duration(it) => Value::String(it.to_string()),
            Self::Json(it) => it.clone(),
        }
    }
}

/// The number at exactly that many places, if nothing is lost.
pub(crate) fn at_scale(mut number: Decimal, scale: u32) -> Option<Decimal> {
    let before = number;
    number.rescale(scale);
    (number.scale() == scale && number == before).then_some(number)
}

/// The value of every column of a row, in the schema's order.
pub(crate) fn row_values(schema: &ViewSchema, row: &Row) -> Result<Vec<Datum>, StoreError> {
    schema.columns.iter().map(|column| column_value(schema, column, row)).collect()
}

/// The key of a row.
///
/// # Errors
/// [`StoreError::Invalid`] if a key column is missing or has another type.
pub fn row_key(schema: &ViewSchema, row: &Row) -> Result<Key, StoreError> {
    schema.keys().map(|column| column_value(schema, column, row)).collect()
}

fn column_value(schema: &ViewSchema, column: &Column, row: &Row) -> Result<Datum, StoreError> {
    let value = Datum::from_json(column.kind, row.get(column.name).unwrap_or(&Value::Null))
        .map_err(|error| in_column(schema, column, &error))?;
    if value == Datum::Null && !column.nullable {
        return Err(in_column(schema, column, &StoreError::Invalid("it is missing".into())));
    }
    Ok(value)
}

fn in_column(schema: &ViewSchema, column: &Column, error: &StoreError) -> StoreError {
    StoreError::Invalid(format!("column `{}` of `{}`: {error}", column.name, schema.name))
}

/// The row of JSON from column values; empty columns are left out.
pub(crate) fn row_from(schema: &ViewSchema, values: Vec<Datum>) -> Row {
    let named = schema.columns.iter().zip(values);
    named
        .filter(|(_, value)| *value != Datum::Null)
        .map(|(column, value)| (column.name.to_owned(), value.to_json()))
        .collect()
}

/// Microseconds of a moment, as both stores keep it.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The moment of stored microseconds.
pub(crate) fn from_micros(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| StoreError::Corrupt(format!("{micros} is no moment")))
}

/// Microseconds of a duration.
pub(crate) fn duration_micros(duration: SignedDuration) -> Result<i64, StoreError> {
    i64::try_from(duration.as_micros())
        .map_err(|_| StoreError::Invalid(format!("{duration} is too long")))
}
