//! Logs, and the ids that tie the lines of one request together.
//!
//! Keeps true: every line that belongs to a request carries its correlation id and trace id, in
//! every service that the request reaches; who logs waits for no reader. It does not write bodies, tokens or field values.

mod ids;
mod layer;
mod writer;

pub use ids::{Trace, current, scoped, span};
pub use layer::{Format, Lines, start};
pub(crate) use writer::settle;
