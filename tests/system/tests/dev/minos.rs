//! The program under test: what it shows, and where the system answers that it started.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::http::{Answer, ask, within};
use crate::workspace::{Workspace, program};

/// Longer than a first build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(100);

/// `minos` at work.
pub struct Minos {
    child: Child,
    pieces: Receiver<String>,
    /// What was shown and not yet looked at.
    rest: String,
    /// The last text that was looked at.
    seen: String,
    pub address: String,
}

fn command(workspace: &Workspace, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).current_dir(&workspace.folder);
    command.env("CARGO_TARGET_DIR", &workspace.target).stdin(Stdio::null());
    command
}

impl Minos {
    pub fn start(workspace: &Workspace, args: &[&str]) -> Self {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = command(workspace, args);
        let child = command.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
        let (sender, pieces) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).is_err() {
                    break;
                }
            }
        });
        let (rest, seen, address) = Default::default();
        Self { child, pieces, rest, seen, address }
    }

    /// Run it to its end; its exit code and standard output.
    pub fn run(workspace: &Workspace, args: &[&str]) -> (Option<i32>, String) {
        let output = command(workspace, args).stderr(Stdio::inherit()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }

    /// Wait until it shows a text; gives all that it showed since the last time, up to the end of that line.
    pub fn shows(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.rest.find(text).and_then(|at| {
                let end = self.rest.get(at..)?.find('\n')?;
                Some(at + end + 1)
            });
            if let Some(end) = found {
                let rest = self.rest.split_off(end);
                self.seen = std::mem::replace(&mut self.rest, rest);
                return self.seen.clone();
            }
            match self.pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(piece) => self.rest.push_str(&piece),
                Err(error) => panic!("no {text:?} ({error}) in:\n{}", self.rest),
            }
        }
    }

    /// Take the address from what was shown last.
    pub fn find_address(&mut self) {
        let after = self.seen.rsplit("http://").nth(1).unwrap();
        self.address = after.split_whitespace().next().unwrap().to_owned();
    }

    pub fn ask(&self, line: &str, body: &Value) -> Answer {
        ask(&self.address, line, &[], body).unwrap_or_else(|| panic!("no answer to {line}"))
    }

    /// Ask until the answer is as expected; while the system is replaced there may be none.
    pub fn until(&mut self, line: &str, expected: impl Fn(&Answer) -> bool) -> Answer {
        within(PATIENCE, line, || {
            while let Ok(piece) = self.pieces.try_recv() {
                self.rest.push_str(&piece);
            }
            match ask(&self.address, line, &[], &Value::Null) {
                Some(answer) if expected(&answer) => Ok(answer),
                other => Err(format!("{other:?} after\n{}", self.rest)),
            }
        })
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Wait for its end; its exit code, none when it was killed.
    pub fn end(mut self) -> Option<i32> {
        within(PATIENCE, "minos ends", || {
            self.child.try_wait().unwrap().ok_or_else(|| "it runs".to_owned())
        })
        .code()
    }
}

impl Drop for Minos {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
