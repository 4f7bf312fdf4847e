//! Commands at a time of the clock.

use super::{Form, Group, Key, Shape, common};

/// `[schedule.X]`.
pub static SCHEDULE: Shape = Shape {
    name: "schedule",
    header: "[schedule.FlagLate]",
    doc: "Commands at a time of the clock: one run per time in the whole system, however many \
          processes there are. Times that passed while nobody ran are made up for by one run. The \
          first run is at the first time after the first start. What a run sends is stored with \
          the note that it ran, so each message goes out once; the id of a message is made of the \
          schedule, the time, the row's key and the place. A command that is refused is put aside \
          and counted by the schedule's name; the others are carried out.",
    parts: &[
        &[
            Key::absent(
                "every",
                Form::Duration,
                r#""60s""#,
                "The distance of two runs, at least a second, counted from 1970 on.",
            ),
            Key::absent("daily", Form::Text, r#""06:00""#, "The time of day."),
            Key::absent(
                "weekly",
                Form::Text,
                r#""mon 06:00""#,
                "The day of the week and the time.",
            ),
            Key::absent(
                "monthly",
                Form::Text,
                r#""1 06:00""#,
                "The day of the month and the time; a day the month lacks is its last.",
            ),
            Key::default(
                "time_zone",
                Form::Text,
                "the context's",
                r#""Europe/Zurich""#,
                "An IANA name: the zone of these times. `today` stays in the context's.",
            ),
            Key::absent("if", Form::Expr, r#""limit > 0""#, "Only then."),
            Key::absent(
                "each",
                Form::Each,
                r#""JobList where status == in_work""#,
                "One round per row; without it one round.",
            ),
            Key::required("send", Form::Messages, r#""FlagJob(reason = 'late')""#, "The commands."),
            Key::default(
                "on_error",
                Form::Choice(&["continue", "stop"]),
                "`continue`",
                r#""stop""#,
                "After a refusal in one row; every message is sent for itself.",
            )
            .later(),
        ],
        common::NAMED,
    ],
    groups: &[Group::ExactlyOne(&["daily", "every", "weekly", "monthly"])],
    example: r#"[aggregate.Loan]
status = ["running", "overdue", "back"]
state.due = "date"
[command]
Lend = { creates = "Loan", fields = ["due"], emit = "Lent" }
MarkOverdue = { on = "Loan", from = "running else ignore", emit = "MarkedOverdue" }
GiveBack = { on = "Loan", emit = "GivenBack" }
[event]
MarkedOverdue.to = "overdue"
GivenBack.to = "back"
[view.Loans]
of = "Loan"
columns = ["due", "status"]

[schedule.Overdue]
daily = "06:00"
each = "Loans where status == running && due < today"
send = "MarkOverdue"

[[scenario]]
name = "a late loan is marked in the morning"
rows = "Loans(loan_id = @loan, due = 2026-01-01, status = running)"
when = "schedule Overdue"
then_sends = "MarkOverdue(loan_id = @loan)"
"#,
};
