//! Events of the model: what each does to the state, written out; how creating ones make it.
//!
//! Reports required state that a creating event leaves out (MN311), disagreeing `to` (MN306,
//! MN307, MN342), statuses that are never reached (MN308).

use std::collections::{BTreeMap, BTreeSet};

use super::commands::status_names;
use super::make::make;
use super::resolver::Resolver;
use super::values::{member, root_field};
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Scope, Source};
use crate::lang::ir::{ChangeIr, IrKind, Root};
use crate::lang::tree::{Ident, When};
use crate::lang::types::TypeId;
use crate::model::{Event, Make};
use crate::source::Span;
use crate::syntax::tree;

/// The status that each event of a context leads to.
pub(super) type Targets = BTreeMap<String, (u32, Span)>;

/// `to` of events and, as sugar, of commands.
pub(super) fn targets(r: &mut Resolver<'_>, context: &str, sink: &mut Sink) -> Targets {
    let mut out = Targets::new();
    let Some(ctx) = r.contexts.get(context) else { return out };
    let mut wanted: Vec<(String, &Ident)> = Vec::new();
    for event in &ctx.tree.events {
        let name = ctx.meant(&event.head.name.text);
        let known = ctx.events.get(name).and_then(|e| e.tree);
        if let Some(to) = &event.to
            && known.is_some_and(|k| std::ptr::eq(k, event))
        {
            wanted.push((name.to_owned(), to));
        }
    }
    for command in &ctx.tree.commands {
        if let Some(to) = &command.to
            && let Some(event) = sugared(command, to, r.tree.broken, sink)
        {
            wanted.push((event, to));
        }
    }
    for (event, to) in wanted {
        let Some(index) = status(r, context, &event, to, sink) else { continue };
        match out.get(&event) {
            Some((other, at)) if *other != index => {
                let found = format!("event `{event}` leads to another status already");
                sink.push(
                    Diagnostic::error(306, to.span, found)
                        .also(*at, "here")
                        .help("name two events, one for each status"),
                );
            }
            Some(_) => {}
            None => {
                out.insert(event, (index, to.span));
            }
        }
    }
    out
}

/// The only event of a command with `to`.
fn sugared(command: &tree::Command, to: &Ident, broken: bool, sink: &mut Sink) -> Option<String> {
    let name = &command.head.name.text;
    match command.emit.as_slice() {
        [only] if only.when == When::Always => Some(only.path.name.text.clone()),
        [] if broken => None,
        [] => {
            let found = format!("command `{name}` changes the status without an event");
            sink.push(
                Diagnostic::error(342, to.span, found).help("name the event: `emit = \"EVENT\"`"),
            );
            None
        }
        _ => {
            let found =
                format!("`to` of command `{name}` does not say which of its events it means");
            sink.push(Diagnostic::error(307, to.span, found).help("write `to` at the event"));
            None
        }
    }
}

fn status(
    r: &mut Resolver<'_>,
    context: &str,
    event: &str,
    to: &Ident,
    sink: &mut Sink,
) -> Option<u32> {
    let agg = r.aggregate_of_event(context, event)?;
    let name = agg.tree.head.name.text.clone();
    let Some(status) = agg.status else {
        if r.tree.broken {
            return None;
        }
        let found = format!("aggregate `{name}` has no statuses");
        let help = format!("list them: `[aggregate.{name}]` with `status = [..]`, or remove `to`");
        sink.push(Diagnostic::error(109, to.span, found).help(help));
        return None;
    };
    let known = status_names(r, status);
    if let Some(index) = known.iter().position(|k| *k == to.text) {
        return u32::try_from(index).ok();
    }
    let found = format!("aggregate `{name}` has no status `{}`", to.text);
    let report = Diagnostic::error(109, to.span, found);
    let mut report = r.suggest(report, to.span, &to.text, known.iter().map(String::as_str));
    if report.help.is_none() {
        report =
            report.help(format!("the statuses are {}", list(known.iter().map(String::as_str))));
    }
    sink.push(report);
    None
}

/// The events of a context that have an aggregate.
pub(super) fn build(
    r: &mut Resolver<'_>,
    context: &str,
    targets: &Targets,
    sink: &mut Sink,
) -> Vec<Event> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let own = ctx.events.iter().filter(|(_, e)| e.publishes.is_none());
    let names: Vec<String> = own.map(|(name, _)| name.clone()).collect();
    names.iter().filter_map(|name| event(r, context, name, targets, sink)).collect()
}

