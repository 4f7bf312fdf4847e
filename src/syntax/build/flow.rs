//! Policies, sagas, scenarios.

use super::head;
use crate::lang::tree::Ident;
use crate::shapes::{POLICY, SAGA, SCHEDULE};
use crate::syntax::lower::Row;
use crate::syntax::tree::{Policy, Refused, Saga, Scenario, Schedule, Spanned, Step, Times};

pub(super) fn policy(name: Ident, mut row: Row) -> Policy {
    let refused = row.word("refused").map(|word| Spanned {
        value: if word.value == "park" { Refused::Park } else { Refused::Ignore },
        span: word.span,
    });
    Policy {
        head: head(name, &mut row, &POLICY),
        on: row.paths("on").unwrap_or_default(),
        cond: row.expr("if"),
        each: row.each("each"),
        replica: row.path("replica"),
        send: row.messages("send").unwrap_or_default(),
        refused,
    }
}

pub(super) fn schedule(name: Ident, mut row: Row) -> Schedule {
    let every = row.duration("every").map(Times::Every);
    let daily = row.text("daily").map(Times::Daily);
    let weekly = row.text("weekly").map(Times::Weekly);
    let monthly = row.text("monthly").map(Times::Monthly);
    Schedule {
        head: head(name, &mut row, &SCHEDULE),
        times: every.or(daily).or(weekly).or(monthly),
        time_zone: row.text("time_zone"),
        cond: row.expr("if"),
        each: row.each("each"),
        send: row.messages("send").unwrap_or_default(),
    }
}

pub(super) fn saga(name: Ident, mut row: Row) -> Saga {
    let mut on = row.row("on");
    let mut actions = |key: &str| on.as_mut().and_then(|on| on.actions(key)).unwrap_or_default();
    let (completed, compensated) = (actions("completed"), actions("compensated"));
    let steps = row.rows("step").unwrap_or_default().into_iter().map(step).collect();
    Saga {
        head: head(name, &mut row, &SAGA),
        start: row.path("start"),
        key: row.expr("key"),
        state: row.fields("state").unwrap_or_default(),
        waits: row.word("answer").filter(|it| it.value == "wait").map(|it| it.span),
        wait_for: row.duration("wait_for"),
        timeout: row.timeout("timeout"),
        completed,
        compensated,
        steps,
    }
}

fn step(mut row: Row) -> Step {
    Step {
        name: text_or_empty(&mut row, "name"),
        doc: row.text("doc"),
        send: row.message("send"),
        undo: row.message("undo"),
        cond: row.expr("if"),
        retry: row.int("retry"),
        timeout: row.timeout("timeout"),
        on: row.replies("on").unwrap_or_default(),
        span: row.span,
    }
}

pub(super) fn scenario(mut row: Row) -> Scenario {
    Scenario {
        name: text_or_empty(&mut row, "name"),
        doc: row.text("doc"),
        given: row.messages("given").unwrap_or_default(),
        rows: row.messages("rows").unwrap_or_default(),
        now: row.time("now"),
        actor: row.ident("actor"),
        roles: row.idents("roles").unwrap_or_default(),
        settings: row.expr_map("settings").unwrap_or_default(),
        when: row.trigger("when"),
        then: row.messages("then"),
        then_sends: row.messages("then_sends"),
        then_publishes: row.messages("then_publishes"),
        then_rows: row.messages("then_rows").unwrap_or_default(),
        span: row.span,
    }
}

fn text_or_empty(row: &mut Row, key: &str) -> Spanned<String> {
    let span = row.span;
    row.text(key).unwrap_or(Spanned { value: String::new(), span })
}
