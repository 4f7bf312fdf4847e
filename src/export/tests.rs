//! The exported form, and pins read back from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Pins, context_text, pin, system};
use crate::model::Model;
use crate::syntax;

const GARAGE: [(&str, &str); 3] = [
    ("minos.toml", include_str!("../../tests/domains/garage/minos.toml")),
    ("domain/stock.toml", include_str!("../../tests/domains/garage/domain/stock.toml")),
    ("domain/workshop.toml", include_str!("../../tests/domains/garage/domain/workshop.toml")),
];
const TOOLSHARE: &str = include_str!("../../tests/domains/toolshare/minos.toml");

fn model(text: &str) -> Model {
    of(&[("minos.toml", text)])
}

fn of(files: &[(&str, &str)]) -> Model {
    let file = |(path, text): &(&str, &str)| ((*path).into(), text.as_bytes().to_vec());
    let (sources, tree, mut sink) = syntax::load(files.iter().map(file).collect());
    let model = crate::resolve::resolve(&tree, &sources, &mut sink);
    model.expect("the domain is clean")
}

#[test]
fn what_the_language_fills_in_is_written_out() {
    let exported = system(&model(TOOLSHARE));
    let desk = &exported["contexts"]["desk"];
    assert_eq!(desk["events"]["ToolLent"]["wire"], "tool_lent");
    assert_eq!(desk["aggregates"]["Tool"]["topic"], "toolshare.desk.tool.events");
    assert_eq!(
        desk["events"]["ToolLent"]["apply"],
        serde_json::json!(["borrower = ev.borrower", "due = ev.due", "status = ToolStatus.lent"])
    );
    assert_eq!(
        desk["events"]["ToolAdded"]["begin"]["values"],
        serde_json::json!([
            "tool_id = ev.tool_id",
            "status = ToolStatus.on_shelf",
            "name = ev.name",
            "borrower = none",
            "due = none"
        ])
    );
}

#[test]
fn pinned_names_survive_a_new_name() {
    let before = model(TOOLSHARE);
    let context = before.contexts.get("desk").expect("it is there");
    let pins = Pins::read(&context_text(&before, context)).expect("it was just written");
    let renamed = TOOLSHARE
        .replace("emit = \"ToolReturned\"", "emit = \"ToolBack\"")
        .replace("ToolReturned = {", "ToolBack = { was = \"ToolReturned\",")
        .replace("on.ToolReturned", "on.ToolBack")
        .replace("ReturnTool = {", "BringToolBack = { was = \"ReturnTool\",")
        .replace("[view.Shelf]", "[view.Board]\nwas = \"Shelf\"")
        .replace("view = \"Shelf\"", "view = \"Board\"");
    let mut after = model(&renamed);
    pin(&mut after, &BTreeMap::from([("desk".to_owned(), pins)]));
    let desk = after.contexts.get("desk").expect("it is there");
    assert_eq!(desk.events.get("ToolBack").map(|e| e.wire.as_str()), Some("tool_returned"));
    assert!(after.routes.iter().any(|r| r.path == "/tools/{tool_id}/return"));
    assert_eq!(desk.views.get("Board").map(|v| v.table.as_str()), Some("shelf"));
}

/// The plural of a shelf was another one, and a renamed aggregate has another plural and another id: its paths stay.
#[test]
fn paths_of_an_aggregate_are_kept_together() {
    let domain = |name: &str, was: &str| {
        let id = name.to_lowercase();
        format!(
            "[project]\ncontext = \"desk\"\n[aggregate.{name}]\n{was}state.label = \"string\"\n[command]\n\
             Add = {{ creates = \"{name}\", fields = [\"label\"], emit = \"Added\" }}\n\
             Label = {{ on = \"{name}\", fields = [\"label\"], emit = \"Labelled\" }}\n\
             [[route]]\nput = \"/labels/{{{id}_id}}\"\ncommand = \"Label\"\n[command.Mark]\non = \"{name}\"\n\
             fields = [\"label\"]\nemit = \"Marked\"\n"
        )
    };
    let before = model(&domain("Shelf", ""));
    let context = before.contexts.get("desk").expect("it is there");
    let old = context_text(&before, context).replace("/shelves", "/shelfs");
    for (name, was) in [("Shelf", ""), ("Cupboard", "was = \"Shelf\"\n")] {
        let mut after = model(&domain(name, was));
        let pins = Pins::read(&old).expect("it was just written");
        pin(&mut after, &BTreeMap::from([("desk".to_owned(), pins)]));
        let id = name.to_lowercase();
        let paths: Vec<&str> = after.routes.iter().map(|route| route.path.as_str()).collect();
        let expected = [
            format!("/labels/{{{id}_id}}"),
            "/shelfs".to_owned(),
            format!("/shelfs/{{{id}_id}}"),
            format!("/shelfs/{{{id}_id}}/mark"),
        ];
        assert_eq!(paths, expected);
    }
}

#[test]
fn a_newer_schema_is_refused() {
    assert!(Pins::read("{\"schema_version\": 99}").is_err());
    assert!(Pins::read("[]").is_err());
}

/// A small generator of numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

/// The tables of a file: each header with what follows it.
fn tables(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in text.lines() {
        if line.starts_with('[') && !line.starts_with("[[saga.") {
            out.push(String::new());
        }
        if let Some(last) = out.last_mut() {
            let _ = writeln!(last, "{line}");
        }
    }
    out
}

/// `[event]` and `[event.X]` may stand in any order, but a header opened twice may not: the two
/// `[command]` tables of the garage are one header each.
fn shuffled(text: &str, dice: &mut Dice) -> String {
    let mut parts = tables(text);
    let head = parts.remove(0);
    for i in (1..parts.len()).rev() {
        parts.swap(i, dice.below(i + 1));
    }
    let scenarios: Vec<String> =
        tables(text).into_iter().filter(|t| t.starts_with("[[scenario]]")).collect();
    parts.retain(|t| !t.starts_with("[[scenario]]"));
    format!("{head}{}{}", parts.concat(), scenarios.concat())
}

#[test]
fn the_order_of_tables_means_nothing() {
    let expected = system(&of(&GARAGE));
    let mut dice = Dice(7);
    for _ in 0..12 {
        let texts: Vec<(&str, String)> =
            GARAGE.iter().map(|(path, text)| (*path, shuffled(text, &mut dice))).collect();
        let files: Vec<(&str, &str)> = texts.iter().map(|(p, t)| (*p, t.as_str())).collect();
        assert!(system(&of(&files)) == expected, "the model differs");
    }
}
