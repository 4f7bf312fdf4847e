//! A record as a Rust struct: a message, value, entity.

use serde::Serialize;

use crate::lang::to_rust::Lowerer;
use crate::lang::types::FieldDef;
use crate::layout;
use crate::view::rust::{FieldView, Place, Rust, defaults, fields, lines, raw, sentence};

use super::Domain;
use super::site::{Place as SitePlace, Site};

/// A struct: its doc, its name and everything between and including the braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordView {
    /// Doc lines, each with its end.
    pub doc: String,
    /// The name.
    pub name: String,
    /// `{}`, or the braces and a line per field.
    pub body: String,
    /// Whether the struct derives `Debug`; one with secrets has its own below.
    pub debug: &'static str,
    /// What stands below the struct: functions that give defaults of absent fields, and the `Debug`
    /// that hides secrets; may be empty.
    pub below: String,
}

/// The struct of these fields.
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
    let hidden = hidden(name, defs);
    let debug = if hidden.is_some() { "" } else { "Debug, " };
    RecordView {
        doc: doc_of(doc),
        name: name.to_owned(),
        body: struct_body(&fields(rust, defs, place)),
        debug,
        below: functions.into_iter().chain(hidden).collect::<Vec<_>>().join("\n\n"),
    }
}

/// The `Debug` of a record with secrets.
fn hidden(name: &str, defs: &[FieldDef]) -> Option<String> {
    let secret = defs.iter().any(|def| def.marks.secret.is_some());
    secret.then(|| format!("kit::secret! {{\n{}\n}}", shown(name, defs, 4)))
}

/// A record as [`kit::secret!`] lists it: behind a secret how many characters are shown.
#[must_use]
pub fn shown(name: &str, defs: &[FieldDef], indent: usize) -> String {
    let fields: Vec<String> = defs
        .iter()
        .map(|def| match def.marks.secret {
            Some(shown) => format!("{}: {shown}", raw(&def.name)),
            None => raw(&def.name),
        })
        .collect();
    let pad = " ".repeat(indent);
    let line = format!("{pad}{name} {{ {} }}", fields.join(", "));
    match fields.is_empty() {
        true => format!("{pad}{name} {{}}"),
        false if line.len() < layout::MAX_WIDTH => line,
        false => {
            let lines: String = fields.iter().map(|f| format!("{pad}    {f},\n")).collect();
            format!("{pad}{name} {{\n{lines}{pad}}}")
        }
    }
}

/// The doc comment of a thing with the end of its last line; empty without a doc, because a name is
/// no explanation of itself.
#[must_use]
pub fn doc_of(doc: Option<&str>) -> String {
    let lines = doc.map_or_else(Vec::new, |doc| lines("///", &sentence(doc), 0));
    lines.into_iter().map(|line| line + "\n").collect()
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
