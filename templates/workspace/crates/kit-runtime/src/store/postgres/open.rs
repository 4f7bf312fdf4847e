//! Opening the database: migrations under a lock, and whose database it is.

use super::pool::{database, get};
use crate::store::migrate::{Migration, pending};
use crate::store::{Meta, Options, StoreError};
use deadpool_postgres::Pool;
use tokio_postgres::Transaction;
use uuid::Uuid;

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "log", sql: include_str!("0001_log.sql") },
    Migration { number: 2, name: "append", sql: include_str!("0002_append.sql") },
    Migration { number: 3, name: "saga", sql: include_str!("0003_saga.sql") },
    Migration { number: 4, name: "crowd", sql: include_str!("0004_crowd.sql") },
    Migration { number: 5, name: "lease", sql: include_str!("0005_lease.sql") },
];

/// Services that start at once wait for each other here.
const LOCK: &str = "set local lock_timeout = '60s'; set local statement_timeout = '10min'; \
                    select pg_advisory_xact_lock(hashtext('kit_migration'), hashtext(current_schema()))";

const HISTORY: &str = "create table if not exists kit_migration (number integer primary key, \
                       name text not null, checksum text not null, applied_at bigint not null)";

pub(super) async fn migrate(
    pool: &Pool,
    options: &Options,
    now: Option<i64>,
) -> Result<Meta, StoreError> {
    let failed = |error: tokio_postgres::Error| database(&error);
    let mut client = get(pool).await?;
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.batch_execute(LOCK).await.map_err(failed)?;
    transaction.batch_execute(HISTORY).await.map_err(failed)?;
    let rows = transaction
        .query("select number, checksum from kit_migration order by number", &[])
        .await
        .map_err(failed)?;
    let applied: Vec<(i32, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let steps = pending(MIGRATIONS, &applied)?;
    for step in steps {
        transaction.batch_execute(step.sql).await.map_err(failed)?;
    }
    for step in steps {
        transaction
            .execute(
                "insert into kit_migration (number, name, checksum, applied_at) \
                 values ($1, $2, $3, coalesce($4::bigint, kit_now()))",
                &[&step.number, &step.name, &step.checksum(), &now],
            )
            .await
            .map_err(failed)?;
    }
    let meta = meta(&transaction, options, now).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(meta)
}

async fn meta(
    transaction: &Transaction<'_>,
    options: &Options,
    now: Option<i64>,
) -> Result<Meta, StoreError> {
    let failed = |error: tokio_postgres::Error| database(&error);
    let found = transaction
        .query_opt("select service, log_generation, shards from kit_meta", &[])
        .await
        .map_err(failed)?;
    if let Some(row) = found {
        let shards: i16 = row.get(2);
        let shards = u16::try_from(shards).unwrap_or(0);
        return Meta { service: row.get(0), generation: row.get(1), shards }.owned_by(options);
    }
    let generation = Uuid::now_v7();
    let shards = i16::try_from(options.shards)
        .map_err(|_| StoreError::Invalid(format!("{} shards are too many", options.shards)))?;
    transaction
        .execute(
            "insert into kit_meta (service, log_generation, shards, created_at) \
             values ($1, $2, $3, coalesce($4::bigint, kit_now()))",
            &[&options.service, &generation, &shards, &now],
        )
        .await
        .map_err(failed)?;
    Ok(Meta { service: options.service.clone(), generation, shards: options.shards })
}
