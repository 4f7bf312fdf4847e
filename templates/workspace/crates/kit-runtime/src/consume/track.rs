//! How far a consumer has come in one source.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::store::{CursorMove, Mark, Store, StoreError, Unit, WatermarkMove};
use crate::transport::{Entry, Feed, FeedError, Logged, Pulled};

/// One source of a consumer: its feed and the marks of what was applied.
pub(crate) struct Track<T> {
    pub feed: Arc<dyn Feed<T>>,
    /// The log of the consumer's own store: then the marks are cursors, else watermarks.
    pub own: bool,
    /// The last applied record of each shard.
    marks: BTreeMap<u16, Mark>,
    generation: Option<Uuid>,
    loaded: bool,
    /// Shards that stand still, and why.
    pub stopped: BTreeMap<u16, String>,
    /// The trouble that was told about; it is told once.
    pub trouble: String,
}

impl<T: Logged> Track<T> {
    pub fn new(feed: Arc<dyn Feed<T>>, own: bool) -> Self {
        let (marks, stopped) = (BTreeMap::new(), BTreeMap::new());
        Self { feed, own, marks, generation: None, loaded: false, stopped, trouble: String::new() }
    }

    /// The context whose log it is.
    pub fn source(&self) -> &str {
        self.feed.name().split('/').next().unwrap_or("")
    }

    /// Forget the marks, so that the store is asked again.
    pub fn forget(&mut self) {
        self.loaded = false;
    }

    /// The records that come next, per shard in order, without those that were applied already.
    pub async fn next(
        &mut self,
        consumer: &str,
        store: &dyn Store,
        limit: u32,
    ) -> Result<Vec<T>, FeedError> {
        if !self.loaded {
            self.load(consumer, store).await?;
        }
        let Pulled { generation, entries, reload } = self.feed.pull(&self.marks, limit).await?;
        self.loaded = !reload;
        if generation.is_some() {
            if self.generation.is_some() && self.generation != generation {
                let shard = self.marks.keys().next().copied().unwrap_or(0);
                return Err(FeedError::Diverged { shard });
            }
            self.generation = generation;
        }
        self.accept(entries)
    }

    /// Add to `unit` that everything up to these marks was applied.
    pub fn moves(&self, consumer: &str, ends: &BTreeMap<u16, Mark>, unit: &mut Unit) {
        for to in ends.values() {
            if self.own {
                let (name, from) = (consumer.to_owned(), self.mark(to.shard));
                unit.cursors.push(CursorMove { name, epoch: 0, from, to: *to });
            } else {
                let from = self.mark(to.shard);
                unit.watermarks.push(self.watermark(consumer, from, *to));
            }
        }
    }

    /// The move of this source's watermark in one shard.
    pub fn watermark(&self, consumer: &str, from: Mark, to: Mark) -> WatermarkMove {
        let (consumer, source) = (consumer.to_owned(), self.feed.name().to_owned());
        let generation = self.generation.unwrap_or_default();
        WatermarkMove { consumer, source, generation, from, to }
    }

    /// Note that everything up to these marks was applied and committed.
    pub fn advance(&mut self, ends: BTreeMap<u16, Mark>) {
        self.marks.extend(ends);
    }

    /// The last applied record of a shard.
    pub fn mark(&self, shard: u16) -> Mark {
        self.marks.get(&shard).copied().unwrap_or(Mark::start(shard))
    }

    async fn load(&mut self, consumer: &str, store: &dyn Store) -> Result<(), StoreError> {
        let consumer = consumer.to_owned();
        self.marks.clear();
        if self.own {
            for row in store.cursors(consumer).await? {
                self.marks.insert(row.mark.shard, row.mark);
            }
        } else {
            for row in store.watermarks(consumer, self.feed.name().to_owned()).await? {
                self.generation = Some(row.generation);
                self.marks.insert(row.mark.shard, row.mark);
            }
        }
        self.loaded = true;
        Ok(())
    }

    /// Keep what follows directly on what was applied: a repeat is dropped, and so is everything
    /// after a gap, which the next look fetches.
    fn accept(&self, entries: Vec<Entry<T>>) -> Result<Vec<T>, FeedError> {
        let mut ends = BTreeMap::new();
        let mut accepted = Vec::with_capacity(entries.len());
        for Entry { prev, item } in entries {
            let mark = item.mark();
            if self.stopped.contains_key(&mark.shard) {
                continue;
            }
            let end = ends.entry(mark.shard).or_insert_with(|| self.mark(mark.shard));
            if mark.pos <= end.pos {
                if mark.pos == end.pos && mark.id != end.id {
                    return Err(FeedError::Diverged { shard: mark.shard });
                }
            } else if prev == *end {
                *end = mark;
                accepted.push(item);
            } else if prev.pos == end.pos {
                return Err(FeedError::Diverged { shard: mark.shard });
            }
        }
        Ok(accepted)
    }
}
