//! The exported form, and pins read back from it.

use std::collections::BTreeMap;

use super::{Pins, context_text, pin, system};
use crate::model::Model;
use crate::syntax;

const TOOLSHARE: &str = include_str!("../../tests/domains/toolshare/minos.toml");

fn model(text: &str) -> Model {
    let (sources, tree, mut sink) = syntax::load_text("minos.toml", text);
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

#[test]
fn a_newer_schema_is_refused() {
    assert!(Pins::read("{\"schema_version\": 99}").is_err());
    assert!(Pins::read("[]").is_err());
}
