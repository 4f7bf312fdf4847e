//! The way down: unready, then refusing, then stopped, with nothing cut off in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};

/// How far the process is on its way down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Everything is served.
    Serving,
    /// Not ready any more, so that load balancers look elsewhere; everything is still served.
    Draining,
    /// New commands are refused; what runs is finished.
    Refusing,
    /// Background work ends after its current batch.
    Stopped,
}

/// The phase of the process, shared by all its parts, and a count of what is still running.
#[derive(Debug, Clone)]
pub struct Stop {
    phase: Arc<watch::Sender<Phase>>,
    running: Arc<Count>,
}

#[derive(Debug, Default)]
struct Count {
    now: AtomicUsize,
    idle: Notify,
}

/// One request or unit of work that is not finished; dropping it counts it out.
#[derive(Debug)]
pub struct Running(Arc<Count>);

impl Default for Stop {
    fn default() -> Self {
        Self { phase: Arc::new(watch::Sender::new(Phase::Serving)), running: Arc::default() }
    }
}

impl Stop {
    /// A process that serves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The phase now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// New commands are refused.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.phase() >= Phase::Refusing
    }

    /// Count one piece of work in, until the answer is dropped.
    #[must_use]
    pub fn enter(&self) -> Running {
        self.running.now.fetch_add(1, Ordering::AcqRel);
        Running(self.running.clone())
    }

    /// Go down: unready for `wait`, then refuse commands, finish what runs within `timeout`, then
    /// end background work.
    pub async fn go_down(&self, wait: Duration, timeout: Duration) {
        self.phase.send_replace(Phase::Draining);
        tracing::info!(wait_ms = millis(wait), "draining");
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        self.phase.send_replace(Phase::Refusing);
        if tokio::time::timeout(timeout, self.idle()).await.is_err() {
            tracing::warn!(timeout_ms = millis(timeout), "work was still running at the end");
        }
        self.phase.send_replace(Phase::Stopped);
    }

    /// End at once: whoever asked does not want to wait.
    pub fn cut_short(&self) {
        self.phase.send_replace(Phase::Stopped);
    }

    /// Wait until the process has come as far as `phase`.
    pub async fn reached(&self, phase: Phase) {
        let mut receiver = self.phase.subscribe();
        let _ = receiver.wait_for(|now| *now >= phase).await;
    }

    async fn idle(&self) {
        loop {
            let notified = self.running.idle.notified();
            if self.running.now.load(Ordering::Acquire) == 0 {
                return;
            }
            notified.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.now.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

/// Ctrl-C and, where there is one, SIGTERM; on demand the end of the standard input. Listens from the moment it is made, so that no signal
/// ends the process the hard way.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    end_of_input: Option<oneshot::Receiver<()>>,
}

impl Signals {
    /// Begin to listen.
    ///
    /// # Errors
    /// The system does not allow it.
    #[cfg(unix)]
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        let (interrupt, terminate) = (signal(interrupt)?, signal(terminate)?);
        Ok(Self { interrupt, terminate, end_of_input: None })
    }

    /// Wait for the next one.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = ended(&mut self.end_of_input) => {}
        }
    }

    /// Begin to listen.
    ///
    /// # Errors
    /// None here.
    #[cfg(not(unix))]
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { end_of_input: None })
    }

    /// Wait for the next one.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        tokio::select! {
            Ok(()) = tokio::signal::ctrl_c() => {}
            () = ended(&mut self.end_of_input) => {}
            else => std::future::pending::<()>().await,
        }
    }

    /// From now on the end of the standard input counts as a signal, once.
    pub fn or_end_of_input(&mut self) {
        let (sender, receiver) = oneshot::channel();
        self.end_of_input = Some(receiver);
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = sender.send(());
        });
    }
}

/// Comes to an end when the input does, and never again.
async fn ended(input: &mut Option<oneshot::Receiver<()>>) {
    match input {
        Some(receiver) => {
            let _ = receiver.await;
            *input = None;
        }
        None => std::future::pending().await,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn running_work_is_finished_before_the_end() {
        let stop = Stop::new();
        let running = stop.enter();
        let down = tokio::spawn({
            let stop = stop.clone();
            async move { stop.go_down(Duration::ZERO, Duration::from_secs(60)).await }
        });
        stop.reached(Phase::Refusing).await;
        assert!(stop.refuses());
        assert_eq!(stop.phase(), Phase::Refusing);
        drop(running);
        down.await.expect("ends");
        assert_eq!(stop.phase(), Phase::Stopped);
    }

    #[tokio::test]
    async fn the_wait_for_running_work_is_bounded() {
        let stop = Stop::new();
        let _running = stop.enter();
        stop.go_down(Duration::ZERO, Duration::from_millis(1)).await;
        assert_eq!(stop.phase(), Phase::Stopped);
    }
}
