//! How large a request may be, whatever its fields are: its length, and the shape of its JSON.
//!
//! Looked at before anything is built from the body, in one pass and without recursion.

use axum::http::StatusCode;

use super::Problem;

/// How deep lists and objects may stand in each other.
const DEEPEST: usize = 64;

/// The bounds of request bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The longest body, in bytes.
    pub max_body: usize,
    /// Most elements of one list, and most members of one object.
    pub max_items: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { max_body: 1 << 20, max_items: 10_000 }
    }
}

impl Bounds {
    /// Refuse JSON that is too deep or too wide; what is no JSON is for the parser to refuse.
    pub(super) fn check(&self, json: &[u8]) -> Result<(), Problem> {
        let mut open: Vec<usize> = Vec::new();
        let (mut inside, mut escaped) = (false, false);
        for byte in json {
            match (inside, byte) {
                (true, _) if escaped => escaped = false,
                (true, b'\\') => escaped = true,
                (true, b'"') => inside = false,
                (true, _) => {}
                (false, b'"') => inside = true,
                (false, b'[' | b'{') if open.len() == DEEPEST => {
                    return Err(refused("too_deep", "the body is nested too deep"));
                }
                (false, b'[' | b'{') => open.push(1),
                (false, b']' | b'}') => drop(open.pop()),
                (false, b',') => {
                    if let Some(count) = open.last_mut() {
                        *count += 1;
                        if *count > self.max_items {
                            return Err(refused("too_many_items", "a list has too many elements"));
                        }
                    }
                }
                (false, _) => {}
            }
        }
        Ok(())
    }
}

fn refused(code: &'static str, detail: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        let bounds = Bounds { max_items: 3, ..Bounds::default() };
        bounds.check(text.as_bytes()).map_or_else(|it| it.code.into_owned(), |()| String::new())
    }

    #[test]
    fn lists_and_objects_are_neither_deep_nor_wide() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(code(&deep(64)), "");
        assert_eq!(code(&deep(65)), "too_deep");
        assert_eq!(code(&"[".repeat(100_000)), "too_deep");
        assert_eq!(code("[1,2,3]"), "");
        assert_eq!(code("[1,2,3,4]"), "too_many_items");
        assert_eq!(code(r#"{"a":1,"b":2,"c":3,"d":4}"#), "too_many_items");
        assert_eq!(code(r#"[["[[,,,,\"",",,,,"],[1,2,3],[1,2,3]]"#), "");
    }
}
