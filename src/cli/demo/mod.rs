//! `minos demo`: generate a system, build it, start it, drive it over HTTP, show what it answered.
//!
//! What is asked and what must come back stands beside the example, in `demo.json`. Every value
//! that is shown was read from the running system; the first one that differs ends the demo with
//! an error. Nothing here knows a particular domain.

mod build;
mod command;
mod drive;
mod process;
mod script;
mod servers;
mod system;

use std::io::Write;
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::logs::conversation;
use servers::Servers;
use system::{Programs, System};

pub(super) use command::demo;
pub use script::Script;
pub use servers::Given;

/// How long a view may take until it shows what happened, in one process and by Kafka, whose readers come together first.
const SEEN_WITHIN: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60));

/// What a demo runs on.
pub struct Demo<'a> {
    /// The workspace: generated here, or an existing one.
    pub workspace: Utf8PathBuf,
    /// Name of the all-in-one package and binary.
    pub system: String,
    /// What is asked, and what must come back.
    pub script: Script,
    /// The servers, when each service runs alone.
    pub apart: Option<Given>,
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
    let what = if demo.apart.is_some() {
        build::What::ProgramsWithKafka
    } else {
        build::What::Package(&demo.system)
    };
    build::build(&demo.workspace, &what, &target, demo.live, progress)?;
    let data = demo.workspace.join(".data");
    if data.exists() {
        fs_err::remove_dir_all(&data).context("clearing the data of an earlier demo")?;
    }
    fs_err::create_dir(&data)?;
    let built = target.join("debug");
    let programs = Programs { built: &built, workspace: &demo.workspace, system: &demo.system };
    let Some(given) = &demo.apart else {
        writeln!(progress, "starting {}", demo.system)?;
        return drive_it(demo, System::in_one(&programs)?, SEEN_WITHIN.0, out);
    };
    let name = format!("{}-demo-{}", demo.system, uuid::Uuid::now_v7().simple());
    let contexts = programs.contexts()?;
    writeln!(progress, "making {} databases, and topics that begin with {name}", contexts.len())?;
    let servers = Servers::prepare(given.clone(), &name, &contexts)?;
    writeln!(progress, "starting {} services and the gateway", contexts.len())?;
    let system = System::apart(&programs, &contexts, &servers)?;
    drive_it(demo, system, SEEN_WITHIN.1, out)
}

fn drive_it(
    demo: &Demo,
    mut system: System,
    patience: Duration,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    system.wait_until_ready(demo.interrupted)?;
    let url = system.url().to_owned();
    let followed = drive::drive(&demo.script, &url, patience, out, &mut || system.alive())?;
    if let Some(followed) = followed {
        show_way(demo, &followed, out)?;
    }
    stay(demo, &mut system, out)
}

/// What all services wrote about one request.
fn show_way(demo: &Demo, followed: &drive::Followed, out: &mut dyn Write) -> anyhow::Result<()> {
    let drive::Followed { request, id } = followed;
    let data = demo.workspace.join(".data");
    let lines = conversation(&data, id).map_err(|failure| anyhow::anyhow!(failure.message))?;
    writeln!(out, "\nWhat the services wrote about {request} (minos logs --id {id}):\n")?;
    write!(out, "{lines}")?;
    Ok(())
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

fn stay(demo: &Demo, system: &mut System, out: &mut dyn Write) -> anyhow::Result<()> {
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
