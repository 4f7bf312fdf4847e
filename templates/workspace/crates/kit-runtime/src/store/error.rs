//! Technical failures of the store. Business outcomes are [`super::Outcome`], never errors.

/// Why the store could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or went away before anything was sent. Trying again is safe.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A lock or a pool slot was not free in time. Nothing was written; trying again is safe.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The connection broke while a unit without a key was being committed: it may or may not have happened.
    #[error("the outcome of the commit is unknown: {0}")]
    Unknown(String),
    /// The log has a hole, so the order guarantee is broken. Never retried: stop the shard and raise an alarm.
    #[error("shard {shard} of the log has a hole: expected position {expected}, found {found}")]
    Hole {
        /// The shard.
        shard: u16,
        /// The position that should have come next.
        expected: i64,
        /// The position that came.
        found: i64,
    },
    /// The database belongs to another service.
    #[error("the database belongs to service `{owner}`, not to `{service}`")]
    Foreign {
        /// The service named by the marker in the database.
        owner: String,
        /// The service that tried to open it.
        service: String,
    },
    /// A migration that was already applied has another text now, or the database is newer than this program.
    #[error("the migrations do not match the database: {0}")]
    Migration(String),
    /// Something stored cannot be read back as what it should be.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// The caller asked for something that makes no sense, such as a column the view does not have.
    #[error("the request to the store is wrong: {0}")]
    Invalid(String),
    /// The page cursor was not made by this query.
    #[error("the cursor does not belong to this query")]
    Cursor,
    /// Any other answer of the database.
    #[error("the database refused: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the same call may simply be made again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy(_))
    }
}
