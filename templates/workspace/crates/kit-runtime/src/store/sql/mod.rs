//! SQL text for view tables in the two dialects. Values are always bound, names always quoted.

mod filter;
mod select;
mod table;

pub(crate) use select::{Select, by_keys, page, page_of};
pub(crate) use table::{create_table, create_view, drop_table, drop_view, upsert_row};

/// Which database reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite: decimals are integers scaled by the column's places.
    Sqlite,
    /// PostgreSQL: every value is bound and read as text and cast.
    Postgres,
}

/// A name as identifier.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
