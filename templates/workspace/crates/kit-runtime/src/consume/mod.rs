//! Consumers: whatever happens because of a record in a log.
//!
//! Keeps true: a record's effect and the mark that says so commit together, records of a shard are
//! applied in the order of its log, rows are never made from rows that changed meanwhile, and a record
//! that cannot be applied stops its shard loudly. What
//! the effects are is the business of views, replicas and policies.

mod pace;
mod reader;
mod track;
mod turns;

pub use pace::Pace;
pub(crate) use pace::any_change;
pub use reader::{Effects, Reader, Received, Trouble};
pub(crate) use track::Track;
