//! The interpreter: what typed expressions mean, for scenarios, constants and differential tests.
//!
//! Total: whatever the values are, the result is a value or a [`Fault`]. It does what the lowered
//! Rust does with the kit's helpers, digit by digit; a differential test compares the two. It knows
//! nothing of stores; rows, numbers and the clock lie in the [`Env`].

mod apply;
mod decide;
mod env;
mod expr;
mod method;
mod num;
mod ops;
mod time;
mod value;

pub use apply::{apply, made};
pub use decide::{Decision, Emitted, decide_rules, emit, outcome};
pub use env::{Env, Fault};
pub use expr::eval;
pub use value::{Fields, Value};
