//! Formatting: canonical, idempotent, and it changes neither meaning nor comments.

use minos::syntax::fmt;
use proptest::prelude::*;
use toml::de::{DeTable, DeValue};

use super::broken::domain_texts;

#[test]
fn spacing_is_canonical() {
    let text = "\u{feff}\n\n#:schema x\n[ a . \"b c\" ]# one\nx=1\n\n\n\ny   =  [ 'a','b' ,]   # two\r\n  \
                z.w={a=1,b={ },c=[\n1,2]}\n[[s]]\ne = []\n\n";
    let expected = "#:schema x\n[a.\"b c\"]  # one\nx = 1\n\ny = ['a', 'b']  # two\n\
                    z.w = { a = 1, b = {}, c = [1, 2] }\n[[s]]\ne = []\n";
    assert_eq!(fmt(text), expected);
    assert_eq!(fmt(""), "");
}

#[test]
fn long_arrays_are_broken_and_breaks_are_kept() {
    let rule = "'a rule that is long enough to need a line of its own'";
    let text = format!("require = [{rule}, {rule}]\n");
    assert_eq!(fmt(&text), format!("require = [\n  {rule},\n  {rule},\n]\n"));
    let kept = "a = [\n  1, 2,\n  3,\n]\n";
    assert_eq!(fmt(kept), kept);
    assert_eq!(
        fmt("a = [\n\n1,2\n # why\n,3 # last\n]"),
        "a = [\n  1, 2,\n  # why\n  3,  # last\n]\n"
    );
    let many = format!("a = [\n{}\n]\n", "123456789, ".repeat(30));
    assert!(fmt(&many).lines().all(|line| line.chars().count() <= 120));
    assert_eq!(fmt(&fmt(&many)), fmt(&many));
}

#[test]
fn text_that_is_not_toml_stays() {
    for text in ["a = ", "[a\n", "x = 1\nx = 2\n", "\0", "a = [[[["] {
        assert_eq!(fmt(text), text);
    }
}

#[test]
fn the_domains_of_the_language_are_formatted() {
    for (path, text) in domain_texts() {
        let formatted = fmt(&text);
        let changed = formatted.lines().zip(text.lines()).find(|(now, before)| now != before);
        assert!(formatted == text, "{path}: {changed:?}");
    }
}

/// The meaning of TOML text, without places; `None` when it is not TOML.
fn meaning(text: &str) -> Option<String> {
    DeTable::parse(text).ok().map(|table| table_meaning(table.get_ref()))
}

fn table_meaning(table: &DeTable<'_>) -> String {
    let pair =
        |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| {
            format!("{:?}: {}", key.get_ref(), value_meaning(value.get_ref()))
        };
    format!("{{{}}}", table.iter().map(pair).collect::<Vec<_>>().join(", "))
}

fn value_meaning(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|i| value_meaning(i.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => table_meaning(table),
        DeValue::String(text) => format!("{:?}", text.replace("\r\n", "\n")),
        other => format!("{other:?}"),
    }
}

/// Comments, roughly: in the texts of these tests no string has a `#` but those of the domains,
/// where it is counted on both sides.
fn comments(text: &str) -> Vec<String> {
    let all = text.lines().filter_map(|line| line.split_once('#'));
    all.map(|(_, comment)| comment.trim_end().to_owned()).collect()
}

fn holds(text: &str) {
    let formatted = fmt(text);
    assert_eq!(meaning(&formatted), meaning(text), "{text:?}\n{formatted}");
    assert_eq!(fmt(&formatted), formatted, "{text:?}");
    if meaning(text).is_some() {
        assert_eq!(comments(&formatted), comments(text), "{text:?}\n{formatted}");
        assert!(
            !formatted
                .lines()
                .any(|l| l.ends_with(' ') && !text.contains("''") && !text.contains("\"\""))
        );
    }
}

/// Texts that are TOML by construction, written as badly as possible.
fn untidy() -> impl Strategy<Value = String> {
    let space = prop::sample::select(vec!["", " ", "  ", "\t"]);
    let scalar = prop::sample::select(vec![
        "1",
        "true",
        "\"a\\\"b\"",
        "'x y'",
        "\"\"",
        "''",
        "1.5",
        "2026-01-05",
        "\"é, ] } =\"",
        "\"a text that is long enough to make lines break when there are several of its kind\"",
        "\"\"\"two\nlines\\\n  \"\" end\"\"\"",
        "'''raw\n'' text'''",
    ]);
    let gap = prop::sample::select(vec!["", " ", "\n", " # c\n", "\n # d\n", "\r\n"]);
    let value = (scalar, space.clone()).prop_map(|(s, _)| s.to_owned()).prop_recursive(
        3,
        12,
        4,
        move |inner| {
            let array = prop::collection::vec((inner.clone(), gap.clone(), gap.clone()), 0..4)
                .prop_map(|all| {
                    let parts =
                        all.iter().map(|(v, a, b)| format!("{a}{v}{b},")).collect::<String>();
                    format!("[{parts}]")
                });
            let table = prop::collection::vec((inner, space.clone()), 0..3).prop_map(|all| {
                let pairs = all.iter().enumerate().map(|(i, (v, s))| format!("k{i}{s}={s}{v}{s}"));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
            });
            prop_oneof![array, table]
        },
    );
    prop::collection::vec((value, prop::sample::select(vec!["", "\n\n", " # e", "\r\n# f"])), 0..6)
        .prop_map(|all| {
            let line = |(i, (v, end)): (usize, &(String, &str))| match i % 3 {
                0 => format!("[ t{i} . x ]\n  a={v}{end}\n"),
                1 => format!("[[ u ]]\nb . c  = {v}{end}\n"),
                _ => format!("\td  ={v}{end}\n"),
            };
            all.iter().enumerate().map(line).collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn meaning_and_comments_stay_and_twice_is_once(text in untidy()) {
        prop_assert!(meaning(&text).is_some(), "{}", text);
        holds(&text);
    }

    #[test]
    fn any_text_is_formatted(pieces in prop::collection::vec(prop::sample::select(super::broken::PIECES), 0..12)) {
        holds(&pieces.concat());
    }
}
