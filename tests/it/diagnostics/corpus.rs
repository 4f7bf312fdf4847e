//! Planted mistakes: each file of `tests/diagnostics` holds some, and gives exactly those findings.
//!
//! A file is `minos.toml`, or several after lines `#--- PATH`. `MNnnn-slug` holds one mistake with
//! that code, unless a first line `# expect:` lists others; `clean-slug` holds none. The rendered
//! findings stand beside it as `.txt`. Where findings have a patch, carrying it out removes that
//! finding and adds none.

use camino::{Utf8Path, Utf8PathBuf};
use minos::diagnostics::{Diagnostic, Severity, code, patch, render};
use minos::source::{FileId, Sources};
use std::collections::{BTreeMap, BTreeSet};

type Files = Vec<(Utf8PathBuf, Vec<u8>)>;

/// All findings on these files. Advice is a matter of taste and left out.
pub(super) fn check(files: Files) -> (Sources, Vec<Diagnostic>) {
    let (sources, tree, mut sink) = minos::syntax::load(files);
    let _ = minos::resolve::resolve(&tree, &sources, &mut sink);
    let found = sink.finish().into_iter().filter(|d| d.severity != Severity::Advice).collect();
    (sources, found)
}

pub(super) struct Case {
    pub(super) name: String,
    pub(super) path: Utf8PathBuf,
    pub(super) files: Files,
    codes: Vec<String>,
}

pub(super) fn cases() -> Vec<Case> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().expect("the corpus is there") {
        let path = entry.expect("the corpus can be read").into_path();
        if path.extension() != Some("toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the corpus is UTF-8");
        let name = path.file_stem().expect("a name").to_owned();
        let header = text.lines().next().and_then(|line| line.strip_prefix("# expect:"));
        let codes = match header {
            Some(codes) => codes.split_whitespace().map(ToOwned::to_owned).collect(),
            None if name.starts_with("clean-") => Vec::new(),
            None => vec![name.split('-').next().unwrap_or_default().to_owned()],
        };
        found.push(Case { name, path, files: split(&text), codes });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The files after lines `#--- PATH`, or the whole as `minos.toml`.
fn split(text: &str) -> Files {
    if !text.contains("#--- ") {
        return vec![("minos.toml".into(), text.as_bytes().to_vec())];
    }
    let mut files = Files::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("#--- ") {
            Some(path) => files.push((path.trim().into(), Vec::new())),
            None => {
                if let Some((_, bytes)) = files.last_mut() {
                    bytes.extend(line.as_bytes());
                }
            }
        }
    }
    files
}

fn codes(found: &[Diagnostic]) -> Vec<String> {
    let mut codes: Vec<String> = found.iter().map(|d| code::name(d.code)).collect();
    codes.sort();
    codes
}

pub(super) fn shown(found: &[Diagnostic], sources: &Sources) -> String {
    let text = render::report(found, sources, render::Style::default());
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn each_file_gives_its_findings_and_no_other() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (sources, found) = check(case.files);
        if codes(&found) != case.codes {
            let text = shown(&found, &sources);
            wrong.push(format!(
                "== {}: expected {:?}, got {:?}\n{text}",
                case.name,
                case.codes,
                codes(&found)
            ));
        }
    }
    let count = wrong.len();
    assert!(wrong.is_empty(), "{}\n{count} files differ", wrong.join("\n"));
}

#[test]
fn findings_read_as_they_should() {
    let overwrite = std::env::var_os("MINOS_OVERWRITE").is_some();
    let mut stale = Vec::new();
    for case in cases() {
        let (sources, found) = check(case.files);
        let text = shown(&found, &sources);
        let golden = case.path.with_extension("txt");
        if overwrite && !text.is_empty() {
            std::fs::write(&golden, &text).expect("the corpus can be written");
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            stale.push(format!("== {}\n{text}", case.name));
        }
    }
    assert!(stale.is_empty(), "{}\nread them, then run with MINOS_OVERWRITE=1", stale.join("\n"));
}

#[test]
fn every_error_says_what_to_do() {
    for case in cases() {
        for found in check(case.files).1 {
            let place = format!("{}: {found:?}", case.name);
            let first = found.message.chars().next().expect("a message");
            assert!(!first.is_uppercase() || found.message.starts_with("JSON"), "{place}");
            assert!(!found.message.ends_with('.'), "{place}");
            assert!(found.help.is_some(), "{place}");
            assert_eq!(
                code::entry(found.code).map(|e| e.severity),
                Some(found.severity),
                "{place}"
            );
        }
    }
}

/// A finding without its place, to compare two runs.
fn gist(found: &Diagnostic) -> (u16, String) {
    (found.code, found.message.clone())
}

#[test]
fn every_patch_mends_its_finding_and_breaks_nothing() {
    let mut patches = BTreeSet::new();
    for case in cases() {
        let (sources, found) = check(case.files);
        for (index, one) in found.iter().enumerate().filter(|(_, d)| !d.patch.is_empty()) {
            let changed: BTreeMap<FileId, String> = patch::carry_out(one, &sources);
            assert!(!changed.is_empty(), "{}: the patch cannot be carried out", case.name);
            let files = sources
                .iter()
                .map(|(id, file)| {
                    let text = changed.get(&id).map_or(file.text(), String::as_str);
                    (file.path().to_owned(), text.as_bytes().to_vec())
                })
                .collect();
            let (after, rest) = check(files);
            let mut expected: Vec<_> = found.iter().map(gist).collect();
            expected.remove(index);
            let mut got: Vec<_> = rest.iter().map(gist).collect();
            expected.sort();
            got.sort();
            assert_eq!(got, expected, "{}\n{}", case.name, shown(&rest, &after));
            patches.insert(one.code);
        }
    }
    let promised =
        [4, 101, 102, 103, 104, 105, 106, 107, 108, 109, 112, 203, 205, 211, 302, 323, 401, 402];
    let without: Vec<u16> = promised.into_iter().filter(|code| !patches.contains(code)).collect();
    assert!(without.is_empty(), "no patch was carried out for {without:?}");
}

#[test]
fn line_ends_of_other_systems_change_nothing() {
    for case in cases() {
        let other = |(path, bytes): &(Utf8PathBuf, Vec<u8>)| {
            let text = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
            (path.clone(), text.into_bytes())
        };
        let files: Files = case.files.iter().map(other).collect();
        let (sources, found) = check(files);
        assert_eq!(codes(&found), case.codes, "{}\n{}", case.name, shown(&found, &sources));
        let lines = |found: &[Diagnostic], sources: &Sources| -> Vec<(usize, usize)> {
            let file = |d: &Diagnostic| sources.get(d.primary.span.file).expect("a file").clone();
            found.iter().map(|d| file(d).place(d.primary.span.start as usize)).collect()
        };
        let (plain, expected) = check(case.files);
        assert_eq!(lines(&found, &sources), lines(&expected, &plain), "{}", case.name);
    }
}
