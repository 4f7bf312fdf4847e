//! Views, replicas and references of the model: one complete reaction per followed event (§7.7).
//!
//! Reports events without a key (MN409), columns that nothing fills (MN413).

use std::collections::{BTreeMap, BTreeSet};

use super::follow;
use super::make::make;
use super::messages::aggregate_in;
use super::resolver::Resolver;
use super::rows::log_columns;
use super::values::{ir, root_field};
use super::walk;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Checker, Exists, Lookups, RowKind, Scope, Source};
use crate::lang::ir::{ChangeIr, Ir, IrKind, Root};
use crate::lang::tree::{Change, Expr, ExprKind, Ident};
use crate::lang::types::{FieldDef, Type, TypeId};
use crate::model::{
    Each, EventRef, Form, KeySource, LogEvent, LogForm, Projection, ProjectionKind, Reaction,
};
use crate::source::Span;
use crate::syntax::tree;

/// The views, replicas and references of a context.
pub(super) fn build(r: &mut Resolver<'_>, context: &str, sink: &mut Sink) -> Vec<Projection> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let names: Vec<String> = ctx.projections.keys().cloned().collect();
    names.iter().filter_map(|name| one(r, context, name, sink)).collect()
}

/// What the reactions of one view or replica have in common.
struct Of<'t> {
    context: String,
    name: String,
    what: &'static str,
    row: TypeId,
    key: Vec<String>,
    via: Option<&'t Expr>,
    span: Span,
}

fn one(r: &mut Resolver<'_>, context: &str, name: &str, sink: &mut Sink) -> Option<Projection> {
    let proj = r.contexts.get(context)?.projections.get(name)?;
    if proj.broken {
        return None;
    }
    let (view, of, head) = (proj.view, proj.of.clone(), proj.head()?);
    let kind = match proj.kind() {
        RowKind::View => ProjectionKind::View,
        RowKind::Replica => ProjectionKind::Replica,
        RowKind::Reference => ProjectionKind::Reference,
    };
    let view_of = Of {
        context: context.to_owned(),
        name: name.to_owned(),
        what: if view.is_some() { "view" } else { "replica" },
        row: proj.row,
        key: proj.key.clone(),
        via: view.and_then(|v| v.via.as_ref()),
        span: head.name.span,
    };
    let (row, key) = (proj.row, proj.key.clone());
    let form = match view.and_then(|v| v.log.as_ref()) {
        Some(log) => Form::Log(self::log(r, &view_of, log, sink)),
        None => Form::Keyed { reactions: reactions(r, &view_of, of.as_ref(), sink) },
    };
    let mut events: Vec<EventRef> = match &form {
        Form::Keyed { reactions } => reactions.iter().map(|x| x.event.clone()).collect(),
        Form::Log(log) => log.events.iter().map(|x| x.event.clone()).collect(),
    };
    events.sort();
    events.dedup();
    if let Form::Keyed { reactions } = &form
        && kind != ProjectionKind::Reference
    {
        unfilled(r, &view_of, reactions, sink);
    }
    let was = head.was.first().map_or(name, |w| w.text.as_str());
    Some(Projection {
        name: name.to_owned(),
        notes: super::notes::notes(head),
        kind,
        of,
        key,
        row,
        form,
        events,
        listed: vec![],
        table: crate::names::snake(was),
        span: head.name.span,
    })
}

fn scope(r: &mut Resolver<'_>, of: &Of<'_>, event: &EventRef) -> Scope {
    let status = r.aggregate_of_event(&event.context, &event.name).and_then(|a| a.status);
    let meta = r.meta(status);
    let mut scope = Scope::new("a view").subject(Root::This, of.row).root(Root::Meta, meta);
    if let Some(entry) = r.contexts.get(&event.context).and_then(|c| c.events.get(&event.name)) {
        scope = scope.root(Root::Ev, entry.scope);
    }
    scope.exists = Exists::Asked;
    scope
}

