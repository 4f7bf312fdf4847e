//! A bounded context, and the shared kernel.

use super::{Form, Key, Shape, common, construct};

/// `[context]` in a context's file.
pub static CONTEXT: Shape = Shape {
    name: "context",
    header: "[context]",
    doc: "What holds for the whole context. In `minos.toml` the same keys stand in `[context.X]`.",
    parts: &[KEYS, common::NAMED],
    groups: &[],
    example: r#"[context]
doc = "A repair workshop: open a job, quote it, do it, hand it back."
kind = "core"
owner = "team-workshop"
time_zone = "Europe/Zurich"
"#,
};

/// `domain/X.toml`.
pub static FILE: Shape = Shape {
    name: "context file",
    header: "domain/workshop.toml",
    doc: "One bounded context; the file's name is the context's.",
    parts: &[
        &[Key::absent("context", Form::Table(&CONTEXT), "{}", "What holds for the whole context.")],
        construct::TABLES,
    ],
    groups: &[],
    example: "",
};

/// `[context.X]` in `minos.toml`: keys and constructs beside each other.
pub static INLINE: Shape = Shape {
    name: "context",
    header: "[context.workshop]",
    doc: "A context inside `minos.toml`.",
    parts: &[KEYS, common::NAMED, construct::TABLES],
    groups: &[],
    example: "",
};

/// `shared/*.toml` and `[shared]`.
pub static KERNEL_FILE: Shape = Shape {
    name: "shared kernel",
    header: "[shared]",
    doc: "Types, tables and functions that every context sees unqualified.",
    parts: &[construct::KERNEL_TABLES],
    groups: &[],
    example: "",
};

const KEYS: &[Key] = &[
    Key::absent(
        "kind",
        Form::Choice(&["core", "supporting", "generic"]),
        r#""core""#,
        "How much the context matters to the business.",
    ),
    Key::default(
        "topic",
        Form::Text,
        "made from the names of system, service and aggregate",
        r#""garage.workshop""#,
        "Overrides the topic's name.",
    ),
    Key::default(
        "time_zone",
        Form::Text,
        "`UTC`",
        r#""Europe/Zurich""#,
        "An IANA name; it gives `today`, calendar methods and schedules their zone.",
    ),
    Key::default(
        "idempotency",
        Form::Choice(&["optional", "required"]),
        "`optional`",
        r#""required""#,
        "Whether a request without `Idempotency-Key` is refused with 400.",
    ),
    Key::default(
        "deploy",
        Form::Choice(&["whole", "split"]),
        "`whole`",
        r#""split""#,
        "`split`: where the system is deployed, commands and views run as processes of their own, so \
         that each is scaled alone. Both are the program of the service: `ROLE=commands` takes \
         commands and runs policies and sagas, `ROLE=views` fills the views and answers queries. They \
         share the database of the service.",
    ),
];
