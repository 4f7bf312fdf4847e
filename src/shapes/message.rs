//! Commands and events.

use super::{Form, Group, Key, Shape, common};

/// `[command.X]`.
pub static COMMAND: Shape = Shape {
    name: "command",
    header: "[command.AddPart]",
    doc: "An intention. Its rules run in order; then it emits events of its own aggregate.",
    parts: &[COMMAND_KEYS, common::NAMED],
    groups: &[
        Group::ExactlyOne(&["on", "creates"]),
        Group::Excludes("creates", &["if_missing"]),
        Group::Needs("refuse", "decide"),
    ],
    example: r#"[aggregate.Tool]
status = ["on_shelf", "lent"]
state.name = "string(1..80)"
[command.AddTool]
creates = "Tool"
fields = ["name"]
emit = "ToolAdded"
[command.LendTool]
on = "Tool"
from = "on_shelf"
fields = ["weeks: int(1..4)"]
require = "cmd.weeks < 4 || actor.roles.contains('member') else TooLong"
emit = "ToolLent"
[event]
ToolLent.to = "lent"
"#,
};

const COMMAND_KEYS: &[Key] = &[
    Key::unless(
        "creates",
        "on",
        Form::Path,
        r#""Job""#,
        "The aggregate that it changes; a missing one refuses `NotFound`.",
    ),
    Key::unless(
        "on",
        "creates",
        Form::Path,
        r#""Job""#,
        "The aggregate that it makes; an existing id refuses `AlreadyExists`.",
    ),
    Key::default(
        "if_missing",
        Form::Choice(&["refuse", "ignore", "create"]),
        "`refuse`",
        r#""create""#,
        "With `on`: what happens when there is none. `create` makes it: the first message must be \
         a creating event with `if !exists`.",
    ),
    Key::default(
        "fields",
        Form::Fields,
        "none",
        r#"["quantity: int(1..1000)"]"#,
        "Its fields, without the id.",
    ),
    Key::default(
        "from",
        Form::Statuses,
        "any status",
        r#""open, quoted else ignore""#,
        "The statuses in which it is accepted; else `WrongStatus`, or the outcome that is stated.",
    ),
    Key::absent(
        "lookup",
        Form::ExprMap,
        r#"{ part = "PartPrice[cmd.part_no]" }"#,
        "Rows of replicas, read in the same transaction: the row or `none`.",
    ),
    Key::absent(
        "let",
        Form::ExprMap,
        r#"{ year = "today.year()" }"#,
        "Named values, in the order of the text, after `from` and before `require`.",
    ),
    Key::absent(
        "require",
        Form::Rules,
        r#""quantity <= 50 else TooMany""#,
        "Rules before the events. The first that is false decides: a refusal, `ignore`, or `emit`.",
    ),
    Key::required(
        "emit",
        Form::Messages,
        r#""PartAdded""#,
        "The events: `PartAdded(price = 5) if quantity > 0`. Given arguments first, every other \
         field by its name from `cmd` and `let`.",
    ),
    Key::absent(
        "ensure",
        Form::Rules,
        r#""after.quantity <= 50 else TooMany""#,
        "Rules over `after`, the state with the events applied; they may only refuse.",
    ),
    Key::absent(
        "to",
        Form::Name,
        r#""done""#,
        "Sugar for `to` of the event, when `emit` has exactly one message without a condition.",
    ),
    Key::absent(
        "decide",
        Form::Choice(&["rust"]),
        r#""rust""#,
        "The decision is written by hand in Rust; then `emit` and `refuse` are plain names and \
         `require`, `let`, `ensure` are absent. The file is yours; it starts with the events \
         filled from the command, or refuses `NotImplemented` (501) where that is not possible.",
    ),
    Key::absent(
        "refuse",
        Form::Upper,
        r#"["NothingToQuote"]"#,
        "With `decide = \"rust\"`: the refusals that the code may give.",
    ),
    Key::default("public", Form::Bool, "false", "true", "Whether other contexts may send it."),
];

/// `[event.X]`.
pub static EVENT: Shape = Shape {
    name: "event",
    header: "[event.PartAdded]",
    doc: "A fact about an aggregate, and what it does to the state. An event that has nothing to \
          say needs no table.",
    parts: &[
        &[
            Key::default(
                "on",
                Form::Path,
                "the aggregate of the command that emits it",
                r#""Job""#,
                "Its aggregate; needed only when nobody emits it.",
            ),
            Key::default(
                "fields",
                Form::Fields,
                "implied by the commands that emit it",
                r#"["quantity: int"]"#,
                "What it carries, without the id. Needed for events that only Rust code emits.",
            ),
            Key::absent("to", Form::Name, r#""done""#, "The status afterwards, set after `apply`."),
            Key::default(
                "apply",
                Form::Changes,
                "by name",
                r#""quantity += ev.quantity""#,
                "Changes of the state. Besides, state fields with the name of an event field are \
                 set from it unless a change names them; `apply = []` sets nothing.",
            ),
            Key::default(
                "closes",
                Form::Bool,
                "false",
                "true",
                "The end of the life: later commands refuse `Closed`, reservations are released.",
            ),
            Key::default(
                "public",
                Form::Bool,
                "false",
                "true",
                "Whether it is published as it is, for other contexts.",
            ),
            Key::default("version", Form::Int, "1", "2", "The version of its fields.").later(),
            Key::absent(
                "upcast",
                Form::Tables(&UPCAST),
                r#"[{ version = 1, fields = ["car: string"], do = "plate = old.car" }]"#,
                "How older versions become this one.",
            )
            .later(),
            Key {
                form: Form::Bool,
                ..Key::reserved("retired", "true", "No longer emitted; still read.")
            },
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[aggregate.Part]
status = ["listed", "withdrawn"]
state.on_hand = "int(0..) = 0"
[command]
ListPart = { creates = "Part", emit = "PartListed" }
Restock = { on = "Part", fields = ["quantity: int(1..100)"], emit = "Restocked" }
WithdrawPart = { on = "Part", from = "listed else ignore", emit = "PartWithdrawn" }
[event]
Restocked.apply = "on_hand += ev.quantity"
PartWithdrawn = { to = "withdrawn", public = true, fields = [] }
"#,
};

static UPCAST: Shape = Shape {
    name: "upcast",
    header: "[[event.X.upcast]]",
    doc: "From one version to the next.",
    parts: &[
        &[
            Key::required("version", Form::Int, "1", "The old version."),
            Key::required(
                "fields",
                Form::Fields,
                r#"["car: string"]"#,
                "The fields that differed.",
            ),
            Key::absent("do", Form::Changes, r#""plate = old.car""#, "The changes."),
        ],
        common::DOC,
    ],
    groups: &[],
    example: "",
};
