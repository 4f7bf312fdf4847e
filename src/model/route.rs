//! HTTP routes.

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words of HTTP")]
pub enum Method {
    Get,
    Post,
}

impl Method {
    /// As in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
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
}
