//! Random valid domain descriptions: each is accepted without an error and rendered, twice alike.
//!
//! `MINOS_SEEDS=500` runs as many and asserts that everything came up at least 20 times.
//! `MINOS_RANDOM_OUT=DIR` with `MINOS_SEED=N` writes the description of one seed instead, and with
//! `MINOS_SEEDS=A..B` one cargo workspace with the crates of all these (`scripts/random`).

#![allow(clippy::collapsible_if, reason = "a chance first, then what it needs")]

mod aggregates;
mod chance;
mod changes;
mod commands;
mod conditions;
mod cover;
mod expr;
mod generate;
mod numbers;
mod outcomes;
mod policies;
mod reading;
mod together;
mod types;
mod world;

use camino::Utf8PathBuf;
use minos::diagnostics::Severity;

use cover::Cover;

type Files = Vec<(String, String)>;

fn bytes(files: &Files) -> Vec<(Utf8PathBuf, Vec<u8>)> {
    files.iter().map(|(path, text)| (path.into(), text.clone().into_bytes())).collect()
}

/// What is wrong with a description, as text: it should be nothing.
fn errors(files: &Files) -> Vec<String> {
    let (sources, tree, mut sink) = minos::syntax::load(bytes(files));
    let _ = minos::resolve::resolve(&tree, &sources, &mut sink);
    let found = sink.finish().into_iter().filter(|d| d.severity == Severity::Error);
    found.map(|d| format!("{d:?}")).collect()
}

fn check(seed: u64) -> Cover {
    let (files, cover) = generate::domain(seed);
    assert_eq!(errors(&files), Vec::<String>::new(), "seed {seed}");
    let one = super::golden::generate(bytes(&files));
    let two = super::golden::generate(bytes(&files));
    assert!(one == two, "seed {seed}: two renders differ");
    for (path, text) in one.iter().filter(|(path, _)| path.ends_with(".rs")) {
        assert!(!text.contains("\n\n\n"), "seed {seed}: {path}: two blank lines in a row");
        for line in text.lines() {
            assert_eq!(line, line.trim_end(), "seed {seed}: {path}: spaces at the end");
        }
    }
    cover
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// The seeds of `MINOS_SEEDS=A..B`, both ends included.
fn range() -> Option<std::ops::RangeInclusive<u64>> {
    let text = std::env::var("MINOS_SEEDS").ok()?;
    let (first, last) = text.split_once("..")?;
    Some(first.parse().expect("a number")..=last.parse().expect("a number"))
}

#[test]
fn what_is_valid_is_accepted_and_rendered() {
    if let (Some(folder), Some(seed)) = (std::env::var_os("MINOS_RANDOM_OUT"), number("MINOS_SEED"))
    {
        for (path, text) in generate::domain(seed).0 {
            let path = std::path::Path::new(&folder).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        return;
    }
    if let (Some(folder), Some(seeds)) = (std::env::var_os("MINOS_RANDOM_OUT"), range()) {
        together::write(std::path::Path::new(&folder), seeds);
        return;
    }
    let seeds = number("MINOS_SEEDS").unwrap_or(60);
    let mut cover = Cover::new();
    for seed in 1..=seeds {
        cover.add(&check(seed));
    }
    cover.print();
    if seeds >= 500 {
        assert_eq!(cover.below(20), Vec::<String>::new(), "too rare in {seeds} seeds");
    }
}
