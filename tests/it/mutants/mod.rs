//! How much the scenarios of the examples notice: mutants of the domain, one at a time.
//!
//! A mutant is killed when a scenario fails, which is what `check` reports. One that is no valid
//! domain any more does not count. Whether the generated tests fail as well takes a compiler:
//! `scripts/domain-mutants` asks it, and leaves what it found in `compiled.md`.

mod compiled;
mod make;
mod walk;

use crate::cli::expect_file;
use camino::{Utf8Path, Utf8PathBuf};
use minos::diagnostics::{Diagnostic, Severity};
use minos::source::Sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

type Files = Vec<(Utf8PathBuf, Vec<u8>)>;

/// Of a hundred mutants that count, at least so many are killed, in each example.
const LEAST: usize = 90;

/// It has one scenario, because it fits on a screen.
const TUTORIAL: &str = "minimal";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Killed,
    Survived,
    /// Not a valid domain.
    Invalid,
}

struct Tried {
    place: String,
    kind: &'static str,
    edit: String,
    fate: Fate,
}

fn check(files: Files) -> (Sources, Vec<Diagnostic>) {
    let (sources, tree, mut sink) = minos::syntax::load(files);
    let _ = minos::resolve::resolve(&tree, &sources, &mut sink);
    let errors = sink.finish().into_iter().filter(|d| d.severity == Severity::Error).collect();
    (sources, errors)
}

/// Scenarios stand at the end of their files, so an error behind the first header is theirs.
fn in_scenario(sources: &Sources, error: &Diagnostic) -> bool {
    let span = error.primary.span;
    let text = sources.get(span.file).map_or("", |f| f.text());
    text.find("[[scenario]]").is_some_and(|start| span.range().start >= start)
}

/// The files with this mutant in them.
fn with(files: &Files, sources: &Sources, mutant: &make::Mutant) -> Files {
    let source = sources.get(mutant.span.file).expect("the mutant's file is there");
    let mut files = files.clone();
    let file = files.iter_mut().find(|(path, _)| path == source.path()).expect("it was read");
    let mut text = String::from_utf8(std::mem::take(&mut file.1)).expect("examples are UTF-8");
    text.replace_range(mutant.span.range(), &mutant.text);
    file.1 = text.into_bytes();
    files
}

fn fate(files: Files) -> Fate {
    let (sources, errors) = check(files);
    if errors.is_empty() {
        Fate::Survived
    } else if errors.iter().all(|e| matches!(e.code, 332 | 333) || in_scenario(&sources, e)) {
        Fate::Killed
    } else {
        Fate::Invalid
    }
}

fn tried(texts: &Texts, mutant: &make::Mutant) -> Tried {
    let Texts { files, sources, .. } = texts;
    let source = sources.get(mutant.span.file).expect("the mutant's file is there");
    let (line, column) = source.place(mutant.span.range().start);
    let old = sources.text(mutant.span).trim();
    let new = mutant.text.trim();
    let edit = match (old, new) {
        ("", new) => format!("add `{new}`"),
        (old, "") => format!("drop `{old}`"),
        (old, new) => format!("`{old}` → `{new}`"),
    };
    let fate = fate(with(files, sources, mutant));
    let place = format!("{}:{line}:{column}", source.path());
    Tried { place, kind: mutant.kind, edit, fate }
}

/// Whether scenarios are the last tables of every file.
fn scenarios_are_last(sources: &Sources) {
    for (_, file) in sources.iter() {
        let behind = file.text().find("[[scenario]]").and_then(|at| file.text().get(at..));
        let other = |line: &&str| line.starts_with('[') && !line.starts_with("[[scenario]]");
        assert_eq!(behind.unwrap_or("").lines().find(other), None, "{}", file.path());
    }
}

/// An example, and its mutants in the order of the text.
struct Texts {
    files: Files,
    sources: Sources,
    mutants: Vec<make::Mutant>,
    of_queries: Vec<make::Mutant>,
}

fn texts(path: &Utf8Path) -> Texts {
    let files = minos::syntax::read_dir(path).expect("the example can be read");
    let (sources, tree, _) = minos::syntax::load(files.clone());
    scenarios_are_last(&sources);
    let (_, errors) = check(files.clone());
    assert!(errors.is_empty(), "{path}: {errors:#?}");
    let in_order = |mut mutants: Vec<make::Mutant>| {
        mutants.sort_by(|a, b| (a.span, &a.text).cmp(&(b.span, &b.text)));
        mutants.dedup_by(|a, b| (a.span, &a.text) == (b.span, &b.text));
        mutants
    };
    let mutants = in_order(walk::mutants(&tree, &sources));
    let of_queries = in_order(walk::of_queries(&tree, &sources));
    Texts { files, sources, mutants, of_queries }
}

fn try_all(texts: &Texts, mutants: &[make::Mutant]) -> Vec<Tried> {
    let half = mutants.len().div_ceil(2).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = mutants
            .chunks(half)
            .map(|part| scope.spawn(|| part.iter().map(|it| tried(texts, it)).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|t| t.join().expect("mutants do not panic")).collect()
    })
}

