//! The running system: one process on a free port of loopback.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

/// How long a system may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take to stop by itself.
const STOP_WITHIN: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(50);

/// A started system.
pub struct System {
    child: Child,
    url: String,
    log: Utf8PathBuf,
}

impl System {
    /// Start `binary` in `workspace`; its log goes to a file there.
    pub fn start(binary: &Utf8Path, workspace: &Utf8Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let log = workspace.join("demo.log");
        let file = fs_err::File::create(&log)?;
        let (file, _) = file.into_parts();
        let errors = file.try_clone().context("opening the log of the demo")?;
        let child = Command::new(binary)
            .args(["serve", "--dev"])
            .current_dir(workspace)
            .env("HTTP_ADDR", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .spawn()
            .with_context(|| format!("starting {binary}"))?;
        Ok(Self { child, url: format!("http://127.0.0.1:{port}"), log })
    }

    /// The address of the whole system.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the process still runs; an error that shows the end of its log if not.
    pub fn alive(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait().context("looking after the system")? {
            None => Ok(()),
            Some(status) => bail!("the system ended by itself ({status}):\n{}", self.last_lines()),
        }
    }

    /// Wait until `/ready` answers 200.
    pub fn wait_until_ready(&mut self, interrupted: &dyn Fn() -> bool) -> anyhow::Result<()> {
        let end = Instant::now() + READY_WITHIN;
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
        bail!("the system is not ready after {READY_WITHIN:?}:\n{}", self.last_lines())
    }

    /// Until the user stops it or it ends by itself.
    pub fn wait_for_end(&mut self, interrupted: &dyn Fn() -> bool) -> anyhow::Result<()> {
        while !interrupted() {
            self.alive()?;
            sleep(TICK);
        }
        Ok(())
    }

    /// Ask it to stop, wait, and end it when it does not.
    pub fn stop(mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
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

    fn last_lines(&self) -> String {
        let text = fs_err::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// A port of loopback that is free now: 8000 when it can be had.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 8000))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
        .context("looking for a free port")?;
    Ok(listener.local_addr().context("looking for a free port")?.port())
}
