//! Rows of view tables: changes as set operations, look-ups, queries.

use super::append::Failure;
use super::value::{text, values};
use crate::store::datum::{row_from, row_values};
use crate::store::sql::{Dialect, Select, quote, upsert_row};
use crate::store::{Datum, Row, RowChanges, StoreError, ViewSchema, ViewTable};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Statement};

/// A prepared statement with its parameters, to be sent together with others.
pub(super) struct Prepared {
    pub(super) statement: Statement,
    pub(super) parameters: Vec<Box<dyn ToSql + Send + Sync>>,
}

impl Prepared {
    pub(super) async fn run(
        &self,
        client: &ClientWrapper,
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let parameters: Vec<&(dyn ToSql + Sync)> =
            self.parameters.iter().map(|it| &**it as &(dyn ToSql + Sync)).collect();
        client.query(&self.statement, &parameters).await
    }

    /// A statement without parameters.
    pub(super) async fn plain(client: &ClientWrapper, sql: &str) -> Result<Self, Error> {
        Ok(Self { statement: client.prepare_cached(sql).await?, parameters: Vec::new() })
    }
}

pub(super) async fn changes(
    client: &ClientWrapper,
    changes: &[RowChanges],
) -> Result<Vec<Prepared>, Failure> {
    let mut writes = Vec::new();
    for change in changes {
        if !change.deletes.is_empty() {
            writes.push(delete(client, &change.table, &change.deletes).await?);
        }
        if !change.upserts.is_empty() {
            writes.push(upsert(client, &change.table, &change.upserts).await?);
        }
    }
    Ok(writes)
}

async fn delete(
    client: &ClientWrapper,
    table: &ViewTable,
    keys: &[Vec<Datum>],
) -> Result<Prepared, Failure> {
    let columns: Vec<_> = table.schema.keys().collect();
    let names: Vec<String> = columns.iter().map(|it| quote(it.name)).collect();
    let casts = columns
        .iter()
        .zip(1..)
        .map(|(it, number)| format!("c{number}::{}", it.kind.sql(Dialect::Postgres)));
    let sql = format!(
        "delete from {} where ({}) in (select {} from {})",
        quote(&table.table_name()),
        names.join(", "),
        casts.collect::<Vec<_>>().join(", "),
        unnest(columns.len())
    );
    let mut sorted: Vec<&Vec<Datum>> = keys.iter().collect();
    sorted.sort_by_cached_key(|it| format!("{it:?}"));
    let parameters = arrays(columns.len(), sorted.into_iter().map(|it| it.as_slice()))?;
    Ok(Prepared { statement: client.prepare_cached(&sql).await?, parameters })
}

async fn upsert(
    client: &ClientWrapper,
    table: &ViewTable,
    rows: &[Row],
) -> Result<Prepared, Failure> {
    let schema = &table.schema;
    let casts = schema
        .columns
        .iter()
        .zip(1..)
        .map(|(it, number)| format!("c{number}::{}", it.kind.sql(Dialect::Postgres)));
    let casts = casts.collect::<Vec<_>>().join(", ");
    let count = schema.columns.len();
    let sql = upsert_row(table, &format!("select {casts} from {}", unnest(count)));
    let mut rows: Vec<Vec<Datum>> =
        rows.iter().map(|row| row_values(schema, row)).collect::<Result<_, _>>()?;
    let is_key: Vec<bool> = schema.columns.iter().map(|it| it.key).collect();
    rows.sort_by_cached_key(|row| {
        let key: Vec<&Datum> = row.iter().zip(&is_key).filter(|it| *it.1).map(|it| it.0).collect();
        format!("{key:?}")
    });
    let parameters = arrays(count, rows.iter().map(Vec::as_slice))?;
    Ok(Prepared { statement: client.prepare_cached(&sql).await?, parameters })
}

/// The parameters as a table `u` with the columns `c1`, `c2`..
fn unnest(columns: usize) -> String {
    let (arrays, names) = arrays_and_names(columns);
    format!("unnest({arrays}) as u ({names})")
}

/// The same with the column `place`, from 1.
fn numbered(columns: usize) -> String {
    let (arrays, names) = arrays_and_names(columns);
    format!("unnest({arrays}) with ordinality as u ({names}, place)")
}

fn arrays_and_names(columns: usize) -> (String, String) {
    let numbers = 1..=columns;
    let arrays: Vec<String> = numbers.clone().map(|it| format!("${it}::text[]")).collect();
    let names: Vec<String> = numbers.map(|it| format!("c{it}")).collect();
    (arrays.join(", "), names.join(", "))
}

/// One array of texts for each column.
fn arrays<'a>(
    columns: usize,
    rows: impl Iterator<Item = &'a [Datum]>,
) -> Result<Vec<Box<dyn ToSql + Send + Sync>>, StoreError> {
    let mut arrays: Vec<Vec<Option<String>>> = vec![Vec::new(); columns];
    for row in rows {
        if row.len() != columns {
            return Err(StoreError::Invalid("a key has other parts than its view".to_owned()));
        }
        for (array, value) in arrays.iter_mut().zip(row) {
            array.push(text(value)?);
        }
    }
    Ok(arrays.into_iter().map(|it| Box::new(it) as Box<dyn ToSql + Send + Sync>).collect())
}

/// Makes a query of a view ready.
pub(super) async fn select(
    client: &ClientWrapper,
    select: &Select,
) -> Result<Prepared, StoreError> {
    let statement =
        client.prepare_cached(&select.sql).await.map_err(|error| super::database(&error))?;
    let mut parameters: Vec<Box<dyn ToSql + Send + Sync>> = Vec::new();
    for bind in &select.binds {
        parameters.push(Box::new(text(bind)?));
    }
    Ok(Prepared { statement, parameters })
}

/// The rows of a view that a query gave.
pub(super) fn found(
    schema: &ViewSchema,
    rows: &[tokio_postgres::Row],
) -> Result<Vec<Row>, StoreError> {
    rows.iter().map(|row| Ok(row_from(schema, values(schema, row)?))).collect()
}

/// The rows of many keys with one statement, in the order of the keys.
pub(super) async fn by_key(
    client: &ClientWrapper,
    table: &ViewTable,
    keys: &[Vec<Datum>],
) -> Result<Vec<Option<Row>>, StoreError> {
    let schema = &table.schema;
    let columns: Vec<_> = schema.keys().collect();
    let same = columns.iter().zip(1..).map(|(it, number)| {
        format!("t.{} = u.c{number}::{}", quote(it.name), it.kind.sql(Dialect::Postgres))
    });
    let read = schema.columns.iter().map(|it| format!("t.{}::text", quote(it.name)));
    let sql = format!(
        "select {}, u.place from {} join {} t on {}",
        read.collect::<Vec<_>>().join(", "),
        numbered(columns.len()),
        quote(&table.table_name()),
        same.collect::<Vec<_>>().join(" and ")
    );
    let statement = client.prepare_cached(&sql).await.map_err(|error| super::database(&error))?;
    let parameters = arrays(columns.len(), keys.iter().map(Vec::as_slice))?;
    let found = Prepared { statement, parameters }.run(client).await;
    let mut rows = vec![None; keys.len()];
    for row in found.map_err(|error| super::database(&error))? {
        let place: i64 = row.try_get("place").map_err(|error| super::database(&error))?;
        let slot = usize::try_from(place - 1).ok().and_then(|it| rows.get_mut(it));
        if let Some(slot) = slot {
            *slot = Some(row_from(schema, values(schema, &row)?));
        }
    }
    Ok(rows)
}
