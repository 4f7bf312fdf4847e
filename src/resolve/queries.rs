//! Queries of the model (§7.8).

use super::each::conjuncts;
use super::fields::{Place, fields};
use super::resolver::{Resolver, scope_record};
use super::routes;
use super::types::set_fields;
use super::values::{ir, root_field};
use super::walk;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::Scope;
use crate::lang::ir::{CompareOp, Conversion, Ir, IrArg, IrKind, Method, Root};
use crate::lang::tree::{Expr, ExprKind, Ident};
use crate::lang::types::{FieldDef, Type, TypeId};
use crate::model::{Order, Page, Query, Route};
use crate::names::plural;
use crate::syntax::tree;

/// The queries of a context in text order.
pub(super) fn build(r: &mut Resolver<'_>, context: &str, sink: &mut Sink) -> Vec<Query> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let tree = ctx.tree;
    let mut all: Vec<Query> =
        tree.queries.iter().filter_map(|tree| query(r, context, tree, sink)).collect();
    for (name, one, of) in of_references(tree) {
        all.extend(implied(r, context, (name, one), of));
    }
    all
}

/// The queries that the references of a context have without being declared: name, whether it gives
/// one row, and the reference.
pub(super) fn of_references(
    context: &tree::Context,
) -> impl Iterator<Item = (String, bool, &tree::Reference)> {
    let declared = |name: &str| context.queries.iter().any(|it| it.head.name.text == name);
    let both = context.references.iter().flat_map(|of| {
        let name = &of.head.name.text;
        [(plural(name), false, of), (name.clone(), true, of)]
    });
    both.filter(move |(name, ..)| !declared(name))
}

/// The names of all queries of a context.
pub(super) fn names(context: &tree::Context) -> impl Iterator<Item = String> {
    let declared = context.queries.iter().map(|query| query.head.name.text.clone());
    declared.chain(of_references(context).map(|(name, ..)| name))
}

fn implied(
    r: &mut Resolver<'_>,
    context: &str,
    (name, one): (String, bool),
    tree: &tree::Reference,
) -> Option<Query> {
    let of = &tree.head.name.text;
    let proj = r.contexts.get(context)?.projections.get(of)?;
    if proj.broken || proj.reference.is_none() {
        return None;
    }
    let key = proj.key.clone();
    let params = r.world.types.add(scope_record("params", Some(context), vec![]));
    let mut notes = super::notes::notes(&tree.head);
    if !one {
        notes.was.iter_mut().for_each(|was| *was = plural(was));
    }
    let path = routes::query(context, &plural(of), one.then_some(key.as_slice())).path;
    Some(Query {
        notes,
        view: of.clone(),
        params,
        filter: vec![],
        order: key.iter().map(|it| Order { column: it.clone(), descending: false }).collect(),
        page: Page { default: 20, max: 100 },
        one,
        route: Route { path, ..routes::query(context, &name, None) },
        name,
        implied: true,
        span: tree.head.name.span,
    })
}

fn query<'t>(
    r: &mut Resolver<'t>,
    context: &str,
    tree: &'t tree::Query,
    sink: &mut Sink,
) -> Option<Query> {
    let name = tree.head.name.text.clone();
    let view = tree.view.as_ref().and_then(|path| source(r, context, path, sink));
    let proj = view.as_ref().and_then(|v| r.contexts.get(context)?.projections.get(v));
    let row = proj.map(|p| p.row);
    let key = proj.map(|p| p.key.clone()).unwrap_or_default();
    let place = Place {
        what: "a query",
        typed_by: row.into_iter().collect(),
        later: row.is_none(),
        defaults: true,
        ..Place::default()
    };
    let found = fields(r, Some(context), &tree.params, &place, sink);
    let params = r.world.types.add(scope_record("params", Some(context), vec![]));
    set_fields(r, params, found.fields);
    let row = row?;
    let scope = r
        .scope(context, "a query")
        .subject(Root::This, row)
        .root(Root::Params, params)
        .root(Root::Actor, r.actor)
        .clock();
    let cond = tree.cond.as_ref();
    let filter = r.check(Some(context), scope.clone(), sink, |_, c| cond.map(|e| c.condition(e)));
    let mut filter = filter.map(|f| conjuncts(&f)).unwrap_or_default();
    by_name(r, context, &scope, (row, params), tree, &mut filter, sink);
    let order = order(r, row, &key, tree, sink);
    if tree.one
        && let Some(param) = tree.params.first()
    {
        let found = format!("query `{name}` finds one row by its key and has no parameters");
        let help = format!(
            "remove `params`, or `one`: the key is {}",
            list(key.iter().map(String::as_str))
        );
        sink.push(Diagnostic::error(13, param.span, found).help(help));
    }
    Some(Query {
        notes: super::notes::notes(&tree.head),
        view: view?,
        params,
        filter,
        order,
        page: page(tree, sink),
        one: tree.one,
        route: routes::query(context, &name, tree.one.then_some(key.as_slice())),
        name,
        implied: false,
        span: tree.head.name.span,
    })
}

