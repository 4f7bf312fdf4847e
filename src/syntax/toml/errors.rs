//! The parser's errors as reports: one per mistake.

use std::ops::Range;

use super::Found;
use super::node::{Document, Entry, Kind, Node};
use crate::diagnostics::{Diagnostic, Sink};
use crate::source::{FileId, Span};

/// More errors than this in one file are noise.
const MOST: usize = 200;

/// Report `found`, mark what it spoilt in `root`, and say where lowering should be silent.
pub(super) fn report(
    file: FileId,
    text: &str,
    root: &mut [Entry],
    found: &[Found],
    sink: &mut Sink,
) -> Document {
    let mut trouble = Document { lost: !found.is_empty(), ..Document::default() };
    let mut seen = 0;
    let mut only_twice = true;
    let mut last_header: Option<Range<usize>> = None;
    for error in found {
        let at = error.at.clone();
        if seen >= MOST || is_covered(&trouble.quiet, at.start) {
            continue;
        }
        let span = Span::new(file, at.start, at.end);
        let kind = Trouble::of(error.message.as_str());
        if kind == Trouble::Duplicate {
            if at.is_empty() || last_header.as_ref().is_some_and(|h| h.contains(&at.start)) {
                continue;
            }
            let mut line = line_of(text, at.start);
            if text.get(line.clone()).is_some_and(|l| l.trim_start().starts_with('[')) {
                let end = next_header(text, line.end);
                last_header = Some(line.end..end);
                line.end = end;
            }
            trouble.twice.push(line);
            let found = duplicate(span, text.get(at.clone()).unwrap_or_default());
            sink.push(match first_place(text, &at) {
                Some(first) => found.also(Span::new(file, first.start, first.end), "the first one"),
                None => found,
            });
        } else {
            if let Some(open) = unclosed(text, at.start, error.message.as_str()) {
                let line = line_of(text, open);
                let close = text.get(at.start..).and_then(|rest| rest.find('}'));
                trouble.quiet.push(line.start..close.map_or(text.len(), |i| at.start + i) + 1);
                trouble.lost_keys = true;
                only_twice = false;
                let span = Span::new(file, line.end, line.end);
                let found = Trouble::Syntax.report(span, "unclosed inline table");
                sink.push(found.also(Span::new(file, open, open + 1), "opened here"));
                seen += 1;
                continue;
            }
            let opened = cover(text, root, at.start, &mut trouble);
            let message = if swallows(text, at.start, error.message.as_str()) {
                "unclosed array"
            } else {
                error.message.as_str()
            };
            only_twice = false;
            let found = kind.report(span, message);
            sink.push(match opened.filter(|place| place.start != at.start) {
                Some(place) => {
                    found.also(Span::new(file, place.start, place.start + 1), "opened here")
                }
                None => found,
            });
        }
        seen += 1;
    }
    for entry in root {
        spoil(&mut entry.value, &trouble.quiet);
    }
    if !only_twice {
        trouble.twice.clear();
    }
    trouble
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Duplicate,
    Depth,
    Syntax,
}

impl Trouble {
    fn of(message: &str) -> Self {
        if message.starts_with("duplicate key") || message.starts_with("cannot extend value") {
            Self::Duplicate
        } else if message.contains("recursion") || message.contains("recurse") {
            Self::Depth
        } else {
            Self::Syntax
        }
    }

    fn report(self, span: Span, message: &str) -> Diagnostic {
        if self == Self::Depth {
            return Diagnostic::error(6, span, "values are nested too deep")
                .help("at most 80 levels of brackets, braces and dots");
        }
        let (what, help) = explain(message);
        Diagnostic::error(1, span, format!("this is not TOML: {what}")).help(help)
    }
}

/// The parser's words in ours, with what to type.
fn explain(message: &str) -> (String, &'static str) {
    let head = message.split(", expected").next().unwrap_or(message);
    let known = [
        ("invalid basic string", "end the text with `\"` on the same line"),
        ("invalid literal string", "end the text with `'` on the same line"),
        ("missing comma", "put a comma between the two"),
        ("unclosed array", "close the array with `]`"),
        ("unclosed inline table", "close the table with `}`, on the same line"),
        ("unclosed table", "close the header with `]`"),
        ("key with no value", "write `key = value`"),
        ("unexpected key or value", "put it on a line of its own"),
        ("missing assignment", "write `key = value`"),
        ("extra assignment", "put a comma between the two"),
        ("unquoted keys cannot be empty", "write a key in front of `=`"),
        ("missing escaped value", "write `\\\\` for a backslash, or use single quotes"),
        ("unexpected `=` in array", "close the array with `]` before the next key"),
    ];
    let help = known.iter().find(|(start, _)| head.starts_with(start)).map(|(_, help)| *help);
    if head.starts_with("invalid boolean") || head.starts_with("string values must be quoted") {
        return ("a text without quotes".to_owned(), "put the value in quotes");
    }
    let what = head.chars().take(200).collect::<String>();
    (what, help.unwrap_or("write `key = value` lines below `[table]` headers"))
}

fn duplicate(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error(3, span, format!("`{key}` is there twice"))
        .label("the second one")
        .help("keep one of the two")
}

