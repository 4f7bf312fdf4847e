//! Fifth pass: who commands and events belong to, and their written fields.
//!
//! Reports unknown aggregates (MN105), events of other aggregates or contexts (MN315 to MN317), and
//! messages that are something else (MN110).

use std::collections::BTreeMap;

use super::declare::new_event;
use super::fields::{Place, fields};
use super::resolver::Resolver;
use super::types::set_fields;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::Allow;
use crate::lang::exact;
use crate::lang::tree::{Expr, ExprKind, Ident, Message, Outcome, Path, UnaryOp, When};
use crate::lang::types::FieldDef;
use crate::names;
use crate::source::Span;
use crate::syntax::tree;

/// The aggregate that a path of this context means.
pub(super) fn own_aggregate(
    r: &mut Resolver<'_>,
    context: &str,
    path: &Path,
    sink: &mut Sink,
) -> Option<String> {
    let of = r.context_of(context, path, sink)?;
    if of != context {
        let found = format!("aggregate `{}` belongs to context `{of}`", path.name.text);
        sink.push(
            Diagnostic::error(105, path.span(), found)
                .help("an aggregate has one owner: write this there, or keep a replica of it here"),
        );
        return None;
    }
    aggregate_in(r, &of, &path.name, sink)
}

/// The aggregate of this name in a context; MN105 or MN110 else.
pub(super) fn aggregate_in(
    r: &mut Resolver<'_>,
    context: &str,
    name: &Ident,
    sink: &mut Sink,
) -> Option<String> {
    let ctx = r.contexts.get(context)?;
    if ctx.aggregates.contains_key(&name.text) {
        return Some(name.text.clone());
    }
    let known: Vec<String> = ctx.aggregates.keys().cloned().collect();
    let other = if r.world.types.find(Some(context), &name.text).is_some() {
        Some("a type")
    } else if ctx.projections.contains_key(&name.text) {
        Some("a view or replica")
    } else {
        None
    };
    let report = if let Some(other) = other {
        let found = format!("`{}` is {other}, not an aggregate", name.text);
        let report = Diagnostic::error(110, name.span, found);
        if known.is_empty() {
            report
        } else {
            report.help(format!("the aggregates are {}", list(known.iter().map(String::as_str))))
        }
    } else {
        let found = format!("there is no aggregate `{}`", name.text);
        let report = Diagnostic::error(105, name.span, found);
        let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
        if report.help.is_some() {
            report
        } else {
            report.help(format!("declare it: `[aggregate.{}]`", name.text))
        }
    };
    sink.push(report);
    super::words::only(&name.text, known.iter().map(String::as_str))
}

/// Aggregates and fields of commands.
pub(super) fn commands(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        for command in &context.commands {
            let text = &command.head.name.text;
            if !is_this(r, name, text, command) {
                continue;
            }
            let path = command.creates.as_ref().or(command.on.as_ref());
            let aggregate = path.and_then(|p| own_aggregate(r, name, p, sink));
            let agg = aggregate.as_ref().and_then(|a| r.aggregate(name, a));
            let id = agg.map(|a| FieldDef::plain(&a.id.name, a.id.ty.clone(), command.head.span));
            let place = Place {
                what: "a command",
                typed_by: agg.iter().map(|a| a.state).collect(),
                allow: Allow { patch: true, ..Allow::default() },
                taken: &id.iter().map(|i| i.name.clone()).collect::<Vec<_>>(),
                later: agg.is_none(),
                defaults: true,
            };
            let found = fields(r, Some(name), &command.fields, &place, sink);
            let Some(cmd) = r.contexts.get_mut(name).and_then(|c| c.commands.get_mut(text)) else {
                continue;
            };
            cmd.aggregate = aggregate;
            let (record, scope) = (cmd.record, cmd.scope);
            set_fields(r, scope, exact(id.into_iter().chain(found.fields.iter().cloned())));
            set_fields(r, record, found.fields);
        }
    }
}

fn is_this(r: &Resolver<'_>, context: &str, name: &str, tree: &tree::Command) -> bool {
    let known = r.contexts.get(context).and_then(|c| c.commands.get(name));
    known.is_some_and(|c| std::ptr::eq(c.tree, tree))
}

