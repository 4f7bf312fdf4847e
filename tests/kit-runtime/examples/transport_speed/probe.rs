//! A service whose view notes what it handles, and when.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use kit::prelude::*;
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;
use uuid::Uuid;

use crate::lending::contracts::ToolFact;
use crate::lending::office::BorrowerRow;

/// What was handled since the last beginning: microseconds from the record to the handler, by event.
#[derive(Debug, Default)]
pub struct Seen {
    waits: Mutex<BTreeMap<Uuid, i64>>,
    timed: bool,
}

static SEEN: Mutex<Option<Arc<Seen>>> = Mutex::new(None);

/// Forget what was seen; tells, if wanted, how long events took.
pub fn begin(timed: bool) -> Arc<Seen> {
    let seen = Arc::new(Seen { timed, ..Seen::default() });
    *SEEN.lock().unwrap() = Some(seen.clone());
    seen
}

impl Seen {
    pub fn count(&self) -> usize {
        self.waits.lock().unwrap().len()
    }

    /// Microseconds, the shortest first.
    pub fn waits(&self) -> Vec<i64> {
        let mut waits: Vec<i64> = self.waits.lock().unwrap().values().copied().collect();
        waits.sort_unstable();
        waits
    }

    fn note(&self, event: &Recorded<ToolFact>) {
        let wait = if self.timed {
            Timestamp::now().as_microsecond() - event.time.as_microsecond()
        } else {
            0
        };
        self.waits.lock().unwrap().entry(event.id).or_insert(wait);
    }
}

/// Loans by borrower.
pub struct Probe;

impl View for Probe {
    type Row = BorrowerRow;
}

impl Fold<ToolFact> for Probe {
    fn keys(event: &Recorded<ToolFact>) -> Folded<Vec<String>> {
        if let Some(seen) = &*SEEN.lock().unwrap() {
            seen.note(event);
        }
        Ok(match &event.data {
            ToolFact::ToolLent(ev) => vec![ev.borrower.clone()],
            _ => Vec::new(),
        })
    }

    fn fold(
        borrower: &String,
        row: Option<BorrowerRow>,
        _: &Recorded<ToolFact>,
    ) -> Folded<Option<BorrowerRow>> {
        let loans = row.map_or(0, |row| row.loans);
        Ok(Some(BorrowerRow { borrower: borrower.clone(), loans: num::add(loans, 1)?, charged: 0 }))
    }
}

/// It follows the desk and does nothing else.
pub fn service() -> Builder {
    Service::builder("probe", 8009).view([follow::<Probe, ToolFact>()])
}
