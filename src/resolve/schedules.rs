//! Schedules of the model (§7.12); MN509 for a time that is none.

use super::each::each;
use super::policies::{enter, message, target};
use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::Source;
use crate::lang::ir::Root;
use crate::model::{Schedule, Ticks};
use crate::syntax::tree::{self, Spanned, Times};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The shortest distance of two runs.
const SHORTEST: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

/// The schedules of a context in text order.
pub(super) fn build(r: &mut Resolver<'_>, context: &str, sink: &mut Sink) -> Vec<Schedule> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let tree = ctx.tree;
    tree.schedules.iter().filter_map(|it| schedule(r, context, tree, it, sink)).collect()
}

fn schedule(
    r: &mut Resolver<'_>,
    context: &str,
    of: &tree::Context,
    tree: &tree::Schedule,
    sink: &mut Sink,
) -> Option<Schedule> {
    let ticks = tree.times.as_ref().and_then(|times| ticks(times, sink));
    let time_zone = match &tree.time_zone {
        Some(zone) => super::build::zone(zone, sink),
        None => of.time_zone.as_ref().map_or_else(|| "UTC".to_owned(), |zone| zone.value.clone()),
    };
    let targets: Vec<_> = tree.send.iter().map(|m| target(r, context, m, sink)).collect();
    let scope = r.scope(context, "a schedule").clock();
    let (cond, walked, send) = r.check(Some(context), scope, sink, |r, c| {
        let cond = tree.cond.as_ref().map(|e| c.condition(e));
        if let Some(cond) = &cond {
            c.assume(cond);
        }
        let walked = tree.each.as_ref().and_then(|e| each(c, e));
        if let Some(each) = &walked {
            enter(r, c, context, each);
        }
        if tree.each.is_some() && walked.is_none() {
            return (cond, walked, vec![]);
        }
        let from = [Source::Root(Root::Row)];
        let known = tree.send.iter().zip(&targets);
        let send = known.filter_map(|(m, target)| Some(message(c, m, target.as_ref()?, &from)));
        (cond, walked, send.collect())
    });
    Some(Schedule {
        name: tree.head.name.text.clone(),
        notes: super::notes::notes(&tree.head),
        ticks: ticks?,
        time_zone,
        cond,
        each: walked,
        send,
        span: tree.head.name.span,
    })
}

fn ticks(times: &Times, sink: &mut Sink) -> Option<Ticks> {
    match times {
        Times::Every(every) => {
            let micros = i64::try_from(every.value.as_micros()).ok();
            let ticks = micros.filter(|_| every.value >= SHORTEST).map(Ticks::Every);
            let help = "write a duration of at least a second: `60s`";
            said(ticks, every.span, "an interval", help, sink)
        }
        Times::Daily(at) => {
            let ticks = clock(&at.value).map(|(hour, minute)| Ticks::Daily(hour, minute));
            said(ticks, at.span, "a time of day", "write `06:00`", sink)
        }
        Times::Weekly(at) => {
            let found = parts(at).and_then(|(day, time)| {
                let day = DAYS.iter().position(|it| *it == day)?;
                let (hour, minute) = clock(time)?;
                Some(Ticks::Weekly(u8::try_from(day).ok()?, hour, minute))
            });
            said(found, at.span, "a day of the week and a time", "write `mon 06:00`", sink)
        }
        Times::Monthly(at) => {
            let found = parts(at).and_then(|(day, time)| {
                let day = number(day).filter(|day| (1..=31).contains(day))?;
                let (hour, minute) = clock(time)?;
                Some(Ticks::Monthly(day, hour, minute))
            });
            said(found, at.span, "a day of the month and a time", "write `1 06:00`", sink)
        }
    }
}

fn said(
    ticks: Option<Ticks>,
    span: crate::source::Span,
    what: &str,
    help: &str,
    sink: &mut Sink,
) -> Option<Ticks> {
    if ticks.is_none() {
        let found = format!("the schedule has not {what} here");
        sink.push(Diagnostic::error(509, span, found).help(help));
    }
    ticks
}

fn parts(at: &Spanned<String>) -> Option<(&str, &str)> {
    at.value.split_once(' ')
}

/// `06:00`
fn clock(text: &str) -> Option<(u8, u8)> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| number(part)).flatten();
    Some((two(hour).filter(|it| *it < 24)?, two(minute).filter(|it| *it < 60)?))
}

/// Digits only: no sign.
fn number(text: &str) -> Option<u8> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
