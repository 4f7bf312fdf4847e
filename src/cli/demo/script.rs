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
    /// The zone of `{today+7}`.
    #[serde(default = "utc")]
    pub time_zone: String,
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
    /// JSON pointer → value that must be found there, null where nothing may be. Pointers may hold
    /// `{name}`. Views may need a moment: a `GET` is repeated
    /// until it agrees or the time is over.
    #[serde(default)]
    pub expect: BTreeMap<String, Value>,
    /// JSON pointer whose value the table shows.
    pub show: Vec<String>,
    /// Whether the demo shows at its end what the services wrote about it.
    #[serde(default)]
    pub follow: bool,
    /// Name → JSON pointer of a value that later steps use.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
}

fn utc() -> String {
    "UTC".to_owned()
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

/// The values that steps may name: those kept, and the days from today.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    values: BTreeMap<String, String>,
    zone: String,
}

impl Kept {
    /// Nothing kept yet; days are those of this zone.
    #[must_use]
    pub fn new(zone: &str) -> Self {
        Self { values: BTreeMap::new(), zone: zone.to_owned() }
    }

    /// Keep a value.
    pub fn keep(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), value);
    }

    /// Replace each `{name}` by its kept value, and `{today+n}` by the day n days from now.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let filled = self.values.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        self.day(&filled).unwrap_or(filled)
    }

    fn day(&self, text: &str) -> Option<String> {
        let (before, rest) = text.split_once("{today+")?;
        let (days, behind) = rest.split_once('}')?;
        let zone = jiff::tz::TimeZone::get(&self.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let today = zone.to_datetime(jiff::Timestamp::now()).date();
        let span = jiff::Span::new().try_days(days.parse::<i64>().ok()?).ok()?;
        Some(format!("{before}{}{behind}", today.checked_add(span).ok()?))
    }

    /// The same for every string inside a JSON value.
    #[must_use]
    pub fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(k, v)| (k.clone(), self.fill_value(v))).collect())
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_values_are_filled_in_everywhere() {
        let mut kept = Kept::new("UTC");
        kept.keep("id", "7".to_owned());
        assert_eq!(kept.fill("/books/{id}/lend/{other}"), "/books/7/lend/{other}");
        assert_ne!(kept.fill("{today+7}"), kept.fill("{today+8}"));
        let body = serde_json::json!({ "a": ["{id}", 1], "b": { "c": "x{id}" } });
        let filled = serde_json::json!({ "a": ["7", 1], "b": { "c": "x7" } });
        assert_eq!(kept.fill_value(&body), filled);
    }
}
