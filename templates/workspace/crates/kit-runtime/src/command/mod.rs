//! Commands: load, decide, commit, and again when another writer was faster.
//!
//! Keeps true: everything one command causes commits in one unit, in a task of its own, so that a
//! caller who goes away interrupts nothing; a conflict means that the decision is made again on
//! the new state. It does not know HTTP or messages; both come here.

mod context;
mod execute;
mod ids;
mod inbox;
mod meta;
mod plan;
mod retry;

pub(crate) use context::supply;
pub use execute::{
    Decider, Done, Ended, Failure, FrameFn, Request, Standing, Unmet, execute, load,
};
pub use ids::new_id;
pub use inbox::{Frame, Handle, Inbox, Letter, Verdict, create, decide, upsert};
pub(crate) use inbox::{refuse, unreadable};
pub use meta::{Caller, EventMeta, recorded};
pub use retry::Stripes;
