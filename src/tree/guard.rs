//! One run at a time.

use std::fs::{File, TryLockError};
use std::io;

use camino::Utf8Path;
use fs_err as fs;

use super::STATE;

/// Holds the project for one run; dropping it lets the next one in.
#[derive(Debug)]
pub struct Guard {
    _file: File,
}

/// Whether a run has the project; leaves no trace.
#[must_use]
pub fn is_taken(root: &Utf8Path) -> bool {
    let file = File::open(root.join(STATE).join("txn").join("running"));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Take the project, or `None` when another run has it.
///
/// # Errors
/// When the lock file cannot be made.
pub fn guard(root: &Utf8Path) -> io::Result<Option<Guard>> {
    let folder = root.join(STATE).join("txn");
    fs::create_dir_all(&folder)?;
    let file =
        File::options().create(true).truncate(false).write(true).open(folder.join("running"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Guard { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
