//! What serde says about a value of a request, in the words of those who send it: no type of Rust, and nothing of what
//! was sent.

/// The path of what is wrong, and what is wrong with it.
pub(super) fn in_words(path: &str, text: &str) -> (String, String) {
    let named = |prefix: &str| {
        let rest = text.strip_prefix(prefix)?;
        rest.split('`').next().map(str::to_owned)
    };
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path if path.rsplit('.').next() == Some(name) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = named("missing field `") {
        return (below(&name), "is required".to_owned());
    }
    if let Some(name) = named("unknown field `") {
        return (below(&name), "is unknown".to_owned());
    }
    if let Some(name) = named("duplicate field `") {
        return (below(&name), "is given twice".to_owned());
    }
    let by_serde = ["invalid type", "invalid value", "invalid length", "unknown variant"];
    let expected = text.rsplit_once("expected ").map(|(_, expected)| expected);
    let text = match expected.filter(|_| by_serde.iter().any(|it| text.starts_with(it))) {
        Some(expected) => wanted(expected),
        None => unreadable(text),
    };
    (path.to_owned(), text)
}

/// What a type says it expects.
fn wanted(expected: &str) -> String {
    let first = expected.split(' ').next().unwrap_or_default();
    let words = match expected {
        "a string" | "a borrowed string" => "a string",
        "a boolean" => BOOL,
        "a sequence" => "a list",
        "a map" => "an object",
        "a date string" => "a date such as `2026-01-05`",
        "a timestamp string" => "a time such as `2026-01-05T09:00:00Z`",
        "a signed duration string" => DURATION,
        "a formatted UUID string" => UUID,
        "a Decimal type representing a fixed-point number" => "a number such as `12.50`",
        // The members of an enumeration.
        names if names.starts_with('`') || names.starts_with("one of `") => names,
        _ => match first {
            "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => INT,
            "struct" | "internally" | "adjacently" | "enum" => "an object",
            "tuple" | "array" => "a list",
            _ => return "has another type".to_owned(),
        },
    };
    format!("must be {words}")
}

const BOOL: &str = "true or false";
const INT: &str = "a whole number within 64 bits";
const DURATION: &str = "a duration such as `PT15M`";
const UUID: &str = "a UUID";

/// What a type says of a text that it cannot read.
fn unreadable(text: &str) -> String {
    let begins = |with: &[&str]| with.iter().any(|it| text.starts_with(it));
    let words = if begins(&["UUID parsing"]) {
        UUID
    } else if begins(&["invalid digit", "number too", "cannot parse integer"]) {
        INT
    } else if begins(&["provided string was not `true`"]) {
        BOOL
    } else if text.contains("duration") {
        DURATION
    } else if begins(&["failed to ", "parsed ", "expected ", "parameter "]) {
        "a date such as `2026-01-05`, or a time such as `2026-01-05T09:00:00Z`"
    } else {
        return "cannot be read".to_owned();
    };
    format!("must be {words}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::__private::jiff::civil::Date;
    use kit::__private::jiff::{SignedDuration, Timestamp};
    use kit::__private::rust_decimal::Decimal;
    use kit::__private::uuid::Uuid;
    use serde::de::DeserializeOwned;
    use std::collections::BTreeMap;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Treatment {
        Filling,
        CheckUp,
    }

    fn said<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> String {
        let error = serde_json::from_str::<T>(body).expect_err(body).to_string();
        in_words("x", error.split(" at line ").next().expect("a first part")).1
    }

    fn in_url<T: DeserializeOwned + std::fmt::Debug>(value: &str) -> String {
        let error = value.to_owned();
        let error: Result<T, serde::de::value::Error> =
            T::deserialize(serde::de::value::StringDeserializer::new(error));
        in_words("x", &error.expect_err(value).to_string()).1
    }

    #[test]
    fn a_wrong_value_of_each_type_says_how_it_is_written() {
        let moment =
            "must be a date such as `2026-01-05`, or a time such as `2026-01-05T09:00:00Z`";
        for body in ["\"x\"", "1.5", "99999999999999999999", "true", "null", "[]", "{}"] {
            assert_eq!(said::<i64>(body), "must be a whole number within 64 bits", "{body}");
        }
        for (body, number) in [("5", true), ("\"x\"", false), ("\"2026-02-30\"", false)] {
            let date = if number { "must be a date such as `2026-01-05`" } else { moment };
            assert_eq!(said::<Date>(body), date, "{body}");
            let time =
                if number { "must be a time such as `2026-01-05T09:00:00Z`" } else { moment };
            assert_eq!(said::<Timestamp>(body), time, "{body}");
            assert_eq!(
                said::<SignedDuration>(body),
                "must be a duration such as `PT15M`",
                "{body}"
            );
            assert_eq!(said::<Uuid>(body), "must be a UUID", "{body}");
        }
        assert_eq!(said::<Timestamp>("\"9999-12-31T23:59:59Z\""), moment);
        assert_eq!(said::<Decimal>("\"x\""), "must be a number such as `12.50`");
        assert_eq!(said::<Decimal>("null"), "must be a number such as `12.50`");
        assert_eq!(said::<bool>("\"x\""), "must be true or false");
        assert_eq!(said::<Vec<i64>>("{}"), "must be a list");
        assert_eq!(said::<BTreeMap<String, i64>>("[]"), "must be an object");
        assert_eq!(said::<Treatment>("\"nope\""), "must be `filling` or `check_up`");
    }

    #[test]
    fn a_wrong_parameter_says_the_same() {
        assert_eq!(in_url::<Uuid>("x"), "must be a UUID");
        assert!(in_url::<Date>("x").starts_with("must be a date"));
        let parsed = "x".parse::<i64>().expect_err("no number").to_string();
        assert_eq!(in_words("x", &parsed).1, "must be a whole number within 64 bits");
        let parsed = "x".parse::<bool>().expect_err("no truth").to_string();
        assert_eq!(in_words("x", &parsed).1, "must be true or false");
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        assert_eq!(said::<i64>("\"expected gold\""), "must be a whole number within 64 bits");
        assert_eq!(said::<bool>("\"it is expected `gold\""), "must be true or false");
    }
}
