//! A transport that repeats, reorders and drops: the effects are those of a perfect one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kit_runtime::consume::Reader;
use kit_runtime::service::Phase;
use kit_runtime::store::{BoxFuture, Mark, Record};
use kit_runtime::transport::{Entry, Feed, FeedError, Local, Pulled};
use kit_runtime::views::{Group, follow, schema_of};
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
                for _ in 0..self.roll(3) {
                    let at = usize::try_from(self.roll(lane.len() as u64)).unwrap();
                    lane.remove(at.min(lane.len() - 1));
                    if lane.is_empty() {
                        break;
                    }
                }
            }
            let mut lanes: Vec<_> = lanes.into_values().filter(|lane| !lane.is_empty()).collect();
            while !lanes.is_empty() {
                let at = usize::try_from(self.roll(lanes.len() as u64)).unwrap();
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
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let settings = [("ROLE", "commands"), ("DESK_URL", "http://127.0.0.1:9")];
    let office = Process::alone(office::service(), &folder, &settings).await;
    let (service, source) = (&office.started.services[0], &desk.started.services[0]);
    let table = service.tables().live("borrowers").unwrap();
    assert_eq!(table.schema, schema_of(&<office::BorrowerRow as kit::Row>::TABLE));
    let view = Arc::new(vec![follow::<Borrowers, ToolFact>()]);
    let group = Group::new("view:hostile".to_owned(), service.clone()).view(view, table);
    let feed = Hostile {
        inner: Local::events(source.shared_store(), source.publication()),
        dice: AtomicU64::new(7),
    };
    let store = service.shared_store();
    let mut reader =
        Reader::new(Arc::new(group), store, service.health().clone()).follow(Arc::new(feed), false);
    let read = async || office.get("/borrowers").await;
    assert_eq!(read().await.status, 404, "this process plays no views");
    let mut rows = BTreeMap::new();
    for _ in 0..200 {
        reader.catch_up(service.stop()).await;
        let found = kit_runtime::views::all_rows(
            service.store(),
            table,
            kit_runtime::store::Cond::everything(),
        );
        rows = found
            .await
            .unwrap()
            .into_iter()
            .map(|row| {
                (row["borrower"].as_str().unwrap().to_owned(), row["loans"].as_i64().unwrap())
            })
            .collect();
        if rows == expected {
            break;
        }
    }
    assert_eq!(rows, expected);
    reader.catch_up(service.stop()).await;
    assert_eq!(service.stop().phase(), Phase::Serving);
}
