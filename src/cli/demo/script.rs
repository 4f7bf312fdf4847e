//! The script of a demo: requests, and what must come back.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A demo of one example.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// One line about the system.
    pub title: String,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// Lines printed at the end; `{url}` becomes the address.
    #[serde(default)]
    pub links: Vec<String>,
}

/// One request and its expectation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it shows, in the words of the domain.
    pub say: String,
    /// `GET /path` or `POST /path`; `{name}` is replaced by a kept value.
    pub request: String,
    /// The body; strings may hold `{name}`.
    #[serde(default)]
    pub body: Option<Value>,
    /// The status that must come back.
    pub status: u16,
    /// JSON pointer → value that must be found there. Views may need a moment: a `GET` is repeated
    /// until it agrees or the time is over.
    #[serde(default)]
    pub expect: BTreeMap<String, Value>,
    /// JSON pointer whose value the table shows.
    pub show: Vec<String>,
    /// Name → JSON pointer of a value that later steps use.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
}

impl Script {
    /// Read a script.
    ///
    /// # Errors
    /// The text is not a script.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(serde_json::from_str(text)?)
    }
}

/// Replace each `{name}` of `text` by its kept value.
pub fn fill(text: &str, kept: &BTreeMap<String, String>) -> String {
    kept.iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The same for every string inside a JSON value.
pub fn fill_value(value: &Value, kept: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text, kept)),
        Value::Array(items) => items.iter().map(|item| fill_value(item, kept)).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), fill_value(v, kept))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_values_are_filled_in_everywhere() {
        let kept = BTreeMap::from([("id".to_owned(), "7".to_owned())]);
        assert_eq!(fill("/books/{id}/lend/{other}", &kept), "/books/7/lend/{other}");
        let body = serde_json::json!({ "a": ["{id}", 1], "b": { "c": "x{id}" } });
        let filled = serde_json::json!({ "a": ["7", 1], "b": { "c": "x7" } });
        assert_eq!(fill_value(&body, &kept), filled);
    }
}
