//! The rooms keep their order, and files keep their size and their words.

use std::path::{Path, PathBuf};

/// A room may use those before it.
const ROOMS: [&str; 16] = [
    "source",
    "diagnostics",
    "layout",
    "lang",
    "shapes",
    "syntax",
    "names",
    "model",
    "resolve",
    "export",
    "view",
    "plan",
    "render",
    "tree",
    "merge",
    "cli",
];

/// No file of text is longer.
const MAX_LINES: usize = 600;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files below these folders with one of these endings, and their texts.
fn texts(folders: &[&str], endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in folders {
        for entry in walkdir::WalkDir::new(root().join(folder)).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let ends = entry.path().extension().and_then(|e| e.to_str());
            if !entry.file_type().is_file() || !ends.is_some_and(|e| endings.contains(&e)) {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).expect("sources are UTF-8");
            found.push((shown(entry.path()), text));
        }
    }
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string().replace('\\', "/")
}

#[test]
fn rooms_use_only_those_before_them() {
    let place = |room: &str| ROOMS.iter().position(|r| *r == room);
    let uses = regex::Regex::new(r"\bcrate::(\w+)").expect("the pattern is valid");
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, text) in texts(&["src"], &["rs"]) {
        let room = path.split('/').nth(1).and_then(place);
        // Tests may look at what later rooms make of a result.
        let Some(room) = room.filter(|_| !path.contains("/tests/")) else { continue };
        for found in uses.captures_iter(&text) {
            count += 1;
            if place(&found[1]).is_some_and(|used| used > room) {
                wrong.push(format!("{path} uses {}", &found[1]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 100, "{count}");
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    for (path, text) in texts(&["src", "tests", "templates"], &["rs", "tera"]) {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            long.push(format!("{path}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn nothing_is_left_open() {
    let open = regex::Regex::new(r"\b(TODO|FIXME|XXX)\b|\b(todo|unimplemented)!").expect("valid");
    let mut found = Vec::new();
    for (path, text) in texts(&["src", "tests", "templates", "examples"], &["rs", "tera", "toml"]) {
        if path == "tests/it/rooms.rs" {
            continue;
        }
        for (line, text) in text.lines().enumerate().filter(|(_, l)| open.is_match(l)) {
            found.push(format!("{path}:{}: {}", line + 1, text.trim()));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn templates_stay_short() {
    let long: Vec<String> = texts(&["templates"], &["tera"])
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 150)
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn no_registry_and_no_machine_is_named() {
    let endings = [
        "rs", "tera", "toml", "md", "json", "yaml", "yml", "txt", "sql", "stdout", "stderr", "cmd",
    ];
    // Written in two parts, so that this file passes.
    let hosts = [
        ["crates", ".io"],
        ["static.rust", "-lang.org"],
        ["registry.npm", "js.org"],
        ["py", "pi.org"],
        ["docker", ".io"],
        ["ghcr", ".io"],
        ["maven", ".org"],
        ["proxy.gol", "ang.org"],
        ["/home", "/"],
        ["/root", "/"],
        ["/Users", "/"],
        ["/wo", "rk/"],
    ];
    let folders = ["src", "tests", "templates", "examples", "docs", "scripts", "schemas", ".ci"];
    let mut found = Vec::new();
    for (path, text) in texts(&folders, &endings) {
        for part in hosts.map(|parts| parts.concat()) {
            let named = text.lines().position(|line| line.contains(&part));
            found.extend(named.map(|line| format!("{path}:{} names {part}", line + 1)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
