//! TOML text as plain nodes with places, in the order of the text.
//!
//! The recoverable parse of the `toml` crate does the reading; this room keeps what lowering needs
//! and turns its errors into reports: one per mistake, although one missing comma makes the parser
//! stumble many times. It is total: any text gives a document.

mod errors;
mod node;

pub(super) use node::{Document, Entry, Kind, Node};

use crate::diagnostics::{Diagnostic, Sink};
use crate::source::{FileId, Span};

/// A file longer than this is not read: no domain needs it, and reports would be useless.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Read `text` as TOML. What is wrong is reported; what could be read is in the document.
pub(super) fn read(file: FileId, text: &str, sink: &mut Sink) -> Document {
    if text.len() > MAX_BYTES {
        let found = Diagnostic::error(7, Span::new(file, 0, 0), "the file is longer than 4 MiB")
            .help("cut the context in two, or move what is not a domain description elsewhere");
        sink.push(found);
        return Document { lost: true, lost_keys: true, ..Document::default() };
    }
    let (table, found) = toml::de::DeTable::parse_recoverable(text);
    let mut root = node::entries(file, table.get_ref());
    let trouble = errors::report(file, text, &mut root, &found, sink);
    node::check_lines(text, &root, sink);
    Document { root, ..trouble }
}
