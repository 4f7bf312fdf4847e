//! Tests of minos, one module per room.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests may stop at the first surprise"
)]

mod cli;
mod deploy;
mod diagnostics;
mod foreign;
mod golden;
mod layout;
mod lowering;
mod merge;
mod mutants;
mod names;
mod openapi;
mod random;
mod render;
mod rooms;
mod secrets;
mod shapes;
mod syntax;
