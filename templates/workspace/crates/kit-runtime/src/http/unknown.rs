//! Unknown fields inside the values of a request.
//!
//! Values are read leniently, because the same types stand in stored events, where a newer version may have written
//! more. A request has no such excuse: what its values ignored is found by writing them out again and comparing.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Most kinds of fields that are tried one by one.
const MOST_TRIED: usize = 32;

/// The path of the first field below the top that reading `body` as `value` ignored; `null` counts as absent.
pub(super) fn unknown_inside<T: DeserializeOwned + Serialize>(
    body: &[u8],
    value: &T,
) -> Option<String> {
    if body.iter().filter(|byte| **byte == b'{').count() < 2 {
        return None;
    }
    let (sent, read) = (serde_json::from_slice(body).ok()?, serde_json::to_value(value).ok()?);
    let mut missed = Vec::new();
    if let (Value::Object(sent), Value::Object(read)) = (&sent, &read) {
        for (name, inner) in sent {
            let read = read.get(name).unwrap_or(&Value::Null);
            compare(inner, read, &mut vec![Step::Name(name.clone())], &mut missed);
        }
    }
    let mut known: Vec<Vec<Step>> = Vec::new();
    for place in missed {
        let kind: Vec<Step> = place.iter().map(Step::any).collect();
        if known.contains(&kind) {
            continue;
        }
        if known.len() >= MOST_TRIED || is_ignored::<T>(&sent, &place) {
            return Some(shown(&place));
        }
        known.push(kind);
    }
    None
}

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
}

impl Step {
    /// The same for all elements of a list.
    fn any(&self) -> Self {
        match self {
            Self::Name(name) => Self::Name(name.clone()),
            Self::Index(_) => Self::Index(0),
        }
    }
}

/// Collects what was sent and is not there after reading.
fn compare(sent: &Value, read: &Value, at: &mut Vec<Step>, missed: &mut Vec<Vec<Step>>) {
    match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => {
            for (name, inner) in sent.iter().filter(|(_, inner)| !inner.is_null()) {
                at.push(Step::Name(name.clone()));
                match read.get(name) {
                    Some(read) => compare(inner, read, at, missed),
                    None => missed.push(at.clone()),
                }
                at.pop();
            }
        }
        (Value::Array(sent), Value::Array(read)) => {
            for (index, (inner, read)) in sent.iter().zip(read).enumerate() {
                at.push(Step::Index(index));
                compare(inner, read, at, missed);
                at.pop();
            }
        }
        _ => {}
    }
}

/// Whether nobody reads what stands at a place: no type takes both a bool and a list. A field that is known
/// under its old name is not there after reading either, but it is read.
fn is_ignored<T: DeserializeOwned>(sent: &Value, place: &[Step]) -> bool {
    let takes = |other: Value| {
        let mut changed = sent.clone();
        if let Some(there) = inside(&mut changed, place) {
            *there = other;
        }
        serde_json::from_value::<T>(changed).is_ok()
    };
    takes(Value::Bool(true)) && takes(Value::Array(Vec::new()))
}

fn inside<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Name(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    })
}

fn shown(place: &[Step]) -> String {
    let mut path = String::new();
    for step in place {
        match step {
            Step::Name(name) if path.is_empty() => path.push_str(name),
            Step::Name(name) => path.extend([".", name]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plan {
        windows: Vec<Window>,
        #[serde(default)]
        notes: BTreeMap<String, Note>,
    }

    #[derive(Serialize, Deserialize)]
    struct Window {
        #[serde(alias = "begin")]
        start: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        end: Option<bool>,
        #[serde(default, skip_serializing_if = "Vec::is_empty", alias = "labels")]
        tags: Vec<String>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Note {
        Text { text: String },
        Empty {},
    }

    fn unknown(body: &str) -> Option<String> {
        let plan: Plan = serde_json::from_str(body).expect("is read leniently");
        unknown_inside(body.as_bytes(), &plan)
    }

    #[test]
    fn what_a_value_does_not_know_is_found_in_lists_maps_and_unions() {
        assert_eq!(unknown(r#"{"windows":[{"start":1,"end":true}]}"#), None);
        let second = r#"{"windows":[{"start":1},{"start":2,"stop":3}]}"#;
        assert_eq!(unknown(second).as_deref(), Some("windows[1].stop"));
        let note = r#"{"windows":[],"notes":{"a":{"type":"text","text":"x","by":"me"}}}"#;
        assert_eq!(unknown(note).as_deref(), Some("notes.a.by"));
        let empty = r#"{"windows":[],"notes":{"a":{"type":"empty","by":[1]}}}"#;
        assert_eq!(unknown(empty).as_deref(), Some("notes.a.by"));
    }

    #[test]
    fn old_names_are_known_and_null_is_absent() {
        assert_eq!(unknown(r#"{"windows":[{"begin":1}]}"#), None);
        assert_eq!(unknown(r#"{"windows":[{"begin":1,"labels":["a"]},{"begin":2}]}"#), None);
        assert_eq!(unknown(r#"{"windows":[{"start":1,"end":null,"stop":null}]}"#), None);
        let both = r#"{"windows":[{"begin":1},{"begin":2,"stop":true}]}"#;
        assert_eq!(unknown(both).as_deref(), Some("windows[1].stop"));
    }

    #[test]
    fn many_kinds_of_unknown_fields_cost_no_more_than_one() {
        let many: Vec<String> = (0..5_000).map(|n| format!(r#""x{n}":1"#)).collect();
        let body = format!(r#"{{"windows":[{{"start":1,{}}}]}}"#, many.join(","));
        assert_eq!(unknown(&body).as_deref(), Some("windows[0].x0"));
    }
}
