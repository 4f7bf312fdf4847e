//! Decision tables and functions written in Rust.

use super::{Form, Key, Shape, common};

const ARGS: Key = Key::required(
    "args",
    Form::Fields,
    r#"["total: decimal(2)"]"#,
    "The arguments: positional in calls, bare names in rows.",
);
const RETURNS: Key =
    Key::required("returns", Form::Type, r#""int(0..100)""#, "The type of the result.");

/// `[table.x]`.
pub static TABLE: Shape = Shape {
    name: "table",
    header: "[table.discount]",
    doc: "A decision table, called from expressions like a function.",
    parts: &[
        &[
            ARGS,
            RETURNS,
            Key::required(
                "rows",
                Form::Cases,
                r#"["total >= 500 => 5", "else => 0"]"#,
                "The first row that matches decides; the last one is `else`.",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[table.discount]
args = ["total: decimal(2)"]
returns = "int(0..100)"
rows = ["total >= 2000 => 10", "total >= 500 => 5", "else => 0"]

[aggregate.Order]
state.total = "decimal(2, 0..)"
derive.percent = "discount(total)"
[command.PlaceOrder]
creates = "Order"
fields = ["total"]
emit = "OrderPlaced"
"#,
};

/// `[function.x]`.
pub static FUNCTION: Shape = Shape {
    name: "function",
    header: "[function.share_hours]",
    doc: "A pure function that is written by hand in Rust, in a file that is made once and never \
          touched again.",
    parts: &[&[ARGS, RETURNS], common::NAMED],
    groups: &[],
    example: r#"[function.check_digit]
args = ["code: string"]
returns = "int(0..9)"

[aggregate.Parcel]
state.code = "string(1..20)"
derive.digit = "check_digit(code)"
[command.RegisterParcel]
creates = "Parcel"
fields = ["code"]
emit = "ParcelRegistered"
"#,
};
