//! Two or more operands with an operator between them.

use super::TAB;
use super::expr::rewrite;
use super::node::Node;
use super::shape::Shape;
use super::text::{first_line, first_width, fitting, is_multiline, last_line, last_width, width};

/// A chain of one operator: on one line, else the operator in front of each further line.
pub(super) fn pairs(node: &Node, shape: Shape) -> Option<String> {
    let (op, operands) = operands_of(node)?;
    let nested = shape.nested().sub_width(shape.overhead());
    let mut printed = Vec::with_capacity(operands.len());
    for (i, operand) in operands.iter().enumerate() {
        printed.push(match i {
            0 => rewrite(operand, shape),
            _ => nested.and_then(|n| n.offset_left(op.len() + 1)).and_then(|n| rewrite(operand, n)),
        });
    }
    one_line(op, &operands, &printed, shape)
        .or_else(|| several_lines(op, &operands, &printed, shape))
}

fn operands_of(mut node: &Node) -> Option<(&'static str, Vec<&Node>)> {
    let Node::Binary(op, ..) = node else { return None };
    let mut operands = Vec::new();
    while let Node::Binary(inner, left, right) = node {
        if inner != op {
            break;
        }
        operands.push(&**right);
        node = left;
    }
    operands.push(node);
    operands.reverse();
    Some((op, operands))
}

/// A `let` among conditions stands on their line only as the second of two, behind a bare name.
fn chains_on_one_line(printed: &[Option<String>]) -> bool {
    let is_let = |text: &Option<String>| text.as_deref().is_some_and(|t| t.starts_with("let "));
    let is_name = |text: &str| {
        let bare = text.trim_start_matches(['!', '*', '-']);
        bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match printed {
        [Some(first), second] if is_let(second) => is_name(first),
        all => !all.iter().any(is_let),
    }
}

/// All on one line; only the last operand may go on over several.
fn one_line(
    op: &str,
    operands: &[&Node],
    printed: &[Option<String>],
    shape: Shape,
) -> Option<String> {
    if !chains_on_one_line(printed) {
        return None;
    }
    let mut out = String::new();
    for text in printed.get(..printed.len() - 1)? {
        let text = text.as_ref().filter(|t| !is_multiline(t) && out.len() <= shape.width)?;
        out.push_str(text);
        out.push_str(&format!(" {op} "));
    }
    let before = out.len();
    let last = rewrite(operands.last()?, shape.offset_left(last_width(&out))?)?;
    out.push_str(&last);
    if first_width(&out) > shape.width {
        return None;
    }
    let ugly =
        is_multiline(&out) && !last.starts_with('{') && (last.starts_with('(') || before > TAB);
    if ugly { None } else { fitting(out, shape) }
}

fn several_lines(
    op: &str,
    operands: &[&Node],
    printed: &[Option<String>],
    shape: Shape,
) -> Option<String> {
    let nested = shape.nested().sub_width(shape.overhead())?;
    let line = nested.line_break();
    let mut out = printed.first()?.clone()?;
    for (operand, text) in operands.iter().zip(printed).skip(1) {
        let offset = if is_multiline(&out) { 0 } else { shape.used_width() };
        if last_width(&out) + offset <= nested.used_width() {
            let taken = op.len() + 2 + width(last_line(&out).trim());
            let behind = shape.offset_left(taken).and_then(|s| rewrite(operand, s));
            if let Some(text) = behind {
                out.push_str(&format!(" {op} {text}"));
                continue;
            }
        }
        out.push_str(&format!("{line}{op} {}", text.as_ref()?));
    }
    Some(out)
}

/// `left infix right`: on one line, else the infix starts the next one.
pub(super) fn pair(left: &Node, right: &Node, infix: &str, shape: Shape) -> Option<String> {
    let left = rewrite(left, shape.full())?;
    let behind = shape.offset_left(last_width(&left) + infix.len()).and_then(|s| rewrite(right, s));
    if let Some(text) = behind {
        let same_line = width(&left) <= TAB || first_line(&text).ends_with('{');
        if (!is_multiline(&text) || same_line)
            && last_width(&left) + infix.len() + first_width(&text) <= shape.width
        {
            return Some(format!("{left}{infix}{text}"));
        }
    }
    let infix = infix.trim_start();
    let below = shape.nested().sub_width(shape.overhead())?.offset_left(infix.len())?;
    Some(format!("{left}{}{infix}{}", below.line_break(), rewrite(right, below)?))
}
