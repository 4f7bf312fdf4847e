//! Findings in the forms that tools and build servers read.

use serde_json::{Value, json};

use super::format::Format;
use crate::diagnostics::{Diagnostic, Severity, code, json as document};
use crate::source::{Sources, Span};

/// The findings in a form; empty for the human one, which `diagnostics::render` prints.
pub(super) fn in_form(format: Format, found: &[Diagnostic], sources: &Sources) -> String {
    match format {
        Format::Human => String::new(),
        Format::Json => format!("{}\n", document::report(found, sources)),
        Format::JsonLines => json_lines(found, sources),
        Format::Sarif => format!("{}\n", sarif(found, sources)),
        Format::Github => found.iter().map(|d| github(d, sources)).collect(),
        Format::Junit => junit(found, sources),
    }
}

/// A span as people count: lines and columns from 1.
struct Place {
    path: String,
    start: (usize, usize),
    end: (usize, usize),
}

fn place(span: Span, sources: &Sources) -> Place {
    let Some(file) = sources.get(span.file) else {
        return Place { path: "minos.toml".to_owned(), start: (1, 1), end: (1, 1) };
    };
    Place {
        path: file.path().as_str().to_owned(),
        start: file.place(span.start as usize),
        end: file.place(span.end as usize),
    }
}

/// The message with the help behind it.
fn whole_message(found: &Diagnostic, between: &str) -> String {
    match &found.help {
        Some(help) => format!("{}{between}{help}", found.message),
        None => found.message.clone(),
    }
}

fn json_lines(found: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for one in found {
        let report = document::report(std::slice::from_ref(one), sources);
        let value = report.get("diagnostics").and_then(|list| list.get(0)).cloned();
        let value = value.unwrap_or(Value::Null);
        out.push_str(&format!("{}\n", json!({ "type": "diagnostic", "diagnostic": value })));
    }
    let mut end = document::report(found, sources);
    if let Some(end) = end.as_object_mut() {
        end.remove("diagnostics");
        end.insert("type".to_owned(), json!("summary"));
    }
    out.push_str(&format!("{end}\n"));
    out
}

fn sarif(found: &[Diagnostic], sources: &Sources) -> Value {
    let results: Vec<Value> = found
        .iter()
        .map(|one| {
            let place = place(one.primary.span, sources);
            let level = match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "note",
            };
            json!({
                "ruleId": code::name(one.code),
                "level": level,
                "message": { "text": whole_message(one, "; ") },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": place.path },
                    "region": {
                        "startLine": place.start.0,
                        "startColumn": place.start.1,
                        "endLine": place.end.0,
                        "endColumn": place.end.1,
                    },
                } }],
            })
        })
        .collect();
    json!({
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "minos", "version": env!("CARGO_PKG_VERSION") } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn github(found: &Diagnostic, sources: &Sources) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let kind = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let Place { path, start, end } = place(found.primary.span, sources);
    let path = escape(&path).replace(',', "%2C").replace(':', "%3A");
    let (name, message) = (code::name(found.code), escape(&whole_message(found, "\n")));
    format!(
        "::{kind} file={path},line={},col={},endLine={},endColumn={},title={name}::{message}\n",
        start.0, start.1, end.0, end.1,
    )
}

fn junit(found: &[Diagnostic], sources: &Sources) -> String {
    let escape = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\n', "&#10;")
    };
    let failures = found.iter().filter(|d| d.severity == Severity::Error).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let tests = found.len().max(1);
    out.push_str(&format!(
        "<testsuite name=\"minos check\" tests=\"{tests}\" failures=\"{failures}\">\n"
    ));
    if found.is_empty() {
        out.push_str("<testcase name=\"the domain\"/>\n");
    }
    for one in found {
        let Place { path, start, .. } = place(one.primary.span, sources);
        let at = escape(&format!("{path}:{}:{}", start.0, start.1));
        let (name, message) = (code::name(one.code), escape(&one.message));
        let help = escape(one.help.as_deref().unwrap_or_default());
        let inside = match one.severity {
            Severity::Error => format!("<failure message=\"{message}\">{help}</failure>"),
            _ => format!("<system-out>{message}</system-out>"),
        };
        out.push_str(&format!("<testcase name=\"{at} {name}\">{inside}</testcase>\n"));
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}
