//! `minos demo`: generate a system, build it, start it, drive it over HTTP, show what it answered.
//!
//! What is asked and what must come back stands beside the example, in `demo.json`. Every value
//! that is shown was read from the running system; the first one that differs ends the demo with
//! an error. Nothing here knows a particular domain.

mod build;
mod command;
mod drive;
mod script;
mod system;

use std::io::Write;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

pub(super) use command::demo;
pub use script::Script;

/// What a demo runs on.
pub struct Demo<'a> {
    /// The workspace: generated here, or an existing one.
    pub workspace: Utf8PathBuf,
    /// Name of the all-in-one package and binary.
    pub system: String,
    /// What is asked, and what must come back.
    pub script: Script,
    /// End after the table instead of waiting for Ctrl-C.
    pub once: bool,
    /// Show progress lines that are replaced by the next one.
    pub live: bool,
    /// Whether the user asked to stop.
    pub interrupted: &'a dyn Fn() -> bool,
}

/// Build, start, drive, stop. Progress goes to `progress`, results to `out`.
///
/// # Errors
/// The build fails, the system does not become healthy or ends by itself, or an answer differs
/// from what the script says.
pub fn run(demo: &Demo, out: &mut dyn Write, progress: &mut dyn Write) -> anyhow::Result<()> {
    let target = target_dir(&demo.workspace);
    build::build(&demo.workspace, &demo.system, &target, demo.live, progress)?;
    let binary = target.join("debug").join(&demo.system);
    let data = demo.workspace.join(".data");
    if data.exists() {
        fs_err::remove_dir_all(&data).context("clearing the data of an earlier demo")?;
    }
    writeln!(progress, "starting {}", demo.system)?;
    let mut system = system::System::start(&binary, &demo.workspace)?;
    let result = drive_it(demo, &mut system, out);
    system.stop();
    result
}

fn drive_it(demo: &Demo, system: &mut system::System, out: &mut dyn Write) -> anyhow::Result<()> {
    system.wait_until_ready(demo.interrupted)?;
    let url = system.url().to_owned();
    drive::drive(&demo.script, &url, out, &mut || system.alive())?;
    stay(demo, system, out)
}

/// Where the demo's workspace is built: beside it, so that a fresh workspace builds fast; or where
/// cargo is told to build.
fn target_dir(workspace: &Utf8Path) -> Utf8PathBuf {
    if let Some(given) = std::env::var("CARGO_TARGET_DIR").ok().filter(|given| !given.is_empty()) {
        return Utf8PathBuf::from(given);
    }
    let name = workspace.file_name().unwrap_or("workspace");
    workspace.with_file_name(format!("{name}-build"))
}

fn stay(demo: &Demo, system: &mut system::System, out: &mut dyn Write) -> anyhow::Result<()> {
    if demo.once {
        return Ok(());
    }
    let url = system.url().to_owned();
    writeln!(out, "\nThe system is running at {url}")?;
    for line in &demo.script.links {
        writeln!(out, "  {}", line.replace("{url}", &url))?;
    }
    writeln!(out, "Press Ctrl-C to stop it.")?;
    out.flush()?;
    system.wait_for_end(demo.interrupted)
}
