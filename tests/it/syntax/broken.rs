//! Text that is not TOML: one report per mistake, and never a panic or a hang.

use std::time::{Duration, Instant};

use minos::syntax;
use proptest::prelude::*;

use super::check;

const GOOD: &str = "[aggregate.Job]\nstate = { plate = \"string\" }\n[command.OpenJob]\ncreates = \"Job\"\n\
                    fields = [\"plate\"]\nemit = \"JobOpened\"\n[event.JobOpened]\nfields = [\n  \"plate: string\",\n]\n";

/// The codes about a context file, in the order of their places.
fn codes(text: &str) -> Vec<String> {
    check(&[("domain/x.toml", text)]).iter().map(|line| line[..5].to_owned()).collect()
}

/// The place and the code of the only report.
fn only(text: &str) -> String {
    let found = check(&[("domain/x.toml", text)]);
    assert_eq!(found.len(), 1, "{found:#?}\n{text}");
    let mut parts = found[0].splitn(3, ' ');
    let (code, place) = (parts.next().expect("code"), parts.next().expect("place"));
    format!("{code} {}", place.trim_start_matches("domain/x.toml:"))
}

#[test]
fn one_syntax_mistake_is_one_report() {
    assert_eq!(codes(GOOD), Vec::<String>::new());
    let mistakes = [
        ("creates = \"Job\"", "creates = \"Job", "MN001 4:15"),
        ("creates = \"Job\"", "creates = Job", "MN001 4:11"),
        ("creates = \"Job\"", "creates =", "MN001 4:10"),
        ("creates = \"Job\"", "creates \"Job\"", "MN001 4:9"),
        ("creates = \"Job\"", "= \"Job\"", "MN001 4:1"),
        ("creates = \"Job\"", "creates = \"Job\" \"Car\"", "MN001 4:17"),
        ("creates = \"Job\"", "creates = \"J\\qob\"", "MN001 4:14"),
        ("creates = \"Job\"", "creates = \"J\u{0}ob\"", "MN001 4:13"),
        ("[command.OpenJob]", "[command.OpenJob", "MN001 3:17"),
        ("[command.OpenJob]", "[command.]", "MN001 3:10"),
        ("fields = [\"plate\"]", "fields = [\"plate\"", "MN001 6:1"),
        ("fields = [\"plate\"]", "fields = [\"plate\" \"x\"]", "MN001 5:19"),
        ("{ plate = \"string\" }", "{ plate = \"string\" x = \"int\" }", "MN001 2:28"),
        ("{ plate = \"string\" }", "{ plate = \"string\"", "MN001 2:27"),
        ("{ plate = \"string\" }", "{ plate = \"string\",\n x = \"int\" }", "MN001 2:9"),
        ("  \"plate: string\",\n]", "  \"plate: string\",\n", "MN001 9:19"),
        ("emit = \"JobOpened\"", "emit = \"JobOpened\"\nemit = \"JobOpened\"", "MN003 7:1"),
        ("[event.JobOpened]", "[command.OpenJob]\ncreates = \"Job\"", "MN003 7:10"),
        ("string\",\n]", "string\",\n]\n[aggregate.Job]\nstatus = [\"open\"]", "MN003 11:12"),
        ("state = {", "state.x = \"int\"\nstate = {", "MN003 3:1"),
    ];
    for (good, bad, expected) in mistakes {
        assert!(GOOD.contains(good), "{good}");
        assert_eq!(only(&GOOD.replacen(good, bad, 1)), expected, "{bad}");
    }
}

#[test]
fn a_repeated_key_shows_the_first_one() {
    let text = GOOD
        .replace("[event.JobOpened]", "[aggregate.Job]\n[event.JobOpened]\nto = \"a\"\nto = \"b\"");
    let (sources, _, sink) = syntax::load_text("domain/x.toml", &text);
    let first: Vec<(&str, usize)> = sink
        .found()
        .iter()
        .map(|d| (sources.text(d.secondary[0].span), d.secondary[0].span.start as usize))
        .collect();
    let to = text.find("to = ").expect("there");
    assert_eq!(first, [("[aggregate.Job]", 0), ("to", to)]);
}

#[test]
fn independent_mistakes_are_all_told() {
    let text = GOOD
        .replace("creates = \"Job\"", "creates = Job")
        .replace("[event.JobOpened]", "[event.JobOpened]\nbogus_key = 1\ncloses = 5");
    assert_eq!(codes(&text), ["MN001", "MN004", "MN005"]);
    let text = GOOD
        .replace("fields = [\"plate\"]", "fields = [\"plate\" \"x\"]\nemitt = \"X\"")
        .replace("state = { plate = \"string\" }", "state = \"plate: string\"");
    assert_eq!(codes(&text), ["MN005", "MN001", "MN004"]);
    let text = GOOD.replace("JobOpened]\n", "JobOpened]\nto = \"A B\"\napply = \"a = = b\"\n");
    assert_eq!(codes(&text).len(), 2);
}

