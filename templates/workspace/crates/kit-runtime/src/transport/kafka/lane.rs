//! One chain of a subscription, as a feed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::watch;

use super::envelope::Travels;
use super::subscription::{Alive, Shared};
use crate::store::{BoxFuture, Mark};
use crate::transport::{Feed, FeedError, Pulled};

/// The records of one source in one topic; what is missing comes from the log of the source.
pub(super) struct Lane<T: Travels> {
    pub index: usize,
    pub shared: Arc<Shared<T>>,
    pub log: Arc<dyn Feed<T>>,
    pub compared: Mutex<Compared>,
    pub _alive: Arc<Alive>,
}

/// The last comparison with the log of the source.
pub(super) struct Compared {
    at: Instant,
    /// How far that log went then.
    ends: BTreeMap<u16, i64>,
}

impl Compared {
    pub fn now() -> Self {
        Self { at: Instant::now(), ends: BTreeMap::new() }
    }
}

impl<T: Travels> Lane<T> {
    /// Records that the source has had since the last comparison, and that did not come: the end of a topic can be
    /// lost too, and no later record tells of it.
    async fn compare(&self, after: &BTreeMap<u16, Mark>, limit: u32) -> Option<Pulled<T>> {
        let known = {
            let mut compared = self.compared.lock().ok()?;
            if compared.at.elapsed() < self.shared.compare {
                return None;
            }
            compared.at = Instant::now();
            std::mem::take(&mut compared.ends)
        };
        let mut pulled = match self.log.pull(after, limit).await {
            Ok(pulled) => pulled,
            Err(error) => {
                tracing::debug!(source = self.log.name(), exception.message = %error, "not compared");
                return None;
            }
        };
        let ends = pulled.entries.iter().map(|entry| entry.item.mark());
        let ends = ends.map(|mark| (mark.shard, mark.pos)).collect();
        if let Ok(mut compared) = self.compared.lock() {
            compared.ends = ends;
        }
        pulled.entries.retain(|entry| {
            let mark = entry.item.mark();
            known.get(&mark.shard).is_some_and(|end| *end >= mark.pos)
        });
        Some(pulled)
    }
}

impl<T: Travels> Feed<T> for Lane<T> {
    fn name(&self) -> &str {
        self.log.name()
    }

    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>> {
        Box::pin(async move {
            let taken = self.shared.take(self.index, after, limit)?;
            let (generation, reload) = (taken.generation, taken.reload);
            let mut pulled = Pulled { generation, entries: taken.entries, reload };
            let repaired = if taken.missing.is_empty() {
                self.compare(after, limit).await
            } else {
                match self.log.pull_some(&taken.missing, after, limit).await {
                    Ok(repaired) => Some(repaired),
                    Err(error) if pulled.entries.is_empty() => return Err(error),
                    Err(_) => None,
                }
            };
            if let Some(repaired) = repaired.filter(|it| !it.entries.is_empty()) {
                let (source, records) = (self.log.name(), repaired.entries.len());
                tracing::warn!(
                    event.name = "gap_repaired",
                    source,
                    records,
                    "from the source's log"
                );
                pulled.generation = repaired.generation;
                pulled.entries.extend(repaired.entries);
            }
            Ok(pulled)
        })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.shared.changed.subscribe())
    }
}
