//! MN321: settings, types, tables, functions, replicas and refusals that nothing names.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::Use;
use crate::lang::ir::OutcomeIr;
use crate::lang::tree::{EachSource, Ident, TypeKind};
use crate::lang::types::TypeDefKind;
use crate::model::Model;
use crate::resolve::resolver::Resolver;
use crate::syntax::tree::{Context, Types};

/// Report what is declared and never named. A name that was offered instead of an unknown one
/// counts as named.
pub(super) fn report(r: &Resolver<'_>, model: &Model, sink: &mut Sink) {
    types(r, None, &r.tree.kernel, sink);
    for context in &r.tree.contexts {
        let name = context.head.name.text.as_str();
        types(r, Some(name), &context.types, sink);
        for setting in &context.settings {
            let used = Use::Setting(Some(name.to_owned()), setting.name.text.clone());
            tell(r, &used, "setting", &setting.name, sink);
        }
        replicas(r, context, sink);
        refusals(r, model, context, sink);
    }
}

fn types(r: &Resolver<'_>, context: Option<&str>, types: &Types, sink: &mut Sink) {
    let own = || context.map(str::to_owned);
    let named = types
        .newtypes
        .iter()
        .map(|x| ("newtype", &x.head.name))
        .chain(types.values.iter().map(|x| ("value", &x.head.name)))
        .chain(types.enums.iter().map(|x| ("enum", &x.head.name)))
        .chain(types.unions.iter().map(|x| ("union", &x.head.name)));
    let ids = ids(r);
    for (what, name) in named {
        if let Some(id) = r.world.types.find(context, &name.text)
            && !ids.contains(name.text.as_str())
        {
            tell(r, &Use::Type(id), what, name, sink);
        }
    }
    for table in &types.tables {
        let name = &table.head.name;
        tell(r, &Use::Table(own(), name.text.clone()), "table", name, sink);
    }
    for function in &types.functions {
        let name = &function.head.name;
        tell(r, &Use::Function(own(), name.text.clone()), "function", name, sink);
    }
}

/// The types of written ids; they are taken as they are, without being typed as expressions.
fn ids<'t>(r: &Resolver<'t>) -> BTreeSet<&'t str> {
    let written = r.tree.contexts.iter().flat_map(|c| &c.aggregates).filter_map(|a| a.id.as_ref());
    written
        .filter_map(|id| match &id.ty.kind {
            TypeKind::Named(path) => Some(path.name.text.as_str()),
            _ => None,
        })
        .collect()
}

fn replicas(r: &Resolver<'_>, context: &Context, sink: &mut Sink) {
    let walked = context.policies.iter().flat_map(|policy| {
        let each = policy.each.as_ref().and_then(|each| match &each.source {
            EachSource::Rows(path) => Some(path),
            EachSource::Elements(_) => None,
        });
        policy.replica.iter().chain(each)
    });
    let timed =
        context.schedules.iter().filter_map(|schedule| match &schedule.each.as_ref()?.source {
            EachSource::Rows(path) => Some(path),
            EachSource::Elements(_) => None,
        });
    let walked = walked.chain(timed);
    let read = context.queries.iter().filter_map(|q| q.view.as_ref());
    let named: BTreeSet<&str> = walked.chain(read).map(|p| p.name.text.as_str()).collect();
    for replica in &context.replicas {
        let name = &replica.head.name;
        if !named.contains(name.text.as_str()) {
            let used = Use::Source(context.head.name.text.clone(), name.text.clone());
            tell(r, &used, "replica", name, sink);
        }
    }
}

fn refusals(r: &Resolver<'_>, model: &Model, context: &Context, sink: &mut Sink) {
    let name = context.head.name.text.as_str();
    let Some(ctx) = model.contexts.get(name) else { return };
    let mut named: BTreeSet<&str> = BTreeSet::new();
    named.extend(ctx.commands.values().flat_map(|c| &c.refusals).map(String::as_str));
    for (_, def) in r.world.types.iter().filter(|(_, d)| d.context.as_deref() == Some(name)) {
        if let TypeDefKind::Newtype { rules, .. } | TypeDefKind::Record { rules, .. } = &def.kind {
            named.extend(rules.iter().filter_map(|rule| match &rule.outcome {
                OutcomeIr::Refuse(refusal) => Some(refusal.name.as_str()),
                _ => None,
            }));
        }
    }
    let built_in = |name: &str| crate::model::BUILT_IN.iter().any(|b| b.name == name);
    for refusal in &context.refusals {
        let name = &refusal.head.name;
        if !named.contains(name.text.as_str()) && !built_in(&name.text) {
            unused(r, "refusal", name, sink);
        }
    }
}

fn tell(r: &Resolver<'_>, used: &Use, what: &str, name: &Ident, sink: &mut Sink) {
    if !r.used.contains(used) {
        unused(r, what, name, sink);
    }
}

fn unused(r: &Resolver<'_>, what: &str, name: &Ident, sink: &mut Sink) {
    if !r.near.contains(&name.text) {
        let found = format!("{what} `{}` is not used", name.text);
        sink.push(Diagnostic::warning(321, name.span, found).help("use it or remove it"));
    }
}
