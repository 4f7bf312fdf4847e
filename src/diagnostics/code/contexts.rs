//! Codes 401 to 999: messages between contexts, deployment, advice.

use super::{Entry, advice, error, warning};

pub(super) const ENTRIES: &[Entry] = &[
    error(
        401,
        "private event",
        "Events are private to their context unless they say `public = true`, because others then depend on their shape. Make it public there, or publish another shape with `[public.X]`.",
        "[policy.Flag]\non = \"stock.PartRecalled\"  # not public\nsend = \"FlagJob\"",
        "# domain/stock.toml\n[event]\nPartRecalled.public = true",
    ),
    error(
        402,
        "private command",
        "Other contexts may send a command only if it says `public = true`. This is about contexts, not about HTTP.",
        "send = \"stock.ReservePart\"  # not public",
        "# domain/stock.toml\n[command.ReservePart]\npublic = true",
    ),
    error(
        403,
        "type is not visible",
        "A type of another context can be used when a public message carries it, or when it stands in `shared/`.",
        "fields = [\"shelf: stock.Shelf\"]  # in no public message",
        "fields = [\"part_no: stock.PartNo\"]",
    ),
    warning(
        404,
        "step without undo",
        "A later step can fail, and this one would stay done. Give it `undo`, or make the later one come first.",
        "[[saga.Order.step]]\nname = \"reserve\"\nsend = \"stock.ReservePart\"",
        "[[saga.Order.step]]\nname = \"reserve\"\nsend = \"stock.ReservePart\"\nundo = \"stock.ReleasePart\"",
    ),
    error(
        405,
        "undo after the pivot",
        "From the pivot on a saga only goes forward, so nothing there is ever undone.",
        "pivot = true\nundo = \"stock.ReleasePart\"",
        "pivot = true",
    ),
    error(
        406,
        "impossible reply",
        "The command of the step can give neither an event nor a refusal of this name.",
        "send = \"stock.ReservePart\"\non.OutOfStok = \"compensate\"",
        "send = \"stock.ReservePart\"\non.OutOfStock = \"compensate\"",
    ),
    warning(
        407,
        "reply that nobody looks at",
        "A rule of the command records this event instead of the command's own, so the command did not do what the step is for. Without an entry the saga goes on to the next step all the same. Say what follows.",
        "[command.ReservePart]\nrequire = \"on_hand >= cmd.quantity else emit PartMissing\"\n# the saga\nsend = \"stock.ReservePart\"",
        "send = \"stock.ReservePart\"\non.PartMissing = \"compensate\"",
    ),
    error(
        408,
        "endless loop of messages",
        "Policies send each other's triggers in a circle, and none of them has a condition that could end it.",
        "[policy.A]\non = \"X\"\nsend = \"DoY\"  # emits Y\n[policy.B]\non = \"Y\"\nsend = \"DoX\"  # emits X",
        "[policy.B]\non = \"Y\"\nif = \"ev.left > 0\"\nsend = \"DoX\"",
    ),
    error(
        409,
        "no key for the event",
        "The event carries no field with the name of the view's key, so its row cannot be found. Give `key` in the reaction, or `via` for the view.",
        "[view.Owners]\nkey = \"owner_id\"\non.WorkDone = \"finished += 1\"  # has no owner_id",
        "on.WorkDone = { key = \"ev.owner\", do = \"finished += 1\" }",
    ),
    warning(
        410,
        "refused where the saga sends it",
        "The start event or an earlier step has brought the aggregate into a status in which this command is refused. Others may change it meanwhile, but the saga alone always fails here.",
        "[saga.Ship]\nstart = \"OrderPaid\"  # to = \"paid\"\n[[saga.Ship.step]]\nsend = \"PayOrder\"  # from = \"open\"",
        "[[saga.Ship.step]]\nsend = \"ShipOrder\"  # from = \"paid\"",
    ),
    error(
        411,
        "timer is never set",
        "A reaction waits for a timer that no action sets.",
        "on.timer.remind = \"end\"",
        "on.WorkDone = \"timer remind at now + 7d\"",
    ),
    error(
        412,
        "start without key",
        "The process or saga is found by a key that its start event does not carry.",
        "start = \"WorkDone\"\nkey = \"owner\"",
        "start = \"WorkDone\"\nkey = \"job_id\"",
    ),
    error(
        413,
        "column is never filled",
        "The column has no default, no followed event carries a field of its name, and no change sets it; so the row can never be made.",
        "[view.Shelf]\nof = \"Tool\"\ncolumns = [\"name\", \"colour: string\"]",
        "columns = [\"name\", \"colour: string = ''\"]",
    ),
    error(
        417,
        "group is torn apart",
        "Steps of one group run together, so they stand next to each other.",
        "step = [{ name = \"a\", group = \"g\" }, { name = \"b\" }, { name = \"c\", group = \"g\" }]",
        "step = [{ name = \"a\", group = \"g\" }, { name = \"c\", group = \"g\" }, { name = \"b\" }]",
    ),
    warning(
        418,
        "never ends",
        "No reaction of the process says `end`, so its instances stay for ever.",
        "on.PickupAnswered = \"status = over\"",
        "on.PickupAnswered = [\"status = over\", \"end\"]",
    ),
    error(
        419,
        "nobody waits",
        "With `answer = \"wait\"` a request is answered when the saga has ended that its command started. An event of another context is no request's: the command was answered long ago, elsewhere.",
        "[saga.Ship]\nstart = \"ordering.OrderPlaced\"\nanswer = \"wait\"",
        "[saga.Ship]\nstart = \"ordering.OrderPlaced\"",
    ),
];

