//! Log lines leave the process in a thread of their own.
//!
//! Keeps true: who logs never waits for who reads; when nobody reads, lines are lost and counted, and the next line
//! that can be written says how many. At the end of the process what is left is written, unless nobody reads.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// Most lines that wait.
const WAITING: usize = 8 << 10;
/// How long the end of the process waits for the last lines.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The writer of the process.
static OF_PROCESS: OnceLock<Background> = OnceLock::new();

enum Piece {
    Line(Vec<u8>),
    End(SyncSender<()>),
}

/// What is written here is written by another thread.
#[derive(Clone)]
pub(super) struct Background {
    queue: SyncSender<Piece>,
    lost: Arc<AtomicU64>,
}

impl Background {
    /// A writer to `target`; `tell` makes the line about lost ones from their number.
    pub fn to(
        target: impl Write + Send + 'static,
        waiting: usize,
        tell: fn(u64) -> String,
    ) -> Self {
        let (queue, pieces) = sync_channel(waiting);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = lost.clone();
        // A thread that cannot be had loses lines, nothing else.
        let _ = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || carry(&pieces, target, &counted, tell));
        Self { queue, lost }
    }

    /// The writer of the process, to its standard output.
    pub fn of_process(tell: fn(u64) -> String) -> Self {
        OF_PROCESS.get_or_init(|| Self::to(io::stdout(), WAITING, tell)).clone()
    }

    /// Wait until everything is written, at most so long.
    fn settle(&self, at_most: Duration) {
        let until = Instant::now() + at_most;
        let (done, end) = sync_channel(1);
        while self.queue.try_send(Piece::End(done.clone())).is_err() {
            if Instant::now() >= until {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = end.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

impl Write for Background {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Piece::Line(bytes.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Write what is left of the log of the process.
pub fn settle() {
    if let Some(background) = OF_PROCESS.get() {
        background.settle(LAST_WAIT);
    }
}

fn carry(
    pieces: &Receiver<Piece>,
    mut target: impl Write,
    lost: &AtomicU64,
    tell: fn(u64) -> String,
) {
    for piece in pieces {
        match piece {
            Piece::Line(line) => drop(target.write_all(&line)),
            Piece::End(done) => {
                let _ = target.flush();
                let _ = done.try_send(());
            }
        }
        let count = lost.swap(0, Ordering::Relaxed);
        if count > 0 {
            let _ = target.write_all(tell(count).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// A target that takes a line only when the test lets it.
    struct Gate(Receiver<()>, Sender<String>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            let _ = self.1.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_nobody_takes_are_lost_and_counted() {
        let ((open, gate), (taken, lines)) = (channel(), channel());
        let mut log = Background::to(Gate(gate, taken), 2, |count| format!("{count} lost\n"));
        let mut write = |line: &str| assert_eq!(log.write(line.as_bytes()).ok(), Some(line.len()));
        (0..100).for_each(|_| write("line"));
        drop((open, log));
        let lines: Vec<String> = lines.iter().collect();
        let told =
            lines.iter().filter_map(|line| line.strip_suffix(" lost\n")?.parse::<usize>().ok());
        let (lost, written) =
            (told.sum::<usize>(), lines.iter().filter(|it| *it == "line").count());
        assert_eq!(written + lost, 100, "each line is written or counted");
        assert!(lost >= 97, "{lost} of 100 were lost where three have a place");
    }

    #[test]
    fn the_end_waits_for_what_can_be_written_and_not_for_more() {
        let ((open, gate), (taken, lines)) = (channel(), channel());
        let mut log = Background::to(Gate(gate, taken), 8, |count| format!("{count} lost\n"));
        let _ = log.write(b"line");
        log.settle(Duration::from_millis(20));
        assert!(lines.try_recv().is_err(), "nobody took it");
        drop(open);
        log.settle(Duration::from_secs(10));
        assert_eq!(lines.try_recv().as_deref(), Ok("line"));
    }
}
