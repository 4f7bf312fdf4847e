//! Commands per second of a whole service: router, checks, decision, commit, with its views running beside.
//!
//! `cargo run --release -p kit-runtime --example command_speed [SECONDS]`, on SQLite in a temporary folder; with
//! `MINOS_TEST_POSTGRES_URL` set, on that server. Each client lends a tool and takes it back, five times per tool.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]

#[path = "../tests/it/lending"]
mod lending {
    #![allow(dead_code, reason = "the program uses a part of the small system")]
    pub mod contracts;
    pub mod desk;
    pub mod office;
    pub mod tool;
}

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

#[tokio::main]
async fn main() {
    let seconds = std::env::args().nth(1).map_or(5, |it| it.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db").display().to_string();
    let url = std::env::var("MINOS_TEST_POSTGRES_URL").unwrap_or(file);
    let settings = [("DATABASE_URL", url.as_str())];
    let started = lending::desk::service().start(&settings).await.unwrap();
    for clients in [1, 16, 64] {
        let done = Arc::new(AtomicU64::new(0));
        let length = Duration::from_secs(seconds);
        let running = (0..clients).map(|_| {
            let (router, done) = (started.router.clone(), done.clone());
            tokio::spawn(async move { client(&router, &done, length).await })
        });
        for client in running.collect::<Vec<_>>() {
            client.await.unwrap();
        }
        let rate = done.load(Ordering::SeqCst) as f64 / length.as_secs_f64();
        println!("{clients} clients: {rate:.0} commands/s");
    }
}

async fn client(router: &Router, done: &AtomicU64, length: Duration) {
    let end = Instant::now() + length;
    while Instant::now() < end {
        let name = Uuid::now_v7().simple().to_string();
        let name = name.get(12..).unwrap();
        let made = post(router, "/tools", &format!("{{\"name\":\"{name}\"}}")).await;
        done.fetch_add(1, Ordering::SeqCst);
        let tool = format!("/tools/{}", made.get("tool_id").and_then(Value::as_str).unwrap());
        for _ in 0..5 {
            post(router, &format!("{tool}/lend"), r#"{"borrower":"ann","weeks":1}"#).await;
            post(router, &format!("{tool}/return"), "{}").await;
            done.fetch_add(2, Ordering::SeqCst);
        }
    }
}

async fn post(router: &Router, path: &str, body: &str) -> Value {
    let request = Request::post(path).body(Body::from(body.to_owned())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
