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
use std::fmt;
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
    for clients in [1, 16, 64] {
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

fn event() -> (Value, Value) {
    let data =
        json!({ "part_no": "7-4411", "quantity": 3, "price": "129.90", "note": "x".repeat(80) });
    (data, json!({ "actor": "bench", "correlation": Uuid::now_v7(), "status": "open" }))
}

/// What a round measured.
struct Measured {
    /// Commands per second.
    rate: f64,
    /// Microseconds of CPU per command, of this program and of the server; 0 where the system does not tell.
    cpu: (f64, f64),
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (client, server) = self.cpu;
        write!(f, "{:.0}/s (CPU {client:.0} + {server:.0} µs)", self.rate)
    }
}

/// The fields of a process after its name in `/proc/PID/stat`, from the state on.
fn process(pid: &str) -> Option<Vec<u64>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(|it| it.parse().unwrap_or(0)).collect())
}

/// Hundredths of a second that this program and the server with all its processes have worked.
async fn worked(admin: &Client) -> Option<(u64, u64)> {
    let backend: i32 = admin.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    let sum = |it: &[u64]| it.iter().sum::<u64>();
    let own = sum(process("self")?.get(11..13)?);
    let server = *process(&backend.to_string())?.get(1)?;
    let mut all = sum(process(&server.to_string())?.get(11..15)?);
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(fields) = process(&entry.file_name().to_string_lossy()) else { continue };
        if fields.get(1) == Some(&server) {
            all += sum(fields.get(11..13)?);
        }
    }
    Some((own, all))
}

/// Lets the clients work for a while.
async fn measured<F>(
    admin: &Client,
    clients: usize,
    length: Duration,
    client: impl Fn(usize, Instant, Arc<AtomicU64>) -> F,
) -> Measured
where
    F: Future<Output = ()> + Send + 'static,
{
    let before = worked(admin).await;
    let (rate, done) = rate(clients, length, client).await;
    let cpu = match (before, worked(admin).await) {
        (Some(before), Some(after)) => {
            let per_command = |hundredths: u64| hundredths as f64 * 10_000.0 / done;
            (per_command(after.0 - before.0), per_command(after.1 - before.1))
        }
        _ => (0.0, 0.0),
    };
    Measured { rate, cpu }
}

/// Lets the clients work for a while; gives commands per second, and how many.
async fn rate<F>(
    clients: usize,
    length: Duration,
    client: impl Fn(usize, Instant, Arc<AtomicU64>) -> F,
) -> (f64, f64)
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
    let done = done.load(Ordering::Relaxed) as f64;
    (done / start.elapsed().as_secs_f64(), done)
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    client
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

async fn raw_rate(url: &str, schema: &str, clients: usize, length: Duration) -> Measured {
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
    let measured = measured(&admin, clients, length, client).await;
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