fn within(limit: Duration, text: &str) -> Vec<String> {
    let start = Instant::now();
    let found = codes(text);
    assert!(start.elapsed() < limit, "{:?} for {} bytes", start.elapsed(), text.len());
    found
}

#[test]
fn deep_and_long_texts_are_answered_fast() {
    let limit = Duration::from_secs(20);
    for open in ["[", "{a=", "(", "a.", "!", "-", "|x| ", "if "] {
        let close = match open {
            "[" => "]",
            "{a=" => "}",
            "(" => ")",
            _ => "",
        };
        let deep = open.repeat(10_000);
        for text in [
            deep.clone(),
            format!("a = {deep}"),
            format!("a = {deep}1{}", close.repeat(10_000)),
            format!("[command.A]\non = \"B\"\nemit = \"C\"\nrequire = \"{deep}\""),
            format!(
                "[command.A]\non = \"B\"\nemit = \"C\"\nrequire = \"{deep}x{}\"",
                close.repeat(10_000)
            ),
            format!("[{deep}a]\n"),
        ] {
            let found = within(limit, &text);
            assert!(!found.is_empty() && found.len() < 4, "{open} {} {found:?}", found.len());
        }
    }
    let long = "x".repeat(2_000_000);
    within(limit, &format!("[context]\ndoc = \"{long}\"\n"));
    within(limit, &format!("# {long}"));
    within(limit, &format!("[command.A]\non = \"B\"\nemit = \"{long}\"\n"));
    within(limit, &long);
    assert_eq!(within(limit, &format!("#{}", "x".repeat(5_000_000))), ["MN007"]);
    within(limit, &"= \n".repeat(50_000));
    within(limit, &"a = 1\n".repeat(50_000));
    within(limit, &"\"".repeat(100_000));
    within(limit, &"[[scenario]]\n".repeat(20_000));
}

/// Pieces that real files are made of, and pieces that break them.
pub(super) const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "\\",
    "\0",
    "(",
    ")",
    "|x|",
    "command",
    "on",
    "emit",
    "fields",
    "project",
    "context",
    "é",
    "1e9",
    "2026-01-05",
    "true",
    "-",
    "A",
    "else",
    "if",
    "\u{feff}",
    "\r\n",
    "    ",
    "99999999999999999999",
];

pub(super) fn domain_texts() -> Vec<(String, String)> {
    let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    let mut all = Vec::new();
    for name in ["garage", "garage-stage2", "toolshare"] {
        for (path, bytes) in syntax::read_dir(&folder.join(name)).expect("the domain is there") {
            all.push((path.to_string(), String::from_utf8(bytes).expect("UTF-8")));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whole domains with pieces cut out, doubled or put in: read without panic, and a broken tree
    /// never goes without a report.
    #[test]
    fn mutated_files_never_panic(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec(
            (any::<prop::sample::Index>(), 0usize..30, any::<prop::sample::Index>()),
            1..4,
        ),
    ) {
        let texts = domain_texts();
        let (path, text) = which.get(&texts).clone();
        let mut chars: Vec<char> = text.chars().collect();
        for (at, len, piece) in cuts {
            let at = at.index(chars.len().max(1)).min(chars.len());
            let end = (at + len).min(chars.len());
            chars.splice(at..end, piece.get(PIECES).chars());
        }
        let text: String = chars.into_iter().collect();
        let (sources, tree, sink) = syntax::load_text(&path, &text);
        prop_assert!(!tree.broken || !sink.found().is_empty());
        for found in sink.found() {
            let file = sources.get(found.primary.span.file).expect("a file");
            prop_assert!(found.primary.span.end as usize <= file.text().len());
            prop_assert!(file.text().get(found.primary.span.range()).is_some(), "{:?}", found);
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_, tree, sink) = syntax::load(vec![("minos.toml".into(), bytes)]);
        prop_assert!(!tree.broken || !sink.found().is_empty());
    }

    #[test]
    fn random_pieces_never_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
    ) {
        let text = pieces.concat();
        let (_, tree, sink) = syntax::load_text("domain/x.toml", &text);
        prop_assert!(!tree.broken || !sink.found().is_empty());
    }
}
