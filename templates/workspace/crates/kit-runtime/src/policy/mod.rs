//! Policies: commands that follow from events.
//!
//! Keeps true: the messages of an event enter the outbox in the unit that moves the policy's
//! cursor, under ids made from the event, so that a repeat has no second effect. Who carries the
//! command out is told by its name.

mod deliver;
mod park;
mod react;
mod seed;
mod stranger;
mod timed;

pub use deliver::Delivery;
pub use park::DEAD_LETTERS;
pub(crate) use park::{dead_letter_of_event, for_whom};
pub use react::{Headers, React, message_of, react};
pub use seed::Seed;
pub(crate) use seed::sow;
pub(crate) use timed::{Timed, keep_time};
