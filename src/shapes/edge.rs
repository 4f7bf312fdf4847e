//! The edge of stage 2: routes, access, gRPC.

use super::{Form, Group, Key, Shape, common};

/// `[[route]]`.
pub static ROUTE: Shape = Shape {
    name: "route",
    header: "[[route]]",
    doc: "A route that replaces the default one.",
    parts: &[
        &[
            Key::absent("get", Form::Text, r#""/jobs/{job_id}/full""#, "The path of a GET."),
            Key::absent("post", Form::Text, r#""/jobs/{job_id}/parts""#, "The path of a POST."),
            Key::absent("put", Form::Text, r#""/jobs/{job_id}""#, "The path of a PUT."),
            Key::absent("patch", Form::Text, r#""/jobs/{job_id}""#, "The path of a PATCH."),
            Key::absent("delete", Form::Text, r#""/jobs/{job_id}""#, "The path of a DELETE."),
            Key::absent("command", Form::Path, r#""AddPart""#, "The command."),
            Key::absent("query", Form::Path, r#""FindJobs""#, "The query."),
            Key::absent(
                "compose",
                Form::Map(&Form::Text),
                r#"{ job = "Job" }"#,
                "Parts read in parallel.",
            ),
            Key::absent("stream", Form::Path, r#""JobList""#, "Server-sent events of a view."),
            Key::default(
                "if_match",
                Form::Choice(&["off", "optional", "required"]),
                "`off`",
                r#""required""#,
                "Whether the version is compared.",
            ),
            Key::default(
                "idempotency",
                Form::Choice(&["optional", "required"]),
                "`optional`",
                r#""required""#,
                "Whether the key must be sent.",
            ),
            Key::absent(
                "request_id",
                Form::Text,
                r#""header x-request-id""#,
                "Another header for the key.",
            ),
            Key::absent(
                "errors",
                Form::Map(&Form::Int),
                "{ TooManyParts = 409 }",
                "HTTP statuses of refusals.",
            ),
            Key::absent("status", Form::Int, "202", "The HTTP status of success."),
        ],
        common::DOC,
    ],
    groups: &[
        Group::ExactlyOne(&["get", "post", "put", "patch", "delete"]),
        Group::ExactlyOne(&["command", "query", "compose", "stream"]),
    ],
    example: "",
};

/// `[access]`.
pub static ACCESS: Shape = Shape {
    name: "access",
    header: "[access]",
    doc: "Who may do what. With it, all that is not named is forbidden.",
    parts: &[
        &[
            Key::absent(
                "roles",
                Form::Map(&Form::Upper),
                r#"{ mechanic = ["AddPart"] }"#,
                "Commands and queries by role.",
            ),
            Key::absent("anyone", Form::Upper, r#""Load""#, "What anyone may do."),
            Key::absent(
                "require",
                Form::Map(&Form::Expr),
                r#"{ CancelJob = "actor.id == owner_id" }"#,
                "Conditions.",
            ),
        ],
        common::DOC,
    ],
    groups: &[],
    example: "",
};

/// `[grpc]`.
pub static GRPC: Shape = Shape {
    name: "grpc",
    header: "[grpc]",
    doc: "Commands and queries that are also served as gRPC.",
    parts: &[
        &[Key::required("expose", Form::Upper, r#"["AddPart"]"#, "Commands and queries.")],
        common::DOC,
    ],
    groups: &[],
    example: "",
};
