//! Events per second of a view that catches up in batches, beside the same view fed one event at a time.
//!
//! `cargo run --release -p kit-runtime --example view_speed [EVENTS [SINGLES]]`, on SQLite in a temporary folder; with
//! `MINOS_TEST_POSTGRES_URL` set, on that server. While it catches up, 8 writers append; at the end every event
//! must be in the rows, none twice.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]

#[path = "../tests/it/lending"]
mod lending {
    #![allow(dead_code, reason = "the program uses a part of the small system")]
    pub mod contracts;
    pub mod desk;
    pub mod office;
    pub mod tool;
}

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

use kit_runtime::consume::{Effects as _, Reader, Received};
use kit_runtime::service::Service;
use kit_runtime::store::{
    Append, Cond, CursorMove, Expect, Mark, NewEvent, Outcome, Store, StreamKey, Unit,
};
use kit_runtime::transport::OwnLog;
use kit_runtime::views::{Group, all_rows, follow};
use lending::office::{AccountEvent, Borrowers};
use serde_json::json;
use uuid::Uuid;

/// Events of one append.
const PER_UNIT: i64 = 50;
/// Streams, and rows of the view.
const STREAMS: i64 = 2_000;
/// Writers beside the view.
const WRITERS: i64 = 8;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().map_or(default, |it| it.parse().unwrap());
    let (events, singles): (i64, usize) = (number(200_000), number(2_000) as usize);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.db").display().to_string();
    let url = std::env::var("MINOS_TEST_POSTGRES_URL").unwrap_or(file);
    let settings = [("DATABASE_URL", url.as_str()), ("ROLE", "commands")];
    let started = lending::office::service().start(&settings).await.unwrap();
    let service = started.services.first().unwrap().clone();
    let written = Arc::new(AtomicI64::new(0));
    write(&service, events / PER_UNIT, &written).await;
    println!("{events} events are there");

    let single = one_by_one(&service, singles).await;
    println!("one at a time: {single:.0} events/s (over {singles})");

    let going = Arc::new(AtomicBool::new(true));
    let writers = (0..WRITERS).map(|_| {
        let (service, written, going) = (service.clone(), written.clone(), going.clone());
        tokio::spawn(async move {
            while going.load(Ordering::SeqCst) {
                write(&service, 1, &written).await;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let begun = Instant::now();
    let mut reader = reader(&service);
    reader.catch_up(service.stop()).await;
    let rate = applied(&service).await as f64 / begun.elapsed().as_secs_f64();
    going.store(false, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    reader.catch_up(service.stop()).await;
    let (expected, found) = (written.load(Ordering::SeqCst), counted(&service).await);
    println!(
        "in batches beside {WRITERS} writers: {rate:.0} events/s, {:.1} times as fast",
        rate / single
    );
    println!("{expected} events were written, {found} are in the rows");
    assert_eq!(expected, found, "nothing is missed, nothing is doubled");
}

/// How many events the view has applied.
async fn applied(service: &Service) -> i64 {
    let cursors = service.store().cursors("view:speed".to_owned()).await.unwrap();
    cursors.iter().map(|row| row.mark.pos).sum()
}

fn group(service: &Service) -> Group {
    let table = service.tables().live("borrowers").unwrap();
    let view = Arc::new(vec![follow::<Borrowers, AccountEvent>()]);
    Group::new("view:speed".to_owned(), service.clone()).view(view, table)
}

fn reader(service: &Service) -> Reader {
    let store = service.shared_store();
    let reader = Reader::new(Arc::new(group(service)), store.clone(), service.health().clone());
    reader.follow(Arc::new(OwnLog::new(store)), true).bulk()
}

/// Append units of events, each to another stream.
async fn write(service: &Service, units: i64, written: &AtomicI64) {
    let meta = json!({ "correlation_id": "bench", "causation_id": Uuid::nil() });
    for unit in 0..units {
        let id = format!("b{}", (written.load(Ordering::SeqCst) / PER_UNIT + unit) % STREAMS);
        let event = || NewEvent {
            id: Uuid::now_v7(),
            event_type: "charged".to_owned(),
            schema_version: 1,
            data: json!({ "amount": 1, "tool": "a tool with a name" }),
            meta: meta.clone(),
        };
        let append = Append {
            stream: StreamKey::new("account", id),
            expect: Expect::Any,
            events: (0..PER_UNIT).map(|_| event()).collect(),
            close: false,
        };
        let unit = Unit { appends: vec![append], ..Unit::default() };
        assert!(matches!(service.store().commit(unit).await, Ok(Outcome::Committed(_))));
        written.fetch_add(PER_UNIT, Ordering::SeqCst);
    }
}

/// The rate of the same fold with one event per unit, on a cursor and rows that are thrown away after.
async fn one_by_one(service: &Service, count: usize) -> f64 {
    let group = group(service);
    let (store, shards) = (service.store(), service.store().meta().shards);
    let per_shard = u32::try_from(count / usize::from(shards) + 1).unwrap();
    let all = (0..shards).map(|shard| (shard, 0)).collect();
    let records = store.tail(all, per_shard).await.unwrap();
    let source: Arc<str> = service.name().into();
    let mut marks: BTreeMap<u16, Mark> = BTreeMap::new();
    let begun = Instant::now();
    for record in &records {
        let received = Received { source: source.clone(), record: record.clone() };
        let mut unit = Unit::default();
        group.apply(&[received], &mut unit).await.unwrap();
        let from = marks.insert(record.shard, record.mark()).unwrap_or(Mark::start(record.shard));
        let name = "view:single".to_owned();
        unit.cursors.push(CursorMove { name, epoch: 0, from, to: record.mark() });
        assert!(matches!(store.commit(unit).await, Ok(Outcome::Committed(_))));
    }
    let rate = records.len() as f64 / begun.elapsed().as_secs_f64();
    clear(store, service).await;
    rate
}

async fn clear(store: &dyn Store, service: &Service) {
    let table = service.tables().live("borrowers").unwrap();
    let rows = all_rows(store, table, Cond::everything()).await.unwrap();
    let key = |row| kit_runtime::store::row_key(&table.schema, row).unwrap();
    let deletes = rows.iter().map(key).collect();
    let rows = vec![kit_runtime::store::RowChanges { table, upserts: Vec::new(), deletes }];
    store.commit(Unit { rows, ..Unit::default() }).await.unwrap();
}

async fn counted(service: &Service) -> i64 {
    let table = service.tables().live("borrowers").unwrap();
    let rows = all_rows(service.store(), table, Cond::everything()).await.unwrap();
    rows.iter().filter_map(|row| row.get("charged")?.as_i64()).sum()
}
