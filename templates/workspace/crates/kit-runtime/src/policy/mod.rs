//! Policies: commands that follow from events.
//!
//! Keeps true: the messages of an event enter the outbox in the unit that moves the policy's
//! cursor, under ids made from the event, so that a repeat has no second effect. Who carries the
//! command out is told by its name.

mod deliver;
mod react;

pub use deliver::Delivery;
pub use react::{React, message_of, react};
