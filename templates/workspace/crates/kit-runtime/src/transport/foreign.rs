//! Messages of senders outside of the system: they have no place in any log of it, so each is known by its id.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

/// A message of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignMessage {
    /// What tells it from every other: sender and id, or its place on the topic.
    pub key: String,
    /// `ce_type`: the command it carries.
    pub kind: String,
    /// `ce_subject`: whom it is for.
    pub subject: Option<String>,
    /// The conversation it belongs to.
    pub correlation_id: Option<String>,
    /// The trace that goes on.
    pub traceparent: Option<String>,
    /// The payload.
    pub value: Vec<u8>,
}

/// Messages that wait to be handled, in the order in which they came.
#[derive(Debug, Default)]
pub struct ForeignMessages {
    waiting: Mutex<Waiting>,
    changed: watch::Sender<u64>,
    source: OnceLock<Arc<dyn Debug + Send + Sync>>,
}

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<ForeignMessage>,
    /// How many were handled.
    handled: u64,
}

impl ForeignMessages {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keep alive what they come from, for as long as somebody handles them.
    pub fn keep(&self, source: Arc<dyn Debug + Send + Sync>) {
        // There is one source; a second one would be kept by nobody and end.
        let _ = self.source.set(source);
    }

    /// Add one; gives its number.
    pub fn push(&self, message: ForeignMessage) -> u64 {
        let mut waiting = self.waiting();
        waiting.queue.push_back(message);
        let number = waiting.handled + u64::try_from(waiting.queue.len()).unwrap_or(u64::MAX);
        drop(waiting);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        number
    }

    /// The one that comes next.
    #[must_use]
    pub fn next(&self) -> Option<ForeignMessage> {
        self.waiting().queue.front().cloned()
    }

    /// The next one has its effect.
    pub fn done(&self) {
        let mut waiting = self.waiting();
        if waiting.queue.pop_front().is_some() {
            waiting.handled += 1;
        }
    }

    /// Whether the one with this number has its effect.
    #[must_use]
    pub fn is_done(&self, number: u64) -> bool {
        self.waiting().handled >= number
    }

    /// Told when one comes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
