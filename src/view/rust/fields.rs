//! Fields of generated structs, with their serde attributes.

use serde::Serialize;

use crate::lang::ir::{Ir, IrKind, Literal};
use crate::lang::types::{FieldDef, Type};

use super::spelling::{lines, raw, sentence};
use super::types::Rust;

/// What kind of struct the fields are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A state: it is written to readers, never read back.
    State,
    /// A command, value or event: written and read.
    Message,
    /// A row: written and read by the store alone, so complete.
    Row,
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldView {
    /// Doc lines.
    pub doc: Vec<String>,
    /// Attributes.
    pub attributes: Vec<String>,
    /// The identifier.
    pub name: String,
    /// The type.
    pub ty: String,
}

/// A function that gives a field's default when a message leaves it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefaultFn {
    /// `default_weeks`
    pub name: String,
    /// The type.
    pub ty: String,
    /// The value.
    pub value: String,
}

/// The fields of a record.
#[must_use]
pub fn fields(rust: &Rust, defs: &[FieldDef], place: Place) -> Vec<FieldView> {
    defs.iter().map(|def| field(rust, def, defs, place)).collect()
}

fn field(rust: &Rust, def: &FieldDef, all: &[FieldDef], place: Place) -> FieldView {
    let doc = def.doc.as_deref().map(sentence).unwrap_or_default();
    let mut serde = serde_words(def, place);
    if place == Place::Message {
        // What was stored or is sent under an old name is still read.
        let old = def.marks.was.iter().filter(|was| all.iter().all(|f| f.name != **was));
        serde.extend(old.map(|was| format!("alias = \"{was}\"")));
    }
    let words: Vec<&str> = serde.iter().map(String::as_str).collect();
    let mut attributes = Vec::new();
    if !words.is_empty() {
        attributes =
            crate::layout::attribute("serde", &words, 4).lines().map(str::to_owned).collect();
    }
    FieldView { doc: lines("///", &doc, 4), attributes, name: raw(&def.name), ty: rust.ty(&def.ty) }
}

fn serde_words(def: &FieldDef, place: Place) -> Vec<String> {
    let mut words = Vec::new();
    let reads = place != Place::State;
    match &def.ty {
        Type::Option(_) => {
            words.push("skip_serializing_if = \"Option::is_none\"".to_owned());
        }
        Type::Patch(_) => {
            words.push("default".to_owned());
            words.push("skip_serializing_if = \"Patch::is_keep\"".to_owned());
        }
        Type::Entities(_) => {
            if reads {
                words.push("default".to_owned());
            }
            words.push("with = \"list::entities\"".to_owned());
        }
        Type::List(_) | Type::Set(_) | Type::Map(..) if reads => words.push("default".to_owned()),
        _ => {}
    }
    if place == Place::Message
        && words.is_empty()
        && let Some(default) = &def.default
    {
        words.push(if is_rust_default(default) {
            "default".to_owned()
        } else {
            format!("default = \"default_{}\"", def.name)
        });
    }
    words
}

/// The default functions that the attributes of [`fields`] name. `value` lowers a constant.
pub fn defaults(
    rust: &Rust,
    defs: &[FieldDef],
    mut value: impl FnMut(&Ir) -> String,
) -> Vec<DefaultFn> {
    let named = |def: &&FieldDef| {
        let simple = !matches!(
            def.ty,
            Type::Option(_)
                | Type::Patch(_)
                | Type::Entities(_)
                | Type::List(_)
                | Type::Set(_)
                | Type::Map(..)
        );
        simple && def.default.as_ref().is_some_and(|ir| !is_rust_default(ir))
    };
    defs.iter()
        .filter(named)
        .filter_map(|def| {
            let default = def.default.as_ref()?;
            Some(DefaultFn {
                name: format!("default_{}", def.name),
                ty: rust.ty(&def.ty),
                value: value(default),
            })
        })
        .collect()
}

/// Whether a constant is what `Default::default()` gives.
fn is_rust_default(ir: &Ir) -> bool {
    match &ir.kind {
        IrKind::Lit(Literal::Bool(false) | Literal::Int(0)) => true,
        IrKind::Lit(Literal::Text(text)) => text.is_empty(),
        _ => false,
    }
}
