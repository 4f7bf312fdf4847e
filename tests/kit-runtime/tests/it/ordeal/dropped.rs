//! The caller's future dropped at every await, through a slow network: each unit is there whole, and no connection goes
//! back to the pool inside a transaction. The wrong design runs the transaction in the caller's future.

use super::proxy::delaying;
use crate::conformance::views::{ITEMS, item};
use crate::db::{Db, append, message, server, stream};
use deadpool_postgres::{Manager, Pool};
use kit_runtime::store::{Expect, Load, Options, RowChanges, Store, Unit, ViewTable, open};
use serde_json::json;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio_postgres::NoTls;

const DELAY: Duration = Duration::from_millis(3);
const UNITS: u64 = 24;

/// Polls the future so often, then drops it. Tells whether it was finished by then.
async fn drop_after<F: Future>(future: F, polls: u64) -> bool {
    let mut future = Box::pin(future);
    let mut left = polls;
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left <= 1 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// The URL of the test's schema, through the proxy.
async fn slow_url(db: &Db) -> String {
    let authority = server().split(['@', '/']).nth(3).unwrap();
    let port = delaying(authority.to_owned(), DELAY).await;
    db.url.replace(authority, &format!("127.0.0.1:{port}"))
}

fn whole_unit(table: ViewTable, number: u64) -> Unit {
    let (first, second) = (format!("a{number}"), format!("b{number}"));
    Unit {
        appends: vec![append(&first, Expect::NoStream, 1), append(&second, Expect::NoStream, 2)],
        outbox: vec![message(&first, 1)],
        rows: vec![RowChanges {
            table,
            upserts: vec![item(number as i64, json!({}))],
            deletes: vec![],
        }],
        ..Unit::default()
    }
}

/// How much of a unit is there: events of both streams and the row.
async fn parts(db: &Db, table: ViewTable, number: u64) -> (i64, i64, bool) {
    let mut load = Load::stream(stream(&format!("a{number}")));
    load.lookups = vec![(table, vec![kit_runtime::store::Datum::Int(number as i64)])];
    let loaded = db.store.load(load).await.unwrap();
    let second = db.load(&stream(&format!("b{number}"))).await;
    (loaded.version, second.version, loaded.rows[0].is_some())
}

/// Sessions of the test that sit inside a transaction and do nothing.
async fn idle_in_transaction(schema: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(server(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "select count(*) from pg_stat_activity where application_name = $1 \
               and state like 'idle in transaction%'";
    client.query_one(sql, &[&schema]).await.unwrap().get(0)
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came true: {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_caller_never_leaves_half_a_unit() {
    let db = Db::postgres().await;
    let views = db.store.open_view(ITEMS, "one".into()).await.unwrap();
    let table = ViewTable { schema: ITEMS, version: views.live.version };
    let mut options = Options::new("test");
    options.connections = 4;
    let slow: Arc<dyn Store> = open(&slow_url(&db).await, options).await.unwrap();
    let mut dropped = 0;
    for number in 1..=UNITS {
        let unit = whole_unit(table, number);
        let finished = if number % 2 == 0 {
            drop_after(slow.commit(unit), 1).await
        } else {
            let patience = Duration::from_micros(number * 700);
            tokio::time::timeout(patience, slow.commit(unit)).await.is_ok()
        };
        dropped += usize::from(!finished);
    }
    assert!(dropped >= 12, "only {dropped} callers were dropped");
    for number in 1..=UNITS {
        eventually("the unit is there", async || parts(&db, table, number).await.0 == 1).await;
        assert_eq!(parts(&db, table, number).await, (1, 2, true), "unit {number} is whole");
    }
    let sitting = async || idle_in_transaction(&application(&db)).await == 0;
    eventually("no session sits in a transaction", sitting).await;
    slow.commit(whole_unit(table, 99)).await.unwrap();
    assert_eq!(parts(&db, table, 99).await, (1, 2, true), "the pool's connections are clean");
    slow.close().await;
    db.finish().await;
}

fn application(db: &Db) -> String {
    db.url.rsplit('=').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_in_the_callers_future_is_caught() {
    let db = Db::postgres().await;
    let manager = Manager::new(slow_url(&db).await.parse().unwrap(), NoTls);
    let pool = Pool::builder(manager).max_size(1).build().unwrap();
    let wrong = async |value: i64| {
        let client = pool.get().await.unwrap();
        client.batch_execute("begin").await.unwrap();
        let sql = format!("insert into kit_number values ('', 'n', '{value}', {value})");
        client.batch_execute(&sql).await.unwrap();
        client.batch_execute("commit").await.unwrap();
    };
    wrong(0).await;
    let mut poisoned = 0;
    for polls in 1..12 {
        drop_after(wrong(polls), polls as u64).await;
        let client = pool.get().await.unwrap();
        let late = format!("insert into kit_number values ('', 'late', '{polls}', 1)");
        let answered = client.batch_execute(&late).await.is_ok();
        let (outside, connection) = tokio_postgres::connect(&db.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = "select count(*) from kit_number where name = 'late' and part = $1";
        let there: i64 = outside.query_one(sql, &[&polls.to_string()]).await.unwrap().get(0);
        poisoned += usize::from(answered && there == 0);
        client.batch_execute("rollback").await.unwrap();
    }
    assert!(poisoned > 0, "the checker must see an answered write that is lost");
    drop(pool);
    db.finish().await;
}
