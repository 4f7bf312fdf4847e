//! Opening the file: settings, migrations, and whose database it is.

use super::database;
use super::value::uuid;
use crate::store::migrate::{Migration, pending};
use crate::store::{Meta, Options, StoreError};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::path::Path;
use uuid::Uuid;

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "log", sql: include_str!("0001_log.sql") },
    Migration { number: 2, name: "saga", sql: include_str!("0002_saga.sql") },
    Migration { number: 3, name: "lease", sql: include_str!("0003_lease.sql") },
];

/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

/// The connection of the writer, with the kit's tables up to date.
pub(super) fn writer(
    path: &Path,
    options: &Options,
    now: i64,
) -> Result<(Connection, Meta), StoreError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", folder.display())))?;
    }
    let mut connection = Connection::open(path).map_err(database)?;
    settings(&connection)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(database)?;
    connection.pragma_update(None, "synchronous", "full").map_err(database)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000).map_err(database)?;
    let meta = migrate(&mut connection, options, now)?;
    Ok((connection, meta))
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(database)?;
    settings(&connection)?;
    connection.pragma_update(None, "query_only", true).map_err(database)?;
    Ok(connection)
}

/// Lets SQLite refresh what it knows about the tables; a failure costs speed only.
pub(super) fn optimize(connection: &Connection) {
    let _ = connection.execute_batch("pragma optimize");
}

fn settings(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(database)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(database)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn migrate(connection: &mut Connection, options: &Options, now: i64) -> Result<Meta, StoreError> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    transaction
        .execute_batch(
            "create table if not exists kit_migration (number integer primary key, name text not null, \
             checksum text not null, applied_at integer not null) strict",
        )
        .map_err(database)?;
    for step in pending(MIGRATIONS, &applied(&transaction)?)? {
        transaction.execute_batch(step.sql).map_err(database)?;
        transaction
            .execute(
                "insert into kit_migration (number, name, checksum, applied_at) values (?, ?, ?, ?)",
                params![step.number, step.name, step.checksum(), now],
            )
            .map_err(database)?;
    }
    let meta = meta(&transaction, options, now)?;
    transaction.commit().map_err(database)?;
    Ok(meta)
}

fn applied(connection: &Connection) -> Result<Vec<(i32, String)>, StoreError> {
    let mut statement = connection
        .prepare("select number, checksum from kit_migration order by number")
        .map_err(database)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(database)?;
    rows.collect::<Result<_, _>>().map_err(database)
}

fn meta(connection: &Connection, options: &Options, now: i64) -> Result<Meta, StoreError> {
    let found: Option<(String, Vec<u8>, u16)> = connection
        .query_row("select service, log_generation, shards from kit_meta", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .map_err(database)?;
    if let Some((service, generation, shards)) = found {
        return Meta { service, generation: uuid(&generation)?, shards }.owned_by(options);
    }
    let generation = Uuid::now_v7();
    connection
        .execute(
            "insert into kit_meta (singleton, service, log_generation, shards, created_at) \
             values (1, ?, ?, ?, ?)",
            params![options.service, generation.as_bytes().as_slice(), options.shards, now],
        )
        .map_err(database)?;
    Ok(Meta { service: options.service.clone(), generation, shards: options.shards })
}
