//! Every message twice, shards shuffled, two consumers at once: each effect once and in order. The wrong designs take
//! whatever comes, or keep the watermark in another transaction.

use super::dice::Dice;
use crate::db::{Db, append, event, stream};
use kit_runtime::consume::{Effects, Reader, Received, Trouble};
use kit_runtime::health::Health;
use kit_runtime::service::Stop;
use kit_runtime::store::{Append, BoxFuture, Expect, Mark, Record, Store, Unit, WatermarkMove};
use kit_runtime::transport::{Entry, Feed, FeedError, Pulled};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;

const CONSUMER: &str = "reactor:echo";

/// Gives the records after the marks twice, and older ones again, the shards mixed, some left out at first.
struct Twice {
    source: Arc<dyn Store>,
    dice: Dice,
}

impl Twice {
    async fn deliver(&self) -> Vec<Entry<Record>> {
        let all = (0..self.source.meta().shards).map(|shard| (shard, 0)).collect();
        let records = self.source.tail(all, 10_000).await.unwrap();
        let mut lanes: BTreeMap<u16, Vec<Entry<Record>>> = BTreeMap::new();
        for item in records {
            let lane = lanes.entry(item.shard).or_default();
            let prev = lane.last().map_or(Mark::start(item.shard), |it| it.item.mark());
            lane.push(Entry { prev, item });
        }
        let mut mixed = Vec::new();
        let mut lanes: Vec<Vec<Entry<Record>>> = lanes
            .into_values()
            .map(|lane| {
                let mut twice: Vec<_> =
                    lane.iter().flat_map(|it| [it.clone(), it.clone()]).collect();
                if self.dice.roll(2) == 0 {
                    let at = self.dice.roll(twice.len() as u64) as usize;
                    twice.remove(at);
                }
                twice.extend(lane);
                twice
            })
            .collect();
        while !lanes.is_empty() {
            let at = self.dice.roll(lanes.len() as u64) as usize;
            mixed.push(lanes[at].remove(0));
            lanes.retain(|lane| !lane.is_empty());
        }
        mixed
    }
}

impl Feed<Record> for Twice {
    fn name(&self) -> &str {
        "source/e"
    }

    fn pull<'a>(
        &'a self,
        _after: &'a BTreeMap<u16, Mark>,
        _limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<Record>, FeedError>> {
        Box::pin(async {
            let generation = self.source.meta().generation;
            Ok(Pulled {
                generation: Some(generation),
                entries: self.deliver().await,
                reload: false,
            })
        })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// Repeats each record as an event of a stream for its source stream.
struct Echo;

fn echo_of(record: &Record) -> Append {
    let mut echo = event(0);
    echo.data = json!({ "pos": record.pos, "id": record.id, "version": record.version });
    let events = vec![echo];
    Append {
        stream: stream(&format!("echo-{}", record.stream.id)),
        expect: Expect::Any,
        events,
        close: false,
    }
}

fn add(unit: &mut Unit, record: &Record) {
    let echo = echo_of(record);
    match unit.appends.iter_mut().find(|it| it.stream == echo.stream) {
        Some(append) => append.events.extend(echo.events),
        None => unit.appends.push(echo),
    }
}

impl Effects for Echo {
    fn name(&self) -> &str {
        CONSUMER
    }

    fn apply<'a>(
        &'a self,
        batch: &'a [Received],
        unit: &'a mut Unit,
    ) -> BoxFuture<'a, Result<(), Trouble>> {
        batch.iter().for_each(|it| add(unit, &it.record));
        Box::pin(async { Ok(()) })
    }
}

/// 30 streams with 6 events each.
async fn fill(source: &Db) {
    for version in 0..6 {
        for id in 0..30 {
            let expect = if version == 0 { Expect::NoStream } else { Expect::Exact(version) };
            let unit =
                Unit { appends: vec![append(&format!("s{id}"), expect, 1)], ..Unit::default() };
            source.write(unit).await;
        }
    }
}

/// Whether every record of the source has one effect, in order.
async fn check(source: &Db, target: &Db) -> Result<(), String> {
    let mut expected: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for record in source.records().await {
        expected.entry(format!("echo-{}", record.stream.id)).or_default().push(record.version);
    }
    let mut found: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for name in expected.keys() {
        let events = db_versions(target, name).await;
        found.insert(name.clone(), events);
    }
    let effects: usize = found.values().map(Vec::len).sum();
    if found == expected { Ok(()) } else { Err(format!("{effects} effects: {found:?}")) }
}

async fn db_versions(target: &Db, name: &str) -> Vec<i64> {
    let events = target.load(&stream(name)).await.events;
    events.iter().map(|it| it.data["version"].as_i64().unwrap()).collect()
}

fn reader(source: &Db, target: &Db, seed: u64) -> Reader {
    let feed = Arc::new(Twice { source: source.store.clone(), dice: Dice::new(seed) });
    Reader::new(Arc::new(Echo), target.store.clone(), Health::new(Stop::new())).follow(feed, false)
}

async fn repeats_have_one_effect_each_and_in_order(target: &Db) {
    let source = Db::sqlite().await;
    fill(&source).await;
    let mut rivals = Vec::new();
    for seed in [7, 8] {
        let mut reader = reader(&source, target, seed);
        rivals.push(tokio::spawn(async move {
            for _ in 0..40 {
                reader.catch_up(&Stop::new()).await;
            }
        }));
    }
    for rival in rivals {
        rival.await.unwrap();
    }
    check(&source, target).await.unwrap();
    source.finish().await;
}

async fn a_consumer_without_memory_is_caught(target: &Db) {
    let source = Db::sqlite().await;
    fill(&source).await;
    let feed = Twice { source: source.store.clone(), dice: Dice::new(7) };
    for Entry { item, .. } in feed.deliver().await {
        target.write(Unit { appends: vec![echo_of(&item)], ..Unit::default() }).await;
    }
    check(&source, target).await.unwrap_err();
    source.finish().await;
}

/// The wrong design: effects first, the watermark in a transaction of its own, and a crash in between now and then.
async fn a_watermark_in_another_transaction_is_caught(target: &Db) {
    let source = Db::sqlite().await;
    fill(&source).await;
    let (feed, dice) = (Twice { source: source.store.clone(), dice: Dice::new(7) }, Dice::new(3));
    let mut marks: BTreeMap<u16, Mark> = BTreeMap::new();
    for _ in 0..3 {
        for Entry { prev, item } in feed.deliver().await {
            let mark = marks.entry(item.shard).or_insert(Mark::start(item.shard));
            if prev != *mark {
                continue;
            }
            target.write(Unit { appends: vec![echo_of(&item)], ..Unit::default() }).await;
            let crashed = dice.roll(20) == 0;
            if !crashed {
                let step = watermark(source.store.meta().generation, prev, item.mark());
                target.write(Unit { watermarks: vec![step], ..Unit::default() }).await;
                *mark = item.mark();
            }
        }
    }
    check(&source, target).await.unwrap_err();
    source.finish().await;
}

fn watermark(generation: Uuid, from: Mark, to: Mark) -> WatermarkMove {
    let (consumer, source) = (CONSUMER.to_owned(), "source/e".to_owned());
    WatermarkMove { consumer, source, generation, from, to }
}

crate::conformance::conformance! {
    repeats_have_one_effect_each_and_in_order,
    a_consumer_without_memory_is_caught,
    a_watermark_in_another_transaction_is_caught,
}
