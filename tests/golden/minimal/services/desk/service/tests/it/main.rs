// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Tests of the service desk: its routes, and the rules of its layout.

mod architecture;
mod routes;
