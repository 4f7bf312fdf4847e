//! The HTTP edge: what comes in is checked, what goes out has one form.
//!
//! Keeps true: every answer carries `x-correlation-id` and `traceparent`, every error is
//! `application/problem+json`, and no error tells more than its code and text. It decides
//! nothing: rules are in the domain.

mod answer;
mod body;
mod bounds;
mod caller;
mod command;
mod edge;
mod etag;
mod fresh;
mod hosts;
mod position;
mod problem;
mod query;
mod strict;
mod terms;
mod unknown;
mod words;

pub use body::Body;
pub use bounds::Bounds;
pub use caller::caller;
pub use command::{command, create, read, upsert};
pub use edge::{Edge, wrap};
pub(crate) use edge::{Served, inside, text_of, unwound};
pub use etag::{etag, if_match};
pub use hosts::Hosts;
pub use position::{MAX_WAIT, MIN_POSITION, POSITION, Position, STALE};
pub use problem::{PROBLEM_JSON, Problem};
pub use query::{one, query};
pub use strict::{Flaw, Peer};
pub use terms::Terms;
