//! Rows of views and replicas: their columns, their values, and the changes a unit makes to them.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

/// The shape of a view's or replica's table. A constant beside the row's struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewSchema {
    /// Name of the view, in snake case.
    pub name: &'static str,
    /// The columns, in the order of the text. At least one is a key.
    pub columns: &'static [Column],
    /// Columns of secondary indexes, in order; each list is one index.
    pub indexes: &'static [&'static [&'static str]],
}

impl ViewSchema {
    /// The key columns, in order.
    pub fn keys(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|it| it.key)
    }

    /// The column of a name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|it| it.name == name)
    }
}

/// A column of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name, as in the row's JSON.
    pub name: &'static str,
    /// Type.
    pub kind: ColumnType,
    /// Whether it may be empty; then the row's JSON may leave it out.
    pub nullable: bool,
    /// Whether it is part of the key. Key columns are never nullable.
    pub key: bool,
}

/// The type of a column, of the type table of the domain language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `decimal(scale)`; text with exactly that many places in JSON.
    Decimal(u8),
    /// `string`.
    Text,
    /// An enum: text that is one of the members.
    Enum(&'static [&'static str]),
    /// `uuid`.
    Uuid,
    /// `date`.
    Date,
    /// `time`, in whole microseconds.
    Time,
    /// `duration`, in whole microseconds; ISO 8601 in JSON.
    Duration,
    /// A value, union or collection; may not be compared or ordered by.
    Json,
}

/// One instance of a view's table: `<view>__v<version>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewTable {
    /// The shape.
    pub schema: ViewSchema,
    /// The instance, from 1; given out by the store.
    pub version: u32,
}

impl ViewTable {
    /// Name of the physical table.
    #[must_use]
    pub fn table_name(&self) -> String {
        format!("{}__v{}", self.schema.name, self.version)
    }

    /// Name of the cursor of the worker that fills this table.
    #[must_use]
    pub fn cursor_name(&self) -> String {
        format!("view:{}@{}", self.schema.name, self.version)
    }
}

/// A row as JSON object: what serde makes of the row's struct.
pub type Row = serde_json::Map<String, Value>;

/// Values of the key columns, in the schema's order.
pub type Key = Vec<Datum>;

/// A typed value for a column or a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// No value.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `decimal`.
    Decimal(Decimal),
    /// `string` or the name of an enum's member.
    Text(String),
    /// `uuid`.
    Uuid(Uuid),
    /// `date`.
    Date(Date),
    /// `time`.
    Time(Timestamp),
    /// `duration`.
    Duration(SignedDuration),
    /// A value, union or collection.
    Json(Value),
}

/// Changes to the rows of one table. A key appears at most once, in either list.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChanges {
    /// The table.
    pub table: ViewTable,
    /// Whole rows to insert or replace.
    pub upserts: Vec<Row>,
    /// Keys of rows to delete.
    pub deletes: Vec<Key>,
}
