//! A consumer group: one client that fills the buffers of its lanes, and commits what was applied.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, Rebalance, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::{oneshot, watch};

use super::buffer::{Buffer, Put, Taken};
use super::ear::Ear;
use super::envelope::{Headers, Travels, unpack};
use super::lane::{Compared, Lane};
use super::member::Member;
use super::{Kafka, KafkaTrouble};
use crate::store::Mark;
use crate::transport::{Feed, FeedError, ForeignMessage, ForeignMessages};

/// A partition with so many records that were not applied is read no further,
const FULL: usize = 2_000;
/// until only so many are left.
const EMPTY: usize = 1_000;

/// One source of a subscription.
pub struct LanePlan<T> {
    /// The context that sends.
    pub source: String,
    /// The aggregate whose events, or the context to which messages go.
    pub chain: String,
    /// The topic they come on.
    pub topic: String,
    /// The log they come from, where missing ones are fetched.
    pub log: Arc<dyn Feed<T>>,
}

/// Keeps the client running; it ends with the last of these.
#[derive(Debug)]
pub(super) struct Alive(
    #[expect(dead_code, reason = "its end is the message")] oneshot::Sender<()>,
);

/// What the lanes of a subscription have in common.
pub(super) struct Shared<T: Travels> {
    consumer: Member<Watcher<T>>,
    state: Arc<Mutex<State<T>>>,
    system: String,
    pub compare: Duration,
    pub changed: watch::Sender<u64>,
    ear: Ear,
}

struct State<T> {
    lanes: Vec<Buffer<T>>,
    /// The topic of each lane.
    topics: Vec<String>,
    /// The lane of a source and chain.
    index: BTreeMap<(String, String), usize>,
    partitions: BTreeMap<(String, i32), Partition>,
    trouble: Option<String>,
    /// Where messages go that are not of this system.
    foreign: Weak<ForeignMessages>,
}

#[derive(Default)]
struct Partition {
    /// What came, by offset, and whose place it has to be before the offset may be committed.
    waiting: VecDeque<(i64, Option<Waits>)>,
    paused: bool,
}

/// What has to happen before an offset may be committed.
enum Waits {
    /// A record is applied.
    Applied { lane: usize, shard: u16, pos: i64 },
    /// A message from outside is handled.
    Handled(u64),
}

/// What changed for the client.
#[derive(Default)]
struct Changes {
    offsets: Vec<(String, i32, i64)>,
    resumed: Vec<(String, i32)>,
}

impl Kafka {
    /// Join a group that reads these lanes; gives a feed for each.
    ///
    /// # Errors
    /// Settings that the client does not take.
    #[expect(private_bounds, reason = "events and messages travel, and nothing else does")]
    pub fn subscribe<T: Travels>(
        &self,
        group: &str,
        plans: Vec<LanePlan<T>>,
        foreign: Option<(String, Arc<ForeignMessages>)>,
    ) -> Result<Vec<Arc<dyn Feed<T>>>, KafkaTrouble> {
        let gap = self.broker.gap;
        let keys = plans.iter().enumerate();
        let state = Arc::new(Mutex::new(State {
            lanes: plans.iter().map(|_| Buffer::new(gap)).collect(),
            topics: plans.iter().map(|plan| plan.topic.clone()).collect(),
            index: keys.map(|(at, it)| ((it.source.clone(), it.chain.clone()), at)).collect(),
            partitions: BTreeMap::new(),
            trouble: None,
            foreign: foreign.as_ref().map(|(_, it)| Arc::downgrade(it)).unwrap_or_default(),
        }));
        let (changed, ear) = (watch::Sender::new(0), self.ear.clone());
        let watcher = Watcher { state: state.clone(), changed, ear: ear.clone() };
        let changed = watcher.changed.clone();
        let consumer: StreamConsumer<Watcher<T>> =
            self.consumer(group, group).create_with_context(watcher)?;
        let mut topics: BTreeSet<&str> = plans.iter().map(|it| it.topic.as_str()).collect();
        topics.extend(foreign.as_ref().map(|(topic, _)| topic.as_str()));
        consumer.subscribe(&topics.into_iter().collect::<Vec<_>>())?;
        let (system, compare) = (self.names.system.clone(), self.broker.compare);
        let shared = Arc::new(Shared {
            consumer: Member::new(consumer),
            state,
            system,
            compare,
            changed,
            ear,
        });
        let (alive, end) = oneshot::channel();
        tokio::spawn(pump(shared.clone(), end));
        let alive = Arc::new(Alive(alive));
        if let Some((_, messages)) = &foreign {
            messages.keep(alive.clone());
        }
        let lanes = plans.into_iter().enumerate().map(|(index, plan)| {
            let (shared, _alive) = (shared.clone(), alive.clone());
            let compared = Mutex::new(Compared::now());
            let lane = Lane { index, shared, log: plan.log, compared, _alive };
            Arc::new(lane) as Arc<dyn Feed<T>>
        });
        Ok(lanes.collect())
    }
}

