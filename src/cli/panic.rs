//! Mistakes of minos itself: a short message, a report file without secrets, exit code 70.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::sync::OnceLock;

use fs_err as fs;

use super::exit::Failure;

const REPORT: &str = "minos-report.txt";

static CAUSE: OnceLock<String> = OnceLock::new();

/// Keep the cause instead of printing it.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let _ = CAUSE.set(format!("{}\n\n{}", cause(info), Backtrace::force_capture()));
    }));
}

fn cause(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    let place = info.location().map_or(String::new(), |l| format!(" at {}:{}", l.file(), l.line()));
    format!("{text}{place}")
}

/// What was kept when a thread panicked.
pub(super) fn kept() -> String {
    CAUSE.get().cloned().unwrap_or_else(|| "an unknown mistake".to_owned())
}

/// Write the report and say where it is. `command` is the command's name; its arguments and the
/// environment may hold secrets and stay out.
pub(super) fn report(command: &str, cause: &str) -> Failure {
    let text = format!(
        "minos {} on {}-{}\ncommand: {command}\n\n{cause}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
    );
    let first = cause.lines().next().unwrap_or_default();
    let failure = Failure::bug(&format!("minos made a mistake: {first}"));
    match fs::write(REPORT, text) {
        Ok(()) => failure
            .hint(format!("please send {REPORT} with the issue; it holds no secrets"))
            .hint("nothing that minos was writing is left half done"),
        Err(_) => failure.hint("no report could be written here"),
    }
}
