//! What a process needs that has nothing to do: the time until it is ready, its memory, and the work of looking.

use std::fs::read_to_string;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::ask;
use crate::program::Program;
use crate::system::System;
use crate::{running, worked};

/// Starts of each process.
const STARTS: usize = 5;
/// How long is looked at a process that has nothing to do.
const QUIET: Duration = Duration::from_secs(10);

/// Measure all processes of a system, with settings as they are by default.
pub fn all(system: &mut System) {
    println!(
        "{:?}: process, ready after (median of {STARTS}), memory, work when idle",
        system.setup
    );
    for program in system.programs.values_mut() {
        program.recipe.settings.retain(|(name, _)| !name.starts_with("VIEW_POLL"));
        program.stop();
        program.start();
    }
    system.whole();
    let mut starts: Vec<Duration> = Vec::new();
    for program in system.programs.values_mut() {
        starts.push(median((0..STARTS).map(|_| start(program)).collect()));
    }
    system.whole();
    let ids: Vec<u32> = system.programs.values().map(running).collect();
    let before: Vec<u64> = ids.iter().map(|id| worked(*id)).collect();
    std::thread::sleep(QUIET);
    for (place, name) in system.programs.keys().enumerate() {
        let work = (worked(ids[place]) - before[place]) as f64 * 10.0 / QUIET.as_secs_f64();
        let (ready, memory) = (starts[place].as_secs_f64() * 1000.0, memory(ids[place]));
        println!("  {name}: {ready:.0} ms, {memory:.1} MB, {work:.1} ms of CPU per second");
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Start a process once more; gives the time until it is ready.
fn start(program: &mut Program) -> Duration {
    program.stop();
    let begun = Instant::now();
    program.start();
    while ask(&program.recipe.address, "GET /ready", &[], &Value::Null)
        .is_none_or(|answer| answer.status != 200)
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    begun.elapsed()
}

/// What a process has in memory, in MB.
fn memory(id: u32) -> f64 {
    let text = read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}
