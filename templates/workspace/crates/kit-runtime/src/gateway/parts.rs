//! Values of answers on their way into the paths of other parts.

use std::collections::BTreeMap;

use serde_json::Value;

/// The texts at a path of a value. A list on the way stands for all its elements.
pub(super) fn texts(value: &Value, path: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, path, &mut found);
    found
}

fn collect(value: &Value, path: &[&str], found: &mut Vec<String>) {
    match (value, path) {
        (Value::Array(items), path) => items.iter().for_each(|item| collect(item, path, found)),
        (Value::Object(members), [first, rest @ ..]) => {
            if let Some(member) = members.get(*first) {
                collect(member, rest, found);
            }
        }
        (Value::String(text), []) => found.push(text.clone()),
        (Value::Number(number), []) => found.push(number.to_string()),
        (Value::Bool(flag), []) => found.push(flag.to_string()),
        _ => {}
    }
}

/// A path with its fields filled in; what is no field becomes a parameter.
pub(super) fn filled(path: &str, args: &BTreeMap<&str, String>) -> String {
    let mut out = String::new();
    let mut left = args.clone();
    for segment in path.split('/').skip(1) {
        out.push('/');
        let field = segment.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        match field.and_then(|field| left.remove(field)) {
            Some(value) => out.push_str(&escaped(&value)),
            None => out.push_str(segment),
        }
    }
    for (index, (name, value)) in left.iter().enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        out.push_str(&format!("{name}={}", escaped(value)));
    }
    out
}

/// A text as one segment of a path, or as a value of a query.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_walks_through_lists() {
        let order = json!({
            "lines": [{ "product": "a", "n": 1 }, { "product": "b", "n": 2 }, { "n": 3 }],
            "customer": "c", "paid": true, "note": null, "who": { "id": 7 },
        });
        assert_eq!(texts(&order, &["lines", "product"]), ["a", "b"]);
        assert_eq!(texts(&order, &["customer"]), ["c"]);
        assert_eq!(texts(&order, &["who", "id"]), ["7"]);
        assert_eq!(texts(&order, &["paid"]), ["true"]);
        for nothing in [&["note"][..], &["who"], &["lines"], &["other"], &["customer", "x"]] {
            assert_eq!(texts(&order, nothing), Vec::<String>::new(), "{nothing:?}");
        }
    }

    #[test]
    fn a_value_cannot_leave_its_place() {
        let args = BTreeMap::from([("id", "../a?b=c&d/%".to_owned()), ("q", "x&y=1".to_owned())]);
        let path = filled("/jobs/{id}/parts", &args);
        assert_eq!(path, "/jobs/%2E%2E%2Fa%3Fb%3Dc%26d%2F%25/parts?q=x%26y%3D1");
    }
}
