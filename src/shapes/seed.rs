//! What a new database begins with.

use super::{Form, Key, Shape, common};

/// `[seed]`.
pub static SEED: Shape = Shape {
    name: "seed",
    header: "[seed]",
    doc: "What a new database begins with, and what references hold. The setting `SEED=0` leaves a \
          new database empty, but for the rows of references.",
    parts: &[
        &[
            Key::absent(
                "rows",
                Form::Messages,
                r#"["PartGroup(group_id = 1, name = 'brakes')"]"#,
                "The rows of the references, whole: at each start their tables are brought to this list. \
                 A column that is not mentioned has its default, `none`, or is empty.",
            ),
            Key::default(
                "send",
                Form::Messages,
                "none",
                r#"["OpenDepot(depot = 'main')"]"#,
                "Own commands that are sent once, when the database is new, one after the other. One \
                 that is refused is kept for a person. What a rule looks up in a replica may not \
                 be there yet; rows of references are. A field that is not mentioned gets an example \
                 value, as in a scenario.",
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
