//! The serialisable, versioned form of the model: `inspect model`, `.minos/model/<context>.json`.
//!
//! The model itself is not serialisable, so that it can change without breaking files that people
//! committed. Expressions are exported as text in the words of the language.

mod convert;
mod form;
mod pins;
mod publication;
mod saga;
mod schedule;
mod text;

use serde_json::{Map, Value, json};

pub use pins::{Pins, lost, pin};

use crate::model::{Context, Model};

/// The version of this form.
pub const SCHEMA_VERSION: u32 = 1;

/// One context, as `.minos/model/<context>.json` holds it.
#[must_use]
pub fn context(model: &Model, of: &Context) -> Value {
    serde_json::to_value(convert::context(model, of)).unwrap_or(Value::Null)
}

/// One context as text, with a last newline.
#[must_use]
pub fn context_text(model: &Model, of: &Context) -> String {
    let mut text = serde_json::to_string_pretty(&convert::context(model, of)).unwrap_or_default();
    text.push('\n');
    text.shrink_to_fit();
    text
}

/// The whole system, as `inspect model` shows it.
#[must_use]
pub fn system(model: &Model) -> Value {
    let contexts: Map<String, Value> =
        model.contexts.iter().map(|(name, of)| (name.clone(), context(model, of))).collect();
    let composed = model.compositions.iter().map(|it| format!("GET {}", it.path));
    let routes: Vec<String> = model
        .routes
        .iter()
        .map(|r| format!("{} {}", r.method.as_str(), r.path))
        .chain(composed)
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "system": model.system,
        "doc": model.doc,
        "contexts": contexts,
        "routes": routes,
    })
}

#[cfg(test)]
mod tests;
