//! Processes are killed at random while customers are at work; afterwards nothing is lost, doubled or out of order.
//!
//! `MINOS_FAULTS` says how many kills, `MINOS_SEED` repeats a run. `scripts/faults` is the long form.

mod check;
mod dice;
mod fold;
mod load;
mod shown;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use self::check::{Sums, check};
use self::dice::Dice;
use self::load::{Client, Record};
use crate::http::within;
use crate::program::{Program, until};
use crate::server::Server;
use crate::shop::DEPOT;
use crate::system::{Setup, System};

/// Kills in the short form.
const SHORT: u64 = 12;
/// Who works at the same time.
const CLIENTS: u64 = 6;
/// How long what was asked for may take to be done.
const SETTLED: Duration = Duration::from_secs(180);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is {text}")))
}

#[test]
fn nothing_is_lost_between_processes_with_files() {
    run(Setup::Apart, None);
}

#[test]
fn nothing_is_lost_between_processes_on_postgres() {
    run(Setup::OnPostgres, Some(Server::postgres()));
}

#[test]
fn nothing_is_lost_between_roles_on_postgres() {
    run(Setup::InRoles, Some(Server::postgres()));
}

#[test]
fn nothing_is_lost_between_processes_on_kafka() {
    run(Setup::OnKafka, Some(Server::postgres()));
}

fn run(setup: Setup, server: Option<Server>) {
    let kills = number("MINOS_FAULTS").unwrap_or(SHORT);
    let seed = number("MINOS_SEED").unwrap_or_else(|| u64::from(std::process::id()) * 7_919);
    println!("{setup:?}: {kills} kills, MINOS_SEED={seed}");
    let mut system = match &server {
        Some(server) => System::start_on(setup, &server.address),
        None => System::start(setup),
    };
    system.command("/api/categories", &json!({ "category": "light", "title": "Light" }));
    system.command("/api/depots", &json!({ "depot": DEPOT }));
    system.command("/api/carriers", &json!({ "carrier": "post", "title": "Post" }));
    let (record, stop, started) = (Record::default(), AtomicBool::new(false), Instant::now());
    let address = system.address.clone();
    let killed = std::thread::scope(|scope| {
        for at in 0..CLIENTS {
            let client = Client::new(&address, format!("c{at}"), &record, &stop, seed + at);
            scope.spawn(move || client.work());
        }
        let stopped = StopAtEnd { stop: &stop, record: &record };
        let killed = kill(&mut system, server.as_ref(), kills, seed, &record);
        system.whole();
        drop(stopped);
        killed
    });
    let worked = started.elapsed();
    let started = Instant::now();
    let sums = within(SETTLED, "everything holds", || check(&system, &record));
    report(setup, &killed, &record, &sums, (worked, started.elapsed()));
    assert!(sums.completed > 0 && sums.compensated > 0, "customers got far enough: {sums:?}");
}

/// Tells the clients to stop, whatever happens.
struct StopAtEnd<'a> {
    stop: &'a AtomicBool,
    record: &'a Record,
}

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.record.failed.store(std::thread::panicking(), Ordering::Relaxed);
    }
}

/// Kill one after the other, each after so many more answers, and start it again a moment later.
fn kill(
    system: &mut System,
    server: Option<&Server>,
    kills: u64,
    seed: u64,
    record: &Record,
) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let mut names = system.names();
    names.extend(server.iter().copied().chain(&system.kafka).map(|it| it.name().to_owned()));
    let mut killed = Vec::new();
    for _ in 0..kills {
        let enough = record.answers.load(Ordering::Relaxed) + 5 + dice.below(60);
        let last = killed.iter().rev().take(6).rev().collect::<Vec<_>>();
        until(&format!("the customers get answers after {last:?}"), || {
            system.programs.values_mut().for_each(Program::supervise);
            let answers = record.answers.load(Ordering::Relaxed);
            if answers >= enough { Ok(()) } else { Err(format!("{answers} of {enough}")) }
        });
        // Anywhere inside of what goes on.
        std::thread::sleep(Duration::from_micros(dice.below(30_000)));
        let name = dice.one_of(&names).clone();
        let pause = Duration::from_millis(dice.below(400));
        let crashing = server.iter().copied().chain(&system.kafka).find(|it| it.name() == name);
        if let Some(server) = crashing {
            server.crash();
        } else {
            let program = system.programs.get_mut(&name).expect("a process");
            program.kill();
            std::thread::sleep(pause);
            program.start();
        }
        killed.push(name);
    }
    // Those that started while the database was away may not have ended yet.
    until("all processes run", || {
        system.programs.values_mut().for_each(Program::supervise);
        let waiting = system.programs.values().find(|it| !it.is_ready());
        waiting.map_or(Ok(()), |it| Err(it.recipe.name.clone()))
    });
    killed
}

fn report(
    setup: Setup,
    killed: &[String],
    record: &Record,
    sums: &Sums,
    (worked, settled): (Duration, Duration),
) {
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    killed.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    let each: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    println!("{setup:?}: {} kills in {} s: {}", killed.len(), worked.as_secs(), each.join(", "));
    println!("everything held {} s after the last command", settled.as_secs());
    println!(
        "{} commands done, {} refused, {} without an answer (of these {} done); {} attempts broke",
        sums.done,
        sums.refused,
        sums.unknown,
        sums.unknown_done,
        record.broken.load(Ordering::Relaxed),
    );
    println!(
        "{} events in 7 logs; {} sagas completed, {} compensated; {} watermarks at the end of their shard",
        sums.events, sums.completed, sums.compensated, sums.watermarks,
    );
}
