//! What is wrong with a domain description: codes, places, help that says what to type.
//!
//! `code` is the catalogue, `sink` collects, `render` prints for people and `json` for tools,
//! `patch` carries out edits, `nearest` finds what was probably meant. A diagnostic is plain data.

pub mod code;
mod diagnostic;
pub mod json;
mod nearest;
pub mod patch;
pub mod render;
mod sink;

pub use diagnostic::{Diagnostic, Edit, Label, Severity};
pub use nearest::{all_nearest, nearest};
pub use sink::Sink;
