//! Closures, and the braces that they get when their body takes several lines.

use super::control::{Place, block, printed_cond, value_block};
use super::expr::rewrite;
use super::node::Node;
use super::shape::Shape;
use super::text::{is_multiline, lines, width};

/// `params body`.
pub(super) fn closure(params: &str, body: &Node, shape: Shape) -> Option<String> {
    let behind = body_shape(params, shape)?;
    match body {
        Node::Block(inner) if inner.only().is_none() => {
            Some(format!("{params} {}", block(inner, behind, Place::Statement)))
        }
        Node::Block(inner) => unbraced(params, inner.only()?, shape, behind),
        body => unbraced(params, body, shape, behind),
    }
}

/// A closure that is the last argument of a call and goes on over several lines.
pub(super) fn last_closure(node: &Node, shape: Shape) -> Option<String> {
    let Node::Closure(params, body) = node else { return None };
    let behind = body_shape(params, shape)?;
    let value = match &**body {
        Node::Block(inner) => inner.only().unwrap_or(body),
        body => body,
    };
    if is_forced(value) {
        let text = braced(params, value, behind)?;
        let short = lines(&text) <= 7;
        return match bare(params, value, shape).filter(|t| short && !is_multiline(t)) {
            Some(one_line) => Some(one_line),
            None => Some(text),
        };
    }
    let long_cond = printed_cond(value, behind)
        .is_some_and(|cond| is_multiline(&cond) || width(&cond) > behind.width);
    if long_cond {
        return braced(params, value, behind);
    }
    closure(params, body, shape)
}

/// The room behind the bars, if the parameters have any themselves.
fn body_shape(params: &str, shape: Shape) -> Option<Shape> {
    let bars = params.find('|').unwrap_or(0);
    let inner = width(params).saturating_sub(bars + 2);
    // Where no parameter has a name, rustfmt keeps a column more.
    let nameless = inner == 0 || params.get(bars + 1..).is_some_and(|p| p == "_|");
    shape.sub_width(bars + 4 + if nameless { 2 } else { 1 })?;
    if params.contains(',') {
        shape.sub_width(bars + 4 + 1 + inner)?;
    }
    shape.offset_left(width(params) + 1)
}

fn unbraced(params: &str, value: &Node, shape: Shape, behind: Shape) -> Option<String> {
    if is_forced(value) {
        return braced(params, value, shape).or_else(|| braced(params, value, behind));
    }
    bare(params, value, behind)
        .or_else(|| Some(format!("{params} {}", value_block(value, behind, Place::Value))))
}

fn braced(params: &str, value: &Node, shape: Shape) -> Option<String> {
    Some(format!("{params} {}", value_block(value, shape, Place::Statement)))
}

/// Without braces, which several lines need unless the body brings its own.
fn bare(params: &str, value: &Node, shape: Shape) -> Option<String> {
    let text = rewrite(value, shape)?;
    if is_multiline(&text) && !may_be_multiline(value) {
        return None;
    }
    Some(format!("{params} {text}"))
}

fn may_be_multiline(node: &Node) -> bool {
    match node {
        Node::Match(..) | Node::Block(_) | Node::Struct(..) => true,
        Node::Prefix(_, inner) | Node::Try(inner) | Node::Cast(inner, _) => may_be_multiline(inner),
        _ => false,
    }
}

fn is_forced(node: &Node) -> bool {
    match node {
        Node::If(..) => true,
        Node::Prefix(_, inner) | Node::Try(inner) | Node::Cast(inner, _) => is_forced(inner),
        _ => false,
    }
}
