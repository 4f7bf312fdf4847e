// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! The published language: what contexts tell each other. Nothing else of a context is known outside.

pub mod stock;
pub mod workshop;