/// Where a header stands that is repeated, or a key of the same table.
fn first_place(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let line = line_of(text, at.start);
    let code = |line: &Range<usize>| {
        let code = text.get(line.clone()).unwrap_or_default();
        code.split('#').next().unwrap_or_default().trim()
    };
    let header = code(&line).starts_with('[');
    let key = if header { code(&line) } else { text.get(at.clone())? };
    let mut end = line.start;
    while let Some(before) = end.checked_sub(1) {
        let line = line_of(text, before);
        let here = code(&line);
        let same = match here.strip_prefix(key) {
            Some(rest) if !header => rest.starts_with([' ', '=', '.']),
            Some(rest) => rest.is_empty(),
            None => false,
        };
        if same {
            let start = line.start + text.get(line.clone())?.find(key)?;
            return Some(start..start + key.len());
        }
        if !header && here.starts_with('[') {
            return None;
        }
        end = line.start;
    }
    None
}

/// Be silent where this error stands: in the value that it broke, else on its line, else (when the
/// line is a header) up to the next header.
///
/// Gives the place of the broken value.
fn cover(text: &str, root: &[Entry], at: usize, trouble: &mut Document) -> Option<Range<usize>> {
    if let Some(broken) = holder(root, at) {
        trouble.lost_keys |= text.get(broken.clone()).is_some_and(|value| value.contains('\n'));
        trouble.quiet.push(broken.start..broken.end + 1);
        return Some(broken);
    }
    let line = line_of(text, at);
    let is_header = text.get(line.clone()).is_some_and(|l| l.trim_start().starts_with('['));
    let end = if is_header { next_header(text, line.end) } else { line.end };
    trouble.quiet.push(line.start..end + 1);
    trouble.lost_keys |= is_header || !has_entry(root, &line);
    None
}

/// The brace of an inline table that was not closed on its line, when that is what the parser
/// stumbled over: newer TOML lets it run on, so it stumbles later.
fn unclosed(text: &str, at: usize, message: &str) -> Option<usize> {
    if !["inline table", "key-value pairs"].iter().any(|words| message.contains(words)) {
        return None;
    }
    let mut end = line_of(text, at).start.checked_sub(1)?;
    for _ in 0..50 {
        let line = line_of(text, end);
        let inside = text.get(line.clone()).unwrap_or_default();
        if inside.matches('{').count() > inside.matches('}').count() {
            return inside.rfind('{').map(|i| line.start + i);
        }
        end = line.start.checked_sub(1)?;
    }
    None
}

/// Whether the parser misses a comma where really the next `key = value` begins.
fn swallows(text: &str, at: usize, message: &str) -> bool {
    let line = line_of(text, at);
    let head = text.get(line.start..at).unwrap_or_default();
    let rest = text.get(at..line.end).unwrap_or_default();
    let key: usize = rest.chars().take_while(|c| c.is_alphanumeric() || "_-.".contains(*c)).count();
    message.starts_with("missing comma between array")
        && head.trim().is_empty()
        && key > 0
        && rest.chars().skip(key).collect::<String>().trim_start().starts_with('=')
}

/// The outermost array or inline table around `at`.
fn holder(entries: &[Entry], at: usize) -> Option<Range<usize>> {
    entries.iter().find_map(|entry| holder_in(&entry.value, at))
}

fn holder_in(node: &Node, at: usize) -> Option<Range<usize>> {
    let range = node.span.range();
    let touches = range.start < at && at <= range.end;
    match &node.kind {
        Kind::Array(items) if touches => {
            let headers = items.first().is_some_and(|i| i.span.start == node.span.start);
            if headers { None } else { Some(range) }
        }
        Kind::Array(items) => items.iter().find_map(|item| holder_in(item, at)),
        Kind::Table(inner) => holder(inner, at).or_else(|| {
            let holds_values = inner.iter().any(|e| range.contains(&(e.key.span.start as usize)));
            (touches && holds_values && range != key_range(inner)).then_some(range)
        }),
        _ => None,
    }
}

fn key_range(inner: &[Entry]) -> Range<usize> {
    inner.first().map_or(0..0, |e| e.key.span.range())
}

fn has_entry(entries: &[Entry], line: &Range<usize>) -> bool {
    entries.iter().any(|entry| {
        (line.contains(&(entry.key.span.start as usize)) && !entry.key.span.range().is_empty())
            || match &entry.value.kind {
                Kind::Table(inner) => has_entry(inner, line),
                Kind::Array(items) => items.iter().any(|item| match &item.kind {
                    Kind::Table(inner) => has_entry(inner, line),
                    _ => false,
                }),
                _ => false,
            }
    })
}

/// Values in silent places are not read.
fn spoil(node: &mut Node, quiet: &[Range<usize>]) {
    let at = node.span.range();
    let holds = |inner: &[Entry]| {
        inner.is_empty() || inner.iter().any(|e| at.contains(&(e.key.span.start as usize)))
    };
    let headers = match &node.kind {
        Kind::Table(inner) => !holds(inner),
        Kind::Array(items) => items.first().is_some_and(|i| i.span.start as usize == at.start),
        _ => false,
    };
    if !headers && is_covered(quiet, at.start) {
        node.kind = Kind::Broken;
    }
    match &mut node.kind {
        Kind::Table(inner) => inner.iter_mut().for_each(|e| spoil(&mut e.value, quiet)),
        Kind::Array(items) => items.iter_mut().for_each(|item| spoil(item, quiet)),
        _ => {}
    }
}

fn is_covered(quiet: &[Range<usize>], at: usize) -> bool {
    quiet.iter().any(|range| range.contains(&at))
}

/// The line around `at`, without its end.
pub(in crate::syntax) fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |i| at + i);
    start..end
}

/// Where the next line begins that looks like a header.
fn next_header(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find("\n[").map_or(text.len(), |i| from + i)
}
