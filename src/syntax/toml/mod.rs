//! TOML text as plain nodes with places, in the order of the text.
//!
//! The recoverable parse of the `toml` crate does the reading; this room keeps what lowering needs
//! and turns its errors into reports: one per mistake, although one missing comma makes the parser
//! stumble many times. It is total: any text gives a document.

mod errors;
mod node;

pub(super) use errors::line_of;
pub(super) use node::{Document, Entry, Kind, Node};

use crate::diagnostics::{Diagnostic, Sink};
use crate::source::{FileId, Span};

/// A file longer than this is not read: no domain needs it, and reports would be useless.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// After so many lines that are no `key = value`, it is not a domain file.
const MOST_STOPS: usize = 30;

/// An error of the parser.
#[derive(Debug, Clone)]
struct Found {
    at: std::ops::Range<usize>,
    message: String,
}

/// Read `text` as TOML. What is wrong is reported; what could be read is in the document.
pub(super) fn read(file: FileId, text: &str, sink: &mut Sink) -> Document {
    if text.len() > MAX_BYTES {
        let found = Diagnostic::error(7, Span::new(file, 0, 0), "the file is longer than 4 MiB")
            .help("cut the context in two, or move what is not a domain description elsewhere");
        sink.push(found);
        return Document { lost: true, lost_keys: true, ..Document::default() };
    }
    let (mut root, found) = parse(file, text);
    let trouble = errors::report(file, text, &mut root, &found, sink);
    node::check_lines(text, &root, sink);
    Document { root, ..trouble }
}

/// The tables and what is wrong. The parser gives up a file at a line `key value`; such a line is
/// blanked out, so that the rest is read all the same.
fn parse(file: FileId, text: &str) -> (Vec<Entry>, Vec<Found>) {
    let mut masked: Option<String> = None;
    let mut stops: Vec<Found> = Vec::new();
    loop {
        let now = masked.as_deref().unwrap_or(text);
        let (table, errors) = toml::de::DeTable::parse_recoverable(now);
        let found: Vec<Found> = errors
            .iter()
            .map(|e| Found { at: e.span().unwrap_or(0..0), message: e.message().to_owned() })
            .collect();
        let stop = found.iter().find(|f| f.message.starts_with("key with no value"));
        let Some(stop) = stop.filter(|_| stops.len() < MOST_STOPS) else {
            let root = node::entries(file, table.get_ref());
            stops.extend(found);
            stops.sort_by_key(|f| f.at.start);
            return (root, stops);
        };
        let line = errors::line_of(now, stop.at.start);
        let blank = now.get(line.clone()).unwrap_or_default();
        let blank = " ".repeat(blank.trim_end_matches('\r').len());
        let mut text = now.to_owned();
        text.replace_range(line.start..line.start + blank.len(), &blank);
        stops.push(stop.clone());
        masked = Some(text);
    }
}
