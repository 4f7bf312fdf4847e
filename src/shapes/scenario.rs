//! Scenarios.

use super::{Form, Group, Key, Shape, common};

/// `[[scenario]]`.
pub static SCENARIO: Shape = Shape {
    name: "scenario",
    header: "[[scenario]]",
    doc: "An example that is also a test: `check` plays it, and it becomes a test of the generated \
          code. What is not mentioned gets an example value.",
    parts: &[
        &[
            Key::required("name", Form::Text, r#""a lent tool cannot be lent""#, "What it shows."),
            Key::default(
                "given",
                Form::Messages,
                "none",
                r#"["ToolAdded", "ToolLent"]"#,
                "Own events that happened before.",
            ),
            Key::default(
                "rows",
                Form::Messages,
                "none",
                r#""PartPrice(part_no = 'B1', price = 60)""#,
                "Rows of replicas and views that are there.",
            ),
            Key::default(
                "now",
                Form::Time,
                "2026-01-05T09:00:00Z",
                r#""2026-02-01T12:00:00Z""#,
                "The clock.",
            ),
            Key::default(
                "actor",
                Form::Actor,
                "`@actor`",
                r#""@ben""#,
                "Who does it; `@ben` is an id made from the name.",
            ),
            Key::default("roles", Form::Names, "none", r#"["mechanic"]"#, "The actor's roles."),
            Key::default(
                "settings",
                Form::ExprMap,
                "the defaults",
                r#"{ limit = "100.00" }"#,
                "Settings that differ.",
            ),
            Key::required(
                "when",
                Form::Trigger,
                r#""LendTool(weeks = 2)""#,
                "What happens: a command or an event.",
            ),
            Key::absent(
                "then",
                Form::Messages,
                r#""ToolLent(weeks = 2)""#,
                "Exactly these events in this order, mentioned fields equal; or one refusal; \
                 `[]` when it is ignored.",
            ),
            Key::absent(
                "then_sends",
                Form::Messages,
                r#""AdjustQuote(difference = -5)""#,
                "Messages of policies and sagas.",
            ),
            Key::absent(
                "then_publishes",
                Form::Messages,
                r#""JobFinished(sum = 120)""#,
                "Exactly these `public.X`, which other contexts see instead of the events.",
            ),
            Key::absent(
                "then_rows",
                Form::Messages,
                r#""Shelf(tool_id = @tool)""#,
                "Rows that exist afterwards.",
            ),
        ],
        common::DOC,
    ],
    groups: &[Group::AtLeastOne(&["then", "then_publishes", "then_rows", "then_sends"])],
    example: r#"[aggregate.Tool]
status = ["on_shelf", "lent"]
state.name = "string(1..80)"
[command]
AddTool = { creates = "Tool", fields = ["name"], emit = "ToolAdded" }
LendTool = { on = "Tool", from = "on_shelf", fields = ["weeks: int(1..4)"], emit = "ToolLent" }
[event]
ToolLent.to = "lent"

[[scenario]]
name = "a tool is lent"
given = "ToolAdded(name = 'drill')"
when = "LendTool(weeks = 2)"
then = "ToolLent(weeks = 2)"
[[scenario]]
name = "a lent tool cannot be lent again"
given = ["ToolAdded", "ToolLent"]
when = "LendTool"
then = "WrongStatus"
"#,
};
