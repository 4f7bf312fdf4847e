// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! One tool: the scenarios, each rule from both sides, bounds, and the stored form.

use kit::prelude::*;
use kit::testing::{given, invalid, stored_as, uuid, valid};
use serde_json::json;

use super::{
    AddTool, LendTool, ReturnTool, Tool, ToolAdded, ToolEvent, ToolId, ToolLent, ToolRefusal as No,
    ToolReturned,
};

fn tool_id() -> ToolId {
    uuid("tool").into()
}

fn tool_added() -> ToolAdded {
    ToolAdded { name: "A".to_owned() }
}

fn tool_returned() -> ToolReturned {
    ToolReturned {}
}

fn tool_lent() -> ToolLent {
    ToolLent { borrower: "A".to_owned(), weeks: 1, due: time::day_of(2026, 1, 5) }
}

fn add_tool() -> AddTool {
    AddTool { name: "A".to_owned() }
}

fn return_tool() -> ReturnTool {
    ReturnTool {}
}

fn lend_tool() -> LendTool {
    LendTool { borrower: "A".to_owned(), weeks: 1 }
}

/// Scenario: a lent tool cannot be lent again.
#[test]
fn a_lent_tool_cannot_be_lent_again() {
    given::<Tool>(tool_id(), [tool_added().into(), tool_lent().into()])
        .when(lend_tool())
        .refused(&No::WrongStatus);
}

/// `from = "lent else ignore"`.
#[test]
fn return_tool_passes_ignore() {
    given::<Tool>(tool_id(), [tool_added().into(), tool_lent().into()])
        .when(return_tool())
        .accepted();
}

/// `from = "lent else ignore"`.
#[test]
fn return_tool_stops_with_ignore() {
    given::<Tool>(tool_id(), [tool_added().into()]).when(return_tool()).ignored();
}

/// `from = "on_shelf"`, else wrong status.
#[test]
fn lend_tool_passes_wrong_status() {
    given::<Tool>(tool_id(), [tool_added().into()]).when(lend_tool()).accepted();
}

/// `from = "on_shelf"`, else wrong status.
#[test]
fn lend_tool_stops_with_wrong_status() {
    given::<Tool>(tool_id(), [tool_added().into(), tool_lent().into()])
        .when(lend_tool())
        .refused(&No::WrongStatus);
}

#[test]
fn add_tool_keeps_its_bounds() {
    valid(add_tool());
    valid(AddTool { name: "A".repeat(80) });
    invalid(AddTool { name: String::new() }, "name");
    invalid(AddTool { name: "A".repeat(81) }, "name");
}

#[test]
fn lend_tool_keeps_its_bounds() {
    valid(lend_tool());
    valid(LendTool { borrower: "A".repeat(80), ..lend_tool() });
    valid(LendTool { weeks: 4, ..lend_tool() });
    invalid(LendTool { borrower: String::new(), ..lend_tool() }, "borrower");
    invalid(LendTool { borrower: "A".repeat(81), ..lend_tool() }, "borrower");
    invalid(LendTool { weeks: 0, ..lend_tool() }, "weeks");
    invalid(LendTool { weeks: 5, ..lend_tool() }, "weeks");
}

#[test]
fn events_keep_their_stored_form() {
    stored_as::<ToolEvent>(tool_added(), "tool_added", 1, json!({ "name": "A" }));
    stored_as::<ToolEvent>(tool_returned(), "tool_returned", 1, json!({}));
    stored_as::<ToolEvent>(
        tool_lent(),
        "tool_lent",
        1,
        json!({ "borrower": "A", "weeks": 1, "due": "2026-01-05" }),
    );
}
