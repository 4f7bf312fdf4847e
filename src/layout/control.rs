//! `if`, `match` and blocks.

use super::TAB;
use super::args::extra_offset;
use super::expr::{rewrite, rewrite_as};
use super::node::{Arm, Block, Node};
use super::shape::{Shape, line_break};
use super::stmt::{assigned, body, prefers_next_line, value_line};
use super::text::{extendable, first_width, is_multiline, last_line, last_width, lines, width};

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A part of something, or the value of a block: may be on one line.
    Value,
    /// A statement or the body of an arm: `if` takes several lines.
    Statement,
}

/// A block; as a value, a short one is on one line.
pub(super) fn block(inner: &Block, shape: Shape, place: Place) -> String {
    if inner.0.is_empty() {
        return "{}".to_owned();
    }
    let text = format!("{{\n{}{}}}", body(&inner.0, shape.indent + TAB), line_break(shape.indent));
    if place == Place::Value
        && lines(&text) <= 3
        && let Some(one_line) =
            inner.only().and_then(|n| value_on_one_line(n, shape)).map(|t| format!("{{ {t} }}"))
        && width(&one_line) <= shape.width
    {
        return one_line;
    }
    text
}

fn value_on_one_line(node: &Node, shape: Shape) -> Option<String> {
    rewrite(node, shape).filter(|t| !is_multiline(t))
}

/// A value in braces, as [`block`] prints a block that is this value.
pub(super) fn value_block(node: &Node, shape: Shape, place: Place) -> String {
    if let Node::Block(inner) = node {
        return block(inner, shape, place);
    }
    let inner = value_line(node, shape.indent + TAB);
    let text = format!("{{\n{inner}{}}}", line_break(shape.indent));
    if place == Place::Value
        && lines(&text) <= 3
        && let Some(one_line) = value_on_one_line(node, shape).map(|t| format!("{{ {t} }}"))
        && width(&one_line) <= shape.width
    {
        return one_line;
    }
    text
}

/// An `if` with its branches.
pub(super) fn if_else(node: &Node, shape: Shape, place: Place) -> Option<String> {
    match place {
        Place::Value => if_on_one_line(node, shape).or_else(|| if_chain(node, shape, 0)),
        Place::Statement => if_chain(node, shape, 0),
    }
}

fn if_on_one_line(node: &Node, shape: Shape) -> Option<String> {
    let Node::If(pattern, cond, then, Some(other)) = node else { return None };
    let Node::Block(other) = &**other else { return None };
    let cond = head("if", bound(pattern.as_deref()).as_deref(), cond, shape, 0)?;
    if is_multiline(&cond) {
        return None;
    }
    let room = |width: usize| Shape { width, ..shape.line_at(0) };
    let left = shape.width.checked_sub(width(&cond) + "if  {  } else {  }".len())?;
    let then = rewrite(then.only()?, room(left))?;
    let left = left.checked_sub(width(&then))?;
    let other = rewrite(other.only()?, room(left))?;
    if is_multiline(&then) || is_multiline(&other) {
        return None;
    }
    let text = format!("if {cond} {{ {then} }} else {{ {other} }}");
    (width(&text) <= shape.width).then_some(text)
}

fn if_chain(node: &Node, shape: Shape, before: usize) -> Option<String> {
    let Node::If(pattern, cond, then, other) = node else { return None };
    let cond = opening("if", bound(pattern.as_deref()).as_deref(), cond, shape, before)?;
    let then = block(then, shape, Place::Statement);
    let mut out = format!("{cond}{then}");
    match other.as_deref() {
        None => {}
        Some(other @ Node::If(..)) => {
            out.push_str(" else ");
            out.push_str(&if_chain(other, shape.line_at(shape.indent), 7)?);
        }
        Some(Node::Block(other)) => {
            out.push_str(" else ");
            out.push_str(&block(other, shape.line_at(shape.indent), Place::Statement));
        }
        Some(other) => {
            out.push_str(" else ");
            out.push_str(&value_block(other, shape.line_at(shape.indent), Place::Statement));
        }
    }
    Some(out)
}

