//! How a store is opened.

use super::{Clock, Store, StoreError};
use std::sync::Arc;

/// What a service says when it opens its database.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of the service. A database that belongs to another one is refused.
    pub service: String,
    /// Shards of the logs, used only when the database is new: 16, 64 or 256.
    pub shards: u16,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub connections: usize,
    /// A clock instead of the database's own.
    pub clock: Option<Arc<dyn Clock>>,
}

impl Options {
    /// 64 shards, 16 connections, the database's clock.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), shards: 64, connections: 16, clock: None }
    }
}

/// Opens the database of a URL and brings the kit's tables up to date.
///
/// `postgres://..` is PostgreSQL; anything else is the path of an SQLite file, with or without `sqlite://`.
///
/// # Errors
/// If the database cannot be reached, belongs to another service, or was migrated by another program.
pub async fn open(url: &str, options: Options) -> Result<Arc<dyn Store>, StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return open_postgres(url, options).await;
    }
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    open_sqlite(path, options).await
}

#[cfg(feature = "postgres")]
async fn open_postgres(url: &str, options: Options) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(super::postgres::PostgresStore::open(url, options).await?))
}

#[cfg(not(feature = "postgres"))]
async fn open_postgres(_url: &str, _options: Options) -> Result<Arc<dyn Store>, StoreError> {
    Err(StoreError::Invalid("this program was built without PostgreSQL".to_owned()))
}

#[cfg(feature = "sqlite")]
async fn open_sqlite(path: &str, options: Options) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(super::sqlite::SqliteStore::open(path, options).await?))
}

#[cfg(not(feature = "sqlite"))]
async fn open_sqlite(_path: &str, _options: Options) -> Result<Arc<dyn Store>, StoreError> {
    Err(StoreError::Invalid("this program was built without SQLite".to_owned()))
}