/// An event that a command emits.
struct Emitted<'t> {
    command: &'t tree::Command,
    aggregate: Option<String>,
    event: &'t Ident,
    creating: bool,
    follows: bool,
}

/// Which events there are, whose they are, and whether they come first or later.
pub(super) fn emits(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        let mut found = Vec::new();
        for command in &context.commands {
            if !is_this(r, name, &command.head.name.text, command) {
                continue;
            }
            let known = r.contexts.get(name).and_then(|c| c.commands.get(&command.head.name.text));
            let aggregate = known.and_then(|c| c.aggregate.clone());
            for (message, creating, follows) in messages_of(command) {
                if let Some(event) = own_event(r, name, message, sink) {
                    found.push(Emitted {
                        command,
                        aggregate: aggregate.clone(),
                        event,
                        creating,
                        follows,
                    });
                }
            }
        }
        for emitted in &found {
            enter(r, name, emitted);
        }
        owners(r, context, &found, sink);
    }
}

/// The messages of a command, with whether each can come first or later in its stream.
pub(super) fn messages_of(command: &tree::Command) -> Vec<(&Message, bool, bool)> {
    let mut out = Vec::new();
    let creates = command.creates.is_some();
    let upsert = command.if_missing.as_ref().is_some_and(|m| m.value == tree::IfMissing::Create);
    let rust = command.decide.is_some();
    let mut first = creates;
    for (index, message) in command.emit.iter().enumerate() {
        let here = if upsert { under_not_exists(&message.when) } else { first };
        let later = index > 0 || !creates;
        out.push((message, here, later && (rust || !(upsert && here))));
        if !rust && !matches!(message.when, When::If(_)) {
            first = false;
        }
    }
    let from = command.from.as_ref().and_then(|f| f.otherwise.as_ref());
    for outcome in command.require.iter().map(|rule| &rule.outcome).chain(from) {
        if let Outcome::Emit(message) = outcome {
            out.push((message, creates, !creates));
        }
    }
    out
}

/// Whether a message is sent only where nothing exists.
fn under_not_exists(when: &When) -> bool {
    let When::If(cond) = when else { return false };
    let mut open = vec![cond];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Binary { op: crate::lang::tree::BinaryOp::And, left, right, .. } => {
                open.extend([&**left, &**right]);
            }
            ExprKind::Unary { op: UnaryOp::Not, of } if is_exists(of) => return true,
            _ => {}
        }
    }
    false
}

/// `exists`, even misspelt: that is reported where it is checked.
fn is_exists(expr: &Expr) -> bool {
    let ExprKind::Name(name) = &expr.kind else { return false };
    name == "exists" || !super::words::nearest(name, ["exists"]).is_empty()
}

/// The name of an event of this context that a message means.
fn own_event<'t>(
    r: &mut Resolver<'t>,
    context: &str,
    message: &'t Message,
    sink: &mut Sink,
) -> Option<&'t Ident> {
    let of = r.context_of(context, &message.path, sink)?;
    let name = &message.path.name;
    if of != context {
        let found = format!("event `{}` belongs to context `{of}`", name.text);
        sink.push(
            Diagnostic::error(316, message.path.span(), found)
                .help("emit an event of this context; tell the other one by a policy"),
        );
        return None;
    }
    let ctx = r.contexts.get(context)?;
    let published = ctx.events.get(&name.text).is_some_and(|e| e.publishes.is_some());
    let other = if ctx.commands.contains_key(&name.text) {
        Some("a command")
    } else if published {
        Some("a publication")
    } else if ctx.refusals.contains_key(&name.text) {
        Some("a refusal")
    } else {
        None
    };
    if let Some(other) = other {
        let found = format!("`{}` is {other}, not an event", name.text);
        sink.push(Diagnostic::error(110, name.span, found).help("write the name of an event"));
        return None;
    }
    if !ctx.events.contains_key(&name.text) {
        if let Some((flaw, help)) = names::flaw(names::Kind::Thing, &name.text) {
            let found = format!("event name `{}` {flaw}", name.text);
            sink.push(Diagnostic::error(114, name.span, found).help(help));
        }
        let event = new_event(r, context, name, None);
        r.contexts.get_mut(context)?.events.insert(name.text.clone(), event);
    }
    Some(name)
}

