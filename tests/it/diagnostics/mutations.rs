//! Damaged domain files: whatever is broken in them, they are answered, soon, with places that exist.

use super::corpus::{cases, check};
use camino::Utf8PathBuf;
use minos::diagnostics::{json, patch, render};
use std::time::{Duration, Instant};

/// A small generator of numbers; the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) >> 33).unwrap_or(0) % limit.max(1)
    }
}

const BITS: [&str; 24] = [
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\n",
    "\\",
    "#",
    ".",
    ",",
    "(",
    ")",
    "else",
    "|x|",
    "none",
    "é",
    "\u{0}",
    "\r",
    "..",
    "-1",
    "99999999999999999999",
    "@a",
];

/// One small damage to a text.
fn damage(text: &str, numbers: &mut Numbers) -> String {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut place = |limit: usize| places[numbers.below(limit.min(places.len()))];
    let (a, b) = (place(usize::MAX), place(usize::MAX));
    let (from, to) = (a.min(b), a.max(b));
    let short =
        places.iter().copied().filter(|p| *p > from).nth(numbers.below(8)).unwrap_or(text.len());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = numbers.below(lines.len());
    match numbers.below(7) {
        0 => format!("{}{}", &text[..from], &text[short..]),
        1 => format!("{}{}{}", &text[..from], BITS[numbers.below(BITS.len())], &text[from..]),
        2 => {
            let other = numbers.below(lines.len());
            let mut lines = lines;
            if !lines.is_empty() {
                lines.swap(line, other);
            }
            lines.concat()
        }
        3 => lines.iter().enumerate().filter(|(i, _)| *i != line).map(|(_, l)| *l).collect(),
        4 => format!(
            "{}{}{}",
            &text[..from],
            &text[to..text.len().min(to + (short - from).min(text.len() - to))]
                .chars()
                .filter(|c| c.is_ascii())
                .collect::<String>(),
            &text[from..]
        ),
        5 => {
            let words: Vec<&str> = text
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .filter(|w| !w.is_empty())
                .collect();
            let (one, other) = (numbers.below(words.len()), numbers.below(words.len()));
            match (words.get(one), words.get(other)) {
                (Some(one), Some(other)) => text.replacen(one, other, 1 + numbers.below(3)),
                _ => text.to_owned(),
            }
        }
        _ => text[..from].to_owned(),
    }
}

fn seeds() -> Vec<Vec<(Utf8PathBuf, Vec<u8>)>> {
    let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    let mut seeds: Vec<_> =
        cases().into_iter().filter(|c| !c.name.starts_with("MN007")).map(|c| c.files).collect();
    for name in ["toolshare", "garage", "garage-stage2"] {
        seeds.push(minos::syntax::read_dir(&folder.join(name)).expect("the domain is there"));
    }
    seeds
}

#[test]
fn damaged_domains_are_answered() {
    let rounds = std::env::var("MINOS_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let mut numbers = Numbers(1);
    for files in seeds() {
        for _ in 0..rounds {
            let mut files = files.clone();
            for _ in 0..=numbers.below(3) {
                let index = numbers.below(files.len());
                let text = String::from_utf8(files[index].1.clone()).expect("seeds are UTF-8");
                files[index].1 = damage(&text, &mut numbers).into_bytes();
            }
            answered(files);
        }
    }
}

fn answered(files: Vec<(Utf8PathBuf, Vec<u8>)>) {
    let text = || {
        files
            .iter()
            .map(|(p, b)| format!("#--- {p}\n{}", String::from_utf8_lossy(b)))
            .collect::<String>()
    };
    let begin = Instant::now();
    let run = std::panic::catch_unwind(|| check(files.clone()));
    let Ok((sources, found)) = run else { panic!("this panics:\n{}", text()) };
    assert!(begin.elapsed() < Duration::from_secs(10), "this takes too long:\n{}", text());
    for one in &found {
        let spans = [one.primary.span].into_iter().chain(one.secondary.iter().map(|l| l.span));
        for span in spans.chain(one.patch.iter().map(|e| e.span)) {
            let file = sources.get(span.file).expect("a file of the run");
            assert!(
                file.text().get(span.range()).is_some(),
                "{one:?} has no place in:\n{}",
                text()
            );
        }
        let whole = one.patch.is_empty() || !patch::carry_out(one, &sources).is_empty();
        assert!(whole, "{one:?} cannot be carried out in:\n{}", text());
    }
    assert_eq!(
        render::report(&found, &sources, render::Style::default()).is_empty(),
        found.is_empty()
    );
    assert!(json::report(&found, &sources).is_object());
}

#[test]
fn bytes_that_are_no_text_are_answered() {
    for bytes in
        [&b"\xff\xfe"[..], b"a = \"\xe9\"", b"", b"\0", b"\xef\xbb\xbf[project]\nname = \"a\"\n"]
    {
        let (_, found) = check(vec![("minos.toml".into(), bytes.to_vec())]);
        assert!(found.len() <= 2, "{found:?}");
    }
    let (_, found) = check(vec![("minos.toml".into(), b"a = \"\xe9\"".to_vec())]);
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [2]);
}
