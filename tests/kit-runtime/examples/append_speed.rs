//! Commands per second of the PostgreSQL store beside a plain client that inserts the same rows.
//!
//! `scripts/postgres run --durable -- cargo run --release -p kit-runtime --example append_speed [SECONDS [ROUNDS]]`
//!
//! Rounds of both are interleaved, and the median of the ratios counts: absolute figures drift with the machine.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]

use kit_runtime::store::{
    Answer, Append, Expect, Idempotency, NewEvent, Options, Outcome, Store, StreamKey, Unit, open,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls, Statement};
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
    for clients in [16, 64] {
        let mut ratios = Vec::new();
        for round in 0..rounds {
            let schema = format!("bench_{}", Uuid::now_v7().simple());
            let length = Duration::from_secs(seconds);
            let (raw, kit) = if round % 2 == 0 {
                let raw = raw_rate(&url, &format!("{schema}_raw"), clients, length).await;
                (raw, kit_rate(&url, &format!("{schema}_kit"), clients, length).await)
            } else {
                let kit = kit_rate(&url, &format!("{schema}_kit"), clients, length).await;
                (raw_rate(&url, &format!("{schema}_raw"), clients, length).await, kit)
            };
            println!(
                "{clients} clients, round {round}: plain {raw:.0}/s, store {kit:.0}/s, ratio {:.2}",
                kit / raw
            );
            ratios.push(kit / raw);
        }
        ratios.sort_by(f64::total_cmp);
        println!("{clients} clients: median ratio {:.2}", ratios.get(ratios.len() / 2).unwrap());
    }
}

fn event() -> (Value, Value) {
    let data =
        json!({ "part_no": "7-4411", "quantity": 3, "price": "129.90", "note": "x".repeat(80) });
    (data, json!({ "actor": "bench", "correlation": Uuid::now_v7(), "status": "open" }))
}

/// Lets the clients work for a while; gives commands per second.
async fn rate<F>(
    clients: usize,
    length: Duration,
    client: impl Fn(usize, Instant, Arc<AtomicU64>) -> F,
) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let done = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|number| tokio::spawn(client(number, start + length, done.clone())))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    client
}

async fn kit_rate(url: &str, schema: &str, clients: usize, length: Duration) -> f64 {
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
    let measured =
        rate(clients, length, |_, until, done| commands(store.clone(), until, done)).await;
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

/// The same rows and indexes; the position comes from a sequence, which is cheaper and would lose events.
const RAW: &str = "
    create table stream (tenant text, stream_type text, stream_id text, shard smallint not null, version bigint not null,
        state text not null default 'open', subject_id text, updated_at bigint not null,
        primary key (tenant, stream_type, stream_id)) with (fillfactor = 80);
    create sequence positions;
    create table event (shard smallint, pos bigint default nextval('positions'), id uuid not null, tenant text not null,
        stream_type text not null, stream_id text not null, version bigint not null, event_type text not null,
        schema_version smallint not null, data jsonb not null, meta jsonb not null, recorded_at bigint not null,
        primary key (shard, pos), unique (tenant, stream_type, stream_id, version));
    create table idempotency (tenant text, principal text, idem_key text, route text not null, fingerprint bytea not null,
        http_status integer not null, headers jsonb not null, body bytea not null, position text not null,
        created_at bigint not null, expires_at bigint not null, primary key (tenant, principal, idem_key));
    create index on idempotency (expires_at);";

const INSERT: &str = "with k as (insert into idempotency values ('', 'bench', $1, 'POST /jobs', $2, 200, '{}', $3, '1:1', $4, $5)),
    s as (insert into stream as s values ('', 'job', $6, $7, 1, 'open', null, $4)
        on conflict (tenant, stream_type, stream_id) do update set version = s.version + 1, updated_at = $4 where s.version = $8::bigint - 1)
    insert into event (shard, id, tenant, stream_type, stream_id, version, event_type, schema_version, data, meta, recorded_at)
    values ($7, $9, '', 'job', $6, $8, 'part_added', 1, $10, $11, $4)";

async fn raw_rate(url: &str, schema: &str, clients: usize, length: Duration) -> f64 {
    let admin = connect(url).await;
    admin
        .batch_execute(&format!("create schema {schema}; set search_path = {schema};{RAW}"))
        .await
        .unwrap();
    let mut connections = Vec::new();
    for _ in 0..clients {
        let client = connect(url).await;
        client.batch_execute(&format!("set search_path = {schema}")).await.unwrap();
        let statement = client.prepare(INSERT).await.unwrap();
        connections.push(Arc::new((client, statement)));
    }
    let client =
        |number: usize, until, done| inserts(connections.get(number).unwrap().clone(), until, done);
    rate(clients, length / 10, client).await;
    let measured = rate(clients, length, client).await;
    admin.batch_execute(&format!("drop schema {schema} cascade")).await.unwrap();
    measured
}

async fn inserts(connection: Arc<(Client, Statement)>, until: Instant, done: Arc<AtomicU64>) {
    let (client, statement) = &*connection;
    while Instant::now() < until {
        let stream = StreamKey::new("job", Uuid::now_v7().to_string());
        let shard = stream.shard(64) as i16;
        for version in 1..=COMMANDS {
            let (data, meta) = event();
            let (key, now) = (Uuid::now_v7().to_string(), jiff::Timestamp::now().as_microsecond());
            let (fingerprint, body): (&[u8], &[u8]) = (&[7; 32], br#"{"version":1}"#);
            let (expires, id) = (now + 1, Uuid::now_v7());
            let rows = client
                .execute(
                    statement,
                    &[
                        &key,
                        &fingerprint,
                        &body,
                        &now,
                        &expires,
                        &stream.id,
                        &shard,
                        &version,
                        &id,
                        &data,
                        &meta,
                    ],
                )
                .await
                .unwrap();
            assert_eq!(rows, 1);
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
}
