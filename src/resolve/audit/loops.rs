//! MN408: policies that keep each other going without any condition.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::ir::WhenIr;
use crate::model::{Model, Policy};
use crate::resolve::cycles::cycles;

/// A policy by context and name.
type Key = (String, String);

/// Report each group of policies whose commands cause each other's events.
pub(super) fn endless(model: &Model, sink: &mut Sink) {
    let mut all: BTreeMap<Key, &Policy> = BTreeMap::new();
    for (context, ctx) in &model.contexts {
        let open = ctx.policies.values().filter(|p| p.cond.is_none() && p.each.is_none());
        all.extend(open.map(|policy| ((context.clone(), policy.name.clone()), policy)));
    }
    let edges: BTreeMap<Key, BTreeSet<Key>> = all
        .iter()
        .map(|(key, policy)| {
            let caused = caused(model, policy);
            let heard = |other: &Policy| {
                other.on.iter().any(|e| caused.contains(&(e.context.clone(), e.name.clone())))
            };
            (key.clone(), all.iter().filter(|(_, p)| heard(p)).map(|(k, _)| k.clone()).collect())
        })
        .collect();
    for group in cycles(&edges) {
        let mut policies: Vec<&Policy> = group.iter().filter_map(|k| all.get(k).copied()).collect();
        policies.sort_by_key(|p| p.span);
        let Some((first, others)) = policies.split_first() else { continue };
        let found = format!("policy `{}` keeps itself going for ever", first.name);
        let report = others
            .iter()
            .fold(Diagnostic::error(408, first.span, found).label("never ends"), |report, p| {
                report.also(p.span, format!("by way of `{}`", p.name))
            });
        sink.push(report.help("give one of them a condition that ends it: `if = \"ev.left > 0\"`"));
    }
}

/// The events of the commands that a policy always sends.
fn caused(model: &Model, policy: &Policy) -> BTreeSet<Key> {
    let mut events = BTreeSet::new();
    for message in policy.send.iter().filter(|m| !matches!(m.when, WhenIr::If(_))) {
        let target = model.contexts.get(&message.context);
        if let Some(command) = target.and_then(|c| c.commands.get(&message.name)) {
            events.extend(command.events.iter().map(|e| (message.context.clone(), e.clone())));
        }
    }
    events
}
