//! Statements, and what the other rooms call.

use super::TAB;
use super::control::{Place, block, for_in, taken};
use super::expr::{rewrite, rewrite_as};
use super::flat::flat;
use super::memo::Scope;
use super::node::{Block, Node, Stmt};
use super::shape::{Shape, line_break};
use super::text::{first_line, fits, is_multiline, last_line, newlines, width};

/// The statements, each line indented by `indent` columns, without a last line break.
#[must_use]
pub fn body(stmts: &[Stmt], indent: usize) -> String {
    let _scope = Scope::enter();
    let mut out = String::new();
    for (i, stmt) in stmts.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if let Stmt::Lines(text) = stmt {
            let lines: Vec<String> = text
                .lines()
                .map(|l| if l.is_empty() { String::new() } else { format!("{:indent$}{l}", "") })
                .collect();
            out.push_str(&lines.join("\n"));
            continue;
        }
        let last = i + 1 == stmts.len();
        out.push_str(&format!("{:indent$}{}", "", print(stmt, indent, last)));
    }
    out
}

/// One statement that starts at column `indent`; the first line is not indented.
#[must_use]
pub fn statement(stmt: &Stmt, indent: usize) -> String {
    let _scope = Scope::enter();
    print(stmt, indent, false)
}

/// An expression as the last line of a block: starts at column `indent`, not indented itself.
#[must_use]
pub fn expression(node: &Node, indent: usize) -> String {
    let _scope = Scope::enter();
    print_value(node, indent)
}

/// An expression as the only line of a block, indented.
pub(super) fn value_line(node: &Node, indent: usize) -> String {
    format!("{:indent$}{}", "", print_value(node, indent))
}

fn print_value(node: &Node, indent: usize) -> String {
    let shape = Shape::indented(indent);
    let text = rewrite(node, shape).filter(|t| fits(t, shape));
    text.or_else(|| rewrite(node, Shape::endless(indent))).unwrap_or_default()
}

fn print(stmt: &Stmt, indent: usize, last: bool) -> String {
    let shape = Shape::indented(indent);
    let text = try_print(stmt, shape, last);
    // ` else {` may run over the limit: rustfmt does not count it.
    let text = text.filter(|t| matches!(stmt, Stmt::Bind(_, _, Some(_))) || fits(t, shape));
    text.or_else(|| try_print(stmt, Shape::endless(indent), last)).unwrap_or_default()
}

fn try_print(stmt: &Stmt, shape: Shape, last: bool) -> Option<String> {
    match stmt {
        Stmt::Bind(head, value, None) => {
            Some(format!("{};", assigned(&format!("{head} ="), value, shape.sub_width(1)?)?))
        }
        Stmt::Bind(head, value, Some(otherwise)) => let_else(head, value, otherwise, shape),
        // rustfmt puts a semicolon behind a `return` that has a line of its own.
        Stmt::Semi(node) | Stmt::Expr(node @ Node::Return(_)) => {
            Some(format!("{};", rewrite_as(node, shape.sub_width(1)?, Place::Statement)?))
        }
        Stmt::Expr(node) => {
            rewrite_as(node, shape, if last { Place::Value } else { Place::Statement })
        }
        Stmt::For(pattern, over, inner) => for_in(pattern, over, inner, shape),
        Stmt::Lines(text) => Some(text.clone()),
    }
}

/// `left value`, where `left` ends with the operator.
pub(super) fn assigned(left: &str, value: &Node, shape: Shape) -> Option<String> {
    let before = taken(left, shape.indent) + 1;
    let room = shape.offset_left(before).unwrap_or(Shape {
        width: 0,
        offset: shape.offset + before,
        ..shape
    });
    let here = rewrite(value, room);
    if let Some(text) = here.as_ref().filter(|t| !is_multiline(t) && width(t) <= room.width) {
        return Some(format!("{left} {text}"));
    }
    let below = room.nested().sub_width(room.overhead())?;
    let line = line_break(room.indent + TAB);
    match (here, rewrite(value, below)) {
        (Some(here), Some(next)) if !fits(&next, below) => Some(format!("{left} {here}")),
        (Some(here), Some(next)) if prefers_next_line(&here, &next) => {
            Some(format!("{left}{line}{next}"))
        }
        (None, Some(next)) => Some(format!("{left}{line}{next}")),
        (None, None) => None,
        (Some(here), _) => Some(format!("{left} {here}")),
    }
}

/// Whether a value reads better on a line of its own than behind what it belongs to.
pub(super) fn prefers_next_line(here: &str, next: &str) -> bool {
    let opens = |text: &str, bracket| first_line(text).ends_with(bracket);
    !is_multiline(next)
        || newlines(here) > newlines(next) + 1
        || ['(', '{', '['].into_iter().any(|b| opens(here, b) && !opens(next, b))
}

fn let_else(head: &str, value: &Node, otherwise: &Block, shape: Shape) -> Option<String> {
    let nested = shape.sub_width(1)?;
    let mut out = assigned(&format!("{head} ="), value, nested)?;
    let same_line = if is_multiline(&out) {
        let end = last_line(&out);
        out.ends_with([')', ']', '}']) && end.len() - end.trim_start().len() == shape.indent
    } else {
        nested.width.saturating_sub(width(&out)) >= 7
    };
    out.push_str(&if same_line {
        " else ".to_owned()
    } else {
        format!("{}else ", line_break(shape.indent))
    });
    let used = width(last_line(&out).trim_start());
    let room = shape.width.saturating_sub(used);
    let one_line = match same_line && !is_multiline(&out) {
        true => otherwise.only().and_then(|node| flat(node, room)),
        false => None,
    };
    let one_line = one_line.map(|text| format!("{{ {text} }}")).filter(|t| width(t) < room);
    out.push_str(&one_line.unwrap_or_else(|| block(otherwise, shape, Place::Statement)));
    out.push(';');
    Some(out)
}
