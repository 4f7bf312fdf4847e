//! The command line: the only room that prints, prompts and reads the environment.
//!
//! `args` says what can be typed, `spine` is the walk that all commands share, and each command has
//! a file of its own. `ui` is the only writer to the terminal, `prompt` the only reader of it,
//! `exit` the only place that knows exit codes. Results go to standard output, everything else to
//! standard error.

mod add;
mod args;
mod check;
mod completions;
pub mod demo;
mod dev;
mod doctor;
mod env;
mod exit;
mod explain;
mod fmt;
mod format;
mod forms;
mod generate;
mod help;
mod inspect;
mod interrupt;
mod items;
mod list;
mod listing;
mod logs;
mod man;
mod new;
mod panic;
mod project;
mod prompt;
mod reports;
mod run;
mod settings;
mod spine;
mod sync;
mod ui;
mod vcs;

pub use args::command_line;
pub use env::{Colour, colour};
pub use exit::{Exit, Failure};
pub use run::main;
