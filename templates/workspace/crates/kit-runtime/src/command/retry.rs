//! Waiting before another try: full jitter, and a queue for those who meet at one stream.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::store::{NumberKey, StreamKey};

/// How often a decision is made before the command gives up.
pub(super) const TRIES: u32 = 5;

/// The longest pause before a try, in milliseconds, by the number of tries before it.
const CEILINGS: [u64; 5] = [2, 5, 12, 25, 50];

/// Queues of this process. In the one of a stream stand only those who lost a race, so that they
/// do not race each other again.
#[derive(Debug)]
pub struct Stripes {
    streams: Vec<Mutex<()>>,
    numbers: Vec<Mutex<()>>,
}

impl Default for Stripes {
    fn default() -> Self {
        let queues = |count| (0..count).map(|_| Mutex::new(())).collect();
        Self { streams: queues(256), numbers: queues(64) }
    }
}

impl Stripes {
    /// Wait in the queue of `stream`.
    pub async fn enter(&self, stream: &StreamKey) -> Option<MutexGuard<'_, ()>> {
        wait_in(&self.streams, stream).await
    }

    /// Wait in the queue of a running number. Whoever takes one stands in it from before the last
    /// number is read until the new one is stored, since no two can win anyway.
    pub async fn enter_number(&self, number: &NumberKey) -> Option<MutexGuard<'_, ()>> {
        let key = StreamKey::new(number.name.clone(), number.part.clone());
        wait_in(&self.numbers, &key).await
    }
}

async fn wait_in<'a>(queues: &'a [Mutex<()>], key: &StreamKey) -> Option<MutexGuard<'a, ()>> {
    let count = u16::try_from(queues.len()).unwrap_or(1);
    match queues.get(usize::from(key.shard(count))) {
        Some(queue) => Some(queue.lock().await),
        None => None,
    }
}

/// A pause of random length after `tries` tries.
pub(super) async fn pause(tries: u32) {
    let index = usize::try_from(tries).unwrap_or(usize::MAX).min(CEILINGS.len() - 1);
    let ceiling = CEILINGS.get(index).copied().unwrap_or(50) * 1_000;
    tokio::time::sleep(Duration::from_micros(random(ceiling))).await;
}

/// A number from 0 to `ceiling`.
fn random(ceiling: u64) -> u64 {
    let (_, low) = Uuid::now_v7().as_u64_pair();
    (low & 0xffff_ffff) % (ceiling + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_below_their_ceiling_and_differ() {
        let drawn: std::collections::BTreeSet<u64> = (0..100).map(|_| random(1_000_000)).collect();
        assert!(drawn.len() > 50);
        assert!(drawn.iter().all(|it| *it <= 1_000_000));
    }

    #[tokio::test]
    async fn one_queue_per_stream() {
        let stripes = Stripes::default();
        let stream = StreamKey::new("tool", "1");
        let first = stripes.enter(&stream).await;
        assert!(
            tokio::time::timeout(Duration::from_millis(5), stripes.enter(&stream)).await.is_err()
        );
        drop(first);
        assert!(stripes.enter(&stream).await.is_some());
    }
}
