//! Edits carried out on texts.

use super::{Diagnostic, Edit};
use crate::source::{FileId, Sources};
use std::collections::BTreeMap;

/// `text` with the edits of this file carried out. `None` when two of them overlap, when a span is
/// no place of the text, or when there is none for this file. Inserts at one place keep their order.
#[must_use]
pub fn apply(text: &str, file: FileId, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().filter(|e| e.span.file == file).collect();
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let (mut out, mut read) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let range = edit.span.range();
        out += text.get(read..range.start)?;
        out += &edit.text;
        text.get(range.clone())?;
        read = range.end;
    }
    out += text.get(read..)?;
    Some(out)
}

/// All files that the patch of this finding changes, with their new texts.
#[must_use]
pub fn carry_out(found: &Diagnostic, sources: &Sources) -> BTreeMap<FileId, String> {
    sources
        .iter()
        .filter_map(|(id, file)| Some((id, apply(file.text(), id, &found.patch)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_replace_insert_and_delete() {
        let text = "a & b";
        assert_eq!(apply(text, FileId(0), &[edit(2, 3, "&&")]).as_deref(), Some("a && b"));
        assert_eq!(
            apply(text, FileId(0), &[edit(5, 5, ")"), edit(0, 0, "(")]).as_deref(),
            Some("(a & b)")
        );
        assert_eq!(apply(text, FileId(0), &[edit(1, 5, "")]).as_deref(), Some("a"));
        assert_eq!(apply(text, FileId(1), &[edit(1, 5, "")]), None);
        assert_eq!(apply(text, FileId(0), &[edit(1, 4, ""), edit(2, 3, "x")]), None);
        assert_eq!(apply(text, FileId(0), &[edit(3, 9, "")]), None);
        assert_eq!(apply("é", FileId(0), &[edit(1, 1, "x")]), None);
    }
}
