//! What a run wants, what the last run wrote, what is on disk: and what follows from the three.
//!
//! [`merge`] is one pure function from (rendered files, [`State`], what is on disk) to a
//! [`Decision`]. It never changes or deletes what is the user's: an edited file of minos is
//! reported and left, a seed is left, in a keyed file the user's value wins. After its steps have
//! been applied, the same run again has nothing to do.

mod decide;
mod decision;
mod keyed;
mod limit;
mod lock;
mod project;
mod settled;
mod state;

pub use decide::merge;
pub use decision::{Action, Blocked, Change, Decision, Edit, Note};
pub use keyed::{Clash, merge_keys};
pub use lock::{Lock, Record};
pub use project::Project;
pub use settled::{Seen, Settled, as_written, inputs};
pub use state::{Applied, State, StateError, initial_state, load, state_steps};
