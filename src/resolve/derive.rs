//! Fourth pass: expressions inside types. Derived values in the order of their use, properties and
//! rules of types, rows of tables.

use std::collections::{BTreeMap, BTreeSet};

use super::cycles::cycles;
use super::resolver::Resolver;
use super::rules;
use super::types::all;
use super::values::ir;
use super::walk;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{LocalKind, Scope, TableDef, example};
use crate::lang::ir::{Ir, IrKind, Root};
use crate::lang::tree::{Arg, Expr, ExprKind, Ident};
use crate::lang::types::{DeriveDef, Type, TypeDefKind, TypeId};
use crate::source::Span;

/// A derived value that is not typed yet.
struct Open<'t> {
    context: Option<&'t str>,
    record: TypeId,
    place: &'static str,
    name: &'t Ident,
    expr: &'t Expr,
}

/// Type all derived values: those first that others use.
pub(super) fn derived<'t>(r: &mut Resolver<'t>, sink: &mut Sink) {
    let mut open = declare(r, sink);
    let mut pending: BTreeSet<(TypeId, String)> =
        open.iter().map(|o| (o.record, o.name.text.clone())).collect();
    loop {
        let before = open.len();
        let mut left = Vec::new();
        for derive in open {
            let mut scratch = Sink::new();
            let value = check(r, &derive, &mut scratch);
            if waits(&value, &derive, &pending) {
                left.push(derive);
                continue;
            }
            for found in scratch.found() {
                sink.push(found.clone());
            }
            pending.remove(&(derive.record, derive.name.text.clone()));
            set(r, &derive, value);
        }
        open = left;
        if open.is_empty() || open.len() == before {
            break;
        }
    }
    report_cycles(&open, sink);
}

fn declare<'t>(r: &mut Resolver<'t>, sink: &mut Sink) -> Vec<Open<'t>> {
    let tree = r.tree;
    let mut open = Vec::new();
    for (context, types) in all(tree) {
        for value in &types.values {
            let Some(record) = r.world.types.find(context, &value.head.name.text) else { continue };
            for (name, expr) in &value.derive {
                open.push(Open { context, record, place: "a value", name, expr });
            }
        }
    }
    for context in &tree.contexts {
        for aggregate in &context.aggregates {
            let name = context.head.name.text.as_str();
            let Some(agg) = r.aggregate(name, &aggregate.head.name.text) else { continue };
            let record = agg.state;
            for (name_, expr) in &aggregate.derive {
                let place = "a derived value";
                open.push(Open { context: Some(name), record, place, name: name_, expr });
            }
        }
    }
    open.retain(|derive| {
        let span = derive.name.span;
        let Some(TypeDefKind::Record { fields, derives, .. }) =
            r.world.types.get_mut(derive.record).map(|d| &mut d.kind)
        else {
            return false;
        };
        let twice = fields.iter().any(|f| f.name == derive.name.text)
            || derives.iter().any(|d| d.name == derive.name.text);
        if twice {
            let found = format!("`{}` is a field already", derive.name.text);
            sink.push(Diagnostic::error(111, span, found).help("take another name"));
            return false;
        }
        derives.push(DeriveDef {
            name: derive.name.text.clone(),
            ty: Type::Error,
            value: ir(IrKind::Error, Type::Error, span),
            span,
        });
        true
    });
    open
}

fn check(r: &mut Resolver<'_>, derive: &Open<'_>, sink: &mut Sink) -> Ir {
    let scope = Scope::new(derive.place).subject(Root::This, derive.record);
    r.check(derive.context, scope, sink, |_, c| c.expr(derive.expr))
}

fn set(r: &mut Resolver<'_>, derive: &Open<'_>, value: Ir) {
    if let Some(TypeDefKind::Record { derives, .. }) =
        r.world.types.get_mut(derive.record).map(|d| &mut d.kind)
        && let Some(def) = derives.iter_mut().find(|d| d.name == derive.name.text)
    {
        def.ty = value.ty.clone();
        def.value = value;
    }
}

