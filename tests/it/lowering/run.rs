//! Writing, building and running the generated crate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use minos::lang::check::World;
use serde_json::Value as Json;

use super::values::Values;

/// Write what has changed into the fixed folder below `target`; the sets of values lie beside.
pub fn prepare(files: &BTreeMap<String, String>, values: &[Values], world: &World) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/lowered");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    for entry in std::fs::read_dir(folder.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("src/{}", path.file_name().unwrap().to_str().unwrap());
        if !files.contains_key(&name) {
            std::fs::remove_file(path).unwrap();
        }
    }
    for (name, text) in files {
        write(&folder.join(name), text);
    }
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    if !folder.join("Cargo.lock").exists() {
        write(&folder.join("Cargo.lock"), &lock);
    }
    let lines: Vec<String> = values.iter().map(|v| v.json(world).to_string()).collect();
    write(&folder.join("values.jsonl"), &(lines.join("\n") + "\n"));
    folder
}

fn write(path: &Path, text: &str) {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    std::fs::write(path, text).unwrap();
}

fn cargo(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(args)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .stdin(std::fs::File::open(folder.join("values.jsonl")).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

fn passed(what: &str, output: &Output) {
    let shown = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.chars().take(12_000).collect::<String>()
    };
    assert!(
        output.status.success(),
        "{what}:\n{}\n{}",
        shown(&output.stdout),
        shown(&output.stderr)
    );
}

/// The result of each expression on each set of values.
pub fn results(folder: &Path) -> BTreeMap<(usize, usize), String> {
    let output = cargo(folder, &["run", "--quiet", "--offline"]);
    passed("build and run", &output);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
            let at = (number(), number());
            (at, parts.next().unwrap_or("").to_owned())
        })
        .collect()
}

/// Places in so many functions that the layout printer may break otherwise than rustfmt does.
const ODD_LAYOUTS: usize = 3;

/// Formatted, and without a warning.
pub fn clean(folder: &Path) {
    let output = cargo(folder, &["fmt", "--check"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let odd = text.lines().filter(|line| line.starts_with("Diff in")).count();
    println!("{odd} places are laid out otherwise than rustfmt would");
    assert!(odd <= ODD_LAYOUTS && output.stderr.is_empty(), "{text}");
    let lints = cargo(folder, &["clippy", "--quiet", "--offline", "--", "-D", "warnings"]);
    passed("clippy", &lints);
}

/// Whether two results are the same JSON or the same fault.
pub fn same(a: &str, b: &str) -> bool {
    a == b
        || match (serde_json::from_str::<Json>(a), serde_json::from_str::<Json>(b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}
