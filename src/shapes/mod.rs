//! The table of shapes: every table and key of the domain text, once.
//!
//! From it come lowering with its diagnostics, the JSON Schema for editors, the reference page,
//! suggestions for misspelt words, and the places where `add` inserts. A key that is not here does
//! not exist; a key of a later stage is here from the first day, marked so.

mod form;

mod project;

mod context;

mod construct;

mod common;

mod types;

mod functions;

mod aggregate;

mod message;

mod reading;

mod flow;

mod rows;
mod scenario;
mod schedule;
mod seed;

mod later;
mod publication;

mod edge;

mod deploy;

pub mod json_schema;

pub mod reference;

pub use aggregate::{AGGREGATE, REFUSAL};
pub use construct::TABLES as CONSTRUCTS;
pub use context::{CONTEXT, FILE as CONTEXT_FILE, INLINE as CONTEXT_INLINE, KERNEL_FILE};
pub use flow::{POLICY, SAGA};
pub use form::{Form, Group, Key, Need, Shape, Stage};
pub use functions::{FUNCTION, TABLE};
pub use message::{COMMAND, EVENT};
pub use project::{PROJECT, PROJECT_FILE, SHORT_FILE};
pub use publication::PUBLIC;
pub use reading::{QUERY, REPLICA, VIEW};
pub use rows::REFERENCE;
pub use scenario::SCENARIO;
pub use schedule::SCHEDULE;
pub use types::{ENUM, NEWTYPE, UNION, VALUE};

/// The page about the notations, which have no keys.
fn notations() -> &'static str {
    include_str!("notations.md")
}
