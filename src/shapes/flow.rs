//! Policies and sagas.

use super::{Form, Group, Key, Shape, common};

/// `[policy.X]`.
pub static POLICY: Shape = Shape {
    name: "policy",
    header: "[policy.CreditOwner]",
    doc: "Whenever this happened, send that. A repeat of the event has no second effect.",
    parts: &[
        &[
            Key::required(
                "on",
                Form::Paths,
                r#""WorkDone""#,
                "The event, or several; own ones or public ones of other contexts.",
            ),
            Key::absent("if", Form::Expr, r#""ev.due >= 1""#, "Only then."),
            Key::absent(
                "each",
                Form::Each,
                r#""JobList where status != done""#,
                "One round per row of a view or per element. Rows are read when the policy runs: the view \
                 may be behind the event or ahead of it.",
            ),
            Key::absent(
                "replica",
                Form::Path,
                r#""PartPrice""#,
                "Runs inside the transaction of this replica; `before` is its row before the event.",
            ),
            Key::required(
                "send",
                Form::Messages,
                r#""CreditPoints(points = ev.due.floor())""#,
                "The commands; never one transaction.",
            ),
            Key::default(
                "refused",
                Form::Choice(&["ignore", "park"]),
                "`ignore`",
                r#""park""#,
                "What happens when the command refuses; technical errors are retried, then parked.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[aggregate.Job]
status = ["open", "done"]
state.points = "int(1..)"
[aggregate.Account]
id = "job_id: JobId by client"
state.points = "int(0..) = 0"
[command]
OpenJob = { creates = "Job", fields = ["points"], emit = "JobOpened" }
FinishJob = { on = "Job", from = "open", emit = "JobDone(points = state.points)" }
[command.Credit]
on = "Account"
if_missing = "create"
fields = ["points: int(1..)"]
emit = ["AccountOpened if !exists", "Credited"]
[event]
AccountOpened.fields = []
JobDone = { to = "done", apply = [] }
Credited.apply = "points += ev.points"
[policy.CreditWorker]
on = "JobDone"
send = "Credit"
"#,
};

/// `[saga.X]`.
pub static SAGA: Shape = Shape {
    name: "saga",
    header: "[saga.OrderPart]",
    doc: "Steps over several aggregates or contexts, undone in reverse order when one fails.",
    parts: &[
        &[
            Key::required(
                "start",
                Form::Path,
                r#""PartAdded""#,
                "The event that starts it and fills `state` by name.",
            ),
            Key::default(
                "key",
                Form::Expr,
                "`meta.id`",
                r#""ev.job_id""#,
                "A second start with the same key does nothing.",
            ),
            Key::required("state", Form::Fields, r#"["job_id", "quantity: int"]"#, "Its fields."),
            Key::default(
                "answer",
                Form::Choice(&["accepted", "wait"]),
                "`accepted`",
                r#""wait""#,
                "With `wait` the HTTP caller of a command whose event starts the saga is answered \
                 when it has ended; the answer then has `saga`: `completed` or `compensated`. \
                 When it has not ended in time, the status is 202. A request that is sent again \
                 with its `Idempotency-Key` is answered at once. The gateway waits as much longer.",
            ),
            Key::default(
                "wait_for",
                Form::Duration,
                "`10s`",
                r#""5s""#,
                "How long it waits; needs `answer`.",
            ),
            Key::absent(
                "timeout",
                Form::Timeout,
                r#""10min then compensate""#,
                "Of the whole saga.",
            ),
            Key::absent(
                "on",
                Form::Table(&SAGA_ON),
                r#"{ completed = "send FlagJob" }"#,
                "What is done at its end.",
            ),
            Key::required(
                "step",
                Form::Tables(&STEP),
                r#"[{ name = "reserve", send = "ReservePart" }]"#,
                "Its steps, in the order of the text.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[Group::Needs("wait_for", "answer")],
    example: r#"[aggregate.Job]
state.part = "string"
[aggregate.Shelf]
state.left = "int(0..) = 10"
[command]
OpenShelf = { creates = "Shelf", emit = "ShelfOpened" }
TakePart = { on = "Shelf", require = "left > 0 else OutOfStock", emit = "PartTaken" }
PutBack = { on = "Shelf", emit = "PartPutBack" }
OpenJob = { creates = "Job", fields = ["part", "shelf_id"], emit = "JobOpened" }
FlagJob = { on = "Job", emit = "JobFlagged" }
[event]
PartTaken.apply = "left -= 1"
PartPutBack.apply = "left += 1"
[saga.GetPart]
start = "JobOpened"
answer = "wait"
wait_for = "5s"
state = ["job_id", "shelf_id"]
on.compensated = "send FlagJob"
[[saga.GetPart.step]]
name = "take"
send = "TakePart"
undo = "PutBack"
timeout = "10min then compensate"
"#,
};

static SAGA_ON: Shape = Shape {
    name: "saga's `on`",
    header: "[saga.OrderPart.on]",
    doc: "What is done when the saga ends.",
    parts: &[&[
        Key::absent("completed", Form::Actions, r#""send FlagJob""#, "All steps are done."),
        Key::absent("compensated", Form::Actions, r#""send FlagJob""#, "All is undone."),
    ]],
    groups: &[],
    example: "",
};

static STEP: Shape = Shape {
    name: "step",
    header: "[[saga.OrderPart.step]]",
    doc: "A step of a saga: a command, and what happens with its answer.",
    parts: &[
        &[
            Key::required("name", Form::Text, r#""reserve""#, "Unique in its saga."),
            Key::unless(
                "call",
                "send",
                Form::Message,
                r#""stock.ReservePart""#,
                "The command; its fields come from the saga's state by name.",
            ),
            Key::absent("call", Form::Text, r#""Mailer.ask(text = 'ready')""#, "A call of a port.")
                .later(),
            Key::absent(
                "undo",
                Form::Message,
                r#""stock.ReleasePart""#,
                "Sent in reverse order when compensating, retried without limit.",
            ),
            Key::absent(
                "if",
                Form::Expr,
                r#""quantity >= 10""#,
                "Only then; a skipped step is not undone.",
            ),
            Key::default("pivot", Form::Bool, "false", "true", "From here only forward.").later(),
            Key::default("retry", Form::Int, "5", "3", "Attempts after technical trouble."),
            Key::absent("timeout", Form::Timeout, r#""10min then compensate""#, "Of this step."),
            Key::absent(
                "group",
                Form::Text,
                r#""both""#,
                "Neighbours with one group run in parallel.",
            )
            .later(),
            Key::absent(
                "on",
                Form::Replies(&REPLY),
                r#"{ OutOfStock = ["left = reply.on_hand", "compensate"] }"#,
                "By event or refusal of the command: changes, then a verdict (`next` \
                 `compensate` `retry` `complete` `park`).",
            ),
        ],
        common::DOC,
    ],
    groups: &[Group::ExactlyOne(&["send", "call"])],
    example: "",
};

static REPLY: Shape = Shape {
    name: "reply",
    header: "[saga.OrderPart.step.on.OutOfStock]",
    doc: "The longer form of what a step does with a reply.",
    parts: &[
        &[
            Key::absent("if", Form::Expr, r#""reply.on_hand > 0""#, "Only then."),
            Key::required(
                "do",
                Form::Actions,
                r#"["left = reply.on_hand", "retry"]"#,
                "The actions.",
            ),
        ],
        common::DOC,
    ],
    groups: &[],
    example: "",
};
