//! Rules and their outcomes.

use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Checker, Scope, Source};
use crate::lang::ir::{OutcomeIr, RefusalIr, RuleIr};
use crate::lang::tree::{Outcome, Refusal, Rule};
use crate::model::BUILT_IN;

/// Rules that may only refuse: of newtypes, values and `ensure`.
pub(super) fn refuse_only(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    scope: Scope,
    list: &[Rule],
    sink: &mut Sink,
) -> Vec<RuleIr> {
    r.check(context, scope, sink, |r, c| list.iter().map(|rule| refusing(r, c, rule)).collect())
}

/// A rule that may only refuse.
pub(super) fn refusing(r: &Resolver<'_>, c: &mut Checker<'_>, rule: &Rule) -> RuleIr {
    c.rule(rule, r.text(rule.span), &mut |c, outcome| match outcome {
        Outcome::Refuse(refused) => OutcomeIr::Refuse(refusal(r, c, refused, &[])),
        Outcome::Ignore(span) => {
            c.report(only_refuse("`ignore`", *span));
            OutcomeIr::Ignore
        }
        Outcome::Emit(message) => {
            c.report(only_refuse("`emit`", message.span));
            OutcomeIr::Ignore
        }
        Outcome::Error(_) => OutcomeIr::Ignore,
    })
}

fn only_refuse(what: &str, span: crate::source::Span) -> Diagnostic {
    let found = format!("{what} is not possible here: this rule may only refuse");
    Diagnostic::error(15, span, found).help("write a refusal: `else NAME`")
}

/// A refusal: its declared fields filled, or what is given.
pub(super) fn refusal(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    refused: &Refusal,
    from: &[Source],
) -> RefusalIr {
    let name = refused.name.text.as_str();
    let ctx = c.context.and_then(|name| r.contexts.get(name));
    if BUILT_IN.iter().any(|b| b.name == name) {
        return c.refusal(refused, Some(&[]), from);
    }
    if let Some(ctx) = ctx {
        let other = if ctx.commands.contains_key(name) {
            Some("a command")
        } else if ctx.events.contains_key(name) {
            Some("an event")
        } else {
            None
        };
        if let Some(other) = other {
            let found = format!("`{name}` is {other}, not a refusal");
            let mut found = Diagnostic::error(110, refused.name.span, found);
            found = match other {
                "an event" => found.help(format!("write `emit {name}`, or the name of a refusal")),
                _ => found.help("write the name of a refusal"),
            };
            c.report(found);
            return RefusalIr { name: name.to_owned(), fields: vec![], span: refused.span };
        }
        if let Some(fields) = ctx.refusal_fields.get(name) {
            return c.refusal(refused, Some(fields), from);
        }
    }
    c.refusal(refused, None, from)
}
