//! A transport that repeats, reorders and drops: the effects are those of a perfect one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kit_runtime::consume::Reader;
use kit_runtime::service::Service;
use kit_runtime::store::{BoxFuture, Cond, Mark, Record, Row};
use kit_runtime::transport::{Entry, Feed, FeedError, Local, Pulled};
use kit_runtime::views::{Group, all_rows, follow};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::lending::Process;
use crate::lending::contracts::ToolFact;
use crate::lending::office::{self, Borrowers};

/// Gives every record twice, the shards mixed, some records missing on the first look.
struct Hostile {
    inner: Local<Record>,
    dice: AtomicU64,
}

impl Hostile {
    fn roll(&self, sides: u64) -> u64 {
        let next = |seed: u64| Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let seed = self.dice.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap();
        (seed >> 33) % sides
    }

    fn place(&self, count: usize) -> usize {
        usize::try_from(self.roll(count as u64)).unwrap()
    }
}

impl Feed<Record> for Hostile {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<Record>, FeedError>> {
        Box::pin(async move {
            let mut pulled = self.inner.pull(after, limit).await?;
            let all: BTreeMap<u16, Mark> = BTreeMap::new();
            let old = self.inner.pull(&all, limit).await?;
            let mut lanes: BTreeMap<u16, Vec<Entry<Record>>> = BTreeMap::new();
            let first = std::mem::take(&mut pulled.entries).into_iter().chain(old.entries);
            for entry in first {
                let lane = lanes.entry(entry.item.shard).or_default();
                lane.push(entry.clone());
                lane.push(entry);
            }
            for lane in lanes.values_mut() {
                if self.roll(2) == 0 {
                    let lost = lane[self.place(lane.len())].item.pos;
                    lane.retain(|entry| entry.item.pos != lost);
                }
                if lane.len() > 1 && self.roll(2) == 0 {
                    let (a, b) = (self.place(lane.len()), self.place(lane.len()));
                    lane.swap(a, b);
                }
            }
            let mut lanes: Vec<_> = lanes.into_values().filter(|lane| !lane.is_empty()).collect();
            while !lanes.is_empty() {
                let at = self.place(lanes.len());
                pulled.entries.push(lanes[at].remove(0));
                lanes.retain(|lane| !lane.is_empty());
            }
            Ok(pulled)
        })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

#[tokio::test]
async fn repeats_in_any_order_have_one_effect_each() {
    let desk = Process::desk().await;
    let mut expected = BTreeMap::new();
    for place in 0..40 {
        let (id, _) = desk.add_tool(&format!("tool {place}")).await;
        for _ in 0..3 {
            let borrower = format!("b{}", place % 5);
            let loan = json!({ "borrower": borrower, "weeks": 1 });
            assert_eq!(desk.call(&format!("POST /tools/{id}/lend"), loan).await.status, 200);
            desk.call(&format!("POST /tools/{id}/return"), Value::Null).await;
            *expected.entry(borrower).or_insert(0) += 1;
        }
    }
    let office = Office::start().await;
    let source = &desk.started.services[0];
    let feed = Hostile {
        inner: Local::events(source.shared_store(), source.publication(), "tool"),
        dice: AtomicU64::new(7),
    };
    let mut reader = office.reader(feed);
    let mut rows = BTreeMap::new();
    for _ in 0..500 {
        reader.catch_up(office.service().stop()).await;
        rows = office.loans().await;
        if rows == expected {
            break;
        }
    }
    assert_eq!(rows, expected);
    reader.catch_up(office.service().stop()).await;
    assert_eq!(office.loans().await, expected);
}

/// The office, whose views only the test fills.
struct Office(Process);

impl Office {
    async fn start() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let settings = [("ROLE", "commands"), ("DESK_URL", "http://127.0.0.1:9")];
        Self(Process::alone(office::service(), &folder, &settings).await)
    }

    fn service(&self) -> &Service {
        &self.0.started.services[0]
    }

    /// A reader that fills the view of borrowers from this feed.
    fn reader(&self, feed: impl Feed<Record> + 'static) -> Reader {
        let service = self.service();
        let table = service.tables().live("borrowers").unwrap();
        let view = Arc::new(vec![follow::<Borrowers, ToolFact>()]);
        let group = Group::new("view:hostile".to_owned(), service.clone()).view(view, table);
        Reader::new(Arc::new(group), service.shared_store(), service.health().clone())
            .follow(Arc::new(feed), false)
    }

    async fn loans(&self) -> BTreeMap<String, i64> {
        let service = self.service();
        let table = service.tables().live("borrowers").unwrap();
        let rows = all_rows(service.store(), table, Cond::everything()).await.unwrap();
        let pair = |row: Row| {
            (row["borrower"].as_str().unwrap().to_owned(), row["loans"].as_i64().unwrap())
        };
        rows.into_iter().map(pair).collect()
    }
}

/// The log of a source that was restored from an old backup: other records at the same positions.
struct Restored(Local<Record>);

impl Feed<Record> for Restored {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<Record>, FeedError>> {
        let other = |mark: &mut Mark| mark.id = uuid::Uuid::new_v5(&mark.id, b"other");
        Box::pin(async move {
            let mut pulled = self.0.pull(after, limit).await?;
            for entry in &mut pulled.entries {
                let mut mark = entry.item.mark();
                other(&mut mark);
                entry.item.id = mark.id;
                other(&mut entry.prev);
            }
            Ok(pulled)
        })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

#[tokio::test]
async fn another_history_is_not_applied() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let lend = format!("POST /tools/{id}/lend");
    let loan = json!({ "borrower": "ann", "weeks": 1 });
    desk.call(&lend, loan.clone()).await;
    let office = Office::start().await;
    let source = &desk.started.services[0];
    let feed = || Local::events(source.shared_store(), source.publication(), "tool");
    let mut reader = office.reader(feed());
    reader.catch_up(office.service().stop()).await;
    let expected = BTreeMap::from([("ann".to_owned(), 1)]);
    assert_eq!((office.loans().await, reader.trouble()), (expected.clone(), None));
    desk.call(&format!("POST /tools/{id}/return"), Value::Null).await;
    desk.call(&lend, loan).await;
    let mut reader = office.reader(Restored(feed()));
    reader.catch_up(office.service().stop()).await;
    assert_eq!(office.loans().await, expected);
    let trouble = reader.trouble().expect("is told");
    assert!(trouble.contains("another history"), "{trouble}");
}
