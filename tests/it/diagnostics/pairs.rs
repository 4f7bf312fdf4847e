//! Two mistakes that have nothing to do with each other are two findings.
//!
//! Every file of the corpus that differs from a clean one in other lines than a second file is
//! joined with that one; the findings must be those of both.

use super::corpus::{Case, cases, check, shown};
use camino::Utf8PathBuf;
use similar::{DiffOp, TextDiff};
use std::collections::BTreeMap;

/// A change of lines: of the clean file, and what stands there instead.
type Change = (std::ops::Range<usize>, String);

fn text(files: &[(Utf8PathBuf, Vec<u8>)]) -> String {
    files
        .iter()
        .map(|(path, bytes)| format!("#--- {path}\n{}", String::from_utf8_lossy(bytes)))
        .collect()
}

fn split(text: &str) -> Vec<(Utf8PathBuf, Vec<u8>)> {
    text.split("#--- ")
        .skip(1)
        .map(|part| {
            let (path, rest) = part.split_once('\n').unwrap_or((part, ""));
            (path.into(), rest.as_bytes().to_vec())
        })
        .collect()
}

fn changes(clean: &str, broken: &str) -> Vec<Change> {
    let lines: Vec<&str> = broken.split_inclusive('\n').collect();
    let diff = TextDiff::from_lines(clean, broken);
    let change = |op: &DiffOp| {
        let text: String = lines[op.new_range()].concat();
        (op.old_range(), text)
    };
    diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })).map(change).collect()
}

/// The clean text with both sets of changes, when they are apart.
fn joined(clean: &str, a: &[Change], b: &[Change]) -> Option<String> {
    let mut all: Vec<&Change> = a.iter().chain(b).collect();
    all.sort_by_key(|(range, _)| (range.start, range.end));
    let apart = all.windows(2).all(|pair| pair[0].0.end < pair[1].0.start);
    let lines: Vec<&str> = clean.split_inclusive('\n').collect();
    let (mut out, mut read) = (String::new(), 0);
    for (range, text) in all.iter().filter(|_| apart) {
        out += &lines[read..range.start].concat();
        out += text;
        read = range.end;
    }
    apart.then(|| out + &lines[read..].concat())
}

fn codes(files: Vec<(Utf8PathBuf, Vec<u8>)>) -> Vec<u16> {
    let mut codes: Vec<u16> = check(files).1.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes
}

/// Findings about something that is absent (never emitted, never used, never filled) and played
/// scenarios: they wait until nothing else is wrong, because what is wrong may be why.
const WAITING: [u16; 10] = [305, 308, 311, 312, 321, 324, 332, 333, 337, 413];

/// Whether a joined file gives what its two halves give; what waits may be missing.
fn agree(found: &[u16], one: &[u16], other: &[u16]) -> bool {
    let sorted = |codes: Vec<u16>| {
        let mut codes = codes;
        codes.sort_unstable();
        codes
    };
    let certain = |codes: &[u16]| codes.iter().copied().filter(|c| !WAITING.contains(c)).collect();
    let both = [one, other].concat();
    let waiting = found.iter().filter(|c| WAITING.contains(c)).all(|c| both.contains(c));
    !found.is_empty() && waiting && sorted(certain(found)) == sorted(certain(&both))
}

/// Files whose mistake takes a whole table, so that what else is in it cannot be judged.
const LOST: [&str; 3] = ["MN001-unclosed-header", "MN003-duplicate-table", "MN131-two-places"];

/// Files whose mistake takes a key of a table that says what the rest of it is about: what is
/// missed in the same table may follow from it.
const LOSING: [&str; 2] = ["MN003-duplicate-key", "MN019-if-missing"];