pub(super) const DEPLOYMENT: &[Entry] = &[
    error(
        501,
        "same route twice",
        "Two commands or queries answer at the same method and path. The gateway serves all contexts, so paths are unique over the whole system. Use `plural`, another name, or a `[[route]]`.",
        "[query.Job]\nview = \"JobList\"\n[query.job]\nview = \"History\"",
        "[query.JobHistory]\nview = \"History\"",
    ),
    error(
        502,
        "unknown path field",
        "A `{field}` in the path is no field of the command or parameter of the query.",
        "[[route]]\npost = \"/jobs/{job}/parts\"\ncommand = \"AddPart\"",
        "post = \"/jobs/{job_id}/parts\"",
    ),
    error(
        503,
        "not an HTTP status",
        "A refusal's status is a number from 400 to 599.",
        "[refusal.TooMany]\nstatus = 200",
        "[refusal.TooMany]\nstatus = 422",
    ),
    warning(
        504,
        "role grants nothing",
        "The role lists no command and no query, so it allows nothing.",
        "[access]\nroles.guest = []",
        "[access]\nroles.guest = [\"Shelf\"]",
    ),
    error(
        505,
        "one topic, two contexts",
        "Two contexts publish on the same topic, so their events would mix.",
        "# both contexts\n[context]\ntopic = \"shop.events\"",
        "[context]\ntopic = \"shop.stock.events\"",
    ),
    error(
        506,
        "compose cycle",
        "The parts of a composed answer need each other in a circle.",
        "compose = { a = \"A(id = b.id)\", b = \"B(id = a.id)\" }",
        "compose = { a = \"A\", b = \"B(id = a.id)\" }",
    ),
    error(
        509,
        "bad schedule",
        "The time is written `\"12:00\"`, `\"mon 06:00\"` or `\"1 06:00\"`, the interval as a duration of at least a second.",
        "[schedule.Late]\ndaily = \"6 am\"",
        "[schedule.Late]\ndaily = \"06:00\"",
    ),
];

pub(super) const ADVICE: &[Entry] = &[
    // MN901 is kept for a system of one context that is to be split; it comes with `[deploy]`.
    advice(
        902,
        "tiny aggregate",
        "The aggregate has no rule at all: plain rows without events may be enough. A `[reference]` holds them.",
        "[aggregate.Colour]\nstate.name = \"string\"",
        "[reference.Colour]\nkey = \"colour_id\"\nfields = [\"colour_id: int\", \"name: string\"]",
    ),
    advice(
        903,
        "nothing for the database to filter",
        "No part of the query's `where` becomes SQL, so every row is read and filtered in Rust. Join a comparison of a column with `&&`.",
        "where = \"tags.any(|t| t == params.tag)\"",
        "where = \"status == open && tags.any(|t| t == params.tag)\"",
    ),
    advice(
        904,
        "implied fields before a release",
        "The event's fields are implied by its commands. Before others depend on them, write them out.",
        "[event]\nToolLent.to = \"lent\"",
        "[event]\nToolLent = { to = \"lent\", fields = [\"borrower: string\", \"due: date\"] }",
    ),
    advice(
        906,
        "nobody reads this view",
        "No query, policy, schedule or other view reads the rows.",
        "[view.Shelf]\nof = \"Tool\"",
        "[query.Shelf]\nview = \"Shelf\"",
    ),
];
