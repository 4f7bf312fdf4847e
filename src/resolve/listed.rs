//! The rows that `[seed]` lists (§7.15): whole, constant, one per key.

use std::collections::BTreeMap;

use super::literal::{literal, zone};
use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{LISTED, RowKind, Scope, Target};
use crate::lang::eval::{Env, Value, eval};
use crate::lang::tree::{Message, Path, When};
use crate::model::{Context, Row};
use crate::source::Span;

/// The rows of the references of a context, in text order.
pub(super) fn rows(
    r: &mut Resolver<'_>,
    context: &str,
    known: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Vec<Row> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let (tree, Some(context)) = (ctx.tree, known.get(context)) else { return vec![] };
    let mut seen: BTreeMap<(String, Vec<Value>), Span> = BTreeMap::new();
    let mut out = Vec::new();
    for message in &tree.listed {
        let Some((row, key)) = row(r, context, message, sink) else { continue };
        match seen.get(&(row.source.clone(), key.clone())) {
            Some(first) => {
                let found = format!("there are two rows of `{}` with this key", row.source);
                sink.push(
                    Diagnostic::error(336, message.span, found)
                        .also(*first, "the first one")
                        .help("remove one of them, or give it another key"),
                );
            }
            None => {
                seen.insert((row.source.clone(), key), message.span);
                out.push(row);
            }
        }
    }
    out
}

/// A row and its key.
fn row(
    r: &mut Resolver<'_>,
    context: &Context,
    message: &Message,
    sink: &mut Sink,
) -> Option<(Row, Vec<Value>)> {
    let source = reference(r, &context.name, &message.path, sink)?;
    if message.when != When::Always {
        let found = format!("a row of `{source}` is there or not: it has no condition");
        let report = Diagnostic::error(16, message.span, found);
        sink.push(report.help("remove the condition"));
        return None;
    }
    let entry = r.contexts.get(&context.name)?.projections.get(&source)?;
    let (broken, keys) = (entry.broken, entry.key.clone());
    let fields = r.world.types.fields(entry.row).to_vec();
    let before = sink.found().len();
    let mut scope = Scope::new(LISTED);
    scope.actors = true;
    let target = Target { context: &context.name, name: &source, fields: &fields };
    let made = r.check(Some(&context.name), scope, sink, |_, c| c.message(message, &target, &[]));
    if broken || sink.found().len() > before {
        return None;
    }
    let mut env = Env::constant(&r.world);
    env.zone = zone(&context.time_zone);
    let (mut all, mut key) = (Vec::new(), Vec::new());
    for (field, (name, ir)) in fields.iter().zip(made.fields) {
        let value = eval(&ir, &mut env).ok()?;
        if keys.contains(&name) {
            key.push(value.clone());
        }
        all.push((name, literal(&r.world, &value, &field.ty, message.span)?));
    }
    Some((Row { source, fields: all, span: message.span }, key))
}

/// The reference of this context that a path means.
fn reference(r: &mut Resolver<'_>, context: &str, path: &Path, sink: &mut Sink) -> Option<String> {
    let of = r.context_of(context, path, sink)?;
    let name = &path.name;
    if of != context {
        let found = format!("`{}` belongs to context `{of}`", name.text);
        let help = "list its rows in the `[seed]` of that context";
        sink.push(Diagnostic::error(106, path.span(), found).help(help));
        return None;
    }
    let ctx = r.contexts.get(context)?;
    let other = match ctx.projections.get(&name.text).map(|it| (it.kind(), it.what())) {
        Some((RowKind::Reference, _)) => return Some(name.text.clone()),
        Some((_, what)) => Some((what, "its rows are made from events")),
        None if ctx.commands.contains_key(&name.text) => {
            Some(("a command", "send it: `[seed]` has `send` for that"))
        }
        None => None,
    };
    if let Some((what, help)) = other {
        let found = format!("`{}` is {what}, not a reference", name.text);
        sink.push(Diagnostic::error(110, name.span, found).help(help));
        return None;
    }
    let known = ctx.tree.references.iter().map(|it| it.head.name.text.as_str());
    let report =
        Diagnostic::error(106, name.span, format!("there is no reference `{}`", name.text));
    let report = r.suggest(report, name.span, &name.text, known);
    let help = format!("declare it: `[reference.{}]`", name.text);
    sink.push(if report.help.is_some() { report } else { report.help(help) });
    None
}
