//! Data of events and messages as a person reads it: without the quotes, ids cut short where there
//! is little room.

use serde_json::Value;
use uuid::Uuid;

use super::html::short;

/// How much of an id is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    Whole,
    Short,
}

/// The data in one line.
pub(super) fn readable(value: &Value, ids: Ids) -> String {
    let mut out = String::new();
    match value {
        Value::Object(fields) => pairs(&mut out, fields, ids),
        value => write(&mut out, value, ids),
    }
    out
}

fn pairs(out: &mut String, fields: &serde_json::Map<String, Value>, ids: Ids) {
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(name);
        out.push_str(": ");
        write(out, value, ids);
    }
}

fn write(out: &mut String, value: &Value, ids: Ids) {
    match value {
        Value::String(text) if ids == Ids::Short && Uuid::parse_str(text).is_ok() => {
            out.push_str(&short(text));
        }
        Value::String(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, item, ids);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            pairs(out, fields, ids);
            out.push('}');
        }
        value => out.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn data_is_one_line_without_quotes() {
        let id = "0199a2b3-c4d5-7000-8000-00000000beef";
        let data = json!({ "a": "x, y", "b": [1, { "id": id }], "c": null, "d": {} });
        let whole = format!("a: x, y, b: [1, {{id: {id}}}], c: null, d: {{}}");
        assert_eq!(readable(&data, Ids::Whole), whole);
        assert_eq!(readable(&data, Ids::Short), whole.replace(id, "…00beef"));
        assert_eq!(readable(&json!({}), Ids::Whole), "");
    }
}