/// Whether a typed expression depends on a derived value that has no type yet.
fn waits(value: &Ir, derive: &Open<'_>, pending: &BTreeSet<(TypeId, String)>) -> bool {
    let direct = walk::any(value, |ir| match &ir.kind {
        IrKind::RootDerived { name, .. } => pending.contains(&(derive.record, name.clone())),
        IrKind::Derived { of, name } => match &of.ty {
            Type::Named(id) => pending.contains(&(*id, name.clone())),
            _ => false,
        },
        _ => false,
    });
    if direct {
        return true;
    }
    let broken = walk::any(value, |ir| ir.ty == Type::Error);
    broken && {
        let names = names(derive.expr);
        pending.iter().any(|(_, name)| names.contains(name.as_str()))
    }
}

/// Every lower-case word of an expression that could be a derived value.
fn names(expr: &Expr) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Name(name) => {
                found.insert(name.as_str());
            }
            ExprKind::Field { of, name } => {
                found.insert(&name.text);
                open.push(of);
            }
            ExprKind::Method { of, args, .. } => {
                open.push(of);
                open.extend(args.iter().map(|a| match a {
                    Arg::Expr(e) => e,
                    Arg::Closure { body, .. } => body,
                }));
            }
            ExprKind::Call { args, .. } | ExprKind::List(args) => open.extend(args),
            ExprKind::Index { of, keys } => {
                open.push(of);
                open.extend(keys);
            }
            ExprKind::Lookup { keys, .. } => open.extend(keys),
            ExprKind::Record { binds, .. } => {
                for bind in binds {
                    match &bind.value {
                        Some(value) => open.push(value),
                        None => {
                            found.insert(&bind.name.text);
                        }
                    }
                }
            }
            ExprKind::Unary { of, .. } | ExprKind::Is { of, .. } => open.push(of),
            ExprKind::Binary { left, right, .. } => open.extend([&**left, &**right]),
            ExprKind::If { cond, then, otherwise } => {
                open.extend([&**cond, &**then, &**otherwise]);
            }
            ExprKind::Lit(_)
            | ExprKind::At(_)
            | ExprKind::Member { .. }
            | ExprKind::Upper(_)
            | ExprKind::Error => {}
        }
    }
    found
}

