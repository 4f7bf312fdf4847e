//! One program of the demo's system, as a process on loopback.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

/// How long it may take to stop by itself.
const STOP_WITHIN: Duration = Duration::from_secs(10);
pub(super) const TICK: Duration = Duration::from_millis(50);

/// A process and where it answers.
pub struct Process {
    name: String,
    child: Child,
    url: String,
    log: Utf8PathBuf,
}

/// A program that is ready to be started: in the workspace, with these settings, its log in a file.
pub fn prepared(
    binary: &Utf8Path,
    workspace: &Utf8Path,
    settings: &[(String, String)],
    log: &Utf8Path,
) -> anyhow::Result<Command> {
    let file = fs_err::OpenOptions::new().create(true).append(true).open(log)?;
    let (file, _) = file.into_parts();
    let errors = file.try_clone().context("opening the log of the demo")?;
    let mut command = Command::new(binary);
    command.current_dir(workspace).stdin(Stdio::null()).stdout(file).stderr(errors);
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    Ok(command)
}

impl Process {
    /// Start a program that listens on this port.
    pub fn start(
        name: &str,
        mut program: Command,
        port: u16,
        log: Utf8PathBuf,
    ) -> anyhow::Result<Self> {
        program.args(["serve", "--dev"]).env("HTTP_ADDR", format!("127.0.0.1:{port}"));
        let child = program.spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { name: name.to_owned(), child, url: format!("http://127.0.0.1:{port}"), log })
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the process still runs; an error that shows the end of its log if not.
    pub fn alive(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait().with_context(|| format!("looking after {}", self.name))? {
            None => Ok(()),
            Some(status) => {
                bail!("{} ended by itself ({status}):\n{}", self.name, last_lines(&self.log))
            }
        }
    }

    /// Wait until `/ready` answers 200, at most until `end`.
    pub fn wait_until_ready(
        &mut self,
        end: Instant,
        interrupted: &dyn Fn() -> bool,
    ) -> anyhow::Result<()> {
        let ready = format!("{}/ready", self.url);
        while Instant::now() < end {
            self.alive()?;
            if interrupted() {
                bail!("interrupted");
            }
            if ureq::get(&ready).call().is_ok() {
                return Ok(());
            }
            sleep(TICK);
        }
        bail!("{} is not ready in time:\n{}", self.name, last_lines(&self.log))
    }

    /// Ask it to stop.
    pub fn ask_to_stop(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
    }

    /// Wait for its end, and end it when that takes too long.
    pub fn end(mut self) {
        let end = Instant::now() + STOP_WITHIN;
        while Instant::now() < end {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            sleep(TICK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of a log.
pub fn last_lines(log: &Utf8Path) -> String {
    let text = fs_err::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(20).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
