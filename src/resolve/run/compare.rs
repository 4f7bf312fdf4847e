//! What a scenario expects beside what came.

use super::command::Ran;
use super::machine::Machine;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::eval::{Emitted, Fields, Value, eval};
use crate::lang::ir::Ir;
use crate::lang::types::{FieldDef, Type, TypeDefKind};
use crate::model::{Expected, Outcome, Scenario};
use crate::source::Span;

/// MN332 for the first difference.
pub(super) fn report(machine: &Machine<'_>, scenario: &Scenario, ran: &Ran, sink: &mut Sink) {
    let found = outcome(machine, scenario, ran)
        .or_else(|| sends(machine, scenario))
        .or_else(|| rows(machine, scenario));
    if let Some((span, expected, came)) = found {
        sink.push(
            Diagnostic::error(332, span, format!("scenario `{}` fails", scenario.name))
                .label(format!("expected {expected}, but {came}"))
                .help("change the rules, or what the scenario expects"),
        );
    }
}

type Difference = (Span, String, String);

fn outcome(machine: &Machine<'_>, scenario: &Scenario, ran: &Ran) -> Option<Difference> {
    match (&scenario.then, ran) {
        (Outcome::Unsaid, _) => None,
        (Outcome::Refusal { name, fields, span }, Ran::Refused(is, values)) => {
            let same = name == is && matches(machine, fields, values);
            (!same).then(|| {
                (*span, expected(name, fields, machine), came_refused(machine, is, values))
            })
        }
        (Outcome::Refusal { name, fields, span }, Ran::Events(events)) => {
            Some((*span, expected(name, fields, machine), came(machine, events)))
        }
        (Outcome::Events(wanted), Ran::Refused(is, values)) => Some((
            place(scenario, wanted),
            all_expected(machine, wanted),
            came_refused(machine, is, values),
        )),
        (Outcome::Events(wanted), Ran::Events(events)) => {
            let same = wanted.len() == events.len()
                && wanted.iter().zip(events).all(|(w, e)| fits(machine, scenario, w, e));
            (!same).then(|| {
                (place(scenario, wanted), all_expected(machine, wanted), came(machine, events))
            })
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

fn sends(machine: &Machine<'_>, scenario: &Scenario) -> Option<Difference> {
    let wanted = scenario.sends.as_ref()?;
    let mut left: Vec<&Emitted> = machine.sent.iter().collect();
    for expected in wanted {
        let found = left.iter().position(|sent| {
            sent.name == expected.name
                && sent.context == expected.context
                && matches(machine, &expected.fields, &sent.fields)
        });
        match found {
            Some(index) => {
                left.remove(index);
            }
            None => {
                let is = shown(machine, &machine.sent);
                return Some((
                    expected.span,
                    all_expected(machine, wanted),
                    format!("{is} was sent"),
                ));
            }
        }
    }
    if left.is_empty() {
        return None;
    }
    let is = shown(machine, &machine.sent);
    Some((place(scenario, wanted), all_expected(machine, wanted), format!("{is} was sent")))
}

fn rows(machine: &Machine<'_>, scenario: &Scenario) -> Option<Difference> {
    for wanted in &scenario.rows_after {
        let source = (wanted.context.clone(), wanted.name.clone());
        let rows = machine.rows.get(&source);
        let all: Vec<&Value> = rows.into_iter().flat_map(|rows| rows.values()).collect();
        let found = all
            .iter()
            .filter_map(|row| row.fields())
            .any(|fields| matches(machine, &wanted.fields, fields));
        if !found {
            let is = match all.as_slice() {
                [] => "there is no row".to_owned(),
                some => {
                    let lines: Vec<String> =
                        some.iter().take(3).map(|row| value_text(machine, row, None)).collect();
                    format!("there is {}", lines.join(", "))
                }
            };
            return Some((wanted.span, expected(&wanted.name, &wanted.fields, machine), is));
        }
    }
    None
}

fn came(machine: &Machine<'_>, events: &[Emitted]) -> String {
    match events {
        [] => "nothing happened".to_owned(),
        _ => format!("{} came", shown(machine, events)),
    }
}

fn came_refused(machine: &Machine<'_>, name: &str, fields: &Fields) -> String {
    format!("it was refused with {}", message_text(machine, name, fields, &[]))
}

fn shown(machine: &Machine<'_>, events: &[Emitted]) -> String {
    if events.is_empty() {
        return "nothing".to_owned();
    }
    let one = |e: &Emitted| {
        let context = machine.contexts.get(&e.context);
        let event = context.and_then(|c| c.events.get(&e.name)).map(|x| x.record);
        let command = context.and_then(|c| c.commands.get(&e.name)).map(|x| x.record);
        let fields = event.or(command).map(|id| machine.world.types.fields(id)).unwrap_or_default();
        message_text(machine, &e.name, &e.fields, fields)
    };
    events.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn all_expected(machine: &Machine<'_>, wanted: &[Expected]) -> String {
    match wanted {
        [] => "nothing".to_owned(),
        _ => {
            let one = |w: &Expected| expected(&w.name, &w.fields, machine);
            wanted.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    }
}

fn expected(name: &str, fields: &[(String, Ir)], machine: &Machine<'_>) -> String {
    if fields.is_empty() {
        return format!("`{name}`");
    }
    let one = |(field, value): &(String, Ir)| {
        let text = match eval(value, &mut machine.env()) {
            Ok(value_) => value_text(machine, &value_, Some(&value.ty)),
            Err(_) => "?".to_owned(),
        };
        format!("{field} = {text}")
    };
    format!("`{name}({})`", fields.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn message_text(machine: &Machine<'_>, name: &str, values: &Fields, defs: &[FieldDef]) -> String {
    if values.is_empty() {
        return format!("`{name}`");
    }
    let one = |(field, value): (&String, &Value)| {
        let ty = defs.iter().find(|d| d.name == *field).map(|d| &d.ty);
        format!("{field} = {}", value_text(machine, value, ty))
    };
    format!("`{name}({})`", values.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// A value as one would write it.
fn value_text(machine: &Machine<'_>, value: &Value, ty: Option<&Type>) -> String {
    let list = |items: Vec<&Value>| {
        let items: Vec<String> = items.iter().map(|v| value_text(machine, v, None)).collect();
        format!("[{}]", items.join(", "))
    };
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Decimal(d) => d.to_string(),
        Value::Text(t) => format!("'{t}'"),
        Value::Uuid(u) => u.to_string(),
        Value::Date(d) => d.to_string(),
        Value::Time(t) => t.to_string(),
        Value::Duration(d) => d.to_string(),
        Value::Period(months, days) => format!("{months} months {days} days"),
        Value::Member(index) => member_text(machine, *index, ty),
        Value::Record(_, fields) | Value::Union(_, fields) => {
            let one = |(n, v): (&String, &Value)| format!("{n} = {}", value_text(machine, v, None));
            format!("({})", fields.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Value::Option(None) => "none".to_owned(),
        Value::Option(Some(v)) => {
            let inner = match ty {
                Some(Type::Option(inner)) => Some(inner.as_ref()),
                other => other,
            };
            value_text(machine, v, inner)
        }
        Value::Patch(None) => "not given".to_owned(),
        Value::Patch(Some(None)) => "none".to_owned(),
        Value::Patch(Some(Some(v))) => value_text(machine, v, None),
        Value::List(items) => list(items.iter().collect()),
        Value::Set(items) => list(items.iter().collect()),
        Value::Map(entries) => list(entries.values().collect()),
    }
}

fn member_text(machine: &Machine<'_>, index: u32, ty: Option<&Type>) -> String {
    let def = match ty {
        Some(Type::Named(id)) => machine.world.types.get(*id),
        _ => None,
    };
    match def.map(|d| &d.kind) {
        Some(TypeDefKind::Enum { members, .. }) => {
            members.get(index as usize).map_or_else(|| index.to_string(), |m| m.name.clone())
        }
        _ => format!("member {}", index + 1),
    }
}
