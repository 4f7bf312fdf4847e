//! The decision of a command, checked in the order in which it runs.
//!
//! One walk serves two passes: the one that infers the fields of events, and the one that builds
//! the model. They differ in what they do at a message.

use super::resolver::{Agg, Cmd, Resolver};
use super::rules;
use crate::diagnostics::Diagnostic;
use crate::lang::check::{Checker, Exists, Local, LocalKind, Lookups, Scope, Source};
use crate::lang::ir::{IrKind, MessageIr, OutcomeIr, Root};
use crate::lang::tree::{Message, Outcome};
use crate::lang::types::Type;
use crate::model::{Let, Lookup, Rules};
use crate::syntax::tree;

/// Where arguments of an emitted event come from when they are not given.
pub(super) const EMIT: [Source; 2] = [Source::Root(Root::Cmd), Source::Locals(LocalKind::Let)];

/// What is done at a message.
pub(super) type AtMessage<'f> = &'f mut dyn FnMut(&mut Checker<'_>, &Message) -> MessageIr;

/// Where a command stands.
pub(super) fn scope(r: &Resolver<'_>, context: &str, cmd: &Cmd<'_>) -> Scope {
    let scope = r.scope(context, "a command").root(Root::Cmd, cmd.scope).root(Root::Actor, r.actor);
    let mut scope = scope.clock();
    let agg = cmd.aggregate.as_ref().and_then(|name| r.aggregate(context, name));
    if let Some(agg) = agg
        && cmd.tree.creates.is_none()
    {
        scope = scope.subject(Root::This, agg.state);
        if cmd.tree.if_missing.as_ref().is_some_and(|m| m.value == tree::IfMissing::Create) {
            scope.exists = Exists::Needed;
        }
    }
    scope
}

/// Lookups of a command; each becomes a local.
pub(super) fn lookups(c: &mut Checker<'_>, command: &tree::Command) -> Vec<Lookup> {
    let mut out = Vec::new();
    for (name, expr) in &command.lookups {
        c.scope.lookups = Lookups::Decision;
        let found = c.expr(expr);
        c.scope.lookups = Lookups::None;
        if let (IrKind::Lookup { context, source, keys }, Type::Option(row)) =
            (&found.kind, &found.ty)
            && let Type::Named(row) = **row
        {
            if c.context.is_some_and(|own| own != context) {
                let text = format!("`{source}` belongs to context `{context}`");
                let help = "a decision reads its own database: declare a replica here";
                c.report(Diagnostic::error(334, expr.span, text).help(help));
            }
            out.push(Lookup {
                name: name.text.clone(),
                replica: source.clone(),
                keys: keys.clone(),
                row,
            });
        } else if found.ty != Type::Error {
            let text = format!("lookup `{}` is not a lookup", name.text);
            c.report(Diagnostic::error(106, expr.span, text).help("write `Replica[key]`"));
        }
        let kind = LocalKind::Lookup;
        c.scope.locals.push(Local { name: name.text.clone(), ty: found.ty, kind });
    }
    out
}

/// Everything behind the lookups.
pub(super) fn rules(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    command: &tree::Command,
    agg: Option<&Agg<'_>>,
    at: AtMessage<'_>,
) -> Rules {
    let mut out = Rules { emit: Vec::with_capacity(command.emit.len()), ..Rules::default() };
    for (name, expr) in &command.lets {
        c.scope.injected = true;
        let value = c.expr(expr);
        let (ty, kind) = (value.ty.clone(), LocalKind::Let);
        out.lets.push(Let { name: name.text.clone(), value });
        c.scope.locals.push(Local { name: name.text.clone(), ty, kind });
    }
    c.scope.injected = false;
    for rule in &command.require {
        out.require.push(c.rule(rule, r.text(rule.span), &mut |c, o| outcome(r, c, o, at)));
    }
    for message in &command.emit {
        c.scope.injected = true;
        out.emit.push(at(c, message));
        c.scope.injected = false;
        if let Some(agg) = agg {
            c.scope.roots.insert(Root::After, Type::Named(agg.state));
        }
    }
    if let (true, Some(agg)) = (r.tree.broken, agg) {
        // The messages may be what could not be read.
        c.scope.roots.insert(Root::After, Type::Named(agg.state));
    }
    for rule in &command.ensure {
        out.ensure.push(rules::refusing(r, c, rule));
    }
    out
}

/// The outcome of a rule or of `from`.
pub(super) fn outcome(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    outcome: &Outcome,
    at: AtMessage<'_>,
) -> OutcomeIr {
    match outcome {
        Outcome::Refuse(refused) => OutcomeIr::Refuse(rules::refusal(r, c, refused, &EMIT)),
        Outcome::Ignore(_) | Outcome::Error(_) => OutcomeIr::Ignore,
        Outcome::Emit(message) => {
            let before = std::mem::replace(&mut c.scope.injected, true);
            let message = at(c, message);
            c.scope.injected = before;
            OutcomeIr::Emit(message)
        }
    }
}
