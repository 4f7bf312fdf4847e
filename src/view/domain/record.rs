//! A record as a Rust struct: a message, value, entity.

use serde::Serialize;

use crate::lang::to_rust::Lowerer;
use crate::lang::types::FieldDef;
use crate::layout;
use crate::view::rust::{FieldView, Place, Rust, defaults, fields, lines, sentence, title};

use super::Domain;
use super::site::{Place as SitePlace, Site};

/// A struct: its doc, its name and everything between and including the braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordView {
    /// Doc lines, joined.
    pub doc: String,
    /// The name.
    pub name: String,
    /// `{}`, or the braces and a line per field.
    pub body: String,
    /// Functions that give defaults of absent fields, below the struct; may be empty.
    pub defaults: String,
}

/// The struct of these fields. Without a doc of its own it is called by its name.
#[must_use]
pub fn record(
    domain: &Domain,
    rust: &Rust,
    name: &str,
    doc: Option<&str>,
    defs: &[FieldDef],
    place: Place,
) -> RecordView {
    let site = Site::new(domain, rust, SitePlace::Method);
    let lowerer = Lowerer::new(&site);
    let functions = if place != Place::Message {
        Vec::new()
    } else {
        defaults(rust, defs, |ir| layout::expression(&lowerer.value(ir), 4))
    };
    let functions: Vec<String> = functions
        .iter()
        .map(|f| format!("fn {}() -> {} {{\n    {}\n}}", f.name, f.ty, f.value))
        .collect();
    RecordView {
        doc: doc_of(name, doc),
        name: name.to_owned(),
        body: struct_body(&fields(rust, defs, place)),
        defaults: functions.join("\n\n"),
    }
}

/// The doc comment of a thing: its doc as a sentence, or its name in words.
#[must_use]
pub fn doc_of(name: &str, doc: Option<&str>) -> String {
    let text = doc.map_or_else(|| format!("{}.", title(name)), sentence);
    lines("///", &text, 0).join("\n")
}

/// Braces with a line per field.
#[must_use]
pub fn struct_body(fields: &[FieldView]) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let mut out = String::from("{\n");
    for field in fields {
        for line in field.doc.iter().chain(&field.attributes) {
            out.push_str(&format!("    {}\n", line.trim_start()));
        }
        out.push_str(&format!("    pub {}: {},\n", field.name, field.ty));
    }
    out.push('}');
    out
}
