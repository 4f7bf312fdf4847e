//! Messages per second of relay and consumer beside the client library's own producer and consumer on the same broker, and
//! how long an event takes to its handler by each transport.
//!
//! `scripts/postgres run -- scripts/kafka run -- cargo run --release -p kit-runtime --features kafka --example
//! transport_speed [EVENTS [ROUNDS]]`
//!
//! The plain client sends the very records that the relay sent, headers and all, with the same settings. Rounds of all
//! are interleaved, and the medians count.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]
#![expect(clippy::indexing_slicing, reason = "what is shared with tests does it")]

#[path = "../../tests/it/db.rs"]
#[expect(dead_code, reason = "shared with tests")]
mod db;
#[path = "../../tests/it/lending/mod.rs"]
#[expect(dead_code, reason = "shared with tests")]
mod lending;
#[path = "../../tests/it/web.rs"]
mod web;

mod latency;
mod plain;
mod probe;
mod setup;

use std::time::{Duration, Instant};

use setup::System;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().map_or(default, |it| it.parse().unwrap());
    let (events, rounds): (i64, usize) = (number(200_000), number(3) as usize);
    let mut relay = Vec::new();
    let mut consumer = Vec::new();
    for round in 0..rounds {
        let rates = throughput(events).await;
        println!("round {round}: {rates}");
        relay.push(rates.relay / rates.producer);
        consumer.push(rates.consumer / rates.reader);
    }
    println!(
        "{events} events: median ratio of the relay to the plain producer {:.2}",
        middle(relay)
    );
    println!(
        "{events} events: median ratio of a view to the plain consumer {:.2}",
        middle(consumer)
    );
    latency::all(rounds).await;
}

fn middle(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    *ratios.get(ratios.len() / 2).unwrap()
}

/// Records per second.
struct Rates {
    relay: f64,
    producer: f64,
    consumer: f64,
    reader: f64,
}

impl std::fmt::Display for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { relay, producer, consumer, reader } = self;
        write!(f, "relay {relay:.0}/s, plain producer {producer:.0}/s; ")?;
        write!(f, "a view {consumer:.0}/s, plain consumer {reader:.0}/s")
    }
}

/// Everything that is in the log is sent, and then handled; the plain client does the same with the same records.
async fn throughput(events: i64) -> Rates {
    let system = System::with_topics().await;
    let (desk, office) = (lending::schema("desk").await, lending::schema("probe").await);
    setup::fill(&desk, events).await;

    let begun = Instant::now();
    let sender = system.service(lending::desk::service(), &desk, &[("ROLE", "commands")]).await;
    system.holds(&system.tools(), events).await;
    let relay = events as f64 / begun.elapsed().as_secs_f64();
    setup::end(sender).await;

    let seen = probe::begin(false);
    let begun = Instant::now();
    let receiver = system.service(probe::service(), &office, &[]).await;
    while seen.count() < events as usize {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let consumer = events as f64 / begun.elapsed().as_secs_f64();
    setup::end(receiver).await;

    let begun = Instant::now();
    let records = plain::read(&system, &system.tools());
    let reader = events as f64 / begun.elapsed().as_secs_f64();
    assert_eq!(records.len(), events as usize, "each was sent once");
    let producer = events as f64 / plain::send(&system, &records).as_secs_f64();
    Rates { relay, producer, consumer, reader }
}
