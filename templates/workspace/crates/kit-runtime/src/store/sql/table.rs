//! Statements that make, fill and drop the tables of views.

use super::{Dialect, literal, quote};
use crate::store::{Column, ColumnType, StoreError, ViewTable};

/// Longest name of a table, so that the names of its indexes fit as well.
const LONGEST_NAME: usize = 56;

impl ColumnType {
    /// The type as the database names it.
    pub(crate) fn sql(self, dialect: Dialect) -> String {
        let (sqlite, postgres) = match self {
            Self::Bool => ("integer", "boolean"),
            Self::Int | Self::Time | Self::Duration => ("integer", "bigint"),
            Self::Decimal(scale) => ("integer", &*format!("numeric(28,{scale})")),
            Self::Text | Self::Enum(_) => ("text", "text"),
            Self::Uuid => ("text", "uuid"),
            Self::Date => ("text", "date"),
            Self::Json => ("text", "jsonb"),
        };
        match dialect {
            Dialect::Sqlite => sqlite.to_owned(),
            Dialect::Postgres => postgres.to_owned(),
        }
    }
}

/// The statements that make an empty table with its indexes.
pub(crate) fn create_table(dialect: Dialect, table: &ViewTable) -> Result<String, StoreError> {
    let name = table.table_name();
    if table.schema.keys().next().is_none() {
        return Err(StoreError::Invalid(format!("view `{}` has no key", table.schema.name)));
    }
    if name.len() > LONGEST_NAME || name.starts_with("kit_") {
        return Err(StoreError::Invalid(format!("`{name}` cannot be the name of a table")));
    }
    let mut parts: Vec<String> =
        table.schema.columns.iter().map(|it| column(dialect, it)).collect();
    let keys: Vec<String> = table.schema.keys().map(|it| quote(it.name)).collect();
    parts.push(format!("primary key ({})", keys.join(", ")));
    let strict = if dialect == Dialect::Sqlite { " strict" } else { "" };
    let mut sql = format!("create table {} ({}){strict};\n", quote(&name), parts.join(", "));
    for (number, columns) in table.schema.indexes.iter().enumerate() {
        let columns: Vec<String> = columns.iter().map(|it| quote(it)).collect();
        let index = quote(&format!("{name}__i{number}"));
        sql += &format!("create index {index} on {} ({});\n", quote(&name), columns.join(", "));
    }
    Ok(sql)
}

fn column(dialect: Dialect, column: &Column) -> String {
    let mut text = format!("{} {}", quote(column.name), column.kind.sql(dialect));
    if dialect == Dialect::Postgres && matches!(column.kind, ColumnType::Text | ColumnType::Enum(_))
    {
        text += " collate \"C\"";
    }
    if !column.nullable {
        text += " not null";
    }
    if let ColumnType::Enum(members) = column.kind {
        let members: Vec<String> = members.iter().map(|it| literal(it)).collect();
        text += &format!(" check ({} in ({}))", quote(column.name), members.join(", "));
    }
    text
}

/// Drops the table.
pub(crate) fn drop_table(table: &ViewTable) -> String {
    format!("drop table if exists {}", quote(&table.table_name()))
}

/// The plain name as a view over the live table, for people and reports.
pub(crate) fn create_view(table: &ViewTable) -> String {
    let (name, target) = (quote(table.schema.name), quote(&table.table_name()));
    format!("drop view if exists {name}; create view {name} as select * from {target}")
}

/// Drops the plain name.
pub(crate) fn drop_view(table: &ViewTable) -> String {
    format!("drop view if exists {}", quote(table.schema.name))
}

/// Inserts or replaces; `source` gives the rows, as `values (..)` or `select ..`.
pub(crate) fn upsert_row(table: &ViewTable, source: &str) -> String {
    let columns: Vec<String> = table.schema.columns.iter().map(|it| quote(it.name)).collect();
    let keys: Vec<String> = table.schema.keys().map(|it| quote(it.name)).collect();
    let rest = table.schema.columns.iter().filter(|it| !it.key).map(|it| quote(it.name));
    let changes: Vec<String> = rest.map(|it| format!("{it} = excluded.{it}")).collect();
    let change = if changes.is_empty() {
        "nothing".to_owned()
    } else {
        format!("update set {}", changes.join(", "))
    };
    format!(
        "insert into {} ({}) {source} on conflict ({}) do {change}",
        quote(&table.table_name()),
        columns.join(", "),
        keys.join(", ")
    )
}
