//! Checks of bounds: the statements of `Check::check` and of `Aggregate::bounds`.

use rust_decimal::Decimal;

use crate::lang::to_rust::decimal;
use crate::lang::types::{Bounds, FieldDef, Scale, Type, TypeDefKind, TypeTable};
use crate::layout::{Node, Stmt};

use super::spelling::raw;

/// The statements that check fields which come from outside and bring them to their normal form.
#[must_use]
pub fn checks(types: &TypeTable, fields: &[FieldDef]) -> Vec<Stmt> {
    let mut out = Vec::new();
    for field in fields {
        let (place, before) = (place(&field.name), out.len());
        if is_free_text(&field.ty, &field.bounds) {
            let value = Node::prefix("&mut ", place.clone());
            out.push(at("field", vec![Node::text(&field.name), value]));
        }
        normal_form(types, &field.ty, &field.name, &place, &mut out);
        bounds(&field.ty, &field.bounds, &field.name, &place, &mut out);
        hide(field, before, &mut out);
    }
    out
}

/// The same for fields that are bound to their names, as in a pattern.
#[must_use]
pub fn checks_bound(types: &TypeTable, fields: &[FieldDef]) -> Vec<Stmt> {
    let mut out = Vec::new();
    for field in fields {
        let (place, before) = (Node::atom(raw(&field.name)), out.len());
        if has_form(types, &field.ty) {
            out.push(at("field", vec![Node::text(&field.name), place.clone()]));
        }
        if let Some(scale) = scale_inside(&field.ty) {
            let scale = Node::atom(scale.to_string());
            out.push(at("scale", vec![Node::text(&field.name), place.clone(), scale]));
        }
        if let Some(stmt) = own_bounds(&field.ty, &field.bounds, &field.name, place) {
            out.push(stmt);
        }
        hide(field, before, &mut out);
    }
    out
}

/// Keeps a secret out of what the statements from `before` on say about it.
fn hide(field: &FieldDef, before: usize, out: &mut Vec<Stmt>) {
    if field.marks.secret.is_some() && out.len() > before {
        out.push(at("hide", vec![Node::text(&field.name)]));
    }
}

/// The statements that check the bounds of a state that events made.
#[must_use]
pub fn state_bounds(fields: &[FieldDef]) -> Vec<Stmt> {
    let mut out = Vec::new();
    for field in fields {
        let before = out.len();
        bounds(&field.ty, &field.bounds, &field.name, &place(&field.name), &mut out);
        hide(field, before, &mut out);
    }
    out
}

/// The statements that check the wrapped value of a newtype, called `value`.
#[must_use]
pub fn newtype_bounds(base: &Type, of: &Bounds) -> Vec<Stmt> {
    let mut out = Vec::new();
    let value = Node::atom("value");
    if let Type::Decimal(Scale::Fixed(scale)) = base {
        out.push(at("scale", vec![Node::text(""), value.clone(), Node::atom(scale.to_string())]));
    }
    if let Some(stmt) = own_bounds(base, of, "", value) {
        out.push(stmt);
    }
    out
}

fn place(name: &str) -> Node {
    Node::atom("self").field(raw(name))
}

fn at(method: &str, args: Vec<Node>) -> Stmt {
    Stmt::Semi(Node::atom("at").method(method, args))
}

/// Whether a value has a normal form or rules of its own.
fn has_form(types: &TypeTable, ty: &Type) -> bool {
    match ty {
        Type::Time | Type::Duration => true,
        Type::Named(id) => {
            !matches!(types.get(*id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. }) | None)
        }
        Type::Entities(_) => false,
        Type::Option(t) | Type::Patch(t) | Type::List(t) | Type::Set(t) => has_form(types, t),
        Type::Map(key, value) => has_form(types, key) || has_form(types, value),
        _ => false,
    }
}

