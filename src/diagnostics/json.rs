//! Findings for tools: one JSON document with its own version.
//!
//! Places are given twice, as bytes and as line and column (from 1, columns in characters). Paths
//! are relative to the project and written with `/`.

use super::{Diagnostic, Severity, code};
use crate::source::{Sources, Span};
use serde_json::{Value, json};

/// The version of this document's form; it grows when a key is renamed or removed.
pub const SCHEMA_VERSION: u32 = 1;

/// All findings with their counts.
#[must_use]
pub fn report(found: &[Diagnostic], sources: &Sources) -> Value {
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    json!({
        "schema_version": SCHEMA_VERSION,
        "diagnostics": found.iter().map(|d| diagnostic(d, sources)).collect::<Vec<_>>(),
        "counts": {
            "error": count(Severity::Error),
            "warning": count(Severity::Warning),
            "advice": count(Severity::Advice),
        },
    })
}

fn diagnostic(found: &Diagnostic, sources: &Sources) -> Value {
    let secondary: Vec<Value> = found
        .secondary
        .iter()
        .map(|label| json!({ "span": span(label.span, sources), "label": label.text }))
        .collect();
    let edits: Vec<Value> = found
        .patch
        .iter()
        .map(|edit| json!({ "span": span(edit.span, sources), "text": edit.text }))
        .collect();
    json!({
        "code": code::name(found.code),
        "severity": found.severity.word(),
        "message": found.message,
        "span": span(found.primary.span, sources),
        "label": found.primary.text,
        "secondary": secondary,
        "help": found.help,
        "edits": edits,
    })
}

fn span(span: Span, sources: &Sources) -> Value {
    let Some(file) = sources.get(span.file) else { return Value::Null };
    let place = |offset: u32| {
        let (line, column) = file.place(offset as usize);
        json!({ "byte": offset, "line": line, "column": column })
    };
    json!({ "path": file.path().as_str(), "start": place(span.start), "end": place(span.end) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, SourceFile};

    #[test]
    fn the_form_of_the_document() {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("domain/desk.toml", "# é\na = 'x'\n"));
        let span = Span::new(FileId(0), 9, 12);
        let found = Diagnostic::warning(321, span, "setting a is not used")
            .also(Span::new(FileId(0), 5, 6), "here")
            .help("remove it")
            .patch(span, "");
        let place = |byte, line, column| json!({ "byte": byte, "line": line, "column": column });
        let at =
            json!({ "path": "domain/desk.toml", "start": place(9, 2, 5), "end": place(12, 2, 8) });
        let here =
            json!({ "path": "domain/desk.toml", "start": place(5, 2, 1), "end": place(6, 2, 2) });
        let expected = json!({
            "schema_version": 1,
            "diagnostics": [{
                "code": "MN321",
                "severity": "warning",
                "message": "setting a is not used",
                "span": at,
                "label": "",
                "secondary": [{ "span": here, "label": "here" }],
                "help": "remove it",
                "edits": [{ "span": at, "text": "" }],
            }],
            "counts": { "error": 0, "warning": 1, "advice": 0 },
        });
        assert_eq!(report(&[found], &sources), expected);
        assert_eq!(report(&[], &sources)["diagnostics"], json!([]));
    }
}