/// The view or replica of this context that a path means.
pub(super) fn source(
    r: &mut Resolver<'_>,
    context: &str,
    path: &crate::lang::tree::Path,
    sink: &mut Sink,
) -> Option<String> {
    let of = r.context_of(context, path, sink)?;
    let name = &path.name;
    let ctx = r.contexts.get(&of)?;
    if ctx.not_yet.contains(&name.text) {
        return None;
    }
    if of != context {
        let found = format!("`{}` belongs to context `{of}`", name.text);
        let help = "a query reads views of its own context: follow the events here";
        sink.push(Diagnostic::error(106, path.span(), found).help(help));
        return None;
    }
    if ctx.projections.contains_key(&name.text) {
        return Some(name.text.clone());
    }
    let known: Vec<String> = ctx.projections.keys().cloned().collect();
    let report = if ctx.aggregates.contains_key(&name.text) {
        let found = format!("`{}` is an aggregate, not a view", name.text);
        Diagnostic::error(110, name.span, found)
            .help(format!("declare a view: `[view.{}]` with `of = \"{}\"`", name.text, name.text))
    } else {
        let found = format!("there is no view or replica `{}`", name.text);
        let report = Diagnostic::error(106, name.span, found);
        let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
        if report.help.is_some() {
            report
        } else {
            report.help(format!("declare it: `[view.{}]`", name.text))
        }
    };
    sink.push(report);
    super::words::only(&name.text, known.iter().map(String::as_str))
}

/// Parameters that `where` does not mention filter the column of their name, when given.
fn by_name(
    r: &mut Resolver<'_>,
    context: &str,
    scope: &Scope,
    (row, params): (TypeId, TypeId),
    tree: &tree::Query,
    filter: &mut Vec<Ir>,
    sink: &mut Sink,
) {
    let fields = r.world.types.fields(params).to_vec();
    for param in fields {
        let used = filter.iter().any(|f| walk::any(f, |ir| reads_param(ir, &param.name)));
        let broken =
            tree.cond.is_some() && filter.iter().any(|f| walk::any(f, |ir| ir.ty == Type::Error));
        if used || broken || param.ty == Type::Error || r.near.contains(&param.name) {
            continue;
        }
        let column = r.world.types.fields(row).iter().find(|f| f.name == param.name).cloned();
        let Some(column) = column else {
            let found = format!(
                "parameter `{}` does nothing: `where` does not use it, and no column has its name",
                param.name
            );
            let known: Vec<String> =
                r.world.types.fields(row).iter().map(|f| f.name.clone()).collect();
            let written = tree.params.iter().find(|p| p.name.text == param.name);
            let span = written.map_or(param.span, |p| p.name.span);
            let report = Diagnostic::error(119, span, found);
            let report = r.suggest(report, span, &param.name, known.iter().map(String::as_str));
            let report = if report.help.is_some() {
                report
            } else {
                report.help(format!("use it in `where`: `params.{}`", param.name))
            };
            sink.push(report);
            continue;
        };
        filter.extend(equality(r, context, scope, &param, &column, sink));
    }
}

fn reads_param(ir: &Ir, param: &str) -> bool {
    matches!(&ir.kind, IrKind::RootField { root: Root::Params, name } if name == param)
}

