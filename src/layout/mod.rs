//! Printer for Rust text that rustfmt would not change.
//!
//! A tree of [`Node`]s and [`Stmt`]s goes in, lines come out: on one line where that fits into 100
//! columns, else broken as rustfmt (style edition 2024, `use_small_heuristics = "Max"`) breaks it.
//! So that generated text is born formatted and no formatter runs when minos does.
//!
//! Pure; knows nothing of the domain language. It prints what it is given and never adds or drops
//! parentheses, borrows or names: the caller writes what clippy would ask for. A statement that no
//! layout fits (a name of 120 characters) stays on a long line, which rustfmt leaves alone as well.
//! The rules were found by experiment; the property test in `tests/it/layout.rs` holds them against
//! the rustfmt of the machine.

mod args;
mod chain;
mod closure;
mod control;
mod expr;
mod flat;
mod item;
mod memo;
mod node;
mod pair;
mod shape;
mod stmt;
mod text;

pub use item::{attribute, doc, pub_use_list, signature, sort_key, use_list};
pub use node::{Arm, Block, Field, Node, Stmt};
pub use stmt::{body, expression, statement};

/// Lines are at most this wide.
pub const MAX_WIDTH: usize = 100;

/// One level of indentation.
pub const TAB: usize = 4;
