// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Runs workshop as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    workshop::service().main()
}
