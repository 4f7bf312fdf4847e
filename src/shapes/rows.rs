//! References: rows that stand in the text.

use super::{Form, Key, Shape, common};

/// `[reference.X]`.
pub static REFERENCE: Shape = Shape {
    name: "reference",
    header: "[reference.PartGroup]",
    doc: "Plain rows without events, in the database that decides; commands may look them up. The \
          rows are those that `[seed]` lists: at each start the table is brought to the text. A row \
          that the text changed is changed, one that it no longer lists is gone, also for rules that \
          run afterwards; events that were stored keep what they were given. Where two versions of \
          the text run side by side, the last one to start wins, with all its rows. `PartGroups` \
          and `PartGroup` are queries that need no table of their own: `GET /part-groups` gives \
          the rows by key, in pages, `GET /part-groups/{key}` one of them. A query of such a name that \
          the text declares stands in its place. Views cannot find keys in a reference.",
    parts: &[
        &[
            Key::required(
                "key",
                Form::Names,
                r#""group_id""#,
                "The key columns; they stand in `fields` too.",
            ),
            Key::required(
                "fields",
                Form::Fields,
                r#"["group_id: int", "name: string(1..80)"]"#,
                "The columns. One with a default, an option or a collection may be left out in a row.",
            ),
            Key::absent(
                "write",
                Form::Names,
                r#"["admin"]"#,
                "Roles that may add, change and delete rows with `POST`, `PUT` and `DELETE`.",
            )
            .later_so(
                "remove it: roles are not checked yet, so nobody may write; list the rows in `[seed]`",
            ),
        ],
        common::NAMED,
    ],
    groups: &[],
    example: r#"[aggregate.Parcel]
state = ["zone: string(2..20)", "price: decimal(2, 0..)"]
[reference.Zone]
key = "zone"
fields = ["zone: string(2..20)", "price: decimal(2, 0..)", "days: int(1..60) = 2"]
[command.SendParcel]
creates = "Parcel"
fields = ["zone"]
lookup.to = "Zone[cmd.zone]"
require = "to.is_some() else NotServed"
emit = "ParcelSent(price = to.price)"

[seed]
rows = ["Zone(zone = 'inland', price = 7)", "Zone(zone = 'islands', price = 19.5, days = 6)"]

[[scenario]]
name = "a rule sees the rows of the seed"
when = "SendParcel(zone = 'islands')"
then = "ParcelSent(price = 19.5)"
"#,
};
