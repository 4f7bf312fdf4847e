//! Sagas: started by events, moved on by replies and by time; and the fence in front of whoever carries a step out.
//!
//! Keeps true: a saga moves in one transaction with the mark of what moved it and with the commands it sends; a step is
//! carried out in one transaction with its operation and its reply. So a crash at any point leaves a saga that goes on,
//! and a repeat of anything has no second effect. What a move is, [`kit::saga`] says; nothing here decides.

mod answer;
mod conduct;
mod fence;
mod moves;
mod start;
mod status;
mod wait;
mod wake;

pub(crate) use answer::answer;
pub use conduct::{Conduct, conduct};
pub(crate) use fence::{Work, carry_out};
pub(crate) use start::Starts;
pub use status::routes;
pub(crate) use wait::end_of;
pub(crate) use wake::wake;
