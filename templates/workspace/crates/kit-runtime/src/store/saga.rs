//! Sagas and their operations as rows: what a saga's own service keeps of it, and what the other side keeps of a step.
//!
//! Keeps true: a row moves from one version to the next, in the transaction of everything that belongs to the move; who
//! read an older version is refused as [`Outcome::Overtaken`](super::Outcome::Overtaken) and starts over.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// Where a saga stands, for people and for whoever looks for sagas to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SagaStatus {
    /// On its way forward.
    Running,
    /// On its way back.
    Compensating,
    /// It did all it had to do.
    Completed,
    /// Everything it did is undone.
    Compensated,
    /// A person must look at it.
    Parked,
}

impl SagaStatus {
    /// The stored form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Compensating => "compensating",
            Self::Completed => "completed",
            Self::Compensated => "compensated",
            Self::Parked => "parked",
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all =
            [Self::Running, Self::Compensating, Self::Completed, Self::Compensated, Self::Parked];
        all.into_iter().find(|it| it.as_str() == text)
    }
}

/// A saga as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SagaRow {
    /// Context and saga, such as `workshop.order_part`.
    pub saga: String,
    /// Its id.
    pub id: Uuid,
    /// From 1, one more with every change.
    pub version: i64,
    /// Where it stands.
    pub status: SagaStatus,
    /// The step that is asked for or taken back; none at its end.
    pub step: Option<String>,
    /// When it must be woken.
    pub due_at: Option<Timestamp>,
    /// Why it is parked.
    pub reason: Option<String>,
    /// The conversation it belongs to.
    pub correlation_id: String,
    /// Everything else.
    pub data: Value,
    /// When it started, by the store's clock.
    pub started_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// The next version of a saga.
#[derive(Debug, Clone, PartialEq)]
pub struct SagaChange {
    /// Context and saga.
    pub saga: String,
    /// Its id.
    pub id: Uuid,
    /// The version that was read; 0 for one that starts.
    pub from: i64,
    /// Where it stands afterwards.
    pub status: SagaStatus,
    /// The step that is asked for or taken back.
    pub step: Option<String>,
    /// When it must be woken.
    pub due_at: Option<Timestamp>,
    /// Why it is parked.
    pub reason: Option<String>,
    /// The conversation it belongs to.
    pub correlation_id: String,
    /// Everything else.
    pub data: Value,
}

/// An operation as stored: what the other side of a saga knows about one step.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationRow {
    /// From 1, one more with every change.
    pub version: i64,
    /// What is known.
    pub data: Value,
}

/// The next version of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationChange {
    /// The operation.
    pub op_id: Uuid,
    /// The version that was read; 0 for one never heard of.
    pub from: i64,
    /// What is known afterwards.
    pub data: Value,
}

/// Which sagas to list, newest change first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SagaFilter {
    /// Only those of this name.
    pub saga: Option<String>,
    /// Only those that stand so.
    pub status: Option<SagaStatus>,
    /// Only those of this conversation.
    pub correlation_id: Option<String>,
    /// At most so many.
    pub limit: u32,
}