fn reactions(
    r: &mut Resolver<'_>,
    of: &Of<'_>,
    aggregate: Option<&(String, String)>,
    sink: &mut Sink,
) -> Vec<Reaction> {
    let Some(proj) = r.contexts.get(&of.context).and_then(|c| c.projections.get(&of.name)) else {
        return vec![];
    };
    let mut written: BTreeMap<EventRef, Vec<&tree::Reaction>> = BTreeMap::new();
    for reaction in proj.reactions() {
        if let Some(event) = follow::event(r, &of.context, &reaction.event, sink) {
            written.entry(event).or_default().push(reaction);
        }
    }
    let mut followed: BTreeSet<EventRef> = written.keys().cloned().collect();
    if let Some(aggregate) = aggregate {
        followed.extend(follow::visible(r, &of.context, aggregate));
    }
    let mut out = Vec::new();
    for event in followed {
        match written.remove(&event) {
            Some(list) => {
                for reaction in list {
                    out.extend(reacts(r, of, &event, Some(reaction), sink));
                }
            }
            None => out.extend(reacts(r, of, &event, None, sink)),
        }
    }
    out
}

fn reacts(
    r: &mut Resolver<'_>,
    of: &Of<'_>,
    event: &EventRef,
    written: Option<&tree::Reaction>,
    sink: &mut Sink,
) -> Option<Reaction> {
    let scope = scope(r, of, event);
    let span = written.map_or(of.span, |w| w.span);
    let found = r.check(Some(&of.context), scope, sink, |r, c| {
        let each = written.and_then(|w| w.each.as_ref()).and_then(|e| super::each::each(c, e));
        let cond = written.and_then(|w| w.cond.as_ref()).map(|e| c.condition(e));
        if let Some(cond) = &cond {
            c.assume(cond);
        }
        let key = key(r, c, of, event, written, each.as_ref());
        let changes = written.map_or(&[][..], |w| w.changes.as_slice());
        let changes = row_changes(r, c, of, changes, span);
        (each, cond, key, changes)
    });
    let (each, cond, key, changes) = found;
    let key = key?;
    let deletes = changes.iter().any(|c| matches!(c, ChangeIr::Delete));
    let needs_row = cond.as_ref().is_some_and(requires_row);
    let made = if deletes || needs_row {
        None
    } else {
        let given = key_values(r, of, &key);
        make(r.world.types.fields(of.row), &given, &changes).ok()
    };
    if written.is_none() && changes.is_empty() && made.is_none() {
        return None;
    }
    Some(Reaction { event: event.clone(), cond, each, key, changes, make: made, deletes, span })
}

/// Whether a condition asks for the row that must be there.
fn requires_row(cond: &Ir) -> bool {
    let mut open = vec![cond];
    while let Some(ir) = open.pop() {
        match &ir.kind {
            IrKind::And(a, b) => open.extend([&**a, &**b]),
            IrKind::Exists => return true,
            _ => {}
        }
    }
    false
}

/// Columns set by name, `status` from the envelope, then the written changes.
fn row_changes(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    of: &Of<'_>,
    changes: &[Change],
    span: Span,
) -> Vec<ChangeIr> {
    let from = [Source::Root(Root::Ev)];
    let mut skip: Vec<&str> = of.key.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    if let Some(status) = follows_status(r, c, of, changes) {
        skip.push("status");
        all.push(status);
    }
    let mut by_name = c.changes_by_name(of.row, &from, changes, &skip, span);
    by_name.append(&mut all);
    let order = r.world.types.fields(of.row);
    by_name.sort_by_key(|change| {
        let field = walk::written(change);
        order.iter().position(|f| Some(f.name.as_str()) == field)
    });
    by_name.extend(c.changes(changes, of.row, &from));
    by_name
}

/// `status = meta.status` where the column is of that type and no change names it.
fn follows_status(
    r: &Resolver<'_>,
    c: &Checker<'_>,
    of: &Of<'_>,
    changes: &[Change],
) -> Option<ChangeIr> {
    use crate::lang::tree::ChangeKind as K;
    let named = changes.iter().any(|change| match &change.kind {
        K::Assign(assign) => assign.name.text == "status",
        _ => false,
    });
    let column = r.world.types.fields(of.row).iter().find(|f| f.name == "status")?;
    let Some(Type::Named(meta)) = c.scope.roots.get(&Root::Meta) else { return None };
    let known = r.world.types.fields(*meta).iter().find(|f| f.name == "status")?;
    if named || column.ty != known.ty {
        return None;
    }
    let value = root_field(Root::Meta, "status", known.ty.clone(), of.span);
    Some(ChangeIr::Set { field: "status".to_owned(), value })
}

