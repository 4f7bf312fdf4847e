//! How long an event takes from its record to its handler, by each transport, with settings as they are by default.

use std::sync::Arc;
use std::time::Duration;

use kit_runtime::service::{App, Phase};
use serde_json::json;
use tokio::net::TcpListener;

use crate::lending::{Process, desk, schema};
use crate::setup::{System, end};
use crate::{middle, probe};

/// Events of a round, and the time between two.
const EVENTS: usize = 500;
const EVERY: Duration = Duration::from_millis(10);

/// A middle and a bad wait, in milliseconds.
type Waits = (f64, f64);

/// Measure all transports, turn by turn.
pub async fn all(rounds: usize) {
    let mut waits: [Vec<Waits>; 3] = Default::default();
    let [local, pulled, sent] = &mut waits;
    for _ in 0..rounds {
        local.push(in_process().await);
        pulled.push(by_pull().await);
        sent.push(by_kafka().await);
    }
    for (name, waits) in ["in one process", "log pull", "Kafka"].into_iter().zip(waits) {
        let half = middle(waits.iter().map(|it| it.0).collect());
        let most = middle(waits.iter().map(|it| it.1).collect());
        println!("{name}: p50 {half:.1} ms, p99 {most:.1} ms (medians of {rounds} rounds)");
    }
}

/// Add tools, one after the other at a steady pace, and look how long each took to the probe.
async fn measured(desk: &Process) -> Waits {
    // The first ones find cold connections.
    let warm = probe::begin(true);
    work(desk, &warm, EVENTS / 5).await;
    let seen = probe::begin(true);
    work(desk, &seen, EVENTS).await;
    let waits = seen.waits();
    let at = |share: usize| *waits.get(waits.len() * share / 100).unwrap() as f64 / 1000.0;
    (at(50), at(99))
}

async fn work(desk: &Process, seen: &probe::Seen, count: usize) {
    let mut clock = tokio::time::interval(EVERY);
    for _ in 0..count {
        clock.tick().await;
        let name = uuid::Uuid::now_v7().simple().to_string().split_off(14);
        let answer = desk.call("POST /tools", json!({ "name": name })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    while seen.count() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn in_process() -> Waits {
    let (desk, probe) = (schema("desk").await, schema("probe").await);
    let app = App::new("lending").service(desk::service()).service(probe::service());
    let settings = [
        ("DESK_DATABASE_URL", desk.as_str()),
        ("PROBE_DATABASE_URL", &probe),
        ("OFFICE_URL", "http://127.0.0.1:9"),
        ("DEV", "1"),
    ];
    let started = app.start(&settings).await.unwrap();
    let both = Process::of(started, &Arc::new(tempfile::tempdir().unwrap()));
    let waits = measured(&both).await;
    end(both).await;
    waits
}

async fn by_pull() -> Waits {
    let url = schema("desk").await;
    let own = [("DATABASE_URL", url.as_str()), ("OFFICE_URL", "http://127.0.0.1:9"), ("DEV", "1")];
    let started = desk::service().start(&own).await.unwrap();
    let desk = Process::of(started, &Arc::new(tempfile::tempdir().unwrap()));
    let address = serve(&desk).await;
    let url = schema("probe").await;
    let own = [("DATABASE_URL", url.as_str()), ("DESK_URL", &address), ("DEV", "1")];
    let started = probe::service().start(&own).await.unwrap();
    let probe = Process::of(started, &Arc::new(tempfile::tempdir().unwrap()));
    let waits = measured(&desk).await;
    end(probe).await;
    end(desk).await;
    waits
}

async fn by_kafka() -> Waits {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &schema("desk").await, &[]).await;
    let probe = system.service(probe::service(), &schema("probe").await, &[]).await;
    let waits = measured(&desk).await;
    end(probe).await;
    end(desk).await;
    waits
}

/// Answer on a port what the process answers; gives the address.
async fn serve(process: &Process) -> String {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", port.local_addr().unwrap());
    let (router, stop) = (process.router.clone(), process.started.stop.clone());
    tokio::spawn(async move {
        let server = axum::serve(port, router);
        server.with_graceful_shutdown(async move { stop.reached(Phase::Stopped).await }).await
    });
    url
}
