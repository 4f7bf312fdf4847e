//! Hears at once that a log of another process has grown: a question that is answered when it has.
//!
//! Keeps true: for each log of a process one question is open at a time, however many consumers
//! follow it, and none when nobody does. An answer that is lost costs latency only, as consumers
//! look by themselves as well.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::pull::Peer;
use super::wire::WireHead;

/// The pause after good news, so that a busy log is not asked for each of its records.
const AFTER_NEWS: Duration = Duration::from_millis(5);
/// Shortest time between two questions that bring no news.
const WITHOUT_NEWS: Duration = Duration::from_secs(1);

/// The bell of one log.
#[derive(Debug, Default)]
pub(super) struct Bell(OnceLock<watch::Receiver<u64>>);

impl Bell {
    /// A hint that changes when `log` of `peer` has grown. The first caller starts the listening, which ends with
    /// the last receiver and this bell.
    pub fn listen(&self, peer: &Peer, log: &'static str) -> watch::Receiver<u64> {
        let start = || {
            let (ring, heard) = watch::channel(0);
            tokio::spawn(listen(peer.clone(), log, ring));
            heard
        };
        self.0.get_or_init(start).clone()
    }
}

async fn listen(peer: Peer, log: &'static str, ring: watch::Sender<u64>) {
    let mut known = None;
    loop {
        let asked = Instant::now();
        let question = match known {
            Some(length) => format!("/_kit/log/{log}?beyond={length}"),
            None => format!("/_kit/log/{log}"),
        };
        let answer = tokio::select! {
            answer = peer.get::<WireHead>(&question) => answer,
            () = ring.closed() => return,
        };
        let length = answer.ok().map(|head| head.length());
        let pause = if length.is_some() && length != known {
            known = length;
            ring.send_modify(|count| *count += 1);
            AFTER_NEWS
        } else {
            WITHOUT_NEWS.saturating_sub(asked.elapsed())
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = ring.closed() => return,
        }
    }
}
