//! Constructs of stage 2: their shape is checked, then they are answered with "not yet".

use super::{Form, Group, Key, Shape, common};

/// `[process.X]`.
pub static PROCESS: Shape = Shape {
    name: "process",
    header: "[process.Pickup]",
    doc: "A long-running reaction with a state, timers and calls.",
    parts: &[
        &[
            Key::required("start", Form::Paths, r#""WorkDone""#, "Events that make an instance."),
            Key::required("key", Form::Expr, r#""job_id""#, "How an event finds its instance."),
            Key::absent("status", Form::Names, r#"["waiting", "over"]"#, "Its statuses."),
            Key::required("state", Form::Fields, r#"["owner_id: uuid"]"#, "Its fields."),
            Key::required(
                "on",
                Form::Free,
                r#"{ WorkDone = "end" }"#,
                "Events, timers and replies.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: "",
};

/// `[port.X]`.
pub static PORT: Shape = Shape {
    name: "port",
    header: "[port.Mailer]",
    doc: "A door to the outside, a trait written by hand.",
    parts: &[
        &[
            Key::required(
                "call",
                Form::Named(&CALL),
                r#"{ ask = { args = ["text: string"], returns = "uuid", errors = ["Unreachable"] } }"#,
                "Its functions.",
            ),
            Key::default("timeout", Form::Duration, "`5s`", r#""3s""#, "Of one call."),
            Key::default("retry", Form::Int, "0", "2", "Further attempts."),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: "",
};

static CALL: Shape = Shape {
    name: "call",
    header: "[port.Mailer.call.ask]",
    doc: "A function of a port.",
    parts: &[
        &[
            Key::default("args", Form::Fields, "none", r#"["text: string"]"#, "Its arguments."),
            Key::absent("returns", Form::Type, r#""uuid""#, "Its result."),
            Key::absent("errors", Form::Upper, r#"["Unreachable"]"#, "What can go wrong."),
        ],
        common::DOC,
    ],
    groups: &[],
    example: "",
};

const FORMAT: Key = Key::default(
    "format",
    Form::Choice(&["json", "csv", "text", "bytes"]),
    "`json`",
    r#""csv""#,
    "How the payload is written.",
);
const PAYLOAD: Key =
    Key::unless("impl", "fields", Form::Fields, r#"["car: string"]"#, "The payload, `msg.`.");
const IMPL: Key =
    Key::absent("impl", Form::Choice(&["rust"]), r#""rust""#, "The parser is written by hand.");
const IF: Key = Key::absent("if", Form::Expr, r#""msg.car != ''""#, "Only then.");
const SEND: Key =
    Key::required("send", Form::Messages, r#""OpenJob(plate = msg.car)""#, "The command.");
const REJECT: Key =
    Key::absent("reject", Form::Text, r#""rejected""#, "Takes what cannot be read or is refused.");

/// `[translate.X]`.
pub static TRANSLATE: Shape = Shape {
    name: "translate",
    header: "[translate.DealerMail]",
    doc: "Foreign messages become commands.",
    parts: &[
        &[
            Key::absent("queue", Form::Text, r#""dealer-mail""#, "The queue."),
            Key::absent("topic", Form::Text, r#""dealer""#, "The topic."),
            Key::absent("webhook", Form::Text, r#""/hooks/dealer""#, "The path."),
            FORMAT,
            PAYLOAD,
            IMPL,
            IF,
            SEND,
            REJECT,
        ],
        common::NAMED,
    ],
    groups: &[Group::ExactlyOne(&["queue", "topic", "webhook"])],
    example: "",
};

/// `[import.X]`.
pub static IMPORT: Shape = Shape {
    name: "import",
    header: "[import.NightlyList]",
    doc: "Files of a folder become commands.",
    parts: &[
        &[
            Key::required("directory", Form::Text, r#""import_dir""#, "The folder, or a setting."),
            Key::default("lines", Form::Bool, "false", "true", "One message per line."),
            FORMAT,
            PAYLOAD,
            IMPL,
            IF,
            SEND,
            REJECT,
        ],
        common::NAMED,
    ],
    groups: &[],
    example: "",
};
