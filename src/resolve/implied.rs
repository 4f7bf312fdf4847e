//! Sixth pass: the fields of events that do not list them (§7.6): those of the emitting command,
//! then further arguments of `emit` with inferred types.
//!
//! Reports commands that imply different fields (MN310) and events that must list theirs (MN012).

use std::collections::BTreeMap;

use super::decide;
use super::messages::{messages_of, set_event};
use super::resolver::Resolver;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::exact;
use crate::lang::ir::{MessageIr, WhenIr};
use crate::lang::tree::{Message, When};
use crate::lang::types::{FieldDef, Scale, Type};
use crate::source::Span;
use crate::syntax::tree;

/// What one command says about one event.
struct Implied<'t> {
    command: &'t tree::Command,
    span: Span,
    fields: Vec<FieldDef>,
}

pub(super) fn fields(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        let mut found: BTreeMap<String, Vec<Implied<'_>>> = BTreeMap::new();
        for command in &context.commands {
            for message in implying(r, name, command) {
                let fields = from_message(r, name, command, message);
                let span = message.path.name.span;
                let entry = found.entry(message.path.name.text.clone()).or_default();
                entry.push(Implied { command, span, fields });
            }
        }
        let rust = only_rust(r, context);
        for (event, said) in found {
            let fields = agreed(&event, &said, sink);
            listed(r, context, &event, &fields, sink);
            set_event(r, name, &event, fields);
        }
        for (event, span) in rust {
            must_list(r, name, &event, span, "only Rust emits it", &[], sink);
            if let Some(entry) = r.contexts.get_mut(name).and_then(|c| c.events.get_mut(&event)) {
                entry.broken = true;
            }
        }
        never_emitted(r, context, sink);
    }
}

/// The messages of a command whose events do not list their fields.
fn implying<'t>(r: &Resolver<'_>, context: &str, command: &'t tree::Command) -> Vec<&'t Message> {
    if command.decide.is_some() {
        return vec![];
    }
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let aggregate = ctx.commands.get(&command.head.name.text).and_then(|cmd| cmd.aggregate.clone());
    let unlisted = |m: &&Message| {
        let own = m.path.context.as_ref().is_none_or(|c| c.text == context);
        let event = ctx.events.get(&m.path.name.text);
        let mine = |e: &super::resolver::Evt<'_>| aggregate.is_some() && e.aggregate == aggregate;
        let event = event.filter(|e| e.publishes.is_none());
        own && event.is_some_and(|e| mine(e) && e.tree.is_none_or(|t| t.fields.is_none()))
    };
    messages_of(command).into_iter().map(|(m, _, _)| m).filter(unlisted).collect()
}

fn from_message(
    r: &mut Resolver<'_>,
    context: &str,
    command: &tree::Command,
    message: &Message,
) -> Vec<FieldDef> {
    let Some(cmd) = r.contexts.get(context).and_then(|c| c.commands.get(&command.head.name.text))
    else {
        return vec![];
    };
    let mut fields = r.world.types.fields(cmd.record).to_vec();
    let extra: Vec<_> =
        message.binds.iter().filter(|b| !fields.iter().any(|f| f.name == b.name.text)).collect();
    if extra.is_empty() {
        return fields;
    }
    let scope = decide::scope(r, context, cmd);
    let aggregate = cmd.aggregate.clone();
    // What is wrong with the decision is reported by the pass that builds it.
    let mut scratch = Sink::new();
    let inferred = r.check(Some(context), scope, &mut scratch, |r, c| {
        let agg = aggregate.as_ref().and_then(|name| r.aggregate(context, name));
        decide::lookups(c, command);
        let mut inferred = Vec::new();
        decide::rules(r, c, command, agg, &mut |c, m| {
            if std::ptr::eq(m, message) {
                if let When::If(cond) = &m.when {
                    let cond = c.condition(cond);
                    c.assume(&cond);
                }
                inferred = extra.iter().map(|bind| c.implied(bind)).collect();
            }
            nothing(m)
        });
        inferred
    });
    fields.extend(inferred);
    fields
}

fn nothing(message: &Message) -> MessageIr {
    MessageIr {
        context: String::new(),
        name: message.path.name.text.clone(),
        fields: vec![],
        when: WhenIr::Always,
        span: message.span,
    }
}

