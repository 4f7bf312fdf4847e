//! The instances of views: making, swapping and dropping their tables, one caller at a time.

use super::database;
use crate::store::sql::{Dialect, create_table, create_view, drop_table, drop_view};
use crate::store::{StoreError, ViewInfo, ViewSchema, ViewStatus, ViewTable, Views};
use tokio_postgres::{Error, Transaction};

fn failed(error: Error) -> StoreError {
    database(&error)
}

fn number(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// Keeps others out until the transaction ends; readers go on.
pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let sql = "set local lock_timeout = '60s'; lock table kit_view in share row exclusive mode";
    transaction.batch_execute(sql).await.map_err(failed)
}

pub(super) async fn open(
    transaction: &Transaction<'_>,
    schema: ViewSchema,
    code_hash: &str,
) -> Result<Views, StoreError> {
    let known = instances(transaction, &schema).await?;
    let Some(live) = known.iter().find(|it| it.status == ViewStatus::Live) else {
        let live = make(transaction, schema, code_hash, ViewStatus::Live, &known).await?;
        let table = ViewTable { schema, version: live.version };
        transaction.batch_execute(&create_view(&table)).await.map_err(failed)?;
        return Ok(Views { live, building: None });
    };
    let of_this_code =
        |it: &&ViewInfo| it.status == ViewStatus::Building && it.code_hash == code_hash;
    let building = match known.iter().find(of_this_code) {
        Some(building) => Some(building.clone()),
        None if live.code_hash == code_hash => None,
        None => Some(rebuild(transaction, schema, code_hash).await?),
    };
    Ok(Views { live: live.clone(), building })
}

pub(super) async fn rebuild(
    transaction: &Transaction<'_>,
    schema: ViewSchema,
    code_hash: &str,
) -> Result<ViewInfo, StoreError> {
    let known = instances(transaction, &schema).await?;
    for old in known.iter().filter(|it| it.status == ViewStatus::Building) {
        discard(transaction, ViewTable { schema, version: old.version }).await?;
    }
    make(transaction, schema, code_hash, ViewStatus::Building, &known).await
}

pub(super) async fn swap(
    transaction: &Transaction<'_>,
    table: ViewTable,
    now: Option<i64>,
) -> Result<(), StoreError> {
    let known = instances(transaction, &table.schema).await?;
    match known.iter().find(|it| it.version == table.version).map(|it| it.status) {
        Some(ViewStatus::Live) => return Ok(()),
        Some(ViewStatus::Building | ViewStatus::Standby) => {}
        _ => return Err(StoreError::Invalid(format!("`{}` is not there", table.table_name()))),
    }
    for old in known.iter().filter(|it| it.status == ViewStatus::Live) {
        set(transaction, &table.schema, old.version, ViewStatus::Standby, now).await?;
    }
    set(transaction, &table.schema, table.version, ViewStatus::Live, now).await?;
    transaction.batch_execute(&create_view(&table)).await.map_err(failed)
}

pub(super) async fn drop_instance(
    transaction: &Transaction<'_>,
    table: ViewTable,
) -> Result<(), StoreError> {
    let known = instances(transaction, &table.schema).await?;
    if known.iter().any(|it| it.version == table.version && it.status == ViewStatus::Live) {
        return Err(StoreError::Invalid(format!("`{}` is live", table.table_name())));
    }
    discard(transaction, table).await
}

async fn discard(transaction: &Transaction<'_>, table: ViewTable) -> Result<(), StoreError> {
    transaction.batch_execute(&drop_table(&table)).await.map_err(failed)?;
    transaction
        .execute("delete from kit_cursor where name = $1", &[&table.cursor_name()])
        .await
        .map_err(failed)?;
    let sql = "update kit_view set status = 'retired' where name = $1 and version = $2";
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
        [&table.schema.name, &number(table.version)];
    transaction.execute(sql, &parameters).await.map(drop).map_err(failed)
}

async fn make(
    transaction: &Transaction<'_>,
    schema: ViewSchema,
    code_hash: &str,
    status: ViewStatus,
    known: &[ViewInfo],
) -> Result<ViewInfo, StoreError> {
    let version = known.iter().map(|it| it.version).max().unwrap_or(0) + 1;
    let table = ViewTable { schema, version };
    let mut statements = format!("{};\n", drop_table(&table));
    if known.is_empty() {
        statements += &format!("{};\n", drop_view(&table));
    }
    statements += &create_table(Dialect::Postgres, &table)?;
    transaction.batch_execute(&statements).await.map_err(failed)?;
    transaction
        .execute(
            "insert into kit_view (name, version, status, code_hash) values ($1, $2, $3, $4)",
            &[&schema.name, &number(version), &status.as_str(), &code_hash],
        )
        .await
        .map_err(failed)?;
    Ok(ViewInfo { version, status, code_hash: code_hash.to_owned() })
}

async fn set(
    transaction: &Transaction<'_>,
    schema: &ViewSchema,
    version: u32,
    status: ViewStatus,
    now: Option<i64>,
) -> Result<(), StoreError> {
    transaction
        .execute(
            "update kit_view set status = $1, cutover_at = coalesce($2::bigint, kit_now()) \
             where name = $3 and version = $4",
            &[&status.as_str(), &now, &schema.name, &number(version)],
        )
        .await
        .map(drop)
        .map_err(failed)
}

async fn instances(
    transaction: &Transaction<'_>,
    schema: &ViewSchema,
) -> Result<Vec<ViewInfo>, StoreError> {
    let sql = "select version, status, code_hash from kit_view where name = $1 order by version";
    let rows = transaction.query(sql, &[&schema.name]).await.map_err(failed)?;
    let info = |row: &tokio_postgres::Row| {
        let (version, status): (i32, String) = (row.get(0), row.get(1));
        let version = u32::try_from(version).unwrap_or(0);
        let status = ViewStatus::parse(&status)
            .ok_or_else(|| StoreError::Corrupt(format!("view status `{status}`")))?;
        Ok(ViewInfo { version, status, code_hash: row.get(2) })
    };
    rows.iter().map(info).collect()
}
