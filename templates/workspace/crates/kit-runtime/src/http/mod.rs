//! The HTTP edge: what comes in is checked, what goes out has one form.
//!
//! Keeps true: every answer carries `x-correlation-id` and `traceparent`, every error is
//! `application/problem+json`, and no error tells more than its code and text. It decides
//! nothing: rules are in the domain.

mod edge;
mod problem;

pub use edge::{Edge, wrap};
pub use problem::{PROBLEM_JSON, Problem};
