// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! The domain of catalogue: What the library holds.
//!
//! Pure: no I/O, no async, no clock. Time, actor and rows come with the context of a decision.

pub mod title;