/// `column == params.x`, or `params.x.is_none_or(|x| column == x)` for an optional parameter.
fn equality(
    r: &mut Resolver<'_>,
    context: &str,
    scope: &Scope,
    param: &FieldDef,
    column: &FieldDef,
    sink: &mut Sink,
) -> Option<Ir> {
    let span = param.span;
    let read = root_field(Root::Params, &param.name, param.ty.clone(), span);
    let (inner, optional) = match &param.ty {
        Type::Option(inner) => (inner.as_ref().clone(), true),
        ty => (ty.clone(), false),
    };
    let left = root_field(Root::This, &column.name, column.ty.clone(), span);
    let (value, local) = if optional {
        (ir(IrKind::Local(param.name.clone()), inner.clone(), span), true)
    } else {
        (read.clone(), false)
    };
    let right = if column.ty == inner {
        value
    } else if column.ty == Type::Option(Box::new(inner.clone())) {
        ir(IrKind::Convert { how: Conversion::Some, of: Box::new(value) }, column.ty.clone(), span)
    } else {
        // Another type than the column's: the checker converts or reports.
        let of = Expr { kind: ExprKind::Name("params".to_owned()), span };
        let name = Ident { text: param.name.clone(), span };
        let expr = Expr { kind: ExprKind::Field { of: Box::new(of), name }, span };
        return r.check(Some(context), scope.clone(), sink, |_, c| {
            let right = c.expr_as(&expr, &column.ty);
            Some(compare(left.clone(), right))
        });
    };
    let test = compare(left, right);
    if !local {
        return Some(test);
    }
    let closure = IrArg::Closure(vec![param.name.clone()], test);
    let kind = IrKind::Method { method: Method::IsNoneOr, of: Box::new(read), args: vec![closure] };
    Some(ir(kind, Type::Bool, span))
}

fn compare(left: Ir, right: Ir) -> Ir {
    let span = left.span;
    let kind = IrKind::Compare { op: CompareOp::Eq, left: Box::new(left), right: Box::new(right) };
    ir(kind, Type::Bool, span)
}

fn order(
    r: &mut Resolver<'_>,
    row: TypeId,
    key: &[String],
    tree: &tree::Query,
    sink: &mut Sink,
) -> Vec<Order> {
    let mut out: Vec<Order> = Vec::new();
    let known: Vec<String> = r.world.types.fields(row).iter().map(|f| f.name.clone()).collect();
    for written in &tree.order {
        let name = &written.name;
        if !known.contains(&name.text) {
            let found = format!("`{}` is not a column", name.text);
            let report = Diagnostic::error(103, name.span, found);
            let mut report =
                r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
            if report.help.is_none() {
                report = report
                    .help(format!("the columns are {}", list(known.iter().map(String::as_str))));
            }
            sink.push(report);
            continue;
        }
        if out.iter().any(|o| o.column == name.text) {
            let found = format!("column `{}` is in the order twice", name.text);
            sink.push(Diagnostic::error(111, name.span, found).help("remove one of them"));
            continue;
        }
        if !ordered(r, row, &name.text) {
            let found = format!("rows cannot be sorted by `{}`: its type has no order", name.text);
            sink.push(Diagnostic::error(206, name.span, found).help("sort by another column"));
            continue;
        }
        out.push(Order { column: name.text.clone(), descending: written.descending });
    }
    for column in key {
        if !out.iter().any(|o| o.column == *column) {
            out.push(Order { column: column.clone(), descending: false });
        }
    }
    out
}

fn ordered(r: &Resolver<'_>, row: TypeId, column: &str) -> bool {
    let Some(field) = r.world.types.fields(row).iter().find(|f| f.name == column) else {
        return true;
    };
    let ty = match &field.ty {
        Type::Option(inner) => inner,
        ty => ty,
    };
    super::rows::is_key(r, ty) || matches!(ty, Type::Decimal(_) | Type::Duration)
}

fn page(tree: &tree::Query, sink: &mut Sink) -> Page {
    let size = |written: &Option<tree::Spanned<i64>>, otherwise: u32| match written {
        Some(n) => u32::try_from(n.value).ok().filter(|n| *n > 0),
        None => Some(otherwise),
    };
    let (default, max) = match &tree.page {
        Some(page) => (size(&page.default, 20), size(&page.max, 100)),
        None => (Some(20), Some(100)),
    };
    match (default, max) {
        (Some(default), Some(max)) if default <= max => Page { default, max },
        (Some(default), Some(max)) if tree.page.as_ref().is_some_and(|p| p.max.is_none()) => {
            Page { default, max: max.max(default) }
        }
        _ => {
            let span = tree.page.as_ref().map_or(tree.head.name.span, |p| p.span);
            let found = "the sizes of a page must be positive, `default` at most `max`";
            sink.push(
                Diagnostic::error(210, span, found)
                    .help("write `page = { default = 20, max = 100 }`"),
            );
            Page { default: 20, max: 100 }
        }
    }
}
