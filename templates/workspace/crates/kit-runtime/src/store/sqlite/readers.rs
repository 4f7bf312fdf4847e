//! Connections that can only read, each used by one caller at a time, each read from one snapshot.

use super::{database, open};
use crate::store::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A longer read would keep the log of changes from being folded back into the file.
const LONGEST_READ: Duration = Duration::from_secs(5);

/// The pool.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    path: PathBuf,
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, count: usize) -> Self {
        let permits = Arc::new(Semaphore::new(count.max(1)));
        Self { path, free: Arc::default(), permits }
    }

    /// Runs `work` in one read transaction, away from the async threads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = |_| StoreError::Unavailable("the store is closed".to_owned());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closed)?;
        let connection = self.take()?;
        let interrupt = connection.get_interrupt_handle();
        let free = Arc::clone(&self.free);
        let mut task = tokio::task::spawn_blocking(move || {
            let result = snapshot(&connection, work);
            if connection.is_autocommit() {
                free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            drop(permit);
            result
        });
        let ended = match tokio::time::timeout(LONGEST_READ, &mut task).await {
            Ok(ended) => ended,
            Err(_) => {
                interrupt.interrupt();
                task.await
            }
        };
        ended.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.map_or_else(|| open::reader(&self.path), Ok)
    }

    /// Takes no more callers and lets go of the file.
    pub(super) fn close(&self) {
        self.permits.close();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn snapshot<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.unchecked_transaction().map_err(database)?;
    let result = work(&transaction);
    transaction.rollback().map_err(database)?;
    result
}
