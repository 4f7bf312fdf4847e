//! Feeds that read a store of this process directly.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::watch;

use super::feed::events_name;
use super::order::in_time;
use super::{Entry, Feed, FeedError, Logged, Publication, Pulled, Topic};
use crate::store::{BoxFuture, Mark, Message, Record, Store};

/// The whole event log of a store: what the service's own views read.
pub struct OwnLog {
    name: String,
    store: Arc<dyn Store>,
}

impl OwnLog {
    /// The log of `store`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { name: format!("{}/e", store.meta().service), store }
    }
}

impl Feed<Record> for OwnLog {
    fn name(&self) -> &str {
        &self.name
    }

    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<Record>, FeedError>> {
        Box::pin(async move {
            let meta = self.store.meta();
            let from = every_shard(meta.shards, after, &BTreeMap::new());
            let records = self.store.tail(from, limit).await?;
            let cut = full(&records, limit);
            let entries = in_time(Chain::of(records.into_iter(), after).entries, &cut);
            Ok(Pulled { generation: Some(meta.generation), entries, reload: false })
        })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.store.changes())
    }
}

/// Part of a log, read from a store of this process.
pub struct Local<T> {
    name: String,
    store: Arc<dyn Store>,
    topic: Topic,
    memory: Mutex<Memory>,
    item: PhantomData<fn() -> T>,
}

/// How far each shard was looked at beyond the mark that was asked for, and whether the marks
/// were found in the log. Only a hint: it saves looking at the same private records again.
#[derive(Default)]
struct Memory {
    scanned: BTreeMap<u16, (Mark, i64)>,
    compared: bool,
}

impl Local<Record> {
    /// The public events of an aggregate in `store`'s log; of all aggregates when the name is empty.
    #[must_use]
    pub fn events(
        store: Arc<dyn Store>,
        publication: Arc<dyn Publication>,
        aggregate: &str,
    ) -> Self {
        let name = events_name(&store.meta().service, aggregate);
        Self::new(name, store, Topic::Public(publication, aggregate.to_owned()))
    }
}

impl Local<Message> {
    /// The commands and replies in `store`'s outbox that go to `context`.
    #[must_use]
    pub fn commands(store: Arc<dyn Store>, context: &str) -> Self {
        let name = format!("{}/o/{context}", store.meta().service);
        Self::new(name, store, Topic::To(context.to_owned()))
    }
}

impl<T: Logged> Local<T> {
    fn new(name: String, store: Arc<dyn Store>, topic: Topic) -> Self {
        Self { name, store, topic, memory: Mutex::default(), item: PhantomData }
    }

    /// The log still holds what was applied from it: checked once, before the first look.
    async fn compare(&self, after: &BTreeMap<u16, Mark>) -> Result<(), FeedError> {
        if self.memory.lock().is_ok_and(|memory| memory.compared) {
            return Ok(());
        }
        for mark in after.values().filter(|mark| mark.pos > 0) {
            let found = T::tail(&*self.store, vec![(mark.shard, mark.pos - 1)], 1).await?;
            if found.first().map(Logged::mark) != Some(*mark) {
                return Err(FeedError::Diverged { shard: mark.shard });
            }
        }
        if let Ok(mut memory) = self.memory.lock() {
            memory.compared = true;
        }
        Ok(())
    }

    /// For each shard how far it was looked at after the same mark.
    fn scanned(&self, after: &BTreeMap<u16, Mark>) -> BTreeMap<u16, i64> {
        let Ok(memory) = self.memory.lock() else { return BTreeMap::new() };
        let same = |(shard, (mark, pos)): (&u16, &(Mark, i64))| {
            let asked = after.get(shard).copied().unwrap_or(Mark::start(*shard));
            (asked == *mark).then_some((*shard, *pos))
        };
        memory.scanned.iter().filter_map(same).collect()
    }
}

impl<T: Logged> Feed<T> for Local<T> {
    fn name(&self) -> &str {
        &self.name
    }

    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>> {
        Box::pin(async move {
            self.compare(after).await?;
            let meta = self.store.meta();
            let from = every_shard(meta.shards, after, &self.scanned(after));
            let records = T::tail(&*self.store, from, limit).await?;
            let cut = full(&records, limit);
            let mut picked = Vec::new();
            let mut ends = BTreeMap::new();
            for record in &records {
                ends.insert(record.mark().shard, record.mark().pos);
                picked.extend(record.through(&self.topic).map_err(FeedError::Unreadable)?);
            }
            let chain = Chain::of(picked.into_iter(), after);
            if let Ok(mut memory) = self.memory.lock() {
                for (shard, pos) in ends {
                    let end = chain.ends.get(&shard).or_else(|| after.get(&shard)).copied();
                    memory.scanned.insert(shard, (end.unwrap_or(Mark::start(shard)), pos));
                }
            }
            let entries = in_time(chain.entries, &cut);
            Ok(Pulled { generation: Some(meta.generation), entries, reload: false })
        })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.store.changes())
    }
}

struct Chain<T> {
    entries: Vec<Entry<T>>,
    ends: BTreeMap<u16, Mark>,
}

impl<T: Logged> Chain<T> {
    /// Give each record its predecessor, starting at the marks that were asked for.
    fn of(records: impl Iterator<Item = T>, after: &BTreeMap<u16, Mark>) -> Self {
        let mut ends: BTreeMap<u16, Mark> = BTreeMap::new();
        let entries = records.map(|item| {
            let mark = item.mark();
            let start = || after.get(&mark.shard).copied().unwrap_or(Mark::start(mark.shard));
            let prev = ends.insert(mark.shard, mark).unwrap_or_else(start);
            Entry { prev, item }
        });
        let entries = entries.collect();
        Self { entries, ends }
    }
}

/// The shards of which there may be more than these records, with the times of their last ones.
fn full<T: Logged>(records: &[T], limit: u32) -> BTreeMap<u16, Timestamp> {
    let mut ends: BTreeMap<u16, (u32, Timestamp)> = BTreeMap::new();
    for record in records {
        let (count, last) = ends.entry(record.mark().shard).or_default();
        (*count, *last) = (*count + 1, record.recorded_at());
    }
    let full = ends.into_iter().filter(|(_, (count, _))| *count >= limit);
    full.map(|(shard, (_, last))| (shard, last)).collect()
}

fn every_shard(
    shards: u16,
    after: &BTreeMap<u16, Mark>,
    scanned: &BTreeMap<u16, i64>,
) -> Vec<(u16, i64)> {
    let place = |shard: u16| {
        let asked = after.get(&shard).map_or(0, |mark| mark.pos);
        (shard, scanned.get(&shard).copied().unwrap_or(0).max(asked))
    };
    (0..shards).map(place).collect()
}