/// Where the row is: the reaction's key, the event's field, the name of `each`, `via`.
fn key(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    of: &Of<'_>,
    event: &EventRef,
    written: Option<&tree::Reaction>,
    each: Option<&Each>,
) -> Option<KeySource> {
    let columns: Vec<&FieldDef> = of
        .key
        .iter()
        .filter_map(|k| r.world.types.fields(of.row).iter().find(|f| f.name == *k))
        .collect();
    if columns.is_empty() {
        return None;
    }
    if let Some(reaction) = written
        && let Some(first) = reaction.key.first()
    {
        if reaction.key.len() != columns.len() {
            let found = format!(
                "{} `{}` has {} key columns, but {} are given",
                of.what,
                of.name,
                columns.len(),
                reaction.key.len()
            );
            let help = format!("give {}", list(of.key.iter().map(String::as_str)));
            c.report(Diagnostic::error(202, first.span, found).help(help));
            return None;
        }
        let values = columns.iter().zip(&reaction.key).map(|(f, e)| c.expr_as(e, &f.ty)).collect();
        return Some(KeySource::Columns(values));
    }
    if written.is_some_and(|w| w.each.is_some()) && each.is_none() {
        return None;
    }
    let entry = r.contexts.get(&event.context)?.events.get(&event.name)?;
    let carried = r.world.types.fields(entry.scope);
    let span = written.map_or(of.span, |w| w.span);
    let mut values = Vec::new();
    for column in &columns {
        let text = if carried.iter().any(|f| f.name == column.name) {
            let of = Expr { kind: ExprKind::Name("ev".to_owned()), span };
            let name = Ident { text: column.name.clone(), span };
            ExprKind::Field { of: Box::new(of), name }
        } else if each.and_then(|e| e.var.as_ref()) == Some(&column.name) {
            ExprKind::Name(column.name.clone())
        } else if let (Some(via), [only]) = (of.via, columns.as_slice()) {
            c.scope.lookups = Lookups::All;
            let found = c.expr_as(via, &Type::Option(Box::new(only.ty.clone())));
            c.scope.lookups = Lookups::None;
            return Some(KeySource::Via(found));
        } else {
            c.report(no_key(of, event, &column.name, span, carried));
            return None;
        };
        let subject = c.scope.subject.take();
        values.push(c.expr_as(&Expr { kind: text, span }, &column.ty));
        c.scope.subject = subject;
    }
    Some(KeySource::Columns(values))
}

fn no_key(
    of: &Of<'_>,
    event: &EventRef,
    column: &str,
    span: Span,
    carried: &[FieldDef],
) -> Diagnostic {
    let found = format!(
        "{} `{}` does not find its row for event `{}`: it has no `{column}`",
        of.what, of.name, event.name
    );
    let report = Diagnostic::error(409, span, found);
    match carried.first() {
        Some(field) if of.what == "view" => report.help(format!(
            "write `key = \"..\"` at the reaction, or `via = \"View[ev.{}].map(|r| r.{column})\"`",
            field.name
        )),
        _ => report.help("write `key = \"EXPRESSION\"` at the reaction"),
    }
}

/// The key columns of a row that is made. With `via` the key is the local of its name.
fn key_values(r: &Resolver<'_>, of: &Of<'_>, key: &KeySource) -> Vec<(String, Ir)> {
    match key {
        KeySource::Columns(values) => of.key.iter().cloned().zip(values.iter().cloned()).collect(),
        KeySource::Via(_) => {
            let fields = r.world.types.fields(of.row).iter().filter(|f| of.key.contains(&f.name));
            let local = |f: &FieldDef| {
                let value = ir(IrKind::Local(f.name.clone()), f.ty.clone(), of.span);
                (f.name.clone(), value)
            };
            fields.map(local).collect()
        }
    }
}

