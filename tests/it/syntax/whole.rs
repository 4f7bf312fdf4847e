//! Mistakes in the text of whole projects, read and resolved: what a broken text hides is not
//! missed by others, and a misspelt name elsewhere is told all the same.

use camino::{Utf8Path, Utf8PathBuf};

use super::planted::{KINDS, planted};

type Files = Vec<(Utf8PathBuf, Vec<u8>)>;

fn domain(name: &str) -> Files {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    minos::syntax::read_dir(&folder.join(name)).expect("the domain is there")
}

/// All findings, of reading and of resolving.
fn check(files: Files) -> Vec<String> {
    let (sources, tree, mut sink) = minos::syntax::load(files);
    let _ = minos::resolve::resolve(&tree, &sources, &mut sink);
    let line = |d: &minos::diagnostics::Diagnostic| {
        let file = sources.get(d.primary.span.file).expect("the file of the span is loaded");
        let (line, column) = file.place(d.primary.span.start as usize);
        format!("MN{:03} {}:{line}:{column} {}", d.code, file.path(), d.message)
    };
    let found = sink.finish();
    found.iter().filter(|d| d.severity != minos::diagnostics::Severity::Advice).map(line).collect()
}

/// Every `step`-th line of every file, with each kind of mistake: one finding.
fn one_finding_each(name: &str, step: usize) -> usize {
    let files = domain(name);
    assert_eq!(check(files.clone()), Vec::<String>::new());
    let mut tried = 0;
    for (i, (path, bytes)) in files.iter().enumerate() {
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        for line in (0..text.lines().count()).step_by(step) {
            for kind in 0..KINDS {
                let Some(bad) = planted(&text, line, kind, line * 7) else { continue };
                let mut files = files.clone();
                files[i].1 = bad.into_bytes();
                let found = check(files);
                let shown = text.lines().nth(line).unwrap_or_default();
                assert_eq!(found.len(), 1, "{path}, kind {kind}, in {shown}\n{found:#?}");
                tried += 1;
            }
        }
    }
    tried
}

#[test]
fn one_mistake_has_no_followers() {
    assert!(one_finding_each("toolshare", 1) > 60);
    assert!(one_finding_each("garage", 13) > 60);
}

/// Names misspelt once, in texts of the workshop.
const TYPOS: [(&str, &str); 7] = [
    ("PartPrice[", "PartPrise["),
    ("\"JobList(", "\"JobLst("),
    ("view = \"JobList\"", "view = \"JobLst\""),
    ("to = \"quoted\" }", "to = \"quotd\" }"),
    ("p.price * p.quantity", "p.price * p.quantty"),
    ("on.JobFlagged = \"flagged", "on.JobFlagged = \"flaged"),
    ("ev.due >= 1", "ev.deu >= 1"),
];

/// A misspelt name and a broken text in another table are two findings. Without arrays that are
/// not closed: they swallow what follows.
#[test]
fn broken_text_does_not_hide_misspelt_names() {
    let mut files = domain("garage");
    let workshop = files.iter().position(|(path, _)| path.as_str().contains("workshop"));
    let workshop = workshop.expect("there is a workshop");
    let text = String::from_utf8(files[workshop].1.clone()).expect("UTF-8");
    let table = |line: usize| {
        let headers = text.lines().take(line + 1).filter(|l| l.starts_with('['));
        let last = headers.last().unwrap_or_default().trim_matches(['[', ']']);
        last.split(['.', ']']).take(2).collect::<Vec<_>>().join(".")
    };
    let (mut tried, mut hidden) = (0, Vec::new());
    for (number, (good, wrong)) in TYPOS.iter().enumerate() {
        let typo = text.replacen(good, wrong, 1);
        let place = text.lines().position(|l| l.contains(good)).expect("the text is there");
        for line in (number..text.lines().count()).step_by(5) {
            let kind = (line + number) % (KINDS - 1);
            let Some(bad) = planted(&typo, line, kind, line * 7) else { continue };
            if table(line) == table(place) || !bad.contains(wrong) {
                continue;
            }
            files[workshop].1 = bad.into_bytes();
            let found = check(files.clone());
            tried += 1;
            if found.len() != 2 {
                hidden.push(format!("{wrong}, line {}, kind {kind}: {found:?}", line + 1));
            }
        }
    }
    assert!(tried > 100, "{tried}");
    assert!(hidden.len() * 50 <= tried, "{} of {tried}: {hidden:#?}", hidden.len());
}
