//! How much `minos` costs: `cargo bench --bench speed`.
//!
//! CPU seconds of the process and its children, from the kernel's accounting, and the largest
//! memory seen; each figure is the least of several runs. `new` is set against a plain loop that
//! writes the same files in the same run. Everything happens in a folder in memory where there is
//! one.
#![allow(missing_docs, reason = "a program")]
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a program")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use rustix::time::{ClockId, clock_gettime};

const MINOS: &str = env!("CARGO_BIN_EXE_minos");

fn main() {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let folder = tempfile::Builder::new().prefix("minos-bench").tempdir_in(memory()).unwrap();
    let folder = folder.path();
    println!("{:<44} {:>8} {:>8} {:>8}", "what", "CPU s", "wall s", "MB");
    for count in [1, 4, 20, 100] {
        let domain = folder.join(format!("domain-{count}"));
        contexts(&domain, count);
        new(folder, &domain, &format!("new, {count} contexts"));
    }
    sync(folder);
    let domain = folder.join("large");
    large(&domain);
    new(folder, &domain, "new, 1,000 aggregates, 10,000 events");
    let mistakes = folder.join("mistakes.toml");
    fs::write(&mistakes, ten_mistakes()).unwrap();
    row(
        "check, ten mistakes in one file",
        &measure(&["check", mistakes.to_str().unwrap()], folder),
    );
    row("--version", &measure(&["--version"], folder));
}

/// A folder in memory, else the ordinary temporary one.
fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}

fn new(folder: &Path, domain: &Path, what: &str) {
    let target = folder.join("out");
    let (mut best, mut plain) = (Figures::worst(), Figures::worst());
    for _ in 0..5 {
        let _ = fs::remove_dir_all(&target);
        let args = [
            "new",
            "project",
            target.to_str().unwrap(),
            "--domain",
            domain.to_str().unwrap(),
            "-q",
        ];
        best = best.or(run(&args, folder));
        plain = plain.or(copy_again(&target, &folder.join("plain")));
    }
    row(what, &best);
    let ratio = best.cpu / plain.cpu.max(0.001);
    println!(
        "{:<44} {:>8.3} {:>8.3} {:>7.1}x",
        "  a plain loop writes the same", plain.cpu, plain.wall, ratio
    );
}

fn sync(folder: &Path) {
    let target = folder.join("out");
    let project = target.to_str().unwrap();
    let known = || measure(&["sync", "--project", project, "-q"], folder);
    row("sync without a change, 100 contexts", &known());
    // What a fresh clone costs, or a run of another minos.
    let settled = target.join(".minos/txn/settled");
    let looked_at = (0..10).map(|_| {
        fs::remove_file(&settled).unwrap();
        run(&["sync", "--project", project, "-q"], folder)
    });
    row("  the same, not known to be in order", &looked_at.fold(Figures::worst(), Figures::or));
    let domain = target.join("domain/c0.toml");
    let text = fs::read_to_string(&domain).unwrap();
    let edited = (0..10).map(|n| {
        let field = format!("extra{n} = \"string(1..80)?\"\nnote =");
        fs::write(&domain, text.replace("note =", &field)).unwrap();
        run(&["sync", "--project", project, "-q"], folder)
    });
    row("  one field added, 100 contexts", &edited.fold(Figures::worst(), Figures::or));
}

#[derive(Debug, Clone, Copy)]
struct Figures {
    cpu: f64,
    wall: f64,
    memory: f64,
}

impl Figures {
    fn worst() -> Self {
        Self { cpu: f64::MAX, wall: f64::MAX, memory: 0.0 }
    }

    fn or(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            wall: self.wall.min(other.wall),
            memory: self.memory.max(other.memory),
        }
    }
}

fn row(what: &str, of: &Figures) {
    println!("{what:<44} {:>8.3} {:>8.3} {:>8.1}", of.cpu, of.wall, of.memory);
}

fn measure(args: &[&str], folder: &Path) -> Figures {
    (0..10).map(|_| run(args, folder)).fold(Figures::worst(), Figures::or)
}

/// CPU from the scheduler's own clock of the child, memory from its high-water mark.
fn run(args: &[&str], folder: &Path) -> Figures {
    let started = Instant::now();
    let mut child = Command::new(MINOS)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut memory = 0.0f64;
    let nanos: f64 = loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = high.and_then(|text| text.trim().trim_end_matches(" kB").parse::<f64>().ok());
        memory = memory.max(high.unwrap_or(0.0) / 1024.0);
        // Only a child that has ended shows its whole time: the clock lags behind while it runs.
        let ended = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let pid = Pid::from_child(&child);
        if waitid(WaitId::Pid(pid), ended).unwrap().is_some() {
            let path = format!("/proc/{}/schedstat", child.id());
            let clock = fs::read_to_string(path).unwrap_or_default();
            break clock.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        }
        std::thread::sleep(std::time::Duration::from_micros(500));
    };
    child.wait().unwrap();
    Figures { cpu: nanos / 1e9, wall: started.elapsed().as_secs_f64(), memory }
}

