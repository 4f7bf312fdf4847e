// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Runs all services of toolshare in one process.

use std::process::ExitCode;

use kit_runtime::service::App;

fn main() -> ExitCode {
    App::new("toolshare").service(desk::service()).gateway(gateway::table()).main()
}
