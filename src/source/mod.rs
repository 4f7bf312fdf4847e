//! Domain files as text: where a byte is, in lines and columns.

mod span;

pub use span::{FileId, SourceFile, Sources, Span};
