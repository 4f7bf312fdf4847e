//! One printer per kind of expression; the longer ones have files of their own.

use super::TAB;
use super::args::{Delimiters, list_like};
use super::chain::chain;
use super::closure::closure;
use super::control::{Place, block, if_else, match_on};
use super::flat::flat;
use super::memo::once;
use super::node::{Field, Node};
use super::pair::{pair, pairs};
use super::shape::{Shape, line_break};
use super::stmt::assigned;
use super::text::{fitting, is_multiline, last_width, width};

/// What ends closer than this to the limit takes the long way, as rustfmt counts some characters
/// (a `?` at the end of a chain) more than once.
const SLACK: usize = 6;

/// The node within this room, or `None` if it has no layout there.
pub(super) fn rewrite(node: &Node, shape: Shape) -> Option<String> {
    rewrite_as(node, shape, Place::Value)
}

/// As [`rewrite`]; a statement keeps `if` and blocks on several lines.
pub(super) fn rewrite_as(node: &Node, shape: Shape, place: Place) -> Option<String> {
    match node {
        Node::Atom(text) if text.starts_with('"') => Some(text.clone()),
        Node::Atom(text) => fitting(text.clone(), shape),
        node => once(node, shape, place, || print(node, shape, place)),
    }
}

fn print(node: &Node, shape: Shape, place: Place) -> Option<String> {
    let may_be_flat =
        place == Place::Value || !matches!(node, Node::If(..) | Node::Block(_) | Node::Return(_));
    if may_be_flat
        && let Some(limit) = shape.width.checked_sub(SLACK)
        && let Some(text) = flat(node, limit)
    {
        return Some(text);
    }
    match node {
        Node::Atom(text) => Some(text.clone()),
        Node::Call(callee, args) => {
            list_like(&rewrite(callee, shape)?, args, shape, Delimiters::CALL)
        }
        Node::Method(..) | Node::Field(..) | Node::Try(_) | Node::Await(_) => chain(node, shape),
        Node::Index(of, index) => indexed(of, index, shape),
        Node::Prefix(op, inner) => prefixed(op, inner, shape),
        Node::Paren(inner) => {
            Some(format!("({})", rewrite(inner, shape.offset_left(1)?.sub_width(1)?)?))
        }
        Node::Binary(op, left, right) => {
            pairs(node, shape).or_else(|| pair(left, right, &format!(" {op} "), shape))
        }
        Node::Cast(inner, ty) => pair(inner, &Node::Atom(ty.clone()), " as ", shape),
        Node::Range(Some(from), op, Some(to)) => pair(from, to, op, shape),
        Node::Range(None, op, Some(to)) => prefixed(op, to, shape),
        Node::Range(Some(from), op, None) => {
            Some(format!("{}{op}", rewrite(from, shape.sub_width(op.len())?)?))
        }
        Node::Range(None, op, None) => Some((*op).to_owned()),
        Node::Struct(path, fields, base) => struct_literal(path, fields, base.as_deref(), shape),
        Node::Tuple(items) if items.len() == 1 => list_like("", items, shape, Delimiters::SINGLE),
        Node::Tuple(items) => list_like("", items, shape, Delimiters::CALL),
        Node::Array(items) => list_like("", items, shape, Delimiters::ARRAY),
        Node::VecMacro(name, items) => {
            list_like(&format!("{name}!"), items, shape, Delimiters::VEC)
        }
        Node::Macro(name, items) => {
            list_like(&format!("{name}!"), items, shape, Delimiters::of_macro(name))
        }
        Node::Closure(params, body) => closure(params, body, shape),
        Node::If(..) => if_else(node, shape, place),
        Node::Match(on, arms) => match_on(on, arms, shape),
        Node::Block(inner) => Some(block(inner, shape, place)),
        Node::Return(None) => Some("return".to_owned()),
        Node::Return(Some(value)) => {
            let shape = if place == Place::Statement { shape.sub_width(1)? } else { shape };
            prefixed("return ", value, shape)
        }
        Node::Assign(left, op, right) => {
            let left = rewrite(left, shape.sub_width(op.len() + 1)?)?;
            assigned(&format!("{left} {op}"), right, shape)
        }
    }
}

fn prefixed(op: &str, inner: &Node, shape: Shape) -> Option<String> {
    Some(format!("{op}{}", rewrite(inner, shape.offset_left(op.len())?)?))
}

fn indexed(of: &Node, index: &Node, shape: Shape) -> Option<String> {
    let of = rewrite(of, shape)?;
    let offset = last_width(&of) + 1;
    let overhead = shape.overhead();
    let behind = if is_multiline(&of) {
        Shape { width: shape.max, offset: 0, ..shape }
            .offset_left(offset)
            .and_then(|s| s.sub_width(1 + overhead))
    } else {
        shape.offset_left(offset).and_then(|s| s.sub_width(1))
    };
    let behind = behind.and_then(|s| rewrite(index, s));
    if let Some(text) = behind.as_ref().filter(|t| !is_multiline(t)) {
        return Some(format!("{of}[{text}]"));
    }
    let line = line_break(shape.indent + TAB);
    let below = rewrite(index, shape.nested().offset_left(1)?.sub_width(1 + overhead)?);
    match (behind, below) {
        (_, Some(text)) if !is_multiline(&text) => Some(format!("{of}{line}[{text}]")),
        (Some(text), _) => Some(format!("{of}[{text}]")),
        (None, Some(text)) => Some(format!("{of}{line}[{text}]")),
        (None, None) => None,
    }
}

fn struct_literal(
    path: &str,
    fields: &[Field],
    base: Option<&Node>,
    shape: Shape,
) -> Option<String> {
    shape.sub_width(width(path) + 2)?;
    if fields.is_empty() && base.is_none() {
        return Some(format!("{path} {{}}"));
    }
    let one_line = shape.width.checked_sub(width(path) + 5);
    let nested = shape.nested();
    let mut printed = Vec::with_capacity(fields.len() + 1);
    for field in fields {
        printed.push(struct_field(field, nested.sub_width(1)?)?);
    }
    if let Some(base) = base {
        printed.push(format!("..{}", rewrite(base, nested.offset_left(2)?)?));
    }
    let total: usize = printed.iter().map(|t| width(t)).sum::<usize>() + 2 * (printed.len() - 1);
    let horizontal = one_line.is_some_and(|budget| total <= budget.min(shape.max))
        && printed.iter().all(|t| !is_multiline(t));
    if horizontal {
        return Some(format!("{path} {{ {} }}", printed.join(", ")));
    }
    let line = nested.line_break();
    let comma = if base.is_some() { "" } else { "," };
    let text = printed.join(&format!(",{line}"));
    Some(format!("{path} {{{line}{text}{comma}{}}}", line_break(shape.indent)))
}

fn struct_field(field: &Field, shape: Shape) -> Option<String> {
    let Some(value) = &field.value else { return Some(field.name.clone()) };
    match rewrite(value, shape.offset_left(width(&field.name) + 2)?) {
        Some(text) => Some(format!("{}: {text}", field.name)),
        None => {
            let text = rewrite(value, shape.line_at(shape.indent + TAB))?;
            Some(format!("{}:{}{text}", field.name, line_break(shape.indent + TAB)))
        }
    }
}