fn enter(r: &mut Resolver<'_>, context: &str, emitted: &Emitted<'_>) {
    let event = r.contexts.get_mut(context).and_then(|c| c.events.get_mut(&emitted.event.text));
    if let Some(event) = event {
        event.emitted = true;
        event.creating |= emitted.creating;
        event.follows |= emitted.follows;
    }
}

/// The aggregate of each event: the written one, else that of the commands that emit it.
fn owners<'t>(
    r: &mut Resolver<'t>,
    context: &'t tree::Context,
    found: &[Emitted<'t>],
    sink: &mut Sink,
) {
    let name = context.head.name.text.as_str();
    let mut by_event: BTreeMap<&str, Vec<&Emitted<'t>>> = BTreeMap::new();
    for emitted in found {
        by_event.entry(&emitted.event.text).or_default().push(emitted);
    }
    let Some(ctx) = r.contexts.get(name) else { return };
    let events = ctx.events.iter().filter(|(_, e)| e.publishes.is_none());
    let names: Vec<String> = events.map(|(name, _)| name.clone()).collect();
    for event in names {
        let entry = r.contexts.get(name).and_then(|c| c.events.get(&event));
        let Some(tree) = entry.map(|e| e.tree) else { continue };
        let emitters = by_event.remove(event.as_str()).unwrap_or_default();
        let owner = match tree.and_then(|t| t.on.as_ref()) {
            Some(path) => {
                let owner = own_aggregate(r, name, path, sink);
                foreign_emitters(owner.as_deref(), &event, &emitters, sink);
                owner
            }
            None => implied_owner(r, name, &event, tree, &emitters, sink),
        };
        let Some(ctx) = r.contexts.get_mut(name) else { continue };
        if let Some(entry) = ctx.events.get_mut(&event) {
            entry.aggregate.clone_from(&owner);
        }
        if let Some(owner) = owner {
            ctx.events_of.entry(owner).or_default().push(event);
        }
    }
}

