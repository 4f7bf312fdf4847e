//! 16 writers, with refusals that take everything back and with backends killed at random, while a reader tails: no
//! record lost, doubled or out of order. The wrong design draws positions from a sequence and reads `pos > checkpoint`.

use super::dice::Dice;
use crate::db::{Db, append, run_sql, server, stream};
use jiff::Timestamp;
use kit_runtime::store::{
    Answer, Expect, Idempotency, Outcome, Store, StoreError, StreamKey, Unit,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres::NoTls;
use uuid::Uuid;

const WRITERS: u64 = 16;
const UNITS: u64 = 60;

/// A record as the reader met it, in the order of reading.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    id: Uuid,
    stream: StreamKey,
    version: i64,
}

/// What the writers know: ids of which the answer came, and ids whose fate is unknown.
#[derive(Debug, Default)]
struct Written {
    certain: BTreeSet<Uuid>,
    unknown: BTreeSet<Uuid>,
}

/// Compares what was read with what was written.
fn check(seen: &[Seen], written: &Written) -> Result<(), String> {
    let ids: BTreeSet<Uuid> = seen.iter().map(|it| it.id).collect();
    if ids.len() != seen.len() {
        return Err(format!("{} records were read twice", seen.len() - ids.len()));
    }
    let lost = written.certain.difference(&ids).count();
    if lost > 0 {
        return Err(format!("{lost} records were lost"));
    }
    let known = |id: &Uuid| written.certain.contains(id) || written.unknown.contains(id);
    if let Some(stranger) = ids.iter().find(|id| !known(id)) {
        return Err(format!("{stranger} was taken back, and read"));
    }
    let mut versions: BTreeMap<&StreamKey, i64> = BTreeMap::new();
    for record in seen {
        let version = versions.entry(&record.stream).or_insert(0);
        if record.version != *version + 1 {
            return Err(format!("{:?}: {} after {version}", record.stream, record.version));
        }
        *version += 1;
    }
    Ok(())
}

/// Writes to a few streams that others write to as well; every fourth unit is refused after it wrote its events.
async fn write(store: Arc<dyn Store>, writer: u64) -> Written {
    let dice = Dice::new(writer + 1);
    let mut written = Written::default();
    for _ in 0..UNITS {
        let mut versions = BTreeMap::new();
        let names = [dice.roll(24), 24 + dice.roll(24)].map(|it| format!("s{it}"));
        let streams = dice.roll(2) as usize + 1;
        for name in names.iter().take(streams) {
            let load = kit_runtime::store::Load::stream(stream(name));
            let Ok(loaded) = store.load(load).await else { continue };
            versions.insert(name.clone(), loaded.version);
        }
        let exact = |it: i64| if it == 0 { Expect::NoStream } else { Expect::Exact(it) };
        let appends =
            versions.iter().map(|(name, version)| append(name, exact(*version), 2)).collect();
        let mut unit = Unit { appends, ..Unit::default() };
        let taken = dice.roll(4) == 0;
        if taken {
            unit.idempotency = Some(taken_key());
        }
        let ids: Vec<Uuid> =
            unit.appends.iter().flat_map(|it| &it.events).map(|it| it.id).collect();
        match store.commit(unit).await {
            Ok(Outcome::Committed(_)) => {
                assert!(!taken || ids.is_empty(), "a taken key has an effect");
                written.certain.extend(ids);
            }
            Ok(Outcome::Conflict { .. } | Outcome::Replayed(_)) | Err(StoreError::Busy(_)) => {}
            Err(StoreError::Unavailable(_) | StoreError::Unknown(_)) => written.unknown.extend(ids),
            other => panic!("{other:?}"),
        }
    }
    written
}

fn taken_key() -> Idempotency {
    let answer = Answer { status: 200, headers: serde_json::json!({}), body: Vec::new() };
    let (tenant, principal, key) = (String::new(), "chaos".to_owned(), "taken".to_owned());
    let (route, expires_at) = (String::new(), Timestamp::MAX);
    Idempotency { tenant, principal, key, route, fingerprint: vec![], answer, expires_at }
}

/// Tails until the writers are done and nothing is left.
async fn read(store: Arc<dyn Store>, done: Arc<AtomicBool>) -> Vec<Seen> {
    let mut cursors: BTreeMap<u16, i64> = (0..store.meta().shards).map(|it| (it, 0)).collect();
    let mut seen = Vec::new();
    loop {
        let last = done.load(Ordering::SeqCst);
        let after = cursors.iter().map(|(shard, pos)| (*shard, *pos)).collect();
        let records = match store.tail(after, 7).await {
            Ok(records) => records,
            Err(StoreError::Unavailable(_) | StoreError::Busy(_)) => continue,
            Err(error) => panic!("{error}"),
        };
        if records.is_empty() && last {
            return seen;
        }
        for record in records {
            cursors.insert(record.shard, record.pos);
            seen.push(Seen { id: record.id, stream: record.stream, version: record.version });
        }
        tokio::task::yield_now().await;
    }
}

