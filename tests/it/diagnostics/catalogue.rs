//! Every code that is reported is in the catalogue, with its weight; the page is up to date.

use super::corpus::{cases, check, shown};
use minos::diagnostics::{Severity, code};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn codes_ascend_and_are_explained() {
    let codes: Vec<u16> = code::all().map(|e| e.code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    assert!(codes.len() > 110);
    for entry in code::all() {
        let text = entry.explain();
        assert!(text.contains(&code::name(entry.code)) && text.contains(entry.severity.word()));
        assert!(entry.text.ends_with('.') && entry.text.len() > 40, "{}", entry.code);
        assert!(!entry.title.ends_with('.'), "{}", entry.code);
        assert_ne!(entry.wrong, entry.right, "{}", entry.code);
        assert_eq!(code::find(&code::name(entry.code)), Some(entry));
    }
    assert_eq!(code::find("mn4").map(|e| e.code), Some(4));
    assert_eq!(code::find(" 112 ").map(|e| e.code), Some(112));
    assert!(
        code::find("MN").is_none() && code::find("MN999").is_none() && code::find("é4").is_none()
    );
}

/// What `check` prints for the first file of the corpus with this code.
fn sample(number: u16) -> Option<String> {
    let prefix = format!("{}-", code::name(number));
    let case = cases().into_iter().find(|case| case.name.starts_with(&prefix))?;
    let (sources, found) = check(case.files);
    Some(shown(&found, &sources))
}

/// Codes that only constructs of stage 2 can cause: until those are built, `check` answers MN050.
const LATER: [u16; 15] = [116, 118, 120, 335, 336, 341, 405, 411, 412, 417, 418, 502, 504, 506, 2];

#[test]
fn the_corpus_has_every_code() {
    let without: Vec<u16> = code::all()
        .filter(|e| e.severity != Severity::Advice && !LATER.contains(&e.code))
        .map(|e| e.code)
        .filter(|code| sample(*code).is_none())
        .collect();
    assert!(without.is_empty(), "no file in tests/diagnostics for {without:?}");
}

#[test]
fn the_page_is_up_to_date() {
    let mut page = String::from(
        "# Diagnostics\n\nEverything that `minos check` can say. `minos explain CODE` prints one of these.\n",
    );
    for (heading, entries) in code::BLOCKS {
        page += &format!("\n## {heading}\n");
        for entry in entries {
            page += &format!("\n### {}", entry.explain());
            if let Some(text) = sample(entry.code) {
                page += &format!("\nIt looks like this:\n\n```text\n{text}```\n");
            }
        }
    }
    let path = root().join("docs/diagnostics.md");
    if std::env::var_os("MINOS_OVERWRITE").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/diagnostics.md is stale: run this test with MINOS_OVERWRITE=1");
}

/// Calls `report(code, severity)` for each `Diagnostic::error(12, ..)` and the like below `dir`.
fn reported(dir: &Path, report: &mut impl FnMut(&Path, u16, Severity)) {
    let constructor = regex::Regex::new(r"Diagnostic::(error|warning|advice)\(\s*(\d+)\s*,")
        .expect("the pattern is valid");
    for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
        let entry = entry.expect("the sources can be read");
        if entry.path().extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("sources are UTF-8");
        for found in constructor.captures_iter(&text) {
            let severity = match &found[1] {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => Severity::Advice,
            };
            report(entry.path(), found[2].parse().expect("a number"), severity);
        }
    }
}

#[test]
fn every_reported_code_is_in_the_catalogue() {
    let mut count = 0;
    reported(&root().join("src"), &mut |path, number, severity| {
        let path = path.display();
        let entry = code::entry(number)
            .unwrap_or_else(|| panic!("{path}: {number} is not in the catalogue"));
        assert_eq!(entry.severity, severity, "{path}: MN{number:03}");
        count += 1;
    });
    assert!(count > 20, "{count}");
}
