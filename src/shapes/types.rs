//! Newtypes, values, enums, unions.

use super::{Form, Key, Shape, common};

/// `[newtype.X]`.
pub static NEWTYPE: Shape = Shape {
    name: "newtype",
    header: "[newtype.Plate]",
    doc: "A scalar with a name and rules of its own. Two newtypes never compare or mix.",
    parts: &[
        &[
            Key::required("type", Form::Type, r#""string(4..10)""#, "The scalar that it wraps."),
            Key::absent(
                "normalise",
                Form::Expr,
                r#""value.trim().upper()""#,
                "Applied to `value` before the rules, on every construction.",
            ),
            Key::absent(
                "require",
                Form::Rules,
                r#""value.matches('^[A-Z0-9-]+$') else BadPlate""#,
                "Rules over `value`; they may only refuse. Checked wherever the value is made from \
                 outside, not when stored data is read.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[newtype.Plate]
type = "string(4..10)"
normalise = "value.trim().upper()"
require = "value.matches('^[A-Z0-9-]+$') else BadPlate"

[aggregate.Car]
id = "plate: Plate by client"
state.colour = "string(1..20)"
[command.AddCar]
creates = "Car"
fields = ["colour"]
emit = "CarAdded"
"#,
};

/// `[value.X]`.
pub static VALUE: Shape = Shape {
    name: "value",
    header: "[value.Money]",
    doc: "A record without an identity, made with `Money(amount = 1, currency = 'CHF')`.",
    parts: &[
        &[
            Key::required(
                "fields",
                Form::Fields,
                r#"["amount: decimal(2, 0..)", "currency: string(3..3)"]"#,
                "Its fields, by name in every construction.",
            ),
            Key::absent(
                "require",
                Form::Rules,
                r#""amount >= 0 else BadAmount""#,
                "Rules over its fields; they may only refuse.",
            ),
            Key::absent(
                "derive",
                Form::ExprMap,
                r#"{ doubled = "amount * 2" }"#,
                "Computed fields: usable like fields, never stored.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[value.Window]
fields = ["start: date", "end: date?"]
require = "end.is_none_or(|e| e >= start) else WindowReversed"
derive.days = "dates(start, end.unwrap_or(start))"

[aggregate.Job]
state.planned = "Window"
[command.PlanJob]
creates = "Job"
fields = ["planned"]
emit = "JobPlanned"
"#,
};

/// `[enum.X]`.
pub static ENUM: Shape = Shape {
    name: "enum",
    header: "[enum.Warranty]",
    doc: "A closed list of names, each perhaps with properties of its own.",
    parts: &[
        &[
            Key::required(
                "members",
                Form::Members,
                r#"["short", "long"]"#,
                "The names, in order; with properties as `long(months = 24)`.",
            ),
            Key::absent(
                "fields",
                Form::Fields,
                r#"["months: int"]"#,
                "The types of the properties.",
            ),
            Key::default(
                "ordered",
                Form::Bool,
                "false",
                "true",
                "Whether `<` compares by the order of the text.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[enum.Warranty]
fields = ["months: int"]
members = ["short(months = 6)", "long(months = 24)"]
ordered = true

[aggregate.Job]
state.warranty = "Warranty = short"
derive.long = "warranty.months > 12"
[command.OpenJob]
creates = "Job"
fields = ["warranty"]
emit = "JobOpened"
"#,
};

/// `[union.X]`.
pub static UNION: Shape = Shape {
    name: "union",
    header: "[union.Note]",
    doc: "One of several records: `Note.from_owner(text = 'x')`; after `note is from_owner` its \
          fields are known.",
    parts: &[
        &[Key::required(
            "members",
            Form::FieldMap,
            r#"{ from_owner = ["text: string(1..2000)"] }"#,
            "A field list for each member.",
        )],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[union.Note]
members.from_mechanic = ["mechanic_id: uuid", "text: string(1..2000)"]
members.from_owner = ["text: string(1..2000)"]

[aggregate.Job]
state.notes = "list<Note>"
[command.OpenJob]
creates = "Job"
emit = "JobOpened"
[command.AddNote]
on = "Job"
fields = ["note: Note"]
emit = "NoteAdded"
[event.NoteAdded]
apply = "append notes = ev.note"
"#,
};
