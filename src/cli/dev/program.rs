//! The running system: started, asked whether it is ready, stopped; and the one to go back to.

use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::process::Signal;

use super::job::signal_group;

/// How long a system may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take to stop by itself.
const STOP_WITHIN: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(50);

/// Where and how the system runs.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub root: Utf8PathBuf,
    pub port: u16,
    /// Whether its log is shown, or only what is wrong.
    pub talks: bool,
}

impl Place {
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// How a start ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Started {
    /// It answers.
    Ready,
    /// It does not, and why.
    Failed(String),
    /// Nobody wants it any more.
    Unwanted,
}

/// A running system. It ends when this is dropped, or when this process is gone, whatever the way:
/// it sees the end of its input.
pub(super) struct Program {
    child: Child,
    _input: Option<ChildStdin>,
    binary: Utf8PathBuf,
}

impl Program {
    /// Start a copy of `built`, which cargo may write over while this one runs.
    pub fn start(built: &Utf8Path, copy: Utf8PathBuf, place: &Place) -> std::io::Result<Self> {
        let _ = std::fs::remove_file(&copy);
        if std::fs::hard_link(built, &copy).is_err() {
            fs_err::copy(built, &copy)?;
        }
        Self::again(copy, place)
    }

    /// Start what [`Program::stop`] gave.
    pub fn again(binary: Utf8PathBuf, place: &Place) -> std::io::Result<Self> {
        let log = || std::io::stderr().as_fd().try_clone_to_owned().map(Stdio::from);
        let mut command = Command::new(std::path::absolute(&binary)?);
        command.args(["serve", "--dev", "--until-eof"]).current_dir(&place.root);
        command.args(["--http-addr", &format!("127.0.0.1:{}", place.port)]);
        for (name, value) in
            [("LOG_FORMAT", "text"), ("LOG_LEVEL", if place.talks { "info" } else { "warn" })]
        {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        command.stdin(Stdio::piped()).stdout(log()?).stderr(log()?).process_group(0);
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        Ok(Self { child, _input: input, binary })
    }

    /// Wait until it answers.
    pub fn ready(&mut self, place: &Place, mut unwanted: impl FnMut() -> bool) -> Started {
        let (end, ready) = (Instant::now() + READY_WITHIN, format!("{}/ready", place.url()));
        while Instant::now() < end {
            if let Some(ended) = self.ended() {
                return Started::Failed(ended);
            }
            if unwanted() {
                return Started::Unwanted;
            }
            if ureq::get(&ready).call().is_ok() {
                return Started::Ready;
            }
            std::thread::sleep(TICK);
        }
        Started::Failed(format!("it was not ready after {} s", READY_WITHIN.as_secs()))
    }

    /// How it ended by itself, if it did.
    pub fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(format!("it ended with {status}")),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Let it finish what it does, and end it; gives what it was started from.
    pub fn stop(mut self) -> Utf8PathBuf {
        self.end();
        self.binary.clone()
    }

    fn end(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        signal_group(self.child.id(), Signal::TERM);
        let end = Instant::now() + STOP_WITHIN;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(TICK);
        }
        signal_group(self.child.id(), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// The port to answer on: the one that was asked for, any free one for 0; none when it is taken.
pub(super) fn free_port(port: u16) -> Option<u16> {
    let listener = TcpListener::bind(("127.0.0.1", port)).ok()?;
    listener.local_addr().ok().map(|address| address.port())
}