/// Write the files of a folder to another one: what a generator cannot do without.
fn copy_again(from: &Path, to: &Path) -> Figures {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(from).unwrap().to_owned();
            files.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    let _ = fs::remove_dir_all(to);
    let before = own_nanos();
    let started = Instant::now();
    for (name, bytes) in &files {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let wall = started.elapsed().as_secs_f64();
    Figures { cpu: (own_nanos() - before) / 1e9, wall, memory: 0.0 }
}

fn own_nanos() -> f64 {
    let clock = clock_gettime(ClockId::ProcessCPUTime);
    clock.tv_sec as f64 * 1e9 + clock.tv_nsec as f64
}

/// A system of this many contexts, each with an aggregate, commands, a view, a query, and every
/// second one with a policy on its neighbour.
fn contexts(folder: &Path, count: usize) {
    fs::create_dir_all(folder.join("domain")).unwrap();
    fs::write(folder.join("minos.toml"), "[project]\nname = \"bench\"\n").unwrap();
    for i in 0..count {
        let mut text = format!(
            r#"[aggregate.Thing{i}]
status = ["open", "done"]
[aggregate.Thing{i}.state]
name = "string(1..80)"
amount = "decimal(2) = 0.00"
note = "string(1..200)?"
[command]
OpenThing{i} = {{ creates = "Thing{i}", fields = ["name"], emit = "ThingOpened{i}" }}
FinishThing{i} = {{ on = "Thing{i}", public = true, from = "open else ignore", emit = "ThingFinished{i}" }}
[command.Add{i}]
on = "Thing{i}"
from = "open"
fields = ["value: decimal(2, 0..)"]
require = "cmd.value + amount <= 1000 else TooMuch{i}"
emit = "Added{i}"
[event]
ThingOpened{i} = {{ public = true, fields = ["name"] }}
ThingFinished{i} = {{ public = true, fields = [], to = "done" }}
Added{i}.apply = "amount += ev.value"
[view.List{i}]
of = "Thing{i}"
columns = ["name", "amount: decimal(2) = 0.00", "status"]
on.Added{i} = "amount += ev.value"
[query.Listed{i}]
view = "List{i}"
params = ["status?"]
"#
        );
        if i % 2 == 1 {
            let other = i - 1;
            text.push_str(&format!(
                "[policy.Follow{i}]\non = \"c{other}.ThingFinished{other}\"\n\
                 each = \"List{i} where status == open\"\nsend = \"FinishThing{i}\"\n"
            ));
        }
        fs::write(folder.join(format!("domain/c{i}.toml")), text).unwrap();
    }
}

/// 20 contexts with 50 aggregates of ten events each.
fn large(folder: &Path) {
    fs::create_dir_all(folder.join("domain")).unwrap();
    fs::write(folder.join("minos.toml"), "[project]\nname = \"large\"\n").unwrap();
    for c in 0..20 {
        let mut text = String::new();
        for a in 0..50 {
            let x = format!("Thing{c}Of{a}");
            text.push_str(&format!(
                "[aggregate.{x}]\n[aggregate.{x}.state]\nname = \"string(1..80)\"\n"
            ));
            text.push_str(&format!(
                "[command.Make{x}]\ncreates = \"{x}\"\nfields = [\"name\"]\nemit = \"Made{x}\"\n"
            ));
            for e in 0..9 {
                text.push_str(&format!(
                    "[command.Do{e}{x}]\non = \"{x}\"\nfields = [\"name\"]\nemit = \"Done{e}{x}\"\n"
                ));
            }
        }
        fs::write(folder.join(format!("domain/c{c}.toml")), text).unwrap();
    }
}

fn ten_mistakes() -> String {
    let mut text = String::from("[project]\nname = \"x\"\ncontext = \"desk\"\n[aggregate.Tool]\n");
    text.push_str("[aggregate.Tool.state]\nname = \"string(1..80)\"\n");
    for i in 0..10 {
        text.push_str(&format!(
            "[command.C{i}]\ncreates = \"Tool\"\nfields = [\"name\"]\nemit = \"E{i}(name = cmd.nmae{i})\"\n"
        ));
    }
    text
}
