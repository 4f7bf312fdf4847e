// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! One tool: the scenarios, bounds, and the stored form.

use kit::prelude::*;
use kit::testing::{given, invalid, stored_as, uuid, valid};
use serde_json::json;

use super::{AddTool, LendTool, Tool, ToolAdded, ToolEvent, ToolLent, ToolReturned};

fn tool_added() -> ToolAdded {
    ToolAdded { name: "A".to_owned() }
}

fn tool_lent() -> ToolLent {
    ToolLent { borrower: "A".to_owned(), weeks: 1, due: time::day_of(2026, 1, 5) }
}

fn tool_returned() -> ToolReturned {
    ToolReturned {}
}

fn add_tool() -> AddTool {
    AddTool { name: "A".to_owned() }
}

fn lend_tool() -> LendTool {
    LendTool { borrower: "A".to_owned(), weeks: 1 }
}

/// Scenario: a lent tool cannot be lent again.
#[test]
fn a_lent_tool_cannot_be_lent_again() {
    given::<Tool>(uuid("tool"), [tool_added().into(), tool_lent().into()])
        .when(lend_tool())
        .refused_as("wrong_status");
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
    stored_as::<ToolEvent>(
        tool_lent(),
        "tool_lent",
        1,
        json!({ "borrower": "A", "weeks": 1, "due": "2026-01-05" }),
    );
    stored_as::<ToolEvent>(tool_returned(), "tool_returned", 1, json!({}));
}
