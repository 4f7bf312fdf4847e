//! What other contexts see instead of an event.

use super::{Form, Key, Shape, common};

/// `[public.X]`.
pub static PUBLIC: Shape = Shape {
    name: "public",
    header: "[public.JobFinished]",
    doc: "What other contexts see instead of an event: enriched from the state, renamed, or only \
          sometimes. It is made when the event is recorded and never again, so a change of this \
          table changes no event that was published. The event itself does not leave the context, \
          even if it is `public`.",
    parts: &[
        &[
            Key::required("on", Form::Path, r#""WorkDone""#, "The event, of this context."),
            Key::absent(
                "if",
                Form::Expr,
                r#""flags == 0""#,
                "Only then; else nothing is published. Bare names are the state after the event.",
            ),
            Key::required(
                "fields",
                Form::Fields,
                r#"["owner_id", "sum: decimal(2)"]"#,
                "What it carries, without the id. Filled by name from the event, then from the \
                 state after it.",
            ),
            Key::default(
                "do",
                Form::Changes,
                "none",
                r#""sum = due""#,
                "Fields that are set otherwise: `field = expr`.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[aggregate.Parcel]
state.to = "string(1..80)"
state.grams = "int(1..)"
state.fragile = "bool = false"
[command]
Post = { creates = "Parcel", fields = ["to", "grams", "fragile"], emit = "Posted" }
Weigh = { on = "Parcel", fields = ["grams"], emit = "Weighed" }

[public.ParcelWeighed]
on = "Weighed"
if = "!fragile"
fields = ["to", "kilos: decimal(3)"]
do = "kilos = (ev.grams / 1000).round(3)"
"#,
};
