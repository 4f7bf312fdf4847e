//! New tables in texts of any layout: no line goes, and all that was said is still said.

use minos::syntax::{Content, NewTable, Order, insert};
use proptest::prelude::*;
use serde_json::{Map, Value};
use toml_edit::{DocumentMut, Item};

/// The whole text as data.
fn data(text: &str) -> Value {
    let text = text.trim_start_matches('\u{feff}');
    let parsed: DocumentMut = text.parse().unwrap_or_else(|e| panic!("{e}\n{text}"));
    table(parsed.as_table().iter())
}

fn table<'a>(entries: impl Iterator<Item = (&'a str, &'a Item)>) -> Value {
    Value::Object(entries.map(|(key, item)| (key.to_owned(), item_data(item))).collect())
}

fn item_data(item: &Item) -> Value {
    match item {
        Item::Table(inner) => table(inner.iter()),
        Item::ArrayOfTables(all) => all.iter().map(|inner| table(inner.iter())).collect(),
        Item::Value(value) => value_data(value),
        Item::None => Value::Null,
    }
}

fn value_data(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::from(text.value().as_str()),
        toml_edit::Value::Array(all) => all.iter().map(value_data).collect(),
        toml_edit::Value::InlineTable(inner) => {
            let all: Map<String, Value> =
                inner.iter().map(|(key, value)| (key.to_owned(), value_data(value))).collect();
            Value::Object(all)
        }
        other => Value::from(other.to_string().trim()),
    }
}

/// Without what stands at a path, and without tables that are empty then.
fn without(value: &mut Value, path: &[&str]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let object = value.as_object_mut()?;
    if rest.is_empty() {
        return object.remove(*first);
    }
    let found = without(object.get_mut(*first)?, rest);
    if object.get(*first).and_then(Value::as_object).is_some_and(Map::is_empty) {
        object.remove(*first);
    }
    found
}

/// The lines of the old text, in their order, among those of the new one.
fn no_line_goes(old: &str, new: &str) {
    let plain = |text: &str| text.trim_start_matches('\u{feff}').to_owned();
    let new = plain(new);
    let mut rest = new.lines();
    for line in plain(old).lines() {
        assert!(rest.any(|found| found == line), "{line:?} is gone from\n{new}");
    }
}

fn new_table(kind: &str) -> NewTable {
    let text = |text: &str| Content::Text(text.to_owned());
    let keys = vec![
        ("doc".to_owned(), text("a \"quoted\" \\d tab\t'text'")),
        ("emit".to_owned(), Content::List(vec!["One".to_owned(), "Two(a = 'x')".to_owned()])),
        ("on.PartAdded".to_owned(), text("pieces += 1")),
        ("public".to_owned(), Content::Bool(true)),
    ];
    NewTable { path: vec![kind.to_owned(), "BrandNew".to_owned()], many: false, keys }
}

const KINDS: [&str; 8] =
    ["aggregate", "command", "event", "view", "query", "policy", "saga", "replica"];

/// Domain files of the project, with the context whose tables they hold as `[context.X]`.
fn texts() -> Vec<(String, Option<&'static str>)> {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).unwrap();
    let lending = read("examples/lending/domain/lending.toml");
    let within = lending.replace("\n[[", "\n[[context.desk.").replace("\n[", "\n[context.desk.");
    let within = within.replace("[context.desk.[", "[[").replace("\n[context]", "\n[context.desk]");
    vec![
        (read("examples/minimal/minos.toml"), None),
        (lending, None),
        (read("tests/domains/garage/domain/workshop.toml"), None),
        (within.replacen("[context]", "[context.desk]", 1), Some("desk")),
        (String::new(), None),
        ("# only a remark\n".to_owned(), None),
        ("command.AddTool.emit = 'X'\n".to_owned(), None),
    ]
}

