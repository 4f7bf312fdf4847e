//! What is answered where: routes and the gateway.

use super::{Idempotency, Spanned};
use crate::lang::tree::{Ident, Part, Path};
use crate::source::Span;

/// The key of a route's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of HTTP")]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// What `If-Match` means to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// Compared when it is there.
    Optional,
    /// Without it: 428.
    Required,
    /// Not looked at.
    Off,
}

/// `[[route]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The method, at its key.
    pub method: Spanned<Verb>,
    /// The path as written.
    pub path: Spanned<String>,
    /// What answers; `None` when it is not built yet, or after a report.
    pub target: Option<RouteTarget>,
    /// `if_match`
    pub if_match: Option<IfMatch>,
    /// `idempotency`
    pub idempotency: Option<Idempotency>,
    /// `request_id`
    pub request_id: Option<Spanned<String>>,
    /// Statuses of refusals.
    pub errors: Vec<(Ident, Spanned<i64>)>,
    /// The status of success.
    pub status: Option<Spanned<i64>>,
    /// The deadline at the gateway.
    pub timeout: Option<Spanned<jiff::SignedDuration>>,
    /// The table's place.
    pub span: Span,
}

/// What a route is for.
#[derive(Debug, Clone, PartialEq)]
pub enum RouteTarget {
    /// A command.
    Command(Path),
    /// A query.
    Query(Path),
    /// Parts in the order of the text, with the place of the key.
    Compose(Vec<(Ident, Part)>, Span),
}

/// `[gateway]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gateway {
    /// `prefix`
    pub prefix: Option<Spanned<String>>,
    /// `timeout`
    pub timeout: Option<Spanned<jiff::SignedDuration>>,
    /// `max_body`
    pub max_body: Option<Spanned<i64>>,
}
