// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Runs lending as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    lending::service().main()
}
