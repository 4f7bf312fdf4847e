//! Commands per second of the PostgreSQL store beside a plain client that inserts the same rows.
//!
//! `scripts/postgres run --durable -- cargo run --release -p kit-runtime --example append_speed [SECONDS [ROUNDS]]`
//!
//! Rounds of both are interleaved, and the median of the ratios counts: absolute figures drift with the machine.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]

mod raw;

use kit_runtime::store::{
    Answer, Append, Expect, Idempotency, NewEvent, Options, Outcome, Store, StreamKey, Unit, open,
};
use raw::{Measured, connect, event, measured, raw_rate};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Commands on one stream before the next one is begun.
const COMMANDS: i64 = 5;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().map_or(default, |it| it.parse().unwrap());
    let (seconds, rounds): (u64, u64) = (number(3), number(5));
    let url =
        std::env::var("MINOS_TEST_POSTGRES_URL").expect("MINOS_TEST_POSTGRES_URL names a server");
    for clients in [1, 16, 64] {
        let mut ratios = Vec::new();
        for round in 0..rounds {
            let schema = format!("bench_{}", Uuid::now_v7().simple());
            let length = Duration::from_secs(seconds);
            let (raw, kit) = if round % 2 == 0 {
                let raw = raw_rate(&url, &format!("{schema}_raw"), clients, COMMANDS, length).await;
                (raw, kit_rate(&url, &format!("{schema}_kit"), clients, length).await)
            } else {
                let kit = kit_rate(&url, &format!("{schema}_kit"), clients, length).await;
                (raw_rate(&url, &format!("{schema}_raw"), clients, COMMANDS, length).await, kit)
            };
            let ratio = kit.rate / raw.rate;
            println!(
                "{clients} clients, round {round}: plain {raw}, store {kit}, ratio {ratio:.2}"
            );
            ratios.push(ratio);
        }
        ratios.sort_by(f64::total_cmp);
        println!("{clients} clients: median ratio {:.2}", ratios.get(ratios.len() / 2).unwrap());
    }
}

async fn kit_rate(url: &str, schema: &str, clients: usize, length: Duration) -> Measured {
    let admin = connect(url).await;
    admin.batch_execute(&format!("create schema {schema}")).await.unwrap();
    let mut options = Options::new("bench");
    options.connections = clients;
    let store = open(&format!("{url}?options=-csearch_path%3D{schema}"), options).await.unwrap();
    let warm: Vec<_> = (0..clients)
        .map(|_| {
            tokio::spawn(commands(store.clone(), Instant::now() + length / 10, Arc::default()))
        })
        .collect();
    for task in warm {
        task.await.unwrap();
    }
    let client = |_, until, done| commands(store.clone(), until, done);
    let measured = measured(&admin, clients, length, client).await;
    store.close().await;
    admin.batch_execute(&format!("drop schema {schema} cascade")).await.unwrap();
    measured
}

async fn commands(store: Arc<dyn Store>, until: Instant, done: Arc<AtomicU64>) {
    while Instant::now() < until {
        let stream = StreamKey::new("job", Uuid::now_v7().to_string());
        for version in 0..COMMANDS {
            let expect = if version == 0 { Expect::NoStream } else { Expect::Exact(version) };
            let outcome = store.commit(command(&stream, expect)).await.unwrap();
            assert!(matches!(outcome, Outcome::Committed(_)));
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn command(stream: &StreamKey, expect: Expect) -> Unit {
    let (data, meta) = event();
    let event = NewEvent {
        id: Uuid::now_v7(),
        event_type: "part_added".to_owned(),
        schema_version: 1,
        data,
        meta,
    };
    let answer = Answer { status: 200, headers: json!({}), body: br#"{"version":1}"#.to_vec() };
    let request = Idempotency {
        tenant: String::new(),
        principal: "bench".to_owned(),
        key: Uuid::now_v7().to_string(),
        route: "POST /jobs".to_owned(),
        fingerprint: vec![7; 32],
        answer,
        expires_at: jiff::Timestamp::MAX,
    };
    let append = Append { stream: stream.clone(), expect, events: vec![event], close: false };
    Unit { idempotency: Some(request), appends: vec![append], ..Unit::default() }
}