/// A text with other line ends, blank lines and remarks: (line, what, where).
fn disturbed(text: &str, bom: bool, crlf: bool, last: bool, noise: &[(usize, u8)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // Only where a line begins with a header: nothing is cut in two there.
    let heads: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].starts_with('[') || lines[*at].is_empty())
        .collect();
    let mut places: Vec<(usize, u8)> = noise
        .iter()
        .filter_map(|(at, what)| Some((*heads.get(at % heads.len().max(1))?, *what)))
        .collect();
    places.sort_by(|a, b| b.cmp(a));
    for (at, what) in places {
        match what % 4 {
            0 => lines.insert(at, "# a remark".to_owned()),
            1 => lines.insert(at, String::new()),
            2 if !lines[at].is_empty() => lines[at].push_str("   # beside it"),
            _ => lines.insert(at, "\t# [command.Old] emit = 'X'  ".to_owned()),
        }
    }
    let end = if crlf { "\r\n" } else { "\n" };
    let mut out = lines.join(end);
    if last && !lines.is_empty() {
        out.push_str(end);
    }
    if bom { format!("\u{feff}{out}") } else { out }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_line_goes_and_all_is_still_said(
        (which, kind) in (0..7_usize, 0..KINDS.len()),
        (bom, crlf, last) in any::<(bool, bool, bool)>(),
        noise in prop::collection::vec((0..200_usize, any::<u8>()), 0..12),
    ) {
        let (text, context) = texts().swap_remove(which);
        let old = disturbed(&text, bom, crlf, last, &noise);
        let among = context.map_or(Order::File, Order::Within);
        let table = new_table(KINDS[kind]);
        let new = insert(&old, among, &[table]).expect("it is TOML").expect("nothing is in the way");
        no_line_goes(&old, &new);
        let alone = |text: &str| text.replace("\r\n", "").matches('\n').count();
        prop_assert_eq!(crlf && old.contains('\n'), new.contains("\r\n") && alone(&new) == 0);
        prop_assert_eq!(bom, new.starts_with('\u{feff}'));
        let (before, mut after) = (data(&old), data(&new));
        let path: Vec<&str> =
            context.into_iter().flat_map(|c| ["context", c]).chain([KINDS[kind], "BrandNew"]).collect();
        let found = without(&mut after, &path).expect("it was added");
        prop_assert_eq!(found["doc"].as_str(), Some("a \"quoted\" \\d tab\t'text'"));
        prop_assert_eq!(&found["emit"][1], "Two(a = 'x')");
        prop_assert_eq!(&found["on"]["PartAdded"], "pieces += 1");
        prop_assert_eq!(before, after);
    }
}

fn added(old: &str, kind: &str) -> String {
    let keys = vec![("on".to_owned(), Content::Text("Job".to_owned()))];
    let table = NewTable { path: vec![kind.to_owned(), "New".to_owned()], many: false, keys };
    insert(old, Order::File, &[table]).unwrap().unwrap()
}

#[test]
fn a_new_table_goes_behind_its_like_and_looks_like_them() {
    let close = "[command]\nA = 1\n[command.B]\non = \"Job\"  # why\n# also about B\n\n[event.C]\n";
    assert_eq!(
        added(close, "command"),
        "[command]\nA = 1\n[command.B]\non = \"Job\"  # why\n# also about B\n[command.New]\non = \"Job\"\n\n[event.C]\n"
    );
    let wide = "[command.A]\nx = 1\n\n# about B\n[command.B]\ny = 1\n# about C\n[event.C]\n";
    assert_eq!(
        added(wide, "command"),
        "[command.A]\nx = 1\n\n# about B\n[command.B]\ny = 1\n# about C\n[event.C]\n\n[command.New]\non = \"Job\"\n"
    );
    let none = "[aggregate.A]\nx = 1\n[aggregate.A.state]\ny = 1\n\n[view.V]\nof = \"A\"\n";
    assert_eq!(
        added(none, "command"),
        "[aggregate.A]\nx = 1\n[aggregate.A.state]\ny = 1\n\n[command.New]\non = \"Job\"\n\n[view.V]\nof = \"A\"\n"
    );
    assert_eq!(
        added(none, "aggregate"),
        "[aggregate.A]\nx = 1\n[aggregate.A.state]\ny = 1\n\n[aggregate.New]\non = \"Job\"\n\n[view.V]\nof = \"A\"\n"
    );
}

#[test]
fn an_inline_table_in_the_way_is_named() {
    let table = new_table("command");
    for (text, at, header) in [
        ("x = 1\ncommand = { A = 1 }\n", 6, "[command]"),
        ("[command]\nBrandNew = { on = 'X' }\n", 10, "[command.BrandNew]"),
    ] {
        let found = insert(text, Order::File, std::slice::from_ref(&table)).unwrap().unwrap_err();
        assert_eq!((found.at, found.header.as_str()), (at, header));
    }
    assert!(insert("[broken", Order::File, &[table]).is_none());
}
