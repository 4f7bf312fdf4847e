// Rendered by minos from minos.toml; own code goes into extend.rs of the gateway.
//! Runs the gateway of toolshare as a process of its own.

use std::process::ExitCode;

use kit_runtime::gateway::Gateway;

fn main() -> ExitCode {
    Gateway::new(gateway::table()).main()
}
