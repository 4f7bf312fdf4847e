//! Replicas, views, queries.

use super::{Form, Group, Key, Shape, common};

const OF: Key = Key::absent(
    "of",
    Form::Path,
    r#""Job""#,
    "The aggregate, perhaps of another context, of which each has one row; all its visible events \
     are followed by name.",
);
const KEY: Key = Key::default(
    "key",
    Form::Names,
    "the id of `of`",
    r#""day""#,
    "The key columns; they stand in `columns` too, except an id.",
);
const COLUMNS: Key = Key::required(
    "columns",
    Form::Fields,
    r#"["status", "jobs: int = 0"]"#,
    "The columns. A bare name is typed by the aggregate's state, else by the first event that \
     carries it; `status` follows the status.",
);
const ON: Key = Key::absent(
    "on",
    Form::Reactions(&REACTION),
    r#"{ PartAdded = "jobs += 1" }"#,
    "`on.Event` or `on.context.Event`: what the row does with an event. Besides, columns with \
     the name of a field of the event are set from it unless a change names them; `[]` does only \
     this.",
);

/// `[replica.X]`.
pub static REPLICA: Shape = Shape {
    name: "replica",
    header: "[replica.PartPrice]",
    doc: "Rows made from events, in the database that decides; commands may look them up.",
    parts: &[&[OF, KEY, COLUMNS, ON], common::NAMED],
    groups: &[Group::AtLeastOne(&["of", "key"])],
    example: r#"[aggregate.Part]
state.price = "decimal(2, 0..)"
[aggregate.Sale]
state.total = "decimal(2, 0..)"
[replica.PartPrice]
of = "Part"
columns = ["price"]
[command.ListPart]
creates = "Part"
fields = ["price"]
emit = "PartListed"
[command.SellPart]
creates = "Sale"
fields = ["part_id"]
lookup.part = "PartPrice[cmd.part_id]"
require = "part.is_some() else UnknownPart"
emit = "PartSold(total = part.price)"
"#,
};

/// `[view.X]`.
pub static VIEW: Shape = Shape {
    name: "view",
    header: "[view.JobList]",
    doc: "Rows made from events, for queries. A view may mix events of all aggregates and \
          contexts: that is the join.",
    parts: &[
        &[
            OF,
            KEY,
            COLUMNS,
            ON,
            Key::absent(
                "via",
                Form::Expr,
                r#""JobList[ev.job_id].map(|r| r.owner_id)""#,
                "The key, or `none`, for events that have no key column.",
            ),
            Key::absent(
                "log",
                Form::Patterns,
                r#"["Job.*", "stock.PriceChanged"]"#,
                "Instead of `of` and `key`: one row per event; the columns `position`, `stream`, \
                 `event`, `at`, `version` are there.",
            ),
            Key::absent(
                "do",
                Form::Changes,
                r#""line = 'x'""#,
                "With `log`: the changes of the new row.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[
        Group::AtLeastOne(&["of", "key", "log"]),
        Group::Excludes("log", &["of", "key", "on", "via"]),
        Group::Needs("do", "log"),
    ],
    example: r#"[aggregate.Job]
status = ["open", "done"]
state.plate = "string(4..10)"
[command]
OpenJob = { creates = "Job", fields = ["plate"], emit = "JobOpened" }
FinishJob = { on = "Job", from = "open", emit = "JobDone" }
[event]
JobDone.to = "done"
[view.JobList]
of = "Job"
columns = ["plate", "status"]
[view.Workload]
key = "plate"
columns = ["plate: string", "jobs: int = 0"]
on.JobOpened = "jobs += 1"
[query]
Jobs = { view = "JobList", params = ["status?"] }
Work = { view = "Workload", one = true }
"#,
};

static REACTION: Shape = Shape {
    name: "reaction",
    header: "[view.DayLoad.on.WorkPlanned]",
    doc: "The longer form of a reaction to an event.",
    parts: &[
        &[
            Key::absent(
                "if",
                Form::Expr,
                r#""ev.quantity > 0""#,
                "Only then; `exists` prevents that a row is made.",
            ),
            Key::absent(
                "key",
                Form::Exprs,
                r#""ev.day""#,
                "The row, one expression per key column.",
            ),
            Key::absent("each", Form::Each, r#""day in ev.days""#, "One row per element."),
            Key::required("do", Form::Changes, r#""jobs += 1""#, "The changes."),
        ],
        common::DOC,
    ],
    groups: &[],
    example: "",
};

/// `[query.X]`.
pub static QUERY: Shape = Shape {
    name: "query",
    header: "[query.FindJobs]",
    doc: "A question to one view, answered at `GET /<query>` or, with `one`, at \
          `GET /<query>/{key}`.",
    parts: &[
        &[
            Key::unless("impl", "view", Form::Path, r#""JobList""#, "The view or replica."),
            Key::default(
                "params",
                Form::Fields,
                "none",
                r#"["status?", "text: string?"]"#,
                "Parameters. One that `where` does not mention filters the column of its name by \
                 equality, when given.",
            ),
            Key::default(
                "where",
                Form::Expr,
                "true",
                r#""params.text.is_none_or(|t| plate.starts_with(t))""#,
                "Which rows; bare names are columns.",
            ),
            Key::default(
                "order",
                Form::Order,
                "by key",
                r#"["-promised", "number"]"#,
                "Column names, `-` in front for descending; nulls last, the key is appended.",
            ),
            Key::default(
                "page",
                Form::Table(&PAGE),
                "`{ default = 20, max = 100 }`",
                "{ default = 20, max = 100 }",
                "The size of a page.",
            ),
            Key::default(
                "one",
                Form::Bool,
                "false",
                "true",
                "The row by its key; 404 where there is none or `where` leaves it out.",
            ),
            Key::absent("impl", Form::Choice(&["rust"]), r#""rust""#, "Written by hand in Rust.")
                .later(),
            Key::absent("returns", Form::Fields, r#"["total: int"]"#, "With `impl`: the answer.")
                .later(),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[aggregate.Tool]
status = ["on_shelf", "lent"]
state.name = "string(1..80)"
[command]
AddTool = { creates = "Tool", fields = ["name"], emit = "ToolAdded" }
LendTool = { on = "Tool", from = "on_shelf", emit = "ToolLent" }
[event]
ToolLent.to = "lent"
[view.Shelf]
of = "Tool"
columns = ["name", "status"]
[query.Shelf]
view = "Shelf"
params = ["status?", "text: string?"]
where = "params.text.is_none_or(|t| name.starts_with(t))"
order = ["-name"]
page = { default = 10, max = 50 }
"#,
};

static PAGE: Shape = Shape {
    name: "page",
    header: "page = { default = 20, max = 100 }",
    doc: "The size of a page.",
    parts: &[&[
        Key::default("default", Form::Int, "20", "20", "Rows when the caller does not say."),
        Key::default("max", Form::Int, "100", "100", "The most rows."),
    ]],
    groups: &[],
    example: "",
};
