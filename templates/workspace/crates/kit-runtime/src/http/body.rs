//! Request bodies: read within the limit, parsed with the paths of what is wrong.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest as _, RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::terms::PathField;
use super::unknown::unknown_inside;
use super::words::in_words;
use super::{Bounds, Problem};

/// A body as it came: for parsing and for comparing with a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(Bytes);

impl Body {
    /// Read the body of `request`; an empty one is an empty object.
    ///
    /// # Errors
    /// Longer, deeper or wider than the limits, or of another type than JSON.
    pub async fn read(request: Request) -> Result<Self, Problem> {
        check_type(request.headers())?;
        let bounds = request.extensions().get::<Bounds>().copied().unwrap_or_default();
        let bytes =
            Bytes::from_request(request, &()).await.map_err(|rejection| match rejection {
                BytesRejection::FailedToBufferBody(it) if it.status() == 413 => {
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too long")
                }
                _ => Problem::new(StatusCode::BAD_REQUEST, "unreadable", "the body broke off"),
            })?;
        bounds.check(&bytes)?;
        let blank = bytes.iter().all(u8::is_ascii_whitespace);
        Ok(Self(if blank { Bytes::from_static(b"{}") } else { bytes }))
    }

    /// The body with the fields that stand in the path.
    ///
    /// # Errors
    /// A field is in the body as well.
    pub(super) fn with(self, fields: &[PathField], path: &RawPathParams) -> Result<Self, Problem> {
        if fields.is_empty() {
            return Ok(self);
        }
        // What is no object is refused when it is parsed.
        let Ok(Value::Object(mut members)) = serde_json::from_slice(&self.0) else {
            return Ok(self);
        };
        for field in fields {
            let text = path.iter().find(|(name, _)| *name == field.name).map(|(_, text)| text);
            let Some(text) = text else { continue };
            let bare = serde_json::from_str(text)
                .ok()
                .filter(|value: &Value| field.bare && (value.is_number() || value.is_boolean()));
            let value = bare.unwrap_or_else(|| text.into());
            if members.insert(field.name.to_owned(), value).is_some() {
                let twice = (field.name.to_owned(), "stands in the path already".to_owned());
                return Err(Problem::invalid([twice]));
            }
        }
        Ok(Self(Value::Object(members).to_string().into()))
    }

    /// The body as a value of `T`.
    ///
    /// # Errors
    /// Not JSON, unknown fields, missing fields, wrong types: `invalid` with the path.
    pub fn parse<T: DeserializeOwned + Serialize>(&self) -> Result<T, Problem> {
        let mut deserializer = serde_json::Deserializer::from_slice(&self.0);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let (path, inner) = (error.path().to_string(), error.into_inner());
            Problem::invalid([violation(&path, &inner)])
        })?;
        deserializer.end().map_err(|error| Problem::invalid([violation("", &error)]))?;
        match unknown_inside(&self.0, &value) {
            Some(path) => Err(Problem::invalid([(path, "is unknown".to_owned())])),
            None => Ok(value),
        }
    }

    /// The body with sorted keys and without spaces, so that two spellings of one body are equal.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        match serde_json::from_slice::<Value>(&self.0) {
            Ok(value) => {
                let mut out = Vec::with_capacity(self.0.len());
                write_canonical(&value, &mut out);
                out
            }
            Err(_) => self.0.to_vec(),
        }
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let text = value.to_str().unwrap_or("").to_ascii_lowercase();
    let essence = text.split(';').next().unwrap_or("").trim().to_owned();
    if essence == "application/json" || essence.ends_with("+json") {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "unsupported_media_type", "the body must be application/json"))
}

/// What serde found, as a path and a text that quotes no value.
fn violation(path: &str, error: &serde_json::Error) -> (String, String) {
    let path = if path == "." { "" } else { path };
    if error.is_syntax() || error.is_eof() {
        let place = format!("line {} column {}", error.line(), error.column());
        return (path.to_owned(), format!("is not JSON at {place}"));
    }
    let text = error.to_string();
    in_words(path, text.split(" at line ").next().unwrap_or(""))
}

fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_by_key(|(name, _)| *name);
            out.push(b'{');
            for (index, (name, value)) in names.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
                out.push(b':');
                write_canonical(value, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_canonical(item, out);
            }
            out.push(b']');
        }
        scalar => out.extend_from_slice(scalar.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Lend {
        borrower: String,
        window: Option<Window>,
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Window {
        weeks: i64,
    }

    fn check(text: &'static str) -> (String, String) {
        let problem = Body(Bytes::from_static(text.as_bytes())).parse::<Lend>().expect_err(text);
        assert_eq!((problem.status.as_u16(), problem.code.as_ref()), (422, "invalid"));
        let first = &problem.fields["errors"][0];
        let part = |name: &str| first[name].as_str().expect("is text").to_owned();
        (part("path"), part("text"))
    }

    fn pair(path: &str, detail: &str) -> (String, String) {
        (path.to_owned(), detail.to_owned())
    }

    #[test]
    fn what_is_wrong_has_a_path() {
        assert_eq!(check("{}"), pair("borrower", "is required"));
        assert_eq!(check(r#"{"borrower":"a","x":1}"#), pair("x", "is unknown"));
        assert_eq!(check(r#"{"borrower":"a","borrower":"b"}"#), pair("borrower", "is given twice"));
        assert_eq!(check("null"), pair("", "must be an object"));
        assert_eq!(check("[]"), pair("", "must be an object"));
        assert_eq!(check(r#"{"borrower":1}"#), pair("borrower", "must be a string"));
        assert_eq!(
            check(r#"{"borrower":"a","window":{"weeks":"q"}}"#),
            pair("window.weeks", "must be a whole number within 64 bits")
        );
        assert_eq!(
            check(r#"{"borrower":"a","window":{"weeks":1,"x":1}}"#),
            pair("window.x", "is unknown")
        );
        assert_eq!(check(r#"{"borrower":"a","window":{}}"#), pair("window.weeks", "is required"));
        assert_eq!(check("{").1, "is not JSON at line 1 column 1");
        assert_eq!(check(r#"{"borrower":"a"} x"#).1, "is not JSON at line 1 column 18");
    }

    #[test]
    fn the_text_of_a_violation_quotes_no_value() {
        assert!(!check(r#"{"borrower":123456}"#).1.contains("123456"));
    }

    #[test]
    fn spelling_does_not_matter_to_the_canonical_form() {
        let canonical = |text: &'static str| Body(Bytes::from_static(text.as_bytes())).canonical();
        assert_eq!(canonical(r#"{"b":[1, 2],"a":{}}"#), canonical(r#"{ "a": {}, "b": [1,2] }"#));
        assert_ne!(canonical(r#"{"a":1}"#), canonical(r#"{"a":2}"#));
    }
}
