//! Items as text.

use super::cst::{Item, Line, Value, has_comment};

/// Longer lines are broken where that is possible.
const WIDTH: usize = 100;

/// The lines that an author made inside an array may be a little longer.
const KEPT_WIDTH: usize = 120;

/// Print the whole file.
pub(super) fn print(items: &[Item<'_>]) -> String {
    let mut out = String::new();
    for item in items {
        let comment = match item {
            Item::Blank => None,
            Item::Comment(text) => {
                out.push_str(text);
                None
            }
            Item::Header { many, keys, comment } => {
                let (open, close) = if *many { ("[[", "]]") } else { ("[", "]") };
                out.push_str(&format!("{open}{}{close}", keys.join(".")));
                *comment
            }
            Item::Pair { keys, value, comment } => {
                let head = format!("{} = ", keys.join("."));
                let body = value_text(value, 0, head.chars().count());
                out.push_str(&head);
                out.push_str(&body);
                *comment
            }
        };
        push_comment(&mut out, comment);
        out.push('\n');
    }
    out
}

fn push_comment(out: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment {
        out.push_str("  ");
        out.push_str(comment);
    }
}

/// A value that begins at column `column` of a line indented by `indent`.
fn value_text(value: &Value<'_>, indent: usize, column: usize) -> String {
    let Value::Array(lines) = value else { return flat(value) };
    let used = || lines.iter().filter(|l| l.comment.is_some() || !l.elements.is_empty());
    let on_one_line = lines.len() == 1 && !has_comment(value);
    let one = if on_one_line { flat(value) } else { String::new() };
    if used().next().is_none() || on_one_line && column + one.chars().count() <= WIDTH {
        return flat(value);
    }
    let inner = indent + 2;
    let mut out = String::from("[\n");
    for line in used() {
        if on_one_line {
            line.elements
                .iter()
                .for_each(|element| print_elements(&mut out, std::slice::from_ref(element), inner));
        } else {
            print_line(&mut out, line, inner);
        }
    }
    out.push_str(&" ".repeat(indent));
    out.push(']');
    out
}

/// One line of an array, with its comment.
fn print_line(out: &mut String, line: &Line<'_>, indent: usize) {
    if line.elements.is_empty() {
        out.push_str(&" ".repeat(indent));
        out.push_str(line.comment.unwrap_or_default());
        out.push('\n');
        return;
    }
    print_elements(out, &line.elements, indent);
    if line.comment.is_some() {
        out.pop();
        push_comment(out, line.comment);
        out.push('\n');
    }
}

/// Elements on as few lines as fit.
fn print_elements(out: &mut String, elements: &[Value<'_>], indent: usize) {
    let mut line = String::new();
    for element in elements {
        let column = if line.is_empty() { indent } else { line.chars().count() + 1 };
        let mut text = value_text(element, indent, column);
        text.push(',');
        let first = text.lines().next().unwrap_or_default().chars().count();
        if !line.is_empty() && column + first > KEPT_WIDTH {
            line.push('\n');
            out.push_str(&line);
            line.clear();
        }
        if line.is_empty() {
            line.push_str(&" ".repeat(indent));
            text = value_text(element, indent, indent) + ",";
        } else {
            line.push(' ');
        }
        line.push_str(&text);
        if text.contains('\n') {
            line.push('\n');
            out.push_str(&line);
            line.clear();
        }
    }
    if !line.is_empty() {
        line.push('\n');
        out.push_str(&line);
    }
}

/// A value on one line. Comments never get here, save those inside `Raw`.
fn flat(value: &Value<'_>) -> String {
    match value {
        Value::Raw(text) => (*text).to_owned(),
        Value::Array(lines) => {
            let all = lines.iter().flat_map(|line| &line.elements);
            format!("[{}]", all.map(flat).collect::<Vec<_>>().join(", "))
        }
        Value::Table(pairs) if pairs.is_empty() => "{}".to_owned(),
        Value::Table(pairs) => {
            let pair = |(keys, value): &(Vec<&str>, Value<'_>)| {
                format!("{} = {}", keys.join("."), flat(value))
            };
            format!("{{ {} }}", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
    }
}
