//! Nodes, and how they are made from the parser's tables.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::Ident;
use crate::source::{FileId, Span};

/// A TOML file.
#[derive(Debug, Default)]
pub(in crate::syntax) struct Document {
    /// Its top-level entries.
    pub root: Vec<Entry>,
    /// Something in it could not be read.
    pub lost: bool,
    /// What stands there twice, where nothing else is wrong with the text: lines, or whole tables.
    pub twice: Vec<Range<usize>>,
    /// Whole lines could not be read, so that a key may only seem to be missing.
    pub lost_keys: bool,
    /// Where nothing further is reported.
    pub quiet: Vec<Range<usize>>,
}

/// A key with its value.
#[derive(Debug)]
pub(in crate::syntax) struct Entry {
    /// The key, quotes removed; the place includes them.
    pub key: Ident,
    /// The value.
    pub value: Node,
}

/// A value with its place: for strings with the quotes, for `[x]` tables the header, for tables
/// that exist only through dotted keys the key.
#[derive(Debug)]
pub(in crate::syntax) struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its place.
    pub span: Span,
}

/// The kinds of values.
#[derive(Debug)]
pub(in crate::syntax) enum Kind {
    /// Decoded.
    Text(String),
    Bool(bool),
    /// `None` when it does not fit.
    Int(Option<i64>),
    Float,
    Datetime,
    Array(Vec<Node>),
    /// In the order of the text.
    Table(Vec<Entry>),
    /// Unreadable; already reported.
    Broken,
}

impl Node {
    /// What it is, with its article.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Text(_) => "a text",
            Kind::Bool(_) => "`true` or `false`",
            Kind::Int(_) => "a whole number",
            Kind::Float => "a number with a fraction",
            Kind::Datetime => "a TOML date",
            Kind::Array(_) => "an array",
            Kind::Table(_) => "a table",
            Kind::Broken => "unreadable",
        }
    }
}

/// The entries of a table in the order of the text.
pub(super) fn entries(file: FileId, table: &DeTable<'_>) -> Vec<Entry> {
    let mut all: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let at = key.span();
            let key =
                Ident { text: key.get_ref().to_string(), span: Span::new(file, at.start, at.end) };
            Entry { key, value: node(file, value.get_ref(), value.span()) }
        })
        .collect();
    all.sort_by_key(|e| e.key.span);
    all
}

fn node(file: FileId, value: &DeValue<'_>, at: Range<usize>) -> Node {
    let kind = match value {
        _ if at.is_empty() => Kind::Broken,
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Integer(int) => Kind::Int(i64::from_str_radix(int.as_str(), int.radix()).ok()),
        DeValue::Float(_) => Kind::Float,
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(_) => Kind::Datetime,
        DeValue::Array(items) => {
            Kind::Array(items.iter().map(|i| node(file, i.get_ref(), i.span())).collect())
        }
        DeValue::Table(table) => Kind::Table(entries(file, table)),
    };
    Node { kind, span: Span::new(file, at.start, at.end) }
}

/// Report inline tables that run over a line end: newer TOML allows it, editors and other tools
/// do not, and the language's target is TOML 1.0.
pub(super) fn check_lines(text: &str, root: &[Entry], sink: &mut Sink) {
    for entry in root {
        check_node(text, &entry.value, sink);
    }
}

fn check_node(text: &str, node: &Node, sink: &mut Sink) {
    match &node.kind {
        Kind::Table(inner) if text.as_bytes().get(node.span.start as usize) == Some(&b'{') => {
            if breaks_line(text, node, inner) {
                let found = Diagnostic::error(1, node.span, "an inline table runs over a line end")
                    .help("write it on one line, or as a table with a `[header]`");
                sink.push(found);
            } else {
                check_lines(text, inner, sink);
            }
        }
        Kind::Table(inner) => check_lines(text, inner, sink),
        Kind::Array(items) => items.iter().for_each(|item| check_node(text, item, sink)),
        _ => {}
    }
}

/// Whether a line ends inside the braces, but not inside one of the values.
fn breaks_line(text: &str, node: &Node, inner: &[Entry]) -> bool {
    let mut from = node.span.start as usize;
    let mut spans: Vec<Range<usize>> = Vec::new();
    values(inner, &mut spans);
    spans.sort_by_key(|s| s.start);
    for span in spans {
        if text.get(from..span.start).is_some_and(|gap| gap.contains('\n')) {
            return true;
        }
        from = from.max(span.end);
    }
    text.get(from..node.span.end as usize).is_some_and(|gap| gap.contains('\n'))
}

/// The places of the values of a table, through dotted keys.
fn values(inner: &[Entry], spans: &mut Vec<Range<usize>>) {
    for entry in inner {
        match &entry.value.kind {
            Kind::Table(deeper) if entry.value.span == entry.key.span => values(deeper, spans),
            _ => spans.push(entry.value.span.range()),
        }
    }
}
