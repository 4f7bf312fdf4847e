// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Tests of the service catalogue: its routes, its scenarios, and the rules of its layout.

mod architecture;
mod routes;
mod scenarios;
