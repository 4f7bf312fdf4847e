//! What a new database begins with.

use super::{Form, Key, Shape, common};

/// `[seed]`.
pub static SEED: Shape = Shape {
    name: "seed",
    header: "[seed]",
    doc: "What a new database begins with. A field that is not mentioned gets an example value, as \
          in a scenario. The setting `SEED=0` leaves a new database empty.",
    parts: &[
        &[
            Key::absent(
                "rows",
                Form::Messages,
                r#"["PartGroup(group_id = 1, name = 'brakes')"]"#,
                "Rows of references.",
            )
            .later(),
            Key::default(
                "send",
                Form::Messages,
                "none",
                r#"["OpenDepot(depot = 'main')"]"#,
                "Own commands that are sent once, when the database is new, one after the other. One \
                 that is refused is kept for a person. What a rule looks up in a replica may not \
                 be there yet.",
            ),
        ],
        common::DOC,
    ],
    groups: &[],
    example: r#"[aggregate.Tool]
id = "tool_no: string(2..20) by client"
state.name = "string(1..80)"
[command]
AddTool = { creates = "Tool", fields = ["name"], emit = "ToolAdded" }

[seed]
send = ["AddTool(tool_no = 'T1', name = 'Drill')", "AddTool(tool_no = 'T2', name = 'Ladder')"]
"#,
};
