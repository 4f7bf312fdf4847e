//! From a log to its topics.
//!
//! One owner for each group of shards, by lease. It sends a batch of records, the oldest first, each shard in the order
//! of the log, waits for what the brokers say, and moves the cursor as far as everything before it arrived. After any failure it starts again
//! behind the cursor; what arrived already arrives twice, and receivers know it by its place. The epoch of the lease
//! is in every move, so that one who was too slow cannot move the cursor of its successor.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::producer::{Producer as _, PurgeConfig};

use super::envelope::Travels;
use super::leases::Keeper;
use super::window::{Log, Trouble, Work};
use super::{Kafka, KafkaTrouble, Topics};
use crate::consume::{Pace, any_change};
use crate::health::{Condition, Health};
use crate::service::{Phase, Stop};
use crate::store::Store;
use crate::transport::Topic;

/// Sends one log of a service.
pub struct Relay<T> {
    kafka: Kafka,
    log: Log<T>,
    health: Health,
}

#[expect(private_bounds, reason = "events and messages travel, and nothing else does")]
impl<T: Travels> Relay<T> {
    /// A relay of what belongs to `topic` in the log of `store`.
    #[must_use]
    pub fn new(kafka: Kafka, store: Arc<dyn Store>, topic: Topic, health: Health) -> Self {
        let (names, batch) = (kafka.names.clone(), kafka.broker.batch);
        Self { kafka, log: Log::new(store, topic, names, batch), health }
    }

    /// Send everything that comes until the process stops.
    pub async fn run(self, pace: Pace, stop: Stop) {
        let keeper = {
            let ttl = self.kafka.broker.lease;
            Keeper::start(self.log.store.clone(), &self.log.name, ttl)
        };
        let mut leases = keeper.changes();
        let mut changes = [self.log.store.changes()];
        let mut work: Option<Work> = None;
        let mut pause = pace.min;
        while stop.phase() < Phase::Stopped {
            for hint in &mut changes {
                hint.mark_unchanged();
            }
            leases.mark_unchanged();
            // What is cut off by the end is sent again by whoever comes next.
            let moved = tokio::select! {
                moved = self.turn(&mut work, keeper.now()) => moved,
                () = stop.reached(Phase::Stopped) => break,
            };
            match moved {
                Ok(0) => pause = pace.longer(pause),
                Ok(_) => {
                    pause = pace.min;
                    self.rest(&stop).await;
                    continue;
                }
                Err(()) => pause = pace.longer(pause).max(Duration::from_millis(200)),
            }
            tokio::select! {
                () = any_change(&mut changes), if moved.is_ok() => {}
                _ = leases.changed() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.reached(Phase::Stopped) => {}
            }
        }
        keeper.end().await;
    }

    /// The pause after a batch.
    async fn rest(&self, stop: &Stop) {
        let pause = self.kafka.broker.pause;
        if !pause.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.reached(Phase::Stopped) => {}
            }
        }
    }

    /// One round under these leases; gives how many records it passed.
    async fn turn(&self, work: &mut Option<Work>, epochs: BTreeMap<u16, i64>) -> Result<usize, ()> {
        match self.round(work, epochs).await {
            Ok(count) => {
                let stopped = work.as_ref().and_then(|work| work.stopped.first_key_value());
                let detail = stopped.map(|(shard, why)| format!("shard {shard} stands: {why}"));
                self.note(detail);
                Ok(count)
            }
            Err(trouble) => {
                self.recover(work, trouble);
                Err(())
            }
        }
    }

    async fn round(
        &self,
        work: &mut Option<Work>,
        epochs: BTreeMap<u16, i64>,
    ) -> Result<usize, Trouble> {
        if epochs.is_empty() {
            *work = None;
            return Ok(0);
        }
        let work = match work {
            Some(work) => work,
            None => work.insert(Work::new(self.kafka.producer(&self.log.name)?)),
        };
        if work.topics == Topics::default() {
            work.topics = Topics::look(&work.producer, &self.kafka.ear).await?;
        }
        if work.epochs != epochs || work.cursors.is_empty() {
            self.log.adopt(work, epochs).await?;
        }
        let records = self.log.window(work).await?;
        let passed = records.len();
        let flights = self.log.send(work, records).await?;
        self.log.settle(work, flights).await?;
        Ok(passed)
    }

    /// Forget what was sent and not confirmed: everything behind the cursors is sent again.
    fn recover(&self, work: &mut Option<Work>, trouble: Trouble) {
        if let Some(work) = work {
            work.producer.purge(PurgeConfig::default().queue().inflight());
            work.forget();
        }
        let detail = match trouble {
            Trouble::Fenced => {
                tracing::info!(relay = self.log.name, "somebody else sends this now");
                return;
            }
            Trouble::Later(detail) => detail,
            Trouble::Broken(detail) => {
                *work = None;
                detail
            }
        };
        tracing::warn!(relay = self.log.name, exception.message = detail, "going back");
        self.note(Some(detail));
    }

    fn note(&self, detail: Option<String>) {
        let good = Condition::Ok;
        let condition = detail.map_or(good, |detail| Condition::Degraded { detail });
        self.health.set(&self.log.name, condition);
    }
}

impl From<KafkaTrouble> for Trouble {
    fn from(error: KafkaTrouble) -> Self {
        Self::Later(error.0)
    }
}
