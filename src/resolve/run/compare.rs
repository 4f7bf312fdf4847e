//! What a scenario expects beside what came.

use super::command::Ran;
use super::machine::Machine;
use super::text::Writer;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::eval::{Emitted, Fields, Value, eval};
use crate::lang::ir::Ir;
use crate::lang::types::FieldDef;
use crate::model::{Expected, Outcome, Scenario};
use crate::source::Span;

/// MN332 for the first difference.
pub(super) fn report(
    machine: &Machine<'_>,
    scenario: &Scenario,
    ran: &Ran,
    writer: Writer<'_>,
    sink: &mut Sink,
) {
    let seen = Seen { machine, writer };
    let found = outcome(seen, scenario, ran)
        .or_else(|| messages(seen, scenario, scenario.sends.as_ref(), &machine.sent, "sent"))
        .or_else(|| {
            let (wanted, is) = (scenario.publishes.as_ref(), &machine.published);
            messages(seen, scenario, wanted, is, "published")
        })
        .or_else(|| rows(seen, scenario));
    if let Some((span, expected, came)) = found {
        sink.push(
            Diagnostic::error(332, span, format!("scenario `{}` fails", scenario.name))
                .label(format!("expected {expected}, but {came}"))
                .help("change the rules, or what the scenario expects"),
        );
    }
}

/// What came, and how to write it down.
#[derive(Clone, Copy)]
struct Seen<'a> {
    machine: &'a Machine<'a>,
    writer: Writer<'a>,
}

impl<'a> Seen<'a> {
    /// The fields of a refusal of the scenario's context.
    fn refusal(self, name: &str) -> &'a [FieldDef] {
        self.machine.context.refusals.get(name).map(|r| r.fields.as_slice()).unwrap_or_default()
    }
}

type Difference = (Span, String, String);

fn outcome(seen: Seen<'_>, scenario: &Scenario, ran: &Ran) -> Option<Difference> {
    match (&scenario.then, ran) {
        (Outcome::Unsaid, _) => None,
        (Outcome::Refusal { name, fields, span }, Ran::Refused(is, values)) => {
            let same = name == is && matches(seen.machine, fields, values);
            (!same).then(|| (*span, expected(name, fields, seen), came_refused(seen, is, values)))
        }
        (Outcome::Refusal { name, fields, span }, Ran::Events(events)) => {
            Some((*span, expected(name, fields, seen), came(seen, events)))
        }
        (Outcome::Events(wanted), Ran::Refused(is, values)) => Some((
            place(scenario, wanted),
            all_expected(seen, wanted),
            came_refused(seen, is, values),
        )),
        (Outcome::Events(wanted), Ran::Events(events)) => {
            let same = wanted.len() == events.len()
                && wanted.iter().zip(events).all(|(w, e)| fits(seen.machine, scenario, w, e));
            (!same)
                .then(|| (place(scenario, wanted), all_expected(seen, wanted), came(seen, events)))
        }
    }
}

fn place(scenario: &Scenario, wanted: &[Expected]) -> Span {
    wanted.first().map_or(scenario.span, |w| w.span)
}

/// The id that is mentioned for an event is its stream's.
fn fits(machine: &Machine<'_>, scenario: &Scenario, wanted: &Expected, event: &Emitted) -> bool {
    if wanted.name != event.name || wanted.context != event.context {
        return false;
    }
    let mut fields = event.fields.clone();
    if let crate::model::Trigger::Command(told) = &scenario.when
        && let Ok(aggregate) = machine.aggregate(&told.context, &told.aggregate)
        && let Ok((id, _)) = machine.told(told)
    {
        fields.entry(aggregate.id.name.clone()).or_insert(id);
    }
    matches(machine, &wanted.fields, &fields)
}

fn matches(machine: &Machine<'_>, wanted: &[(String, Ir)], is: &Fields) -> bool {
    wanted.iter().all(|(name, value)| {
        let value = eval(value, &mut machine.env()).ok();
        value.is_some() && is.get(name) == value.as_ref()
    })
}

/// Exactly the expected messages, in any order.
fn messages(
    seen: Seen<'_>,
    scenario: &Scenario,
    wanted: Option<&Vec<Expected>>,
    is: &[Emitted],
    verb: &str,
) -> Option<Difference> {
    let wanted = wanted?;
    let mut left: Vec<&Emitted> = is.iter().collect();
    let came = || format!("{} was {verb}", shown(seen, is));
    for expected in wanted {
        let found = left.iter().position(|sent| {
            sent.name == expected.name
                && sent.context == expected.context
                && matches(seen.machine, &expected.fields, &sent.fields)
        });
        match found {
            Some(index) => {
                left.remove(index);
            }
            None => return Some((expected.span, all_expected(seen, wanted), came())),
        }
    }
    (!left.is_empty()).then(|| (place(scenario, wanted), all_expected(seen, wanted), came()))
}

fn rows(seen: Seen<'_>, scenario: &Scenario) -> Option<Difference> {
    for wanted in &scenario.rows_after {
        let source = (wanted.context.clone(), wanted.name.clone());
        let rows = seen.machine.rows.get(&source);
        let all: Vec<&Value> = rows.into_iter().flat_map(|rows| rows.values()).collect();
        let found = all
            .iter()
            .filter_map(|row| row.fields())
            .any(|fields| matches(seen.machine, &wanted.fields, fields));
        if !found {
            let is = match all.as_slice() {
                [] => "there is no row".to_owned(),
                some => {
                    let lines: Vec<String> =
                        some.iter().take(3).map(|row| seen.writer.value(row, None)).collect();
                    format!("there is {}", lines.join(", "))
                }
            };
            return Some((wanted.span, expected(&wanted.name, &wanted.fields, seen), is));
        }
    }
    None
}

fn came(seen: Seen<'_>, events: &[Emitted]) -> String {
    match events {
        [] => "nothing happened".to_owned(),
        _ => format!("{} came", shown(seen, events)),
    }
}

fn came_refused(seen: Seen<'_>, name: &str, fields: &Fields) -> String {
    format!("it was refused with {}", seen.writer.message(name, fields, seen.refusal(name)))
}

fn shown(seen: Seen<'_>, events: &[Emitted]) -> String {
    if events.is_empty() {
        return "nothing".to_owned();
    }
    let one = |e: &Emitted| {
        let context = seen.machine.contexts.get(&e.context);
        let event = context.and_then(|c| c.happening(&e.name)).map(|x| x.record);
        let command = context.and_then(|c| c.commands.get(&e.name)).map(|x| x.record);
        let fields =
            event.or(command).map(|id| seen.machine.world.types.fields(id)).unwrap_or_default();
        seen.writer.message(&e.name, &e.fields, fields)
    };
    events.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn all_expected(seen: Seen<'_>, wanted: &[Expected]) -> String {
    match wanted {
        [] => "nothing".to_owned(),
        _ => {
            let one = |w: &Expected| expected(&w.name, &w.fields, seen);
            wanted.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    }
}

fn expected(name: &str, fields: &[(String, Ir)], seen: Seen<'_>) -> String {
    if fields.is_empty() {
        return format!("`{name}`");
    }
    let one = |(field, value): &(String, Ir)| {
        let text = match eval(value, &mut seen.machine.env()) {
            Ok(it) => seen.writer.value(&it, Some(&value.ty)),
            Err(_) => "?".to_owned(),
        };
        format!("{field} = {text}")
    };
    format!("`{name}({})`", fields.iter().map(one).collect::<Vec<_>>().join(", "))
}