/// Pairs that have something to do with each other: the first takes the event, field or type away
/// that the second is about, or needs an argument that the second does not give; or both misspell
/// one name alike, which is told once.
const RELATED: [(&str, &str); 27] = [
    ("MN010-double-quotes", "MN337-no-example"),
    ("MN012-command-without-emit", "MN201-assigned"),
    ("MN012-command-without-emit", "MN218-now-in-apply"),
    ("MN012-command-without-emit", "MN314-derived-assigned"),
    ("MN012-command-without-emit", "MN408-endless-loop"),
    ("MN014-exact-length", "MN107-method"),
    ("MN014-missing-colon", "MN211-needs-round"),
    ("MN014-missing-colon", "MN302-missing-field"),
    ("MN014-patch-without-option", "MN302-missing-field"),
    ("MN016-positional-argument", "MN109-to"),
    ("MN016-positional-argument", "MN211-needs-round"),
    ("MN016-positional-argument", "MN302-missing-field"),
    ("MN016-positional-argument", "MN408-endless-loop"),
    ("MN018-row-without-arrow", "MN302-missing-field"),
    ("MN018-broken-else", "MN302-missing-field"),
    ("MN102-misspelt-word", "MN107-method"),
    ("MN103-column", "MN303-unknown-argument"),
    ("MN114-field-self", "MN408-endless-loop"),
    ("MN133-aggregate-in-the-kernel", "MN402-private-command"),
    ("MN201-assigned", "MN221-patch-in-state"),
    ("MN202-table", "MN302-missing-field"),
    ("MN205-option-assigned", "MN337-no-example"),
    ("MN205-option-compared", "MN221-patch-in-state"),
    ("MN212-product", "MN408-endless-loop"),
    ("MN219-placeholders", "MN302-missing-field"),
    ("MN302-missing-field", "MN323-no-else"),
    ("MN302-missing-field", "MN324-behind-else"),
];

struct Broken<'c> {
    case: &'c Case,
    changes: Vec<Change>,
    codes: Vec<u16>,
}

/// The files of the corpus by the clean text that they are nearest to.
fn groups<'c>(cases: &'c [Case], clean: &[String]) -> BTreeMap<usize, Vec<Broken<'c>>> {
    let mut groups: BTreeMap<usize, Vec<Broken<'c>>> = BTreeMap::new();
    let size = |all: &[Change]| all.iter().map(|c| c.0.len() + c.1.len()).sum::<usize>();
    let alone = |case: &&Case| case.name.starts_with("MN") && !LOST.contains(&case.name.as_str());
    // Routes stand apart: nothing else in a domain depends on them.
    let routed = |text: &str| text.contains("[[route]]") || text.contains("[gateway]");
    for case in cases.iter().filter(alone) {
        let broken = text(&case.files);
        if routed(&broken) {
            continue;
        }
        let all = clean.iter().map(|clean| changes(clean, &broken)).enumerate();
        let (base, changes) = all.min_by_key(|(_, all)| size(all)).expect("a clean file");
        let codes = codes(case.files.clone());
        groups.entry(base).or_default().push(Broken { case, changes, codes });
    }
    groups
}

/// Whether two sets of changes meet in one table.
fn one_table(clean: &str, a: &[Change], b: &[Change]) -> bool {
    let lines: Vec<&str> = clean.lines().collect();
    let table = |change: &Change| {
        let mut before = lines[..change.0.start].iter();
        before.rposition(|line| line.starts_with('['))
    };
    a.iter().any(|a| b.iter().any(|b| table(a) == table(b)))
}

#[test]
fn two_mistakes_are_two_findings() {
    let cases = cases();
    let clean: Vec<String> = ["clean-one-context", "clean-two-contexts"]
        .map(|name| text(&cases.iter().find(|c| c.name == name).expect("a clean file").files))
        .into();
    let (mut count, mut wrong) = (0, Vec::new());
    for (base, group) in groups(&cases, &clean) {
        let pairs =
            group.iter().enumerate().flat_map(|(i, a)| group[i + 1..].iter().map(move |b| (a, b)));
        for (a, b) in pairs {
            let names = [a.case.name.as_str(), b.case.name.as_str()];
            let losing = names.iter().any(|name| LOSING.contains(name));
            if RELATED.contains(&(names[0], names[1]))
                || losing && one_table(&clean[base], &a.changes, &b.changes)
            {
                continue;
            }
            let Some(both) = joined(&clean[base], &a.changes, &b.changes) else { continue };
            count += 1;
            let (sources, found) = check(split(&both));
            let codes: Vec<u16> = found.iter().map(|d| d.code).collect();
            if !agree(&codes, &a.codes, &b.codes) {
                let text = shown(&found, &sources);
                wrong.push(format!("== {} + {}: {codes:?}\n{text}", a.case.name, b.case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} of {count} differ", wrong.join("\n"), wrong.len());
    assert!(count > 100, "{count}");
}
