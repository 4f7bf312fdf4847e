// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Tests of the service lending: its routes, its scenarios, and the rules of its layout.

mod architecture;
mod routes;
mod scenarios;