/// Kills backends of the test's own stores until the writers are done. Gives how many.
async fn kill(schema_url: String, done: Arc<AtomicBool>) -> usize {
    let name = application(&schema_url);
    let (client, connection) = tokio_postgres::connect(server(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let mut killed = 0;
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(20));
    while !done.load(Ordering::SeqCst) && killed < 48 {
        ticks.tick().await;
        let sql = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where application_name = $1 and state = 'active' order by random() limit 1";
        killed += client.query(sql, &[&name]).await.unwrap().len();
    }
    killed
}

fn application(url: &str) -> String {
    url.rsplit('=').next().unwrap().to_owned()
}

async fn storm(db: &Db, kills: bool) -> (Result<(), String>, usize) {
    let prepared = Unit { idempotency: Some(taken_key()), ..Unit::default() };
    db.write(prepared).await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read(db.again().await, done.clone()));
    let killer = kills.then(|| tokio::spawn(kill(db.url.clone(), done.clone())));
    let mut written = Written::default();
    let writers: Vec<_> =
        (0..WRITERS).map(|it| tokio::spawn(write(db.store.clone(), it))).collect();
    for writer in writers {
        let part = writer.await.unwrap();
        written.certain.extend(part.certain);
        written.unknown.extend(part.unknown);
    }
    done.store(true, Ordering::SeqCst);
    let killed = match killer {
        Some(killer) => killer.await.unwrap(),
        None => 0,
    };
    let seen = reader.await.unwrap();
    assert!(seen.len() > 200, "too few records to say anything: {}", seen.len());
    (check(&seen, &written), killed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tail_meets_every_record_once_and_in_order_sqlite() {
    let db = Db::sqlite().await;
    storm(&db, false).await.0.unwrap();
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tail_meets_every_record_once_and_in_order_postgres() {
    let db = Db::postgres().await;
    let (result, killed) = storm(&db, true).await;
    result.unwrap();
    assert!(killed >= 10, "only {killed} backends were killed");
    db.finish().await;
}

/// The wrong design: the position is drawn before the commit and nothing keeps commits in its order.
async fn sequence_writer(schema: String, writer: i64) -> BTreeSet<Uuid> {
    let (client, connection) = tokio_postgres::connect(server(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let dice = Dice::new(writer as u64 + 1);
    let mut certain = BTreeSet::new();
    for version in 1..=30_i64 {
        let id = Uuid::now_v7();
        let (pause, end) = (dice.roll(4), if dice.roll(4) == 0 { "rollback" } else { "commit" });
        let sql = format!(
            "begin; insert into {schema}.log (id, stream, version) values ('{id}', '{writer}-{version}', 1); \
             select pg_sleep(0.00{pause}); {end}"
        );
        client.batch_execute(&sql).await.unwrap();
        if end == "commit" {
            certain.insert(id);
        }
    }
    certain
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn positions_from_a_sequence_are_caught() {
    let schema = format!("t_{}", Uuid::now_v7().simple());
    let table = "(pos bigserial primary key, id uuid, stream text, version bigint)";
    run_sql(&format!("create schema {schema}; create table {schema}.log {table}")).await;
    let done = Arc::new(AtomicBool::new(false));
    let (name, stop) = (schema.clone(), done.clone());
    let reader = tokio::spawn(async move {
        let (client, connection) = tokio_postgres::connect(server(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql =
            format!("select pos, id, stream, version from {name}.log where pos > $1 order by pos");
        let (mut checkpoint, mut seen) = (0_i64, Vec::new());
        loop {
            let last = stop.load(Ordering::SeqCst);
            let rows = client.query(&sql, &[&checkpoint]).await.unwrap();
            if rows.is_empty() && last {
                return seen;
            }
            for row in rows {
                checkpoint = row.get(0);
                let key = StreamKey::new("job", row.get::<_, String>(2));
                seen.push(Seen { id: row.get(1), stream: key, version: row.get(3) });
            }
        }
    });
    let writers: Vec<_> =
        (0..16).map(|it| tokio::spawn(sequence_writer(schema.clone(), it))).collect();
    let mut written = Written::default();
    for writer in writers {
        written.certain.extend(writer.await.unwrap());
    }
    done.store(true, Ordering::SeqCst);
    let caught = check(&reader.await.unwrap(), &written).unwrap_err();
    assert!(caught.contains("lost"), "{caught}");
    run_sql(&format!("drop schema {schema} cascade")).await;
}
