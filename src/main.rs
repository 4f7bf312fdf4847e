//! The `minos` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    minos::cli::main(std::env::args_os().collect())
}
