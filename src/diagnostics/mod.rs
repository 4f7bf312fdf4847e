//! What is wrong with a domain description: codes, places, help that says what to type.
//!
//! `code` is the catalogue, `sink` collects, `render` prints. A diagnostic is plain data; the
//! same value becomes text for people and JSON for tools.

mod diagnostic;
mod sink;

pub use diagnostic::{Diagnostic, Edit, Label, Severity};
pub use sink::Sink;