/// Whether there is text without a length to check: only then the text itself is looked at.
fn is_free_text(ty: &Type, bounds: &Bounds) -> bool {
    let open = bounds.is_open();
    match ty {
        Type::Text => open,
        Type::Option(t) | Type::Patch(t) | Type::List(t) | Type::Set(t) => {
            **t == Type::Text && open
        }
        _ => false,
    }
}

/// The scale of the decimals inside, when that is all there is to bring to a form.
fn scale_inside(ty: &Type) -> Option<u8> {
    match ty {
        Type::Decimal(Scale::Fixed(scale)) => Some(*scale),
        Type::Option(t) | Type::Patch(t) | Type::List(t) => scale_inside(t),
        Type::Map(_, value) => scale_inside(value),
        _ => None,
    }
}

fn normal_form(types: &TypeTable, ty: &Type, name: &str, place: &Node, out: &mut Vec<Stmt>) {
    let exclusive = || Node::prefix("&mut ", place.clone());
    if has_form(types, ty) {
        out.push(at("field", vec![Node::text(name), exclusive()]));
    }
    if let Some(scale) = scale_inside(ty) {
        out.push(at("scale", vec![Node::text(name), exclusive(), Node::atom(scale.to_string())]));
    }
}

fn bounds(ty: &Type, of: &Bounds, name: &str, place: &Node, out: &mut Vec<Stmt>) {
    if let Some(stmt) = own_bounds(ty, of, name, place.clone().borrowed()) {
        out.push(stmt);
    }
    let (element, inner) = match ty {
        Type::List(t) | Type::Set(t) => (place.clone().borrowed(), Some((t, &of.inner))),
        Type::Map(_, t) => (place.clone().method("values", vec![]), Some((t, &of.inner))),
        _ => return,
    };
    if let Some((ty, Some(bounds))) = inner {
        each(ty, bounds, name, element, out);
    }
    if let (Type::Map(key, _), Some(bounds)) = (ty, &of.key) {
        each(key, bounds, name, place.clone().method("keys", vec![]), out);
    }
}

fn each(ty: &Type, of: &Bounds, name: &str, elements: Node, out: &mut Vec<Stmt>) {
    let Some(Stmt::Semi(check)) = own_bounds(ty, of, "", Node::atom("item")) else { return };
    let closure = Node::closure("|at, item|", check);
    out.push(at("each", vec![Node::text(name), elements, closure]));
}

/// The check of a value's own bounds; those of an option are those of what it may hold.
fn own_bounds(ty: &Type, of: &Bounds, name: &str, value: Node) -> Option<Stmt> {
    let (ty, of) = match (ty, &of.inner) {
        (Type::Option(t) | Type::Patch(t), Some(inner)) => (t.as_ref(), inner.as_ref()),
        (Type::Option(t) | Type::Patch(t), None) => (t.as_ref(), of),
        _ => (ty, of),
    };
    if of.min.is_none() && of.max.is_none() {
        return None;
    }
    let method = match ty {
        Type::Text | Type::List(_) | Type::Set(_) | Type::Map(..) => "length",
        Type::Int | Type::Decimal(_) => "range",
        _ => return None,
    };
    let end = |end: Option<Decimal>| end.map(|n| Box::new(number(ty, n)));
    let op = if of.max.is_some() { "..=" } else { ".." };
    let range = Node::Range(end(of.min), op, end(of.max));
    Some(at(method, vec![Node::text(name), value, range]))
}

fn number(ty: &Type, number: Decimal) -> Node {
    if !matches!(ty, Type::Decimal(_)) {
        return Node::atom(number.normalize().to_string());
    }
    decimal(number)
}

/// The name of the violations in a signature: `_` when nothing is checked.
#[must_use]
pub fn at_name(checks: &[Stmt]) -> &'static str {
    if checks.is_empty() { "_" } else { "at" }
}

/// Statements as lines at this indentation.
#[must_use]
pub fn body(statements: &[Stmt], indent: usize) -> Vec<String> {
    if statements.is_empty() {
        return Vec::new();
    }
    crate::layout::body(statements, indent).lines().map(str::to_owned).collect()
}
