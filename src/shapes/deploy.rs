//! `[deploy]`: how large the processes are where the system is deployed.

use super::{Form, Key, Shape, common};

/// `[deploy]`.
pub static DEPLOY: Shape = Shape {
    name: "deploy",
    header: "[deploy]",
    doc: "How many pods each process of the system has and what each pod is given, in the files for \
          Kubernetes and for Compose. Overlays and override files may say otherwise.",
    parts: &[
        SIZE_KEYS,
        &[Key::default(
            "ready",
            Form::Choice(&["/ready", "/health"]),
            "`/ready`",
            r#""/health""#,
            "Where a process is asked whether it may be given requests, on port 8000. `/ready` says no \
             while the database is away and before the end; `/health` always says yes while the \
             process lives.",
        )],
        &[Key::absent(
            "size",
            Form::Named(&SIZE),
            "{ ordering = { replicas = 5 } }",
            "Other sizes, by process: a context, `gateway`, or `X_views` for the views of a context \
             `X` with `deploy = \"split\"`.",
        )],
        common::DOC,
    ],
    groups: &[],
    example: r#"[project]
name = "toolshare"

[deploy]
replicas = 3
memory = "128Mi"
[deploy.size.desk_views]
replicas = 6
cpu = "500m"

[context.desk]
deploy = "split"
[context.desk.aggregate.Tool]
state.name = "string(1..80)"
[context.desk.command]
AddTool = { creates = "Tool", fields = ["name"], emit = "ToolAdded" }
"#,
};

/// `[deploy.size.X]`.
static SIZE: Shape = Shape {
    name: "size",
    header: "[deploy.size.ordering]",
    doc: "The size of one process; what is left out is as `[deploy]` says.",
    parts: &[SIZE_KEYS, common::DOC],
    groups: &[],
    example: "",
};

const SIZE_KEYS: &[Key] = &[
    Key::default("replicas", Form::Int, "3", "5", "How many pods, 1 to 100."),
    Key::default(
        "cpu",
        Form::Text,
        "`250m`",
        r#""500m""#,
        "What a pod is given of a processor, in thousandths: `10m` to `2000m`. It may take twice as \
         much.",
    ),
    Key::default(
        "memory",
        Form::Text,
        "`256Mi`",
        r#""1Gi""#,
        "What a pod is given of memory, `16Mi` to `4Gi`. At twice as much it is ended.",
    ),
];
