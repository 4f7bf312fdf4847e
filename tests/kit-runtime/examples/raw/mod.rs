//! A plain client that inserts the rows of one command in one statement, and the means to measure it and others.
//!
//! Knows nothing of the kit.

use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

pub fn event() -> (Value, Value) {
    let data =
        json!({ "part_no": "7-4411", "quantity": 3, "price": "129.90", "note": "x".repeat(80) });
    (data, json!({ "actor": "bench", "correlation": Uuid::now_v7().to_string(), "status": "open" }))
}

/// What a round measured.
pub struct Measured {
    /// Commands per second.
    pub rate: f64,
    /// Microseconds of CPU per command, of this program and of the server; 0 where the system does not tell.
    pub cpu: (f64, f64),
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (client, server) = self.cpu;
        write!(f, "{:.0}/s (CPU {client:.0} + {server:.0} µs)", self.rate)
    }
}

/// The fields of a process after its name in `/proc/PID/stat`, from the state on.
pub fn process(pid: &str) -> Option<Vec<u64>> {
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
pub async fn measured<F>(
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
pub async fn rate<F>(
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

/// A connection.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(async move {
        let _ = connection.await;
    });
    client
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// The rows and indexes of the store; the position comes from a sequence, which is cheaper and would lose events.
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

/// Lets plain clients insert for a while, so many commands into one stream, in tables of their own.
pub async fn raw_rate(
    url: &str,
    schema: &str,
    clients: usize,
    commands: i64,
    length: Duration,
) -> Measured {
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
    let client = |number: usize, until, done| {
        inserts(connections.get(number).unwrap().clone(), commands, until, done)
    };
    rate(clients, length / 10, client).await;
    let measured = measured(&admin, clients, length, client).await;
    admin.batch_execute(&format!("drop schema {schema} cascade")).await.unwrap();
    measured
}

async fn inserts(
    connection: Arc<(Client, Statement)>,
    commands: i64,
    until: Instant,
    done: Arc<AtomicU64>,
) {
    let (client, statement) = &*connection;
    while Instant::now() < until {
        let stream = Uuid::now_v7();
        let (shard, stream) = ((stream.as_u128() % 64) as i16, stream.to_string());
        for version in 1..=commands {
            let (data, meta) = event();
            let (key, now) = (Uuid::now_v7().to_string(), now());
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
                        &stream,
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
