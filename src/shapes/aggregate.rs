//! Aggregates and their refusals.

use super::{Form, Key, Shape, common};

/// `[aggregate.X]`.
pub static AGGREGATE: Shape = Shape {
    name: "aggregate",
    header: "[aggregate.Job]",
    doc: "A thing with an identity and a life. Its state is the fold of its events; each aggregate \
          `X` also defines the newtype `XId`.",
    parts: &[
        &[
            Key::default(
                "id",
                Form::Id,
                "`<x>_id: uuid by server`",
                r#""part_no: string(2..20) by client""#,
                "Its identity. `by server`: made here (UUIDv7, for `int` a sequence); `by client`: \
                 a field of the creating command. Implicit in all its commands and events.",
            ),
            Key::absent(
                "status",
                Form::Names,
                r#"["open", "done"]"#,
                "The statuses in order; the first is the initial one. They become the type \
                 `<X>Status`.",
            ),
            Key::required(
                "state",
                Form::Fields,
                r#"["number: string(1..20)", "due: date?"]"#,
                "Its fields. A field without `?` or default must come from every creating event.",
            ),
            Key::absent(
                "entity",
                Form::FieldMap,
                r#"{ Part = ["part_no: string", "quantity: int(1..)"] }"#,
                "Element types of `entities<E> by key` fields.",
            ),
            Key::absent(
                "derive",
                Form::ExprMap,
                r#"{ late = "due.is_some()" }"#,
                "Computed fields: usable like fields, never stored.",
            ),
            Key::absent(
                "unique",
                Form::Uniques,
                r#""number else NumberTaken""#,
                "Reserved in the transaction of the append, held while `where` holds and the \
                 stream is not closed; `none` is free.",
            ),
            Key::default(
                "read",
                Form::Bool,
                "true",
                "false",
                "Whether `GET /<plural>/{id}` answers its state.",
            ),
            Key::default(
                "plural",
                Form::Text,
                "the regular plural",
                r#""staff""#,
                "The plural of its name in paths.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[aggregate.Job]
status = ["open", "done"]
unique = "plate where status == open else PlateHasOpenJob"
[aggregate.Job.state]
plate = "string(4..10)"
due = "date?"
[aggregate.Job.derive]
dated = "due.is_some()"

[command]
OpenJob = { creates = "Job", fields = ["plate"], emit = "JobOpened" }
FinishJob = { on = "Job", from = "open", emit = "JobDone" }
[event]
JobDone = { to = "done", closes = true }
"#,
};

/// `[refusal.X]`.
pub static REFUSAL: Shape = Shape {
    name: "refusal",
    header: "[refusal.OutOfStock]",
    doc: "A named \"no\". It needs no declaration; this gives it a status, a text, fields.",
    parts: &[
        &[
            Key::default(
                "status",
                Form::Int,
                "409, in newtypes and values 422",
                "422",
                "The HTTP status.",
            ),
            Key::default(
                "text",
                Form::Text,
                "the name in words",
                r#""that is too many""#,
                "What the caller reads; `{field}` is replaced by the field's value.",
            ),
            Key::default(
                "fields",
                Form::Fields,
                "inferred from the arguments",
                r#"["on_hand: int"]"#,
                "What it carries.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[refusal.OutOfStock]
text = "only {on_hand} left"
fields = ["on_hand: int"]

[aggregate.Part]
state.on_hand = "int(0..) = 0"
[command.ListPart]
creates = "Part"
emit = "PartListed"
[command.TakePart]
on = "Part"
fields = ["quantity: int(1..100)"]
require = "on_hand >= cmd.quantity else OutOfStock(on_hand)"
emit = "PartTaken"
[event.PartTaken]
apply = "on_hand -= ev.quantity"
"#,
};
