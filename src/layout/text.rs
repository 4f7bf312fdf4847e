//! Measures of printed text.

use super::shape::Shape;

pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

pub(super) fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or("")
}

pub(super) fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or("")
}

pub(super) fn first_width(text: &str) -> usize {
    width(first_line(text))
}

pub(super) fn last_width(text: &str) -> usize {
    width(last_line(text))
}

pub(super) fn lines(text: &str) -> usize {
    text.lines().count()
}

pub(super) fn newlines(text: &str) -> usize {
    text.bytes().filter(|b| *b == b'\n').count()
}

pub(super) fn is_multiline(text: &str) -> bool {
    text.contains('\n')
}

/// Whether the last line is nothing but closing brackets, so that more may follow on it.
pub(super) fn extendable(text: &str) -> bool {
    last_line(text)
        .chars()
        .all(|c| matches!(c, '(' | ')' | ']' | '}' | '?' | '>') || c.is_whitespace())
}

/// Whether every line keeps its limit: the first and the last one that of the shape.
pub(super) fn fits(text: &str, shape: Shape) -> bool {
    if first_width(text) > shape.width {
        return false;
    }
    !is_multiline(text)
        || (text.lines().skip(1).all(|line| width(line) <= shape.max)
            && last_width(text) <= shape.used_width() + shape.width)
}

/// The text, if it keeps the limits.
pub(super) fn fitting(text: String, shape: Shape) -> Option<String> {
    fits(&text, shape).then_some(text)
}

/// A string literal.
pub(super) fn quoted(content: &str) -> String {
    let mut out = String::with_capacity(content.len() + 2);
    out.push('"');
    for c in content.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
