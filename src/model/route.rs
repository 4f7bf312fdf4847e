//! HTTP routes.

use std::collections::BTreeMap;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words of HTTP")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A command by name.
    Command(String),
    /// A query by name.
    Query(String),
    /// The state of an aggregate by name.
    Aggregate(String),
}

/// A route; unique in the whole system by path (with all `{names}` alike) and method.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// `/jobs/{job_id}/add-part`
    pub path: String,
    /// The method.
    pub method: Method,
    /// The context that serves it.
    pub context: String,
    /// What answers.
    pub target: Target,
    /// Status of success.
    pub success: u16,
    /// What the text says about it beyond the default; `None` for a default route.
    pub terms: Option<Terms>,
}

/// What a `[[route]]` says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Terms {
    /// A request without `If-Match` is refused.
    pub needs_version: bool,
    /// `If-Match` is not looked at.
    pub ignores_version: bool,
    /// A request without an idempotency key is refused.
    pub needs_key: bool,
    /// The header that holds the key.
    pub key_header: Option<String>,
    /// Statuses of refusals by their code.
    pub errors: BTreeMap<String, u16>,
    /// The fields of the command that stand in its path, besides the id.
    pub path_fields: Vec<PathField>,
    /// The path below which what was made is found, when it is not this route's own.
    pub place: Option<String>,
    /// The status of success, when it is not the usual one.
    pub status: Option<u16>,
    /// How long the gateway waits, when the route says so.
    pub timeout: Option<jiff::SignedDuration>,
}

/// A field of a command in the path of its route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathField {
    /// Its name.
    pub name: String,
    /// A number or a bool in JSON.
    pub bare: bool,
}

impl Route {
    /// The names of the `{fields}` of its path, in their order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}