/// Take everything that comes, until nobody wants it any more.
async fn pump<T: Travels>(shared: Arc<Shared<T>>, mut end: oneshot::Receiver<()>) {
    loop {
        let received = tokio::select! {
            received = shared.consumer.recv() => received,
            _ = &mut end => break,
        };
        match received {
            Ok(message) => shared.put(&message),
            Err(error) => {
                shared.fails(shared.ear.why(&error));
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
    // Leaving the group may take a moment.
    drop(tokio::task::spawn_blocking(move || drop(shared)));
}

impl<T: Travels> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fails(&self, text: String) {
        let mut state = self.state();
        if state.trouble.as_ref() != Some(&text) {
            tracing::warn!(exception.message = text, "nothing comes from the brokers");
        }
        state.trouble = Some(text);
    }

    fn put(&self, message: &BorrowedMessage<'_>) {
        let headers = headers_of(message);
        let value = message.payload().unwrap_or_default();
        let key = (message.topic().to_owned(), message.partition());
        let arrived = unpack::<T>(&self.system, &headers, value);
        let mut state = self.state();
        if state.trouble.take().is_some() {
            self.ear.works();
        }
        let place = match arrived {
            Ok(Some(arrived)) => state.put(arrived, key.1),
            Ok(None) => state.put_foreign(&headers, message),
            Err(reason) => {
                let (topic, offset) = (&key.0, message.offset());
                tracing::error!(
                    topic,
                    partition = key.1,
                    offset,
                    reason,
                    "a record makes no sense"
                );
                None
            }
        };
        let changes = state.changes();
        let partition = state.partitions.entry(key.clone()).or_default();
        partition.waiting.push_back((message.offset(), place));
        let full = partition.waiting.len() >= FULL && !partition.paused;
        partition.paused |= full;
        drop(state);
        self.apply(changes);
        if full && let Err(error) = self.consumer.pause(&list(&[key])) {
            tracing::warn!(exception.message = %error, "a partition cannot be paused");
        }
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// What comes next on a lane; what is behind the marks is committed.
    pub fn take(
        &self,
        lane: usize,
        after: &BTreeMap<u16, Mark>,
        limit: u32,
    ) -> Result<Taken<T>, FeedError> {
        let mut state = self.state();
        let state = &mut *state;
        let buffer = state.lanes.get_mut(lane);
        let buffer = buffer.ok_or_else(|| FeedError::Unreadable("no such lane".to_owned()))?;
        let taken = buffer.take(after, limit, Instant::now());
        let trouble = state.trouble.clone().filter(|_| taken.entries.is_empty());
        let changes = state.changes();
        self.apply(changes);
        match trouble {
            Some(text) if taken.missing.is_empty() => Err(FeedError::Unavailable(text)),
            _ => Ok(taken),
        }
    }

    fn apply(&self, changes: Changes) {
        if !changes.offsets.is_empty() {
            let mut offsets = TopicPartitionList::new();
            for (topic, partition, next) in &changes.offsets {
                // Only a position below zero is refused.
                let _ = offsets.add_partition_offset(topic, *partition, Offset::Offset(*next));
            }
            if let Err(error) = self.consumer.store_offsets(&offsets) {
                tracing::debug!(exception.message = %error, "offsets of partitions that went away");
            }
        }
        if !changes.resumed.is_empty()
            && let Err(error) = self.consumer.resume(&list(&changes.resumed))
        {
            tracing::debug!(exception.message = %error, "partitions that went away");
        }
    }
}

impl<T: Travels> State<T> {
    /// Keep a message of somebody else; records of other services of the system are not such.
    fn put_foreign(&self, headers: &Headers, message: &BorrowedMessage<'_>) -> Option<Waits> {
        let foreign = self.foreign.upgrade()?;
        let text = |name: &str| headers.get(name).cloned();
        if headers.contains_key("ce_minospos") {
            return None;
        }
        let place = format!("{}/{}/{}", message.topic(), message.partition(), message.offset());
        let named = text("ce_source").zip(text("ce_id"));
        let found = ForeignMessage {
            key: named.map_or(place, |(source, id)| format!("{source}|{id}")),
            kind: text("ce_type").unwrap_or_default(),
            subject: text("ce_subject"),
            correlation_id: text("ce_correlationid"),
            traceparent: text("ce_traceparent").or_else(|| text("traceparent")),
            value: message.payload().unwrap_or_default().to_vec(),
        };
        Some(Waits::Handled(foreign.push(found)))
    }

    fn put(&mut self, arrived: super::envelope::Arrived<T>, partition: i32) -> Option<Waits> {
        let key = (arrived.source.clone(), arrived.chain.clone());
        let lane = *self.index.get(&key)?;
        let mark = arrived.entry.item.mark();
        let kept = self.lanes.get_mut(lane)?.put(arrived, partition);
        let (shard, pos) = (mark.shard, mark.pos);
        (kept == Put::Kept).then_some(Waits::Applied { lane, shard, pos })
    }

    /// Offsets before which everything is applied, and partitions that have room again.
    fn changes(&mut self) -> Changes {
        let mut changes = Changes::default();
        for ((topic, number), partition) in &mut self.partitions {
            let mut next = None;
            while let Some((offset, place)) = partition.waiting.front() {
                let done = match place {
                    None => true,
                    Some(Waits::Applied { lane, shard, pos }) => {
                        self.lanes.get(*lane).is_none_or(|lane| lane.is_done(*shard, *pos))
                    }
                    Some(Waits::Handled(number)) => {
                        self.foreign.upgrade().is_none_or(|it| it.is_done(*number))
                    }
                };
                if !done {
                    break;
                }
                next = Some(offset + 1);
                partition.waiting.pop_front();
            }
            changes.offsets.extend(next.map(|next| (topic.clone(), *number, next)));
            if partition.paused && partition.waiting.len() <= EMPTY {
                partition.paused = false;
                changes.resumed.push((topic.clone(), *number));
            }
        }
        changes
    }
}

/// Hears from the client about partitions that come and go.
struct Watcher<T> {
    state: Arc<Mutex<State<T>>>,
    changed: watch::Sender<u64>,
    ear: Ear,
}

impl<T: Travels> Watcher<T> {
    fn rebalanced(&self, gone: Option<&TopicPartitionList>) {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: BTreeSet<(String, i32)> =
            gone.map(|list| list.to_topic_map().into_keys().collect()).unwrap_or_default();
        let state = &mut *guard;
        state.partitions.retain(|key, _| !gone.contains(key));
        for (lane, topic) in state.lanes.iter_mut().zip(&state.topics) {
            let numbers = gone.iter().filter(|(of, _)| of == topic).map(|(_, number)| *number);
            lane.rebalanced(&numbers.collect());
        }
        state.trouble = None;
        drop(guard);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl<T: Travels> ClientContext for Watcher<T> {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.ear.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.ear.error(error, reason);
    }
}

impl<T: Travels> ConsumerContext for Watcher<T> {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(list) = rebalance {
            self.rebalanced(Some(list));
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(_) = rebalance {
            self.rebalanced(None);
        }
    }
}

fn headers_of(message: &BorrowedMessage<'_>) -> Headers {
    let mut found = Headers::new();
    for header in message.headers().into_iter().flat_map(|headers| headers.iter()) {
        let value = String::from_utf8_lossy(header.value.unwrap_or_default()).into_owned();
        found.insert(header.key.to_owned(), value);
    }
    found
}

fn list(partitions: &[(String, i32)]) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (topic, number) in partitions {
        list.add_partition(topic, *number);
    }
    list
}
