//! From nodes to rows: every table is checked against its shape, every notation is parsed.
//!
//! This is the only place that reports about keys: unknown, missing, of another type, excluding
//! each other, not built yet. What comes out is a [`Row`] per table, from which `build` picks.
//! A misspelt key that is near to a known one is reported and then read as that one, so that the
//! mistake has no followers.

mod keys;
mod list;
mod reaction;
mod report;
mod row;
mod value;

pub(super) use row::{Row, Val};

use std::ops::Range;

use super::toml::{Document, Kind, Node};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::Ident;
use crate::lang::{SpanMap, Text};
use crate::shapes::Key;
use crate::source::{FileId, Span};

/// What a report is about: `command `AddPart``, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// In words.
    pub words: String,
    /// Its place.
    pub place: Span,
}

/// The lowering of one file.
pub(super) struct Lower<'a> {
    sink: &'a mut Sink,
    file: FileId,
    text: &'a str,
    quiet: Vec<Range<usize>>,
    lost_keys: bool,
    shape_only: bool,
    /// Pieces of the file that are not in the tree, and whether they would have declared names.
    pub lost: Vec<(Span, bool)>,
    declaring: bool,
    /// Names declared by constructs that are not built yet.
    pub not_yet: Vec<Ident>,
}

impl<'a> Lower<'a> {
    /// Lower a file; `document` says what is already lost of it.
    pub fn new(file: FileId, text: &'a str, document: &Document, sink: &'a mut Sink) -> Self {
        Self {
            sink,
            file,
            text,
            quiet: document.quiet.clone(),
            lost_keys: document.lost_keys,
            shape_only: false,
            lost: document.quiet.iter().map(|r| (Span::new(file, r.start, r.end), true)).collect(),
            declaring: true,
            not_yet: Vec::new(),
        }
    }

    /// Report something that cannot be repaired here: the text of its place is not in the tree.
    pub fn lose(&mut self, found: Diagnostic) {
        self.lost.push((found.primary.span, self.declaring));
        self.push(found);
    }

    /// Report.
    pub fn push(&mut self, found: Diagnostic) {
        let at = found.primary.span.start as usize;
        if !self.quiet.iter().any(|range| range.contains(&at)) {
            self.sink.push(found);
        }
    }

    /// Parse the text of a node with one of the notations.
    fn notation<T>(
        &mut self,
        node: &Node,
        parse: impl FnOnce(&Text<'_>, &mut Sink) -> Option<T>,
    ) -> Option<T> {
        let Kind::Text(text) = &node.kind else { return None };
        if self.shape_only {
            return None;
        }
        let raw = self.text.get(node.span.range()).unwrap_or_default();
        let map = SpanMap::new(self.file, raw, node.span.start as usize);
        let before = self.sink.found().len();
        let tree = parse(&Text::new(text, map), self.sink);
        if tree.is_none() || self.sink.found().len() > before {
            self.lost.push((node.span, self.declaring));
        }
        tree
    }

    /// The place of a text, without its quotes.
    fn inside(&self, node: &Node) -> Span {
        let raw = self.text.get(node.span.range()).unwrap_or_default();
        let Kind::Text(text) = &node.kind else { return node.span };
        SpanMap::new(self.file, raw, node.span.start as usize).span(0, text.len())
    }

    /// The source text of a node.
    fn source(&self, node: &Node) -> &'a str {
        self.text.get(node.span.range()).unwrap_or_default()
    }
}

/// A key of the text with its shape, and what it belongs to.
pub(super) struct At<'s> {
    subject: &'s Subject,
    key: &'s Ident,
    shape: &'static Key,
}
