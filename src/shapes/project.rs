//! `minos.toml`: the project, and the contexts inside it.

use super::{Form, Key, Shape, construct, context, deploy, edge};

/// `[project]`.
pub static PROJECT: Shape = Shape {
    name: "project",
    header: "[project]",
    doc: "The system as a whole.",
    parts: &[&[
        Key::default(
            "name",
            Form::Text,
            "the folder's name",
            r#""garage""#,
            "The system's name; binaries and topics begin with it.",
        ),
        Key::absent(
            "context",
            Form::Name,
            r#""desk""#,
            "The one context to which the top-level tables of this file belong (the one-context \
             shorthand). Then there is neither `[context.X]` nor a `domain/` folder.",
        ),
        Key::absent("doc", Form::Text, r#""A repair workshop.""#, "What the system is for."),
        Key::reserved("owner", r#""team-workshop""#, "Who answers for it."),
        Key::reserved("contact", r##""#team-workshop""##, "Where to ask about it."),
    ]],
    groups: &[],
    example: r#"[project]
name = "toolshare"
context = "desk"
doc = "Neighbours lend each other tools."
"#,
};

/// `minos.toml` when `[project]` names the one context.
pub static SHORT_FILE: Shape = Shape {
    name: "minos.toml",
    header: "minos.toml",
    doc: "The project, and the tables of its only context.",
    parts: &[PROJECT_TABLES, CONTEXT_TABLE, construct::TABLES],
    groups: &[],
    example: "",
};

/// `minos.toml` of a project with several contexts.
pub static PROJECT_FILE: Shape = Shape {
    name: "minos.toml",
    header: "minos.toml",
    doc: "The project, and its contexts as `[context.X]`.",
    parts: &[
        PROJECT_TABLES,
        &[Key::absent(
            "context",
            Form::Named(&context::INLINE),
            "{}",
            "The contexts that are described here and not in a file of their own.",
        )],
        construct::TABLES,
    ],
    groups: &[],
    example: "",
};

const CONTEXT_TABLE: &[Key] = &[Key::absent(
    "context",
    Form::Table(&context::CONTEXT),
    "{}",
    "What holds for the whole context.",
)];

const PROJECT_TABLES: &[Key] = &[
    Key::absent("project", Form::Table(&PROJECT), "{}", "The system as a whole."),
    Key::absent(
        "shared",
        Form::Table(&context::KERNEL_FILE),
        "{}",
        "The shared kernel: types, tables and functions that every context sees unqualified. The \
         same may stand in the files of `shared/`.",
    ),
    Key::absent("gateway", Form::Table(&edge::GATEWAY), "{}", edge::GATEWAY.doc),
    Key::absent("deploy", Form::Table(&deploy::DEPLOY), "{}", deploy::DEPLOY.doc),
    Key::absent("moved", Form::Free, "[]", "Renames over several contexts.").later(),
    Key::absent("waiver", Form::Free, "[]", "Breaking changes that were agreed on.").later(),
];
