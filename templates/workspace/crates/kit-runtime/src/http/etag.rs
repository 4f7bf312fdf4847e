//! `ETag` and `If-Match`: the version of a stream as the caller saw it.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::Problem;

/// The version of a stream as an entity tag.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that `If-Match` asks for; none when the header is missing or `*`.
///
/// # Errors
/// A header that names no version: it can match nothing.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let version = version.and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(mismatch)
}

/// The answer to a tag that no version has.
fn mismatch() -> Problem {
    let detail = "the version is another one";
    Problem::new(StatusCode::PRECONDITION_FAILED, "version_mismatch", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<i64>, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_str(text).expect("is a header"));
        if_match(&headers).map_err(|problem| problem.status.as_u16())
    }

    #[test]
    fn a_tag_is_read_back() {
        assert_eq!(etag(7), "\"7\"");
        assert_eq!(read("\"7\""), Ok(Some(7)));
        assert_eq!(read("*"), Ok(None));
        assert_eq!(if_match(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn a_tag_of_another_form_matches_nothing() {
        for text in ["7", "W/\"7\"", "\"x\"", "\"1\", \"2\""] {
            assert_eq!(read(text), Err(412), "{text}");
        }
    }
}
