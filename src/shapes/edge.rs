//! The edge: routes and the gateway; access and gRPC of stage 2.

use super::{Form, Group, Key, Shape, common};

/// What only a route of a command says.
const OF_COMMANDS: &[&str] = &[
    "post",
    "put",
    "patch",
    "delete",
    "if_match",
    "idempotency",
    "request_id",
    "errors",
    "status",
];

/// `[[route]]`.
pub static ROUTE: Shape = Shape {
    name: "route",
    header: "[[route]]",
    doc: "A route that replaces the default one of a command or query, or a composed answer. A \
          path is written `/jobs/{job_id}/parts`; `{names}` are the id of the command's \
          aggregate and scalar fields of the command, which are then left out of the body, or \
          parameters or key columns of the query.",
    parts: &[
        &[
            Key::absent("get", Form::Text, r#""/jobs/{job_id}/full""#, "The path of a GET."),
            Key::absent("post", Form::Text, r#""/jobs/{job_id}/parts""#, "The path of a POST."),
            Key::absent("put", Form::Text, r#""/jobs/{job_id}""#, "The path of a PUT."),
            Key::absent("patch", Form::Text, r#""/jobs/{job_id}""#, "The path of a PATCH."),
            Key::absent("delete", Form::Text, r#""/jobs/{job_id}""#, "The path of a DELETE."),
            Key::absent("command", Form::Path, r#""AddPart""#, "The command of this context."),
            Key::absent(
                "query",
                Form::Path,
                r#""FindJobs""#,
                "The query of this context; needs `get`.",
            ),
            Key::absent(
                "compose",
                Form::Parts,
                r#"{ job = "Job", owner = "Owner(owner_id = job.owner_id)?" }"#,
                "The parts of a composed answer, each an aggregate or a query of any context: \
                 `[context.]Name(argument = value)`. A value is a field of the path, or \
                 `part.field` of another part; an argument that is left out is the field of the \
                 path with its name. A part is asked as soon as what it needs is there. When a \
                 value walks through a list (`order.lines.product_id`), the part is asked for each \
                 different element and becomes an object by element. `?` behind a part makes it \
                 optional: when it cannot be had it is null, and named in `errors`.",
            ),
            Key::absent("stream", Form::Path, r#""JobList""#, "Server-sent events of a view.")
                .later(),
            Key::default(
                "if_match",
                Form::Choice(&["optional", "required", "off"]),
                "`optional`",
                r#""required""#,
                "`If-Match` holds the version that the command is meant for: 412 when another one \
                 is there; with `required` 428 when it is missing; with `off` it is not looked at.",
            ),
            Key::default(
                "idempotency",
                Form::Choice(&["optional", "required"]),
                "the context's",
                r#""required""#,
                "With `required` a command without `Idempotency-Key` is answered with 400.",
            ),
            Key::absent(
                "request_id",
                Form::Text,
                r#""header x-request-id""#,
                "Another header than `Idempotency-Key` for the key.",
            ),
            Key::absent(
                "errors",
                Form::Ints,
                "{ TooManyParts = 409 }",
                "HTTP statuses of refusals on this route, 400 to 599.",
            ),
            Key::absent("status", Form::Int, "202", "The HTTP status of success, 200 to 299."),
            Key::default(
                "timeout",
                Form::Duration,
                "the gateway's",
                r#""2s""#,
                "How long the gateway waits for the answer to begin.",
            ),
        ],
        common::DOC,
    ],
    groups: &[
        Group::ExactlyOne(&["post", "put", "patch", "delete", "get"]),
        Group::ExactlyOne(&["query", "compose", "command", "stream"]),
        Group::Excludes("query", OF_COMMANDS),
        Group::Excludes("compose", OF_COMMANDS),
        Group::Excludes("get", &["command"]),
    ],
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
params = ["status?"]

[[route]]
put = "/tools/{tool_id}/loan"
command = "LendTool"
if_match = "required"
errors = { WrongStatus = 422 }
[[route]]
get = "/shelves/{status}"
query = "Shelf"
[[route]]
get = "/tools/{tool_id}/neighbours"
compose = { tool = "Tool", shelf = "Shelf(status = tool.status)?" }
"#,
};

/// `[gateway]`.
pub static GATEWAY: Shape = Shape {
    name: "gateway",
    header: "[gateway]",
    doc: "The one address of the system, in front of its services. What it does not say has a \
          default, and where the services answer is a setting, not a matter of the text.",
    parts: &[
        &[
            Key::default(
                "prefix",
                Form::Text,
                "none",
                r#""/api""#,
                "All paths begin with it at the gateway; the services know nothing of it.",
            ),
            Key::default(
                "timeout",
                Form::Duration,
                "`10s`",
                r#""5s""#,
                "How long it waits for an answer to begin, unless the route says otherwise.",
            ),
            Key::default(
                "max_body",
                Form::Int,
                "1048576",
                "65536",
                "The longest request body, in bytes.",
            ),
        ],
        common::DOC,
    ],
    groups: &[],
    example: r#"[project]
name = "toolshare"
context = "desk"

[gateway]
prefix = "/api"
timeout = "5s"

[aggregate.Tool]
state.name = "string(1..80)"
[command]
AddTool = { creates = "Tool", fields = ["name"], emit = "ToolAdded" }
"#,
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