/// MN413: columns that no reaction fills, and rows that nothing can make.
fn unfilled(r: &Resolver<'_>, of: &Of<'_>, reactions: &[Reaction], sink: &mut Sink) {
    if r.tree.broken || of.key.is_empty() || sink.has_errors() {
        return;
    }
    let mut filled: BTreeSet<&str> = of.key.iter().map(String::as_str).collect();
    for change in reactions.iter().flat_map(|x| &x.changes) {
        filled.extend(walk::written(change));
    }
    let mut any = false;
    for field in r.world.types.fields(of.row) {
        if !filled.contains(field.name.as_str()) && !r.near.contains(&field.name) {
            any = true;
            let found =
                format!("nothing fills column `{}` of {} `{}`", field.name, of.what, of.name);
            let help =
                format!("set it in a reaction: `on.EVENT = \"{} = ..\"`, or remove it", field.name);
            sink.push(Diagnostic::error(413, field.span, found).help(help));
        }
    }
    if !any && !reactions.iter().any(|x| x.make.is_some()) {
        let needed: Vec<&str> = r
            .world
            .types
            .fields(of.row)
            .iter()
            .filter(|f| !of.key.contains(&f.name) && super::values::default_of(f).is_none())
            .map(|f| f.name.as_str())
            .collect();
        let found = format!("no event can make a row of {} `{}`", of.what, of.name);
        let help = match needed.as_slice() {
            [] => "follow an event that makes rows".to_owned(),
            _ => format!("one event must set {}, or they need defaults", list(needed)),
        };
        sink.push(Diagnostic::error(413, of.span, found).help(help));
    }
}

fn log(r: &mut Resolver<'_>, of: &Of<'_>, log: &tree::Log, sink: &mut Sink) -> LogForm {
    let mut events: Vec<EventRef> = Vec::new();
    for pattern in &log.events {
        if pattern.all {
            let Some(context) = r.context_of(&of.context, &pattern.path, sink) else { continue };
            if aggregate_in(r, &context, &pattern.path.name, sink).is_some() {
                events.extend(follow::pattern_events(r, &of.context, pattern));
            }
        } else {
            events.extend(follow::event(r, &of.context, &pattern.path, sink));
        }
    }
    events.sort();
    events.dedup();
    // `ev.` knows what all events have in common: the changes are checked once.
    let common = super::each::common(r, &of.context, &events, of.span);
    let meta = r.meta(None);
    let scope = Scope::new("a log")
        .subject(Root::This, of.row)
        .root(Root::Ev, common)
        .root(Root::Meta, meta);
    let from = [Source::Root(Root::Ev)];
    let changes =
        r.check(Some(&of.context), scope, sink, |_, c| c.changes(&log.changes, of.row, &from));
    let mut out = Vec::new();
    let mut missing: BTreeSet<String> = BTreeSet::new();
    for event in events {
        let scope = scope_of_log(r, of, &event);
        let fixed = log_values(of.span);
        let skip: Vec<&str> = fixed.iter().map(|(name, _)| name.as_str()).collect();
        let mut all = r.check(Some(&of.context), scope, sink, |_, c| {
            c.changes_by_name(of.row, &from, &log.changes, &skip, of.span)
        });
        all.extend(changes.iter().cloned());
        match make(r.world.types.fields(of.row), &fixed, &all) {
            Ok(make) => out.push(LogEvent { event, make }),
            Err(lost) => missing.extend(lost),
        }
    }
    if !missing.is_empty() && !sink.has_errors() {
        let words = list(missing.iter().map(String::as_str));
        let found = format!("log `{}` does not fill {words} for every event", of.name);
        let help = "set it in `do`, or give it a default".to_owned();
        sink.push(Diagnostic::error(413, of.span, found).help(help));
    }
    LogForm { events: out }
}

fn scope_of_log(r: &mut Resolver<'_>, of: &Of<'_>, event: &EventRef) -> Scope {
    let mut scope = scope(r, of, event);
    scope.exists = Exists::Unknown;
    scope
}

/// The columns of the envelope.
fn log_values(span: Span) -> Vec<(String, Ir)> {
    let of = |field: FieldDef| {
        let name = match field.name.as_str() {
            "at" => "time",
            other => other,
        };
        let kind = match name {
            // Only the log knows it.
            "position" => IrKind::Local("position".to_owned()),
            _ => IrKind::RootField { root: Root::Meta, name: name.to_owned() },
        };
        (field.name.clone(), ir(kind, field.ty.clone(), span))
    };
    log_columns(span).into_iter().map(of).collect()
}
