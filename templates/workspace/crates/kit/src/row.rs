//! Rows of views and replicas, and the shape of their tables.
//!
//! A row is a plain struct; its JSON form and the constant [`Table`] together say how it is stored in typed columns.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A row of one table.
pub trait Row:
    Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Its table.
    const TABLE: Table;

    /// The key: one column's type, or a tuple of them in the table's order.
    type Key: Clone + Ord + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The key of this row.
    fn key(&self) -> Self::Key;
}

/// The shape of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The name, without version.
    pub name: &'static str,
    /// Another number when the columns or the meaning of a row change; then the table is rebuilt.
    pub version: u32,
    /// The columns, key columns included, in text order.
    pub columns: &'static [Column],
}

impl Table {
    /// The columns that make up the key, in order.
    pub fn key(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| column.key)
    }

    /// The column of this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name, as in JSON.
    pub name: &'static str,
    /// How it is stored.
    pub kind: Kind,
    /// Whether it may be empty.
    pub nullable: bool,
    /// Whether it belongs to the key.
    pub key: bool,
}

impl Column {
    /// A key column.
    #[must_use]
    pub const fn key(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: false, key: true }
    }

    /// A column that always has a value.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: false, key: false }
    }

    /// A column that may be empty.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: true, key: false }
    }
}

/// How a column is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A decimal with this many places.
    Decimal(u32),
    /// Text; enums are stored as their names.
    Text,
    /// A UUID.
    Uuid,
    /// A calendar day.
    Date,
    /// A point in time, in microseconds.
    Time,
    /// A length of time, in microseconds.
    Duration,
    /// Anything else, as JSON.
    Json,
}
