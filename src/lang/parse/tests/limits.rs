//! Totality: every text is answered, quickly, without exhausting the stack.

use super::{ALL, broken, good, read};
use crate::diagnostics::Sink;
use crate::lang::{SpanMap, Text};
use crate::source::FileId;
use proptest::prelude::*;

#[test]
fn ten_thousand_of_everything_is_one_report() {
    for unit in [
        "(",
        "[",
        "!",
        "-",
        "if ",
        "x.any(|p| ",
        "f(",
        "A(a = ",
        "A[",
        "x[",
        "{",
        "list<",
        "map<int, ",
        "a.",
        "a + ",
        "a && ",
        "a in ",
        "not ",
        "patch ",
        "if a { b } else ",
        "'",
        "\"",
        "|",
        "@",
        "1",
        "_",
        "é",
        "append ",
        "a, ",
        "a else ",
        "emit ",
    ] {
        let text = unit.repeat(10_000);
        let text: String = text.chars().take(16_000).collect();
        for (name, _) in ALL {
            let (tree, found) = read(name, &text);
            assert!(found.len() <= 1 && (tree.is_some() || found.len() == 1), "{name}: {unit}");
        }
    }
    assert_eq!(broken("expr", &"(".repeat(10_000)).code, 7);
    assert_eq!(broken("expr", &"x".repeat(17_000)).code, 7);
}

#[test]
fn depth_is_counted_before_it_is_walked() {
    let nest =
        |open: &str, close: &str, n: usize| format!("{}a{}", open.repeat(n), close.repeat(n));
    for (open, close) in
        [("(", ")"), ("[", "]"), ("!", ""), ("x.any(|p| ", ")"), ("f(", ")"), ("x[", "]")]
    {
        assert!(good("expr", &nest(open, close, 30)).contains('a'));
        assert_eq!(broken("expr", &nest(open, close, 70)).code, 6, "{open}");
    }
    good("expr", &nest("(", ")", 64));
    assert_eq!(broken("expr", &nest("(", ")", 65)).code, 6);
    let ladder = |n| format!("{}{{ 1 }}", "if a { 0 } else ".repeat(n));
    good("expr", &ladder(63));
    assert_eq!(broken("expr", &ladder(70)).code, 6);
    assert_eq!(
        broken("type_expr", &format!("{}int{}", "list<".repeat(70), ">".repeat(70))).code,
        6
    );
}

#[test]
fn chains_stay_low_enough_to_walk() {
    good("expr", &format!("a{}", " + a".repeat(150)));
    assert_eq!(broken("expr", &format!("a{}", " + a".repeat(300))).code, 6);
    assert_eq!(broken("expr", &format!("a{}", ".b".repeat(300))).code, 6);
    assert_eq!(broken("expr", &format!("a{}", "[1]".repeat(300))).code, 6);
    let deep = (0..40).fold("a".to_owned(), |inner, _| format!("({inner}{})", " + a".repeat(10)));
    assert_eq!(broken("expr", &deep).code, 6);
    good("expr", &format!("[a{}]", ", a".repeat(900)));
}

const SEEDS: [&str; 12] = [
    "total + part.price * cmd.quantity <= limit else emit PartRefused(reason = 'over the limit')",
    "LimitNear(sum = after.total) if after.total >= limit * near && total < limit * near",
    "update parts where part_no == ev.part_no: price += ev.difference, n = [1, 2]",
    "(total * (100 - discount(total)) / 100).round(2)",
    "a: map<uuid, list<decimal(1, 0..24)?>> secret(4) was b = none # doc",
    "JobList where promised.is_some_and(|p| p < today) && status == in_work",
    "put hours[ev.mechanic_id] = hours[ev.mechanic_id].unwrap_or(0) + ev.amount",
    "if note is from_owner { note.text } else { Note.from_owner(text = 'x').text }",
    "2026-01-05T09:00:00Z - 10min < 2026-01-05 + 7d",
    "plate where !closed else PlateHasOpenJob",
    "10min then compensate",
    "open, quoted else ignore",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_texts_are_answered(
        seed in 0..SEEDS.len(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5_usize, any::<char>()), 1..6),
        raw in 0..3_usize,
    ) {
        let mut text: Vec<char> = SEEDS[seed].chars().collect();
        for (at, to, how, c) in cuts {
            if text.is_empty() { break; }
            let (at, to) = (at.index(text.len()), to.index(text.len()));
            match how {
                0 => { text.remove(at); }
                1 => text.insert(at, c),
                2 => text.insert(at, text[to]),
                3 => text.truncate(at),
                _ => text[at] = text[to],
            }
        }
        let text: String = text.into_iter().collect();
        let quoted = match raw { 0 => format!("\"{text}\""), 1 => format!("'''\n{text}'''"), _ => text.clone() };
        for (name, read) in ALL {
            let mut sink = Sink::new();
            let tree = read(&Text::new(&text, SpanMap::new(FileId(0), &quoted, 0)), &mut sink);
            let found = sink.finish();
            prop_assert!(found.len() <= 1 && (tree.is_some() || found.len() == 1), "{} `{}`", name, text);
            for report in found {
                prop_assert!(report.primary.span.end as usize <= quoted.len());
            }
        }
    }
}