struct Example {
    name: String,
    tried: Vec<Tried>,
    queries: Vec<Tried>,
}

fn example(path: &Utf8Path) -> Example {
    let texts = texts(path);
    let tried = try_all(&texts, &texts.mutants);
    let queries = try_all(&texts, &texts.of_queries);
    Example { name: path.file_name().unwrap_or_default().to_owned(), tried, queries }
}

/// The folders of the examples.
fn paths() -> Vec<Utf8PathBuf> {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = root.read_dir_utf8().expect("the examples are there");
    let mut paths: Vec<Utf8PathBuf> = entries
        .map(|e| e.expect("the examples can be listed").into_path())
        .filter(|path| path.join("minos.toml").is_file())
        .collect();
    paths.sort();
    paths
}

fn count(tried: &[&Tried], fate: Fate) -> usize {
    tried.iter().filter(|t| t.fate == fate).count()
}

/// Add a row: made, not valid, counted, killed, share. Gives killed and counted.
fn row<'t>(
    page: &mut String,
    name: &str,
    tried: impl IntoIterator<Item = &'t Tried>,
) -> (usize, usize) {
    let tried: Vec<&Tried> = tried.into_iter().collect();
    let (killed, invalid) = (count(&tried, Fate::Killed), count(&tried, Fate::Invalid));
    let counted = tried.len() - invalid;
    let share = (killed * 1000).checked_div(counted).unwrap_or(1000);
    let (made, share) = (tried.len(), format!("{}.{} %", share / 10, share % 10));
    let line = format!("| {name} | {made} | {invalid} | {counted} | {killed} | {share} |");
    writeln!(page, "{line}").expect("text can be written");
    (killed, counted)
}

fn enough((killed, counted): (usize, usize)) -> bool {
    killed * 100 >= LEAST * counted
}

fn survivors(page: &mut String, tried: &[Tried]) {
    for one in tried.iter().filter(|t| t.fate == Fate::Survived) {
        let Tried { place, kind, edit, .. } = one;
        writeln!(page, "- {place} {kind}: {edit}").expect("text can be written");
    }
}

const HEAD: &str = "# Mutants of the examples

How much the scenarios notice. Each mutant is an example with one wrong edit: a comparison moved or
turned round, `&&` for `||`, `+=` for `-=`, a rule, condition, message, change or table row dropped,
a constant one higher, the opposite method, another outcome, `from`, `to` or `closes`. Types, names,
texts and the scenarios themselves are left alone. A mutant is killed when a scenario fails in
`check`; one that is no valid domain any more (a wrong type, say) does not count. The generated
tests play the same scenarios with the generated code; how many mutants they kill stands below.

Written by `MINOS_UPDATE=1 cargo test --test it mutants`. The test fails when an example, or all of
them together, fall below 90 %. `minimal` is for the tutorial: it has one scenario and fits on a
screen, so it counts in the sum only. Queries are listed apart: a scenario tells what happens and
which rows are there afterwards, and cannot ask a query.
";

/// What `scripts/domain-mutants` found.
const COMPILED: &str = include_str!("compiled.md");

const WHY: &str = "
## What survives

Some of these change nothing that can be seen: a fallback that is never taken, the start of a
maximum below its least value, `>` for `>=` between equal values, a condition that all open streams
fulfil. Others change what a scenario cannot tell: that a row is gone, a field of the state that
nothing reads, a value that breaks the rule of its newtype (`check` refuses to read it).
";

#[test]
fn scenarios_notice_nine_mutants_in_ten() {
    let all: Vec<Example> = paths().iter().map(|path| example(path)).collect();
    let titles = "made | not valid | counted | killed | share |\n|---|---:|---:|---:|---:|---:|\n";
    let mut page = format!("{HEAD}\n| example | {titles}");
    let mut low = Vec::new();
    for Example { name, tried, .. } in &all {
        let (killed, counted) = row(&mut page, name, tried);
        assert!(counted > 5, "{name}: {counted} mutants");
        if name != TUTORIAL && !enough((killed, counted)) {
            low.push(format!("{name}: {killed} of {counted}"));
        }
    }
    let sum = row(&mut page, "together", all.iter().flat_map(|e| &e.tried));
    row(&mut page, "queries", all.iter().flat_map(|e| &e.queries));
    let mut kinds: BTreeMap<&str, Vec<&Tried>> = BTreeMap::new();
    for tried in all.iter().flat_map(|e| &e.tried) {
        kinds.entry(tried.kind).or_default().push(tried);
    }
    page += &format!("\n| kind | {titles}");
    for (kind, tried) in kinds {
        row(&mut page, kind, tried);
    }
    page += COMPILED;
    page += WHY;
    for Example { name, tried, queries } in &all {
        writeln!(page, "\n### {name}\n").expect("text can be written");
        survivors(&mut page, tried);
        if !queries.is_empty() {
            page += "\nOf its queries:\n\n";
            survivors(&mut page, queries);
        }
    }
    println!("{page}");
    assert!(low.is_empty() && enough(sum), "below {LEAST} %: {low:#?}, together {sum:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mutants.md");
    expect_file(&path, &page).unwrap_or_else(|diff| panic!("{diff}"));
}