fn event(
    r: &mut Resolver<'_>,
    context: &str,
    name: &str,
    targets: &Targets,
    sink: &mut Sink,
) -> Option<Event> {
    let entry = r.contexts.get(context)?.events.get(name)?;
    let (tree, record, scope_record, span) = (entry.tree, entry.record, entry.scope, entry.span);
    let public = entry.is_public();
    let (creating, follows) = (entry.creating, entry.follows || !entry.emitted);
    let aggregate = entry.aggregate.clone().filter(|_| entry.is_known())?;
    let agg = r.aggregate(context, &aggregate)?;
    let (state, status, id) = (agg.state, agg.status, agg.id.clone());
    let scope = Scope::new("`apply`").subject(Root::This, state).root(Root::Ev, scope_record);
    let written = tree.and_then(|t| t.apply.as_deref());
    let from = [Source::Root(Root::Ev)];
    let mut apply = r.check(Some(context), scope, sink, |_, c| {
        let by_name = match written {
            Some([]) => vec![],
            changes => {
                c.changes_by_name(state, &from, changes.unwrap_or_default(), &[&id.name], span)
            }
        };
        let mut all = by_name;
        all.extend(c.changes(written.unwrap_or_default(), state, &from));
        all
    });
    let to = targets.get(name).copied();
    if let (Some(status), Some((index, at))) = (status, to) {
        apply.push(ChangeIr::Set { field: "status".to_owned(), value: member(status, index, at) });
    }
    let begin = if creating {
        begin(r, (state, status, record), &id, &apply, name, span, sink)
    } else {
        None
    };
    Some(Event {
        name: name.to_owned(),
        notes: tree.map(|t| super::notes::notes(&t.head)).unwrap_or_default(),
        aggregate,
        record,
        apply,
        begin,
        follows,
        to: to.map(|(index, _)| index),
        closes: tree.is_some_and(|t| t.closes),
        public,
        declared_fields: tree.is_some_and(|t| t.fields.is_some()),
        wire: wire(name, tree.map(|t| &t.head)),
        version: 1,
        span,
    })
}

/// `event_type`: `snake_case` of the first name.
pub(super) fn wire(name: &str, head: Option<&tree::Head>) -> String {
    let first = head.and_then(|h| h.was.first()).map_or(name, |was| was.text.as_str());
    crate::names::snake(first)
}

fn begin(
    r: &Resolver<'_>,
    (state, status, record): (TypeId, Option<TypeId>, TypeId),
    id: &crate::model::IdField,
    apply: &[ChangeIr],
    name: &str,
    span: Span,
    sink: &mut Sink,
) -> Option<Make> {
    let mut given = vec![(id.name.clone(), root_field(Root::Ev, &id.name, id.ty.clone(), span))];
    if let Some(status) = status {
        given.push(("status".to_owned(), member(status, 0, span)));
    }
    let fields = r.world.types.fields(state);
    let fields_of_event = r.world.types.fields(record);
    match make(fields, &given, apply) {
        Ok(begin) => Some(begin),
        Err(missing) => {
            let unknown = fields_of_event.iter().any(|f| f.ty == crate::lang::types::Type::Error);
            if r.tree.broken || unknown {
                return None;
            }
            let words = list(missing.iter().map(String::as_str));
            let found = format!("event `{name}` makes the aggregate, but does not set {words}");
            let mut report = Diagnostic::error(311, span, found);
            for field in fields.iter().filter(|f| missing.contains(&f.name)).take(3) {
                report = report.also(field.span, "required: it has no default");
            }
            let first = missing.first().map_or("", String::as_str);
            sink.push(
                report.help(format!("add `{first}` to the command's fields, or give it a default")),
            );
            None
        }
    }
}

/// MN308: statuses that nothing leads to.
pub(super) fn unreached(r: &Resolver<'_>, context: &str, events: &[Event], sink: &mut Sink) {
    let Some(ctx) = r.contexts.get(context) else { return };
    let mut events_of: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        events_of.entry(&event.aggregate).or_default().push(event);
    }
    for (name, agg) in &ctx.aggregates {
        let Some(status) = agg.status else { continue };
        let known = status_names(r, status);
        let mut reached: BTreeSet<usize> = BTreeSet::from([0]);
        for event in events_of.get(name.as_str()).into_iter().flatten() {
            for change in &event.apply {
                if let ChangeIr::Set { field, value } = change
                    && field == "status"
                {
                    match set_to(&value.kind) {
                        Some(index) => {
                            reached.insert(index);
                        }
                        None => reached.extend(0..known.len()),
                    }
                }
            }
        }
        for (index, written) in agg.tree.status.iter().enumerate() {
            if !reached.contains(&index) && !r.near.contains(&written.text) {
                let found = format!("no event leads to status `{}` of `{name}`", written.text);
                sink.push(
                    Diagnostic::warning(308, written.span, found).help(format!(
                        "write `to = \"{}\"` at an event, or remove it",
                        written.text
                    )),
                );
            }
        }
    }
}

fn set_to(kind: &IrKind) -> Option<usize> {
    match kind {
        IrKind::Member { index, .. } => Some(*index as usize),
        _ => None,
    }
}
