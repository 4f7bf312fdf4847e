//! What templates may do to a value. There are three filters and there will be no fourth: a
//! template that wants more lacks a field in its view. The third is the engine's own `indent`.

use tera::{Kwargs, State, TeraResult};

use crate::layout::{Node, doc};

/// `text | doc(indent=4, marker="///")`: a doc comment, wrapped; the first line is not indented.
pub(super) fn doc_comment(text: &str, args: Kwargs, _: &State<'_>) -> TeraResult<String> {
    let indent = args.get::<usize>("indent")?.unwrap_or(0);
    let marker = args.get::<&str>("marker")?.unwrap_or("///");
    Ok(doc(marker, text, indent))
}

/// `text | quoted`: a string literal of Rust, which is one of JSON and TOML as well for text
/// without control characters.
pub(super) fn quoted(text: &str, _: Kwargs, _: &State<'_>) -> String {
    match Node::text(text) {
        Node::Atom(literal) => literal,
        _ => String::new(),
    }
}
