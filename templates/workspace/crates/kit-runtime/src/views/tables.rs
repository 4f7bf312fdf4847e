//! Which instance of each table is read now, and the store's form of a table's shape.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, RwLock};

use crate::command::Failure;
use crate::store::{Column, ColumnType, ViewSchema, ViewTable};

/// The instance of a view that is read, and who fills it.
#[derive(Debug, Clone)]
pub struct Live {
    /// The instance.
    pub table: ViewTable,
    /// The name of the cursors and watermarks that stand where its rows stand.
    pub reader: String,
    /// The streams it follows, as context and stream type.
    pub streams: BTreeSet<&'static str>,
}

/// The live instance of every view and replica, by name.
#[derive(Debug, Default)]
pub struct Tables(RwLock<BTreeMap<&'static str, Live>>);

impl Tables {
    /// The instance that is read.
    ///
    /// # Errors
    /// A table that the service does not have.
    pub fn live(&self, name: &str) -> Result<ViewTable, Failure> {
        self.get(name).map(|live| live.table)
    }

    /// The instance that is read, and who fills it.
    ///
    /// # Errors
    /// A table that the service does not have.
    pub fn get(&self, name: &str) -> Result<Live, Failure> {
        let found = self.0.read().ok().and_then(|tables| tables.get(name).cloned());
        found.ok_or_else(|| Failure::Fault(format!("there is no table {name}")))
    }

    /// Read this instance from now on.
    pub fn set(&self, live: Live) {
        if let Ok(mut tables) = self.0.write() {
            tables.insert(live.table.schema.name, live);
        }
    }
}

/// Shapes live as long as the process; each is made once.
static SCHEMAS: Mutex<BTreeMap<&'static str, ViewSchema>> = Mutex::new(BTreeMap::new());

/// The store's form of a table's shape.
#[must_use]
pub fn schema_of(table: &kit::Table) -> ViewSchema {
    let columns = table.columns.iter().map(|column| Column {
        name: column.name,
        kind: kind_of(column.kind),
        nullable: column.nullable,
        key: column.key,
    });
    let columns: Vec<Column> = columns.collect();
    let mut known = match SCHEMAS.lock() {
        Ok(known) => known,
        Err(poisoned) => poisoned.into_inner(),
    };
    match known.get(table.name) {
        Some(schema) if schema.columns == columns => *schema,
        _ => {
            let columns = Box::leak(columns.into_boxed_slice());
            let schema = ViewSchema { name: table.name, columns, indexes: &[] };
            known.insert(table.name, schema);
            schema
        }
    }
}

fn kind_of(kind: kit::Kind) -> ColumnType {
    match kind {
        kit::Kind::Bool => ColumnType::Bool,
        kit::Kind::Int => ColumnType::Int,
        kit::Kind::Decimal(scale) => ColumnType::Decimal(u8::try_from(scale).unwrap_or(12)),
        kit::Kind::Text => ColumnType::Text,
        kit::Kind::Uuid => ColumnType::Uuid,
        kit::Kind::Date => ColumnType::Date,
        kit::Kind::Time => ColumnType::Time,
        kit::Kind::Duration => ColumnType::Duration,
        kit::Kind::Json => ColumnType::Json,
    }
}