/// MN317: a command emits the event of another aggregate.
fn foreign_emitters(owner: Option<&str>, event: &str, emitters: &[&Emitted<'_>], sink: &mut Sink) {
    let Some(owner) = owner else { return };
    for emitter in emitters {
        if let Some(aggregate) = &emitter.aggregate
            && aggregate != owner
        {
            let found = format!(
                "command `{}` is about `{aggregate}`, but event `{event}` is about `{owner}`",
                emitter.command.head.name.text
            );
            sink.push(
                Diagnostic::error(317, emitter.event.span, found)
                    .help("one command changes one aggregate: use a saga, or a larger aggregate"),
            );
        }
    }
}

fn implied_owner(
    r: &mut Resolver<'_>,
    context: &str,
    event: &str,
    tree: Option<&tree::Event>,
    emitters: &[&Emitted<'_>],
    sink: &mut Sink,
) -> Option<String> {
    let Some(first) = emitters.first() else {
        if let Some(tree) = tree
            && !r.tree.broken
        {
            unowned(r, context, tree, sink);
        }
        return None;
    };
    let owner = emitters.iter().find_map(|e| e.aggregate.as_ref().map(|a| (e, a.clone())));
    let (first, owner) = owner.map_or((first, None), |(e, a)| (e, Some(a)));
    for other in emitters {
        if let (Some(mine), Some(owner)) = (&other.aggregate, &owner)
            && mine != owner
        {
            let found = format!("event `{event}` is emitted for `{owner}` and for `{mine}`");
            sink.push(
                Diagnostic::error(315, other.event.span, found)
                    .also(first.event.span, format!("here for `{owner}`"))
                    .help("an event is in one stream: name two events, and tell the other by a policy"),
            );
        }
    }
    owner
}

/// An event that nobody emits and that does not say whose it is: most likely a misspelt one.
fn unowned(r: &mut Resolver<'_>, context: &str, tree: &tree::Event, sink: &mut Sink) {
    let name = &tree.head.name;
    let known: Vec<String> = r
        .contexts
        .get(context)
        .map(|c| {
            let implied = |e: &super::resolver::Evt<'_>| e.tree.is_none() && e.publishes.is_none();
            c.events.iter().filter(move |(_, e)| implied(e)).map(|(n, _)| n.clone())
        })
        .into_iter()
        .flatten()
        .collect();
    let found = format!("no command emits event `{}`", name.text);
    let near = super::words::nearest(&name.text, known.iter().map(String::as_str));
    if near.is_empty() && r.tree.broken {
        // It may well be emitted by what could not be read.
        return;
    }
    if near.is_empty() {
        let found = format!("{found}, and it does not say whose it is");
        sink.push(
            Diagnostic::error(12, name.span, found)
                .help("emit it in a command, or add `on = \"AGGREGATE\"`"),
        );
        return;
    }
    let report = Diagnostic::error(104, name.span, found);
    let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
    sink.push(report);
    let Some(meant) = super::words::only(&name.text, known.iter().map(String::as_str)) else {
        return;
    };
    // It is read as what it was meant to be.
    let Some(ctx) = r.contexts.get_mut(context) else { return };
    ctx.misspelt.insert(name.text.clone(), meant.clone());
    let entry = ctx.events.remove(&name.text);
    if let (Some(entry), Some(meant)) = (entry, ctx.events.get_mut(&meant)) {
        meant.tree = entry.tree;
    }
}

/// The written fields of events.
pub(super) fn events(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        for event in &context.events {
            let Some(ctx) = r.contexts.get(name) else { continue };
            let text = &ctx.meant(&event.head.name.text).to_owned();
            let Some(entry) = ctx.events.get(text) else { continue };
            let Some(list) = &event.fields else { continue };
            if !entry.tree.is_some_and(|t| std::ptr::eq(t, event)) {
                continue;
            }
            let agg = r.aggregate_of_event(name, text);
            let place = Place {
                what: "an event",
                typed_by: agg.iter().map(|a| a.state).collect(),
                allow: Allow { patch: true, ..Allow::default() },
                taken: &agg.iter().map(|a| a.id.name.clone()).collect::<Vec<_>>(),
                later: agg.is_none(),
                defaults: true,
            };
            let found = fields(r, Some(name), list, &place, sink);
            set_event(r, name, text, found.fields);
        }
    }
}

/// Put the fields of an event into its two records.
pub(super) fn set_event(r: &mut Resolver<'_>, context: &str, event: &str, list: Vec<FieldDef>) {
    let Some(entry) = r.contexts.get(context).and_then(|c| c.events.get(event)) else { return };
    let (record, scope, span) = (entry.record, entry.scope, entry.span);
    let id = r.aggregate_of_event(context, event).map(|a| id_field(a, span));
    set_fields(r, scope, exact(id.into_iter().chain(list.iter().cloned())));
    set_fields(r, record, list);
}

/// The id of an aggregate as a field.
pub(super) fn id_field(agg: &super::resolver::Agg<'_>, span: Span) -> FieldDef {
    FieldDef::plain(&agg.id.name, agg.id.ty.clone(), span)
}

/// The listed fields of declared refusals. A bare name is typed by an id or a state of the context.
pub(super) fn refusal_fields(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        for refusal in &context.refusals {
            let Some(list) = &refusal.fields else { continue };
            let known = r.contexts.get(name).and_then(|c| c.refusals.get(&refusal.head.name.text));
            if !known.is_some_and(|k| std::ptr::eq(*k, refusal)) {
                continue;
            }
            let states =
                r.contexts.get(name).map(|c| c.aggregates.values().map(|a| a.state).collect());
            let place = Place {
                what: "a refusal",
                typed_by: states.unwrap_or_default(),
                defaults: true,
                ..Place::default()
            };
            let found = fields(r, Some(name), list, &place, sink);
            if let Some(ctx) = r.contexts.get_mut(name) {
                ctx.refusal_fields.insert(refusal.head.name.text.clone(), found.fields);
            }
        }
    }
}
