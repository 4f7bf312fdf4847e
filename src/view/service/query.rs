//! One file per query: its parameters, and what they ask for.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::{CompareOp, Ir, IrArg, IrKind, Method, Root};
use crate::lang::to_rust::{Form, Lowerer, fallible, raw};
use crate::lang::types::{FieldDef, Type};
use crate::layout::{self, Node, Stmt};
use crate::model::Query;
use crate::view::domain::{Domain, RecordView, record, uses};
use crate::view::rust::{Imports, Place as FieldPlace, Rust, at_name, body, checks};

use super::site::{Place, Site, domain_crate, row_type};
use super::sql::Sql;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueryFile {
    header: String,
    words: String,
    external: String,
    internal: String,
    record: RecordView,
    at: String,
    checks: String,
    row: String,
    order: String,
    page: String,
    filter_cx: &'static str,
    filter: String,
    keep_row: &'static str,
    keep_cx: &'static str,
    keep: String,
}

/// A query.
#[must_use]
pub fn query_file(domain: &Domain, query: &Query) -> QueryFile {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let row = row_type(domain, &rust, &query.view);
    let fields = domain.model.types.fields(query.params);
    let statements = checks(&domain.model.types, fields);
    let site = Site::new(domain, &rust, Place::Query);
    let (filter, rest) = split(domain, &site, query);
    let filter = layout::body(&[Stmt::Expr(Node::call("Ok", vec![filter]))], 8);
    let keep = rest.map(|node| {
        let node = crate::lang::to_rust::in_ok(node);
        layout::body(&[Stmt::Expr(node)], 8)
    });
    let used = |text: &str, name: &'static str| if uses(text, name) { name } else { "_" };
    let mut view =
        record(domain, &rust, &query.name, query.notes.doc.as_deref(), fields, FieldPlace::Message);
    view.body = without_serialising(&view.body);
    let checks = body(&statements, 8).join("\n");
    imports.keep_used(&[
        &view.body,
        &view.below,
        &checks,
        &row,
        &filter,
        keep.as_deref().unwrap_or_default(),
    ]);
    QueryFile {
        header: domain.header.clone(),
        words: query.name.to_snake_case().replace('_', " "),
        record: view,
        at: at_name(&statements).to_owned(),
        checks,
        row,
        order: order(domain, query),
        page: page(query),
        filter_cx: used(&filter, "cx"),
        filter,
        keep_row: keep.as_deref().map_or("_", |text| used(text, "row")),
        keep_cx: keep.as_deref().map_or("_", |text| used(text, "cx")),
        keep: keep.unwrap_or_default(),
        external: imports.external(true),
        internal: imports.internal(),
    }
}

/// Parameters are only read.
fn without_serialising(body: &str) -> String {
    let kept = body.lines().filter(|line| !line.trim_start().starts_with("#[serde(skip_"));
    kept.collect::<Vec<_>>().join("\n")
}

/// The order without the key, which the kit appends.
fn order(domain: &Domain, query: &Query) -> String {
    let key = domain
        .model
        .projection(&domain.context.name, &query.view)
        .map(|p| p.key.clone())
        .unwrap_or_default();
    let mut columns = query.order.clone();
    let tail = columns.len().saturating_sub(key.len());
    let appended = columns.get(tail..).is_some_and(|tail| {
        tail.iter().map(|o| &o.column).eq(key.iter()) && !tail.iter().any(|o| o.descending)
    });
    if appended {
        columns.truncate(tail);
    }
    if columns.is_empty() {
        return String::new();
    }
    let columns: Vec<Node> = columns
        .iter()
        .map(|o| {
            let name = if o.descending { "Order::down" } else { "Order::up" };
            Node::call(name, vec![Node::text(&o.column)])
        })
        .collect();
    let value = Node::Array(columns).borrowed();
    layout::statement(&Stmt::Bind("const ORDER: &'static [Order]".to_owned(), value, None), 4)
}

fn page(query: &Query) -> String {
    let (default, max) = (query.page.default, query.page.max);
    if (default, max) == (20, 100) {
        return String::new();
    }
    format!("const PAGE: Page = Page {{ default: {default}, max: {max} }};")
}

/// The conditions that the store judges, and the rest as one expression.
fn split(domain: &Domain, site: &Site, query: &Query) -> (Node, Option<Node>) {
    let lowerer = Lowerer::new(site);
    let sql = Sql { lowerer: &lowerer, types: &domain.model.types, row: Root::This };
    let params = domain.model.types.fields(query.params);
    let mut filter = Node::call("Filter::all", vec![]);
    let mut rest: Option<Ir> = None;
    for conjunct in &query.filter {
        let part = by_name(&sql, params, conjunct, filter.clone())
            .or_else(|| wished(site, &sql, conjunct, filter.clone()))
            .or_else(|| Some(filter.clone().method("and", vec![sql.cond(conjunct)?])));
        match part {
            Some(part) => filter = part,
            None => {
                rest = Some(match rest {
                    None => conjunct.clone(),
                    Some(before) => Ir {
                        span: before.span,
                        ty: Type::Bool,
                        kind: IrKind::And(Box::new(before), Box::new(conjunct.clone())),
                    },
                });
            }
        }
    }
    (filter, rest.map(|ir| lowerer.cond(&ir)))
}

/// `column == params.column`, for an optional parameter only when it is given.
fn by_name(sql: &Sql, params: &[FieldDef], ir: &Ir, filter: Node) -> Option<Node> {
    let is = |side: &Ir, root: Root| match &side.kind {
        IrKind::RootField { root: r, name } if *r == root => Some(name.clone()),
        _ => None,
    };
    let IrKind::Method { method: Method::IsNoneOr, of, args } = &ir.kind else { return None };
    let param = is(of, Root::Params)?;
    let Some(IrArg::Closure(names, body)) = args.first() else { return None };
    let IrKind::Compare { op: CompareOp::Eq, left, right } = &body.kind else { return None };
    let bare = |ir: &Ir| matches!(&ir.kind, IrKind::Local(n) if names.first() == Some(n));
    let column = match (is(left, Root::This), is(right, Root::This)) {
        (Some(column), None) if bare(right) => column,
        (None, Some(column)) if bare(left) => column,
        _ => return None,
    };
    params.iter().find(|p| p.name == param)?;
    let value = sql.lowerer.lower(of).node.method("as_ref", vec![]);
    Some(filter.method("equal_if", vec![Node::text(&column), value]))
}

/// A condition that only holds when an optional parameter is given.
fn wished(site: &Site, sql: &Sql, ir: &Ir, filter: Node) -> Option<Node> {
    let IrKind::Method { method: Method::IsNoneOr, of, args } = &ir.kind else { return None };
    let IrKind::RootField { root: Root::Params, .. } = &of.kind else { return None };
    let Some(IrArg::Closure(names, body)) = args.first() else { return None };
    let name = names.first()?;
    site.bind(name, Form::Ref);
    // What can fail is computed by the query itself: the closure only builds a condition.
    let cond = sql.cond(body).filter(|cond| !fallible(cond))?;
    let value = sql.lowerer.lower(of).node.method("as_ref", vec![]);
    let read = uses(&layout::expression(&cond, 0), &raw(name));
    let shown = if read { raw(name) } else { "_".to_owned() };
    let closure = Node::closure(format!("|{shown}|"), cond);
    Some(filter.method("and_some", vec![value, closure]))
}