fn report_cycles(open: &[Open<'_>], sink: &mut Sink) {
    let mut edges: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (index, derive) in open.iter().enumerate() {
        let names = names(derive.expr);
        let to = open.iter().enumerate().filter(|(_, o)| names.contains(o.name.text.as_str()));
        edges.insert(index, to.map(|(i, _)| i).collect());
    }
    for cycle in cycles(&edges) {
        let members: Vec<&Open<'_>> = cycle.iter().filter_map(|i| open.get(*i)).collect();
        let Some(first) = members.iter().min_by_key(|o| o.name.span) else { continue };
        let found = match members.as_slice() {
            [_] => format!("derived value `{}` uses itself", first.name.text),
            _ => {
                let names = super::words::list(members.iter().map(|o| o.name.text.as_str()));
                format!("derived values {names} use each other")
            }
        };
        sink.push(
            Diagnostic::error(325, first.name.span, found)
                .help("compute one of them from fields only"),
        );
    }
}

/// Rules and normalisation of newtypes.
pub(super) fn newtype_rules(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for (context, types) in all(tree) {
        for newtype in &types.newtypes {
            let Some(id) = r.world.types.find(context, &newtype.head.name.text) else { continue };
            let Some(TypeDefKind::Newtype { base, .. }) = r.world.types.get(id).map(|d| &d.kind)
            else {
                continue;
            };
            let base = base.clone();
            let mut scope = Scope::new("a newtype");
            scope.roots.insert(Root::Value, base.clone());
            let normal = newtype
                .normalise
                .as_ref()
                .map(|expr| r.check(context, scope.clone(), sink, |_, c| c.expr_as(expr, &base)));
            let list = rules::refuse_only(r, context, scope, &newtype.require, sink);
            if let Some(TypeDefKind::Newtype { normalise, rules, .. }) =
                r.world.types.get_mut(id).map(|d| &mut d.kind)
            {
                *normalise = normal;
                *rules = list;
            }
        }
    }
}

/// Rules of values.
pub(super) fn value_rules(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for (context, types) in all(tree) {
        for value in &types.values {
            let Some(id) = r.world.types.find(context, &value.head.name.text) else { continue };
            let scope = Scope::new("a value").subject(Root::This, id);
            let list = rules::refuse_only(r, context, scope, &value.require, sink);
            if let Some(TypeDefKind::Record { rules, .. }) =
                r.world.types.get_mut(id).map(|d| &mut d.kind)
            {
                *rules = list;
            }
        }
    }
}

/// The context (`None`: the kernel) and name of a table.
type TableKey = (Option<String>, String);

/// Rows of tables, and tables that call each other.
pub(super) fn tables(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    let mut calls: BTreeMap<TableKey, BTreeSet<TableKey>> = BTreeMap::new();
    let mut places: BTreeMap<TableKey, Span> = BTreeMap::new();
    for (context, types) in all(tree) {
        for table in &types.tables {
            let key = (context.map(str::to_owned), table.head.name.text.clone());
            let Some(def) = r.world.tables.get(&key).cloned() else { continue };
            let mut scope = Scope::new("a table");
            for arg in &def.args {
                scope = scope.local(&arg.name, arg.ty.clone(), LocalKind::Arg);
            }
            let rows = r.check(context, scope, sink, |_, c| {
                let case = |row| c.case(row, &def.returns, &def.bounds);
                table.rows.iter().map(case).collect::<Vec<_>>()
            });
            table_shape(r, &def, table, sink);
            let mut called = BTreeSet::new();
            for row in &rows {
                for value in row.cond.iter().chain([&row.value]) {
                    walk::each(value, |ir| {
                        if let IrKind::Table { context, name, .. } = &ir.kind {
                            called.insert((context.clone(), name.clone()));
                        }
                    });
                }
            }
            calls.insert(key.clone(), called);
            places.insert(key.clone(), table.head.name.span);
            if let Some(def) = r.world.tables.get_mut(&key) {
                def.rows = rows;
            }
        }
    }
    for cycle in cycles(&calls) {
        let names = super::words::list(cycle.iter().map(|(_, name)| name.as_str()));
        let Some(span) = cycle.iter().filter_map(|key| places.get(key)).min() else { continue };
        let found = format!("a table may not call itself: {names}");
        sink.push(Diagnostic::error(325, *span, found).help("write the values out"));
    }
}

/// MN323 with the edit that adds the row.
fn table_shape(
    r: &Resolver<'_>,
    def: &TableDef,
    table: &crate::syntax::tree::Table,
    sink: &mut Sink,
) {
    let name = &table.head.name;
    let Some(last) = table.rows.last() else {
        let found = format!("table `{}` has no rows", name.text);
        sink.push(Diagnostic::error(323, name.span, found).help("add `\"else => VALUE\"`"));
        return;
    };
    if table.rows.iter().all(|row| row.cond.is_some()) {
        let found = format!("table `{}` has no `else` row", name.text);
        let report = Diagnostic::error(323, last.span, found).label("the last row");
        let row = example(&r.world.types, &def.returns, &def.bounds);
        let row = row.map_or("else => VALUE".to_owned(), |value| format!("else => {value}"));
        let report = report.help(format!("add a row `\"{row}\"` behind it"));
        sink.push(match row_end(r, last.span).filter(|_| !row.ends_with("VALUE")) {
            Some(at) => report.patch(at, format!(", \"{row}\"")),
            None => report,
        });
    }
}

/// Where a row can be added: behind the quote of the last one, when it is in an array.
fn row_end(r: &Resolver<'_>, last: Span) -> Option<Span> {
    let rest = r.sources.get(last.file)?.text().get(last.end as usize..)?;
    let after = rest.strip_prefix(['"', '\''])?.trim_start();
    let end = last.end + 1;
    after.starts_with([',', ']']).then_some(Span { start: end, end, ..last })
}