/// The fields on which all emitting commands agree; MN310 at those that differ from the first.
fn agreed(event: &str, said: &[Implied<'_>], sink: &mut Sink) -> Vec<FieldDef> {
    let Some(first) = said.first() else { return vec![] };
    for other in said.iter().skip(1) {
        if same(&first.fields, &other.fields) {
            continue;
        }
        let name = &other.command.head.name.text;
        let found = format!("event `{event}` gets other fields from command `{name}`");
        let of = &first.command.head.name.text;
        let fields = list(first.fields.iter().map(|f| f.name.as_str()));
        sink.push(
            Diagnostic::error(310, other.span, found)
                .also(first.span, format!("from `{of}` it gets {fields}"))
                .help(format!("list them: `[event.{event}]` with `fields = [..]`")),
        );
        return both(&first.fields, &other.fields);
    }
    for field in &first.fields {
        if !storable(&field.ty) {
            let found =
                format!("field `{}` of event `{event}` cannot be stored as it is", field.name);
            let help = match field.ty {
                Type::Decimal(Scale::Free) => "round it: `.round(2)`".to_owned(),
                _ => format!("list the fields: `[event.{event}]` with `fields = [..]`"),
            };
            let code = if field.ty == Type::Decimal(Scale::Free) { 211 } else { 310 };
            sink.push(Diagnostic::error(code, field.span, found).help(help));
        }
    }
    let fix = |f: &FieldDef| {
        let ty = if storable(&f.ty) { f.ty.clone() } else { Type::Error };
        FieldDef { ty, ..f.clone() }
    };
    exact(first.fields.iter().map(fix))
}

/// Fields on which two commands do not agree, so that neither misses any or has one too many.
fn both(a: &[FieldDef], b: &[FieldDef]) -> Vec<FieldDef> {
    let all = a.iter().chain(b.iter().filter(|f| !a.iter().any(|g| g.name == f.name)));
    let unknown = |f: &FieldDef| {
        let kind = crate::lang::ir::IrKind::Error;
        let error = crate::lang::ir::Ir { kind, ty: Type::Error, span: f.span };
        FieldDef { ty: Type::Error, default: Some(error), ..f.clone() }
    };
    all.map(unknown).collect()
}

fn same(a: &[FieldDef], b: &[FieldDef]) -> bool {
    a.len() == b.len()
        && a.iter().all(|f| {
            b.iter().any(|g| {
                f.name == g.name && (f.ty == g.ty || f.ty == Type::Error || g.ty == Type::Error)
            })
        })
}

/// Whether values of a type can be part of an event.
fn storable(ty: &Type) -> bool {
    match ty {
        Type::None | Type::Period | Type::Decimal(Scale::Free) => false,
        Type::Option(inner) | Type::List(inner) | Type::Set(inner) => storable(inner),
        _ => true,
    }
}

/// Events that Rust emits and that list nothing.
fn only_rust(r: &Resolver<'_>, context: &tree::Context) -> Vec<(String, Span)> {
    let Some(ctx) = r.contexts.get(&context.head.name.text) else { return vec![] };
    let mut found: BTreeMap<String, Span> = BTreeMap::new();
    for command in &context.commands {
        for message in command.emit.iter().filter(|_| command.decide.is_some()) {
            let name = &message.path.name;
            let listed = ctx
                .events
                .get(&name.text)
                .is_none_or(|e| e.tree.is_some_and(|t| t.fields.is_some()));
            let told = context.commands.iter().any(|c| {
                c.decide.is_none()
                    && messages_of(c).iter().any(|(m, _, _)| m.path.name.text == name.text)
            });
            if !listed && !told {
                found.entry(name.text.clone()).or_insert(name.span);
            }
        }
    }
    found.into_iter().collect()
}

/// MN012 at a public event without `fields`.
fn listed(
    r: &Resolver<'_>,
    context: &tree::Context,
    event: &str,
    fields: &[FieldDef],
    sink: &mut Sink,
) {
    let name = &context.head.name.text;
    let entry = r.contexts.get(name).and_then(|c| c.events.get(event));
    if let Some(tree) = entry.and_then(|e| e.tree)
        && tree.public
    {
        must_list(r, name, event, tree.head.name.span, "it is public", fields, sink);
    }
}

fn must_list(
    r: &Resolver<'_>,
    context: &str,
    event: &str,
    span: Span,
    why: &str,
    fields: &[FieldDef],
    sink: &mut Sink,
) {
    let span = r.contexts.get(context).and_then(|c| c.events.get(event)).map_or(span, |e| e.span);
    let found = format!("event `{event}` must list its fields: {why}");
    let names: Vec<String> = fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
    let help = if names.is_empty() {
        "add `fields = [..]`, or `fields = []` when it carries nothing".to_owned()
    } else {
        format!("add `fields = [{}]`, with a type where the state has none", names.join(", "))
    };
    sink.push(Diagnostic::error(12, span, found).help(help));
}

/// Events with `on` that nobody emits (MN305): they stay as they are written.
fn never_emitted(r: &mut Resolver<'_>, context: &tree::Context, sink: &mut Sink) {
    let name = &context.head.name.text;
    let Some(ctx) = r.contexts.get(name) else { return };
    let mut lost = Vec::new();
    for (event, entry) in &ctx.events {
        if entry.emitted || entry.aggregate.is_none() {
            continue;
        }
        let found = format!("no command emits event `{event}`");
        sink.push(
            Diagnostic::warning(305, entry.span, found).help("emit it in a command, or remove it"),
        );
        if entry.tree.is_some_and(|t| t.fields.is_none()) {
            lost.push(event.clone());
        }
    }
    for event in lost {
        set_event(r, name, &event, vec![]);
    }
}
