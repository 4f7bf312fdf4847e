//! Sagas: steps over several aggregates, one after the other, taken back when one of them fails.
//!
//! [`Saga`] says what a saga is; [`Run`] is one that runs. A transition is a pure function of the run, of what came
//! in (a reply, or that a moment is due) and of the context: it gives the run after it and the commands to send.
//! Storing both in one transaction, carrying commands and replies and waking the run when it is due is the runtime's
//! work.
//!
//! Keeps true: a run ends completed or compensated, or stands parked with its reason. Only steps that were done, or
//! whose end nobody knows, are undone, in reverse order. Ids of requests follow from the run, so that a transition
//! made twice asks for the same; [`fence`] keeps the other side from doing a request twice, or after it was undone.

mod define;
pub mod fence;
mod reply;
mod run;
mod walk;

pub use define::{Limit, Saga, Start, Step, Verdict};
pub use reply::{Answer, Answered, Reply, Request, Told};
pub use run::{Advance, Order, Phase, Run};