/// `for pattern in over { .. }`
pub(super) fn for_in(pattern: &str, over: &Node, inner: &Block, shape: Shape) -> Option<String> {
    let opening = opening("for", Some(&format!("{pattern} in")), over, shape, 0)?;
    Some(format!("{opening}{}", block(inner, shape, Place::Statement)))
}

fn bound(pattern: Option<&str>) -> Option<String> {
    pattern.map(|pattern| format!("let {pattern} ="))
}

/// Everything before the brace: the keyword, what is bound, the condition. `before` is what stands
/// in front of the keyword.
fn opening(
    keyword: &str,
    left: Option<&str>,
    cond: &Node,
    shape: Shape,
    before: usize,
) -> Option<String> {
    let text = head(keyword, left, cond, shape, before)?;
    let used = shape.used_width() + before + keyword.len() + 1 + 2;
    let indented = last_line(&text).len() - last_line(&text).trim_start().len();
    // Here rustfmt counts bytes.
    let below = (is_multiline(&text) || text.len() > shape.max.saturating_sub(used))
        && (!extendable(&text) || indented > shape.used_width());
    let gap = if below { line_break(shape.indent) } else { " ".to_owned() };
    Some(format!("{keyword} {text}{gap}"))
}

fn head(
    keyword: &str,
    left: Option<&str>,
    cond: &Node,
    shape: Shape,
    before: usize,
) -> Option<String> {
    let room = shape.full().offset_left(before + keyword.len() + 1)?;
    match left {
        Some(left) => assigned(left, cond, room),
        None => rewrite(cond, room),
    }
}

/// The condition of an `if` or `match` as it would be printed here.
pub(super) fn printed_cond(node: &Node, shape: Shape) -> Option<String> {
    match node {
        Node::Match(on, _) => rewrite(on, shape.offset_left(8)?),
        Node::If(pattern, cond, ..) => if_on_one_line(node, shape)
            .or_else(|| opening("if", bound(pattern.as_deref()).as_deref(), cond, shape, 0)),
        _ => None,
    }
}

/// A `match` with its arms.
pub(super) fn match_on(on: &Node, arms: &[Arm], shape: Shape) -> Option<String> {
    let room = shape.full().offset_left(6)?;
    let on = rewrite(on, room)?;
    let below = !extendable(&on) && (is_multiline(&on) || width(&on) + 2 > room.width);
    let gap = if below { line_break(shape.indent) } else { " ".to_owned() };
    if arms.is_empty() {
        return Some(format!("match {on} {{}}"));
    }
    let nested = shape.line_at(shape.indent + TAB);
    let mut out = format!("match {on}{gap}{{");
    for arm in arms {
        out.push_str(&nested.line_break());
        out.push_str(&print_arm(arm, nested)?);
    }
    out.push_str(&line_break(shape.indent));
    out.push('}');
    Some(out)
}

fn print_arm(arm: &Arm, shape: Shape) -> Option<String> {
    let patterns = print_patterns(&arm.patterns, shape.sub_width(5)?);
    let guard = match &arm.guard {
        None => String::new(),
        Some(guard) => print_guard(guard, &patterns, shape)?,
    };
    let broken_guard = is_multiline(&guard);
    print_arm_body(&arm.body, &format!("{patterns}{guard}"), shape, broken_guard)
}

fn print_patterns(patterns: &[String], shape: Shape) -> String {
    let one_line = patterns.join(" | ");
    let short = |p: &String| width(p) <= 10 && !p.contains(['{', '"', ':', ',', ' ']);
    if width(&one_line) <= shape.width || patterns.len() < 2 {
        return one_line;
    }
    if !patterns.iter().all(short) {
        return patterns.join(&format!("{}| ", line_break(shape.indent)));
    }
    let mut out = String::new();
    let mut column = 0;
    for (i, pattern) in patterns.iter().enumerate() {
        if i > 0 && column + 3 + width(pattern) > shape.width {
            out.push_str(&line_break(shape.indent));
            out.push_str("| ");
            column = 2;
        } else if i > 0 {
            out.push_str(" | ");
            column += 3;
        }
        out.push_str(pattern);
        column += width(pattern);
    }
    out
}

