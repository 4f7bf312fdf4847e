//! The gateway: what the text says about it, and answers put together from several services.

use super::Target;
use crate::source::Span;

/// `[gateway]`, written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// All paths begin with it; empty or `/api`.
    pub prefix: String,
    /// How long it waits for an answer to begin.
    pub timeout: jiff::SignedDuration,
    /// The longest request body, in bytes.
    pub max_body: u64,
}

/// A `GET` that is answered with an object of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    /// `/order-details/{order_id}`, without the prefix.
    pub path: String,
    /// The context in which it is written.
    pub context: String,
    /// The parts in the order of the text; they need each other without a circle.
    pub parts: Vec<Part>,
    /// How long its answer may take, when it says so itself.
    pub timeout: Option<jiff::SignedDuration>,
    /// Where its path stands.
    pub span: Span,
}

/// A part of a composition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name in the answer.
    pub name: String,
    /// The context that answers.
    pub context: String,
    /// The query or aggregate.
    pub target: Target,
    /// Where its arguments come from.
    pub args: Vec<PartArg>,
    /// The argument that is a list: the part is asked for each element.
    pub each: Option<String>,
    /// Whether the whole does without it.
    pub optional: bool,
}

/// An argument of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartArg {
    /// The field of the target's path, or its parameter.
    pub name: String,
    /// A field of the composition's path, or a part and the fields below it.
    pub value: Vec<String>,
}
