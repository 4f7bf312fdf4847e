// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Runs all services of library in one process.

use std::process::ExitCode;

use kit_runtime::service::App;

fn main() -> ExitCode {
    App::new("library")
        .service(catalogue::service())
        .service(lending::service())
        .gateway(gateway::table())
        .main()
}
