//! Statements that read rows: by key, and page by page.

use super::filter::Filter;
use super::{Dialect, quote};
use crate::store::{
    Column, ColumnType, Comparison, Cond, Datum, Order, Page, QuerySpec, Row, StoreError, Term,
    ViewSchema, ViewTable, cursor,
};
use serde_json::Value;

/// A statement with the values bound in it.
#[derive(Debug)]
pub(crate) struct Select {
    /// The text.
    pub(crate) sql: String,
    /// The values, from the first placeholder on.
    pub(crate) binds: Vec<Datum>,
}

/// The row of one key.
pub(crate) fn by_keys(
    dialect: Dialect,
    table: &ViewTable,
    key: &[Datum],
) -> Result<Select, StoreError> {
    let schema = &table.schema;
    if schema.keys().count() != key.len() {
        return Err(StoreError::Invalid(format!("the key of `{}` has other parts", schema.name)));
    }
    let parts =
        schema.keys().zip(key).map(|(column, value)| Cond::equals(column.name, value.clone()));
    let mut filter = Filter { dialect, schema, binds: Vec::new() };
    let cond = filter.cond(&Cond::All(parts.collect()), false)?;
    let sql = format!("select {} from {} where {cond}", columns(dialect, schema), from(table));
    Ok(Select { sql, binds: filter.binds })
}

/// One page and one row more, which tells whether there is another page.
pub(crate) fn page(dialect: Dialect, query: &QuerySpec) -> Result<Select, StoreError> {
    let schema = &query.table.schema;
    let order = full_order(query)?;
    let mut filter = Filter { dialect, schema, binds: Vec::new() };
    let mut cond = filter.cond(&query.filter, false)?;
    if let Some(text) = &query.after {
        let kinds: Vec<ColumnType> = order.iter().map(|(column, _)| column.kind).collect();
        let values = cursor::decode(text, &kinds)?;
        cond += &format!(" and {}", filter.cond(&after(&order, &values), false)?);
    }
    let sorted: Vec<String> = order.iter().map(|it| sort_key(it.0, it.1)).collect();
    let sql = format!(
        "select {} from {} where {cond} order by {} limit {}",
        columns(dialect, schema),
        from(&query.table),
        sorted.join(", "),
        u64::from(query.limit.max(1)) + 1
    );
    Ok(Select { sql, binds: filter.binds })
}

/// The page of the rows that the statement gave.
pub(crate) fn page_of(query: &QuerySpec, mut rows: Vec<Row>) -> Result<Page, StoreError> {
    let order = full_order(query)?;
    let limit = usize::try_from(query.limit.max(1)).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let cursors: Result<Vec<String>, StoreError> =
        rows.iter().map(|row| cursor_of(&order, row)).collect();
    let cursors = cursors?;
    let next = if more { cursors.last().cloned() } else { None };
    Ok(Page { rows, cursors, next })
}

fn cursor_of(order: &[(&'static Column, bool)], row: &Row) -> Result<String, StoreError> {
    let value = |column: &Column| {
        Datum::from_json(column.kind, row.get(column.name).unwrap_or(&Value::Null))
    };
    let values: Result<Vec<Datum>, _> = order.iter().map(|(column, _)| value(column)).collect();
    Ok(cursor::encode(&values?))
}

/// In PostgreSQL as text, under names that no column has: else `order by` would take the text for the column.
fn columns(dialect: Dialect, schema: &ViewSchema) -> String {
    let names = schema.columns.iter().enumerate().map(|(index, it)| match dialect {
        Dialect::Sqlite => quote(it.name),
        Dialect::Postgres => format!("{}::text as \"text:{index}\"", quote(it.name)),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn from(table: &ViewTable) -> String {
    quote(&table.table_name())
}

/// The order asked for, then the key, so that it is total.
fn full_order(query: &QuerySpec) -> Result<Vec<(&'static Column, bool)>, StoreError> {
    let schema = &query.table.schema;
    let mut order: Vec<(&'static Column, bool)> = Vec::new();
    for Order { column: name, descending } in &query.order {
        let column =
            schema.column(name).filter(|it| it.kind != ColumnType::Json).ok_or_else(|| {
                StoreError::Invalid(format!("`{}` cannot be ordered by `{name}`", schema.name))
            })?;
        order.push((column, *descending));
    }
    for key in schema.keys() {
        if !order.iter().any(|(column, _)| column.name == key.name) {
            order.push((key, false));
        }
    }
    Ok(order)
}

fn sort_key(column: &Column, descending: bool) -> String {
    let direction = if descending { " desc" } else { "" };
    let nulls = if column.nullable { " nulls last" } else { "" };
    format!("{}{direction}{nulls}", quote(column.name))
}

/// Rows strictly after the values: equal in the first columns, after in the next one.
fn after(order: &[(&'static Column, bool)], values: &[Datum]) -> Cond {
    let mut ways = Vec::new();
    let mut equal: Vec<Cond> = Vec::new();
    for ((column, descending), value) in order.iter().zip(values) {
        if *value != Datum::Null {
            let op = if *descending { Comparison::Lt } else { Comparison::Gt };
            let here = Term::Column(column.name.to_owned());
            let mut beyond = vec![Cond::Compare(here.clone(), op, Term::Value(value.clone()))];
            if column.nullable {
                beyond.push(Cond::IsNull(here));
            }
            let mut way = equal.clone();
            way.push(Cond::Any(beyond));
            ways.push(Cond::All(way));
        }
        equal.push(Cond::equals(column.name, value.clone()));
    }
    Cond::Any(ways)
}
