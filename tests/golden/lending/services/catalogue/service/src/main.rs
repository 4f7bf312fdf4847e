// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Runs catalogue as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    catalogue::service().main()
}
