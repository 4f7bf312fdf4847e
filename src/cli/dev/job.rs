//! A program that runs while somebody may want it to end: its lines, its group, its end.

use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How often whoever waits is asked whether to go on.
const TICK: Duration = Duration::from_millis(50);

/// A line of a job.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Of its standard output.
    Out(String),
    /// Of its standard error.
    Err(String),
}

/// A running program that is ended, with everything it started, when it is dropped.
pub(super) struct Job {
    child: Child,
    lines: Receiver<Line>,
    ended: bool,
}

impl Job {
    /// Start it in a group of its own, without input.
    pub fn start(command: &mut Command) -> std::io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.process_group(0).spawn()?;
        let (sender, lines) = channel();
        if let Some(out) = child.stdout.take() {
            read(out, sender.clone(), Line::Out);
        }
        if let Some(err) = child.stderr.take() {
            read(err, sender, Line::Err);
        }
        Ok(Self { child, lines, ended: false })
    }

    /// Hand over its lines until it has ended; none when `stop` said so before.
    pub fn wait(
        mut self,
        mut take: impl FnMut(Line),
        mut stop: impl FnMut() -> bool,
    ) -> std::io::Result<Option<ExitStatus>> {
        loop {
            match self.lines.recv_timeout(TICK) {
                Ok(line) => take(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if stop() {
                return Ok(None);
            }
        }
        let status = self.child.wait()?;
        self.ended = true;
        Ok(Some(status))
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        signal_group(self.child.id(), Signal::TERM);
        // Compilers end at once; whoever does not is no compiler.
        for _ in 0..40 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(TICK);
        }
        signal_group(self.child.id(), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Send a signal to all processes of the group that this one leads.
pub(super) fn signal_group(id: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, signal);
    }
}

fn read(from: impl Read + Send + 'static, to: Sender<Line>, line: fn(String) -> Line) {
    std::thread::spawn(move || {
        for bytes in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&bytes).trim_end_matches('\r').to_owned();
            if to.send(line(text)).is_err() {
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn its_lines_come_in_order_and_its_end_is_told() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let take = |line| match line {
            Line::Out(text) => out.push(text),
            Line::Err(text) => err.push(text),
        };
        let status = Job::start(&mut command).unwrap().wait(take, || false).unwrap();
        assert_eq!(status.and_then(|it| it.code()), Some(3));
        assert_eq!(
            (out, err),
            (vec!["one".to_owned(), "three".to_owned()], vec!["two".to_owned()])
        );
    }

    #[test]
    fn what_it_started_ends_with_it() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo $!; wait"]);
        let started = Instant::now();
        let mut inner = None;
        let told = std::cell::Cell::new(false);
        let take = |line| {
            if let Line::Out(id) = line {
                inner = id.parse().ok().and_then(Pid::from_raw);
                told.set(true);
            }
        };
        let ended = Job::start(&mut command).unwrap().wait(take, || told.get()).unwrap();
        assert!(ended.is_none());
        let inner = inner.unwrap();
        while std::fs::read_to_string(format!("/proc/{}/stat", inner.as_raw_nonzero()))
            .is_ok_and(|stat| !stat.contains(") Z "))
        {
            assert!(started.elapsed() < Duration::from_secs(60), "it runs on");
            std::thread::yield_now();
        }
    }
}
