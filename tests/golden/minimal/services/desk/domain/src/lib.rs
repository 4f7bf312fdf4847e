// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! The domain of desk: what may happen, and what follows from it.
//!
//! Pure: no I/O, no async, no clock. Time, actor and rows come with the context of a decision.

pub mod tool;
