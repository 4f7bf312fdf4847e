//! Policies of the model (§7.9).

use super::each::{common, each};
use super::follow;
use super::private;
use super::queries;
use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Checker, Source, Target};
use crate::lang::ir::{MessageIr, Root};
use crate::lang::tree::Message;
use crate::lang::types::{FieldDef, Type};
use crate::model::{EachSource, Policy, Refused};
use crate::syntax::tree;

/// The policies of a context in text order.
pub(super) fn build(r: &mut Resolver<'_>, context: &str, sink: &mut Sink) -> Vec<Policy> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let trees: Vec<&tree::Policy> = ctx.tree.policies.iter().collect();
    trees.into_iter().filter_map(|tree| policy(r, context, tree, sink)).collect()
}

fn policy(
    r: &mut Resolver<'_>,
    context: &str,
    tree: &tree::Policy,
    sink: &mut Sink,
) -> Option<Policy> {
    let on: Vec<_> = tree.on.iter().filter_map(|p| follow::event(r, context, p, sink)).collect();
    let whole = on.len() == tree.on.len() && !on.is_empty();
    let span = tree.head.name.span;
    let ev = common(r, context, &on, span);
    let status = match on.as_slice() {
        [only] => r.aggregate_of_event(&only.context, &only.name).and_then(|a| a.status),
        _ => None,
    };
    let meta = r.meta(status);
    let replica = tree.replica.as_ref().and_then(|p| queries::source(r, context, p, sink));
    let targets: Vec<_> = tree.send.iter().map(|m| target(r, context, m, sink)).collect();
    if !whole {
        return None;
    }
    let mut scope = r.scope(context, "a policy").root(Root::Ev, ev).root(Root::Meta, meta).clock();
    if let Some(row) = replica.as_ref().and_then(|x| r.contexts.get(context)?.projections.get(x)) {
        if row.replica.is_none() {
            let name = replica.as_deref().unwrap_or("");
            let found = format!("`{name}` is {}, not a replica", row.what());
            let at = tree.replica.as_ref().map_or(span, |p| p.name.span);
            sink.push(
                Diagnostic::error(110, at, found)
                    .help("a policy runs inside a replica's transaction only"),
            );
        }
        scope = scope.root(Root::Before, row.row);
    }
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
        let from = [Source::Root(Root::Row), Source::Root(Root::Ev)];
        let send: Vec<_> = tree
            .send
            .iter()
            .zip(&targets)
            .filter_map(|(m, target)| Some(message(c, m, target.as_ref()?, &from)))
            .collect();
        (cond, walked, send)
    });
    Some(Policy {
        name: tree.head.name.text.clone(),
        notes: super::notes::notes(&tree.head),
        on,
        ev,
        cond,
        each: walked,
        replica,
        send,
        refused: match tree.refused.as_ref().map(|x| x.value) {
            Some(tree::Refused::Park) => Refused::Park,
            _ => Refused::Ignore,
        },
        span,
    })
}

/// Rows without a name are `row.` behind `each`; the name of an element stays known.
pub(super) fn enter(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    context: &str,
    each: &crate::model::Each,
) {
    if let EachSource::Rows { source } = &each.source
        && let Some(proj) = r.contexts.get(context).and_then(|ctx| ctx.projections.get(source))
    {
        c.scope.roots.insert(Root::Row, Type::Named(proj.row));
    }
}

/// A command that can be sent: its context, name and fields, the id of its target first.
pub(super) struct Sent {
    pub context: String,
    pub name: String,
    pub fields: Vec<FieldDef>,
}

/// The command that a message means; unknown, of the wrong kind or private ones are reported.
pub(super) fn target(
    r: &mut Resolver<'_>,
    own: &str,
    message: &Message,
    sink: &mut Sink,
) -> Option<Sent> {
    let path = &message.path;
    let context = r.context_of(own, path, sink)?;
    let name = path.name.text.clone();
    let ctx = r.contexts.get(&context)?;
    if ctx.not_yet.contains(&name) {
        return None;
    }
    let name = match ctx.commands.get(&name) {
        Some(_) => name,
        None => unknown(r, &context, path, sink)?,
    };
    let cmd = r.contexts.get(&context)?.commands.get(&name)?;
    if context != own && !cmd.tree.public {
        let key = (own.to_owned(), context.clone(), name.clone());
        if !r.private.contains(&key) {
            sink.push(private::command(r, &context, &name, path));
            r.private.insert(key);
        }
    }
    let cmd = r.contexts.get(&context)?.commands.get(&name)?;
    let aggregate = cmd.aggregate.as_ref()?;
    let id = r.aggregate(&context, aggregate).map(|a| &a.id)?;
    let made_by_server = cmd.tree.creates.is_some() && !id.by_client;
    let list = if made_by_server { cmd.record } else { cmd.scope };
    let fields = r.world.types.fields(list).to_vec();
    Some(Sent { context, name, fields })
}

/// Report a name that is no command; the one that it most likely means.
fn unknown(
    r: &mut Resolver<'_>,
    context: &str,
    path: &crate::lang::tree::Path,
    sink: &mut Sink,
) -> Option<String> {
    let ctx = r.contexts.get(context)?;
    let (name, span) = (&path.name.text, path.name.span);
    let known: Vec<String> = ctx.commands.keys().cloned().collect();
    if ctx.events.contains_key(name) {
        let found = format!("`{name}` is an event, not a command");
        let help = "send a command; only commands emit events";
        sink.push(Diagnostic::error(110, span, found).help(help));
        return None;
    }
    let report = Diagnostic::error(104, span, format!("there is no command `{name}`"));
    let report = r.suggest(report, span, name, known.iter().map(String::as_str));
    let report = if report.help.is_some() {
        report
    } else {
        report.help(format!("declare it: `[command.{name}]`"))
    };
    sink.push(report);
    super::words::only(name, known.iter().map(String::as_str))
}

/// A message to a command with every field given.
pub(super) fn message(
    c: &mut Checker<'_>,
    message: &Message,
    target: &Sent,
    from: &[Source],
) -> MessageIr {
    let target = Target { context: &target.context, name: &target.name, fields: &target.fields };
    c.message(message, &target, from)
}
