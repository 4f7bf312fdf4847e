//! Commands through the gateway: how many, and how much work each is for whom.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::plain::{self, Measured, measured, raw_rate};
use crate::postgres;
use crate::system::{Setup, System};
use crate::{running, worked};

/// Measure with some, more and many clients, each round beside one of the plain client.
pub fn all(length: Duration, rounds: u64) {
    let system = System::start(Setup::OnPostgres);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for clients in [1, 16, 64] {
        let mut ratios = Vec::new();
        for round in 0..rounds {
            let schema = format!("raw_{}", Uuid::now_v7().simple());
            let url = postgres::server();
            let raw = async || raw_rate(url, &schema, clients, 1, length).await;
            let (raw, sent) = runtime.block_on(async {
                if round % 2 == 0 {
                    let raw = raw().await;
                    (raw, through(&system, clients, length).await)
                } else {
                    let sent = through(&system, clients, length).await;
                    (raw().await, sent)
                }
            });
            let ratio = sent.all.rate / raw.rate;
            println!("{clients} clients, round {round}: plain {raw}; {sent}; ratio {ratio:.2}");
            ratios.push(ratio);
        }
        ratios.sort_by(f64::total_cmp);
        println!("{clients} clients: median ratio {:.2}", ratios[ratios.len() / 2]);
    }
}

/// A round through the gateway.
struct Sent {
    all: Measured,
    /// Microseconds of CPU per command, in the gateway and in the service.
    gateway: f64,
    service: f64,
    /// Milliseconds until the answer.
    half: f64,
    most: f64,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { all, gateway, service, half, most } = self;
        let (client, server) = all.cpu;
        write!(f, "through the gateway {:.0}/s (CPU client {client:.0}, ", all.rate)?;
        write!(f, "gateway {gateway:.0}, service {service:.0}, server {server:.0} µs; ")?;
        write!(f, "p50 {half:.1} ms, p99 {most:.1} ms)")
    }
}

async fn through(system: &System, clients: usize, length: Duration) -> Sent {
    let admin = plain::connect(postgres::server()).await;
    let waits: Arc<std::sync::Mutex<Vec<Duration>>> = Arc::default();
    let id = |name: &str| running(&system.programs[name]);
    let client = |_, until, done| commands(system.address.clone(), until, done, waits.clone());
    plain::rate(clients, length / 10, client).await;
    waits.lock().unwrap().clear();
    let before = (worked(id("gateway")), worked(id("stock")));
    let all = measured(&admin, clients, length, client).await;
    let mut waits = waits.lock().unwrap();
    waits.sort();
    let each = |hundredths: u64| hundredths as f64 * 10_000.0 / waits.len() as f64;
    let at = |share: usize| waits[waits.len() * share / 100].as_secs_f64() * 1000.0;
    Sent {
        all,
        gateway: each(worked(id("gateway")) - before.0),
        service: each(worked(id("stock")) - before.1),
        half: at(50),
        most: at(99),
    }
}

/// One client with one connection: it opens depot after depot.
async fn commands(
    address: String,
    until: Instant,
    done: Arc<AtomicU64>,
    waits: Arc<std::sync::Mutex<Vec<Duration>>>,
) {
    let stream = TcpStream::connect(&address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut gateway, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut own = Vec::new();
    while Instant::now() < until {
        let begun = Instant::now();
        assert_eq!(open_depot(&mut gateway, &address).await, StatusCode::CREATED);
        own.push(begun.elapsed());
        done.fetch_add(1, Ordering::Relaxed);
    }
    waits.lock().unwrap().append(&mut own);
}

async fn open_depot(gateway: &mut SendRequest<String>, address: &str) -> StatusCode {
    let key = Uuid::now_v7().simple().to_string();
    let (_, name) = key.split_at(12);
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/depots")
        .header("host", address)
        .header("content-type", "application/json")
        .header("idempotency-key", &key)
        .body(format!(r#"{{"depot":"{name}"}}"#));
    let answer = gateway.send_request(request.unwrap()).await.unwrap();
    let status = answer.status();
    answer.into_body().collect().await.unwrap();
    status
}
