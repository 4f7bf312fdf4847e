// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Runs desk as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    desk::service().main()
}