fn print_guard(guard: &Node, patterns: &str, shape: Shape) -> Option<String> {
    let used = width(last_line(patterns).trim());
    let may_follow = !is_multiline(patterns) || used <= TAB;
    let behind = shape.offset_left(used + 4).and_then(|s| s.sub_width(5));
    if may_follow
        && let Some(text) = behind.and_then(|s| rewrite(guard, s))
        && (!is_multiline(&text) || used <= TAB)
    {
        return Some(format!(" if {text}"));
    }
    let below = shape.nested().offset_left(3)?.sub_width(5)?;
    Some(format!("{}if {}", line_break(shape.indent + TAB), rewrite(guard, below)?))
}

fn print_arm_body(node: &Node, patterns: &str, shape: Shape, broken_guard: bool) -> Option<String> {
    let node = match node {
        Node::Block(inner) => inner.only().unwrap_or(node),
        node => node,
    };
    let room = shape.offset_left(extra_offset(patterns, shape) + 4);
    let long_cond = matches!(node, Node::If(..))
        && room.and_then(|s| printed_cond(node, s)).is_some_and(|cond| is_multiline(&cond));
    let (is_block, is_empty) = match node {
        Node::Block(inner) => (true, inner.0.is_empty()),
        _ => (long_cond, false),
    };
    if is_empty && room.is_some_and(|room| room.width < 2) {
        return Some(format!("{patterns} => {{{}}}", line_break(shape.indent)));
    }
    let print = |shape: Shape| match long_cond {
        true => Some(value_block(node, shape, Place::Statement)),
        false => rewrite_as(node, shape, Place::Statement),
    };
    let comma = if is_block { "" } else { "," };
    let beside = |text: &str| format!("{patterns} => {text}{comma}");
    let indent = if is_block && !is_empty { shape.indent } else { shape.indent + TAB };
    let forbidden = broken_guard && is_multiline(patterns) && !is_empty;
    let below = |text: &str| {
        if is_block {
            return format!("{patterns} =>{}{text}", line_break(indent));
        }
        let gap = if forbidden { line_break(shape.indent) } else { " ".to_owned() };
        let end = if matches!(node, Node::Return(_)) { ";" } else { "" };
        let (open, close) = (line_break(indent), line_break(shape.indent));
        format!("{patterns} =>{gap}{{{open}{text}{end}{close}}}")
    };
    let room = room.and_then(|s| s.sub_width(comma.len()));
    let original = if forbidden { None } else { room.and_then(print) };
    let budget = room.map_or(0, |s| s.width);
    if let Some(text) = &original
        && (is_block || (!is_multiline(text) && width(text) <= budget))
    {
        return Some(beside(text));
    }
    let next = print(shape.line_at(indent));
    match (original, next) {
        (Some(here), Some(next)) if prefers_next_line(&here, &next) => Some(below(&next)),
        (Some(here), _) if may_extend(node) && first_width(&here) <= budget => Some(beside(&here)),
        (Some(here), Some(next)) if is_multiline(&here) => Some(below(&next)),
        (None, Some(next)) => Some(below(&next)),
        (None, None) => None,
        (Some(here), _) => Some(beside(&here)),
    }
}

fn may_extend(node: &Node) -> bool {
    match node {
        Node::Match(..)
        | Node::Block(_)
        | Node::Closure(..)
        | Node::Array(_)
        | Node::Call(..)
        | Node::Method(..)
        | Node::Macro(..)
        | Node::VecMacro(..)
        | Node::Struct(..)
        | Node::Tuple(_) => true,
        Node::Prefix(_, inner)
        | Node::Try(inner)
        | Node::Index(inner, _)
        | Node::Cast(inner, _) => may_extend(inner),
        _ => false,
    }
}

/// Columns taken by the last line of a text that may have several.
pub(super) fn taken(text: &str, indent: usize) -> usize {
    last_width(text).saturating_sub(if is_multiline(text) { indent } else { 0 })
}
