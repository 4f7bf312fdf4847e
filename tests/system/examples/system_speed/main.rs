//! Commands through the gateway beside a plain client that inserts the same rows, and what each process costs.
//!
//! `scripts/speed [SECONDS [ROUNDS]]`, which makes the programs of the shop in release mode and gives it a PostgreSQL.
//!
//! A command goes from a client to the gateway, from there to the service, and is answered when it is on the disk. Rounds
//! are interleaved with rounds of the plain client on the same server, and the median of the ratios counts.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]
#![expect(clippy::indexing_slicing, reason = "what is shared with tests does it")]
#![expect(dead_code, reason = "shared with tests")]

#[path = "../../tests/it/http.rs"]
mod http;
#[path = "../../../kit-runtime/examples/raw/mod.rs"]
mod plain;
#[path = "../../tests/it/postgres.rs"]
mod postgres;
#[path = "../../tests/it/program.rs"]
mod program;
#[path = "../../tests/it/raw.rs"]
mod raw;
#[path = "../../tests/it/server.rs"]
mod server;
#[path = "../../tests/it/system.rs"]
mod system;

mod commands;
mod idle;

use std::time::Duration;

use program::Program;
use system::{Setup, System};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().map_or(default, |it| it.parse().unwrap());
    let (seconds, rounds): (u64, u64) = (number(3), number(5));
    idle::all(&mut System::start(Setup::Apart));
    idle::all(&mut System::start(Setup::OnPostgres));
    commands::all(Duration::from_secs(seconds), rounds);
}

/// Hundredths of a second that a process has worked.
fn worked(id: u32) -> u64 {
    plain::process(&id.to_string()).map_or(0, |it| it[11] + it[12])
}

/// The number of a process that runs.
fn running(program: &Program) -> u32 {
    program.child.as_ref().unwrap().id()
}
