//! The folder of a project: reading it, and changing it all or not at all.
//!
//! The only room that writes files. A change of several files is staged, committed by one rename
//! and then carried out; a run that is killed is finished or forgotten by the next one
//! ([`recover`]). Unchanged files keep their time. Nothing outside the project's folder is touched,
//! and links are never followed.

mod create;
mod digest;
mod disk;
mod guard;
mod journal;
mod read;
mod transaction;

pub use create::{CreateError, Creation, create};
pub use digest::{Digest, loose, normal};
pub use disk::{Disk, RealDisk};
pub use guard::{Guard, guard, is_taken};
pub use read::{Found, Snapshot, read_tree, read_under};
pub use transaction::{ApplyError, Recovered, Step, apply, left_over, recover};

/// The folder of minos' own state.
pub const STATE: &str = ".minos";
