//! `minos dev`: after each edit the files are synced, the system is built, tested and started again.
//!
//! Keeps true: the system that runs is stopped only for one that was built and whose tests passed,
//! and it comes back when that one does not start; every mistake is shown, none ends the command;
//! data stays where it is; Ctrl-C ends everything that was started. It looks at files of this
//! project and speaks to the process it started, to nothing else.

mod cargo;
mod command;
mod files;
mod job;
mod program;
mod say;
mod watch;

pub(super) use command::dev;
