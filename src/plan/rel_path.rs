//! Paths inside a project.

use std::fmt;

/// Why a text is not a path inside a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    path: String,
    reason: &'static str,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "path {:?}: {}", self.path, self.reason)
    }
}

impl std::error::Error for PathError {}

/// A path below the project's folder, with `/`, that cannot lead out of it: not absolute, no `..`,
/// no drive, no control characters. It says nothing about links on disk; `tree` looks at those.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelPath(String);

impl RelPath {
    /// Check a text, from a plan or from a state file that anybody may have edited.
    ///
    /// # Errors
    /// When it could lead out of the project, or means different things on different systems.
    pub fn try_new(path: impl Into<String>) -> Result<Self, PathError> {
        let path = path.into();
        match fault(&path) {
            None => Ok(Self(path)),
            Some(reason) => Err(PathError { path, reason }),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folders above, from the innermost to the outermost.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            rest = rest.rsplit_once('/')?.0;
            Some(rest)
        })
    }

    /// The spelling under which two paths are the same file where case does not count.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.starts_with('/') {
        return Some("is absolute");
    }
    if path.chars().any(char::is_control) {
        return Some("has a control character");
    }
    if path.contains('\\') || path.contains(':') {
        return Some("has a character that is special on other systems");
    }
    for part in path.split('/') {
        match part {
            "" => return Some("has an empty part"),
            "." | ".." => return Some("has a part that leads elsewhere"),
            _ if part.ends_with(['.', ' ']) => return Some("has a part that ends with a dot"),
            _ if part.len() > 255 => return Some("has a part that is too long"),
            _ => {}
        }
    }
    None
}
