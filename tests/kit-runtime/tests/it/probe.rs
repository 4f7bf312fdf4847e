//! The small system as a program, for tests that start and kill processes. `PROBE` names what runs.

#[path = "lending"]
mod lending {
    pub mod beat;
    pub mod contracts;
    pub mod desk;
    pub mod front;
    pub mod office;
    pub mod tool;
}
#[path = "travel"]
mod travel {
    pub mod agency;
    pub mod hotel;
}

use std::process::ExitCode;

use kit_runtime::service::App;

fn main() -> ExitCode {
    match std::env::var("PROBE").unwrap_or_default().as_str() {
        "beat" => lending::beat::service().main(),
        "desk" => lending::desk::service().system(&system()).main(),
        "gateway" => kit_runtime::gateway::Gateway::new(lending::front::table()).main(),
        "office" => lending::office::service().system(&system()).main(),
        "travel" => {
            let app = App::new("travel").service(travel::agency::service());
            app.service(travel::hotel::service()).main()
        }
        _ => {
            let app = App::new("lending").service(lending::desk::service());
            app.service(lending::office::service()).main()
        }
    }
}

/// The system that topics are named after: tests that share a broker have one each.
fn system() -> String {
    std::env::var("PROBE_SYSTEM").unwrap_or_else(|_| "lending".to_owned())
}
