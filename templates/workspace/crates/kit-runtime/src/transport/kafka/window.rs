//! One window of a relay: read, handed over, confirmed, noted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::future_producer::DeliveryFuture;
use rdkafka::producer::{FutureRecord, Producer as _};

use super::Topics;
use super::client::Producer;
use super::ear::words;
use super::envelope::{Origin, Parcel, Travels, pack};
use super::leases::SLOTS;
use crate::store::{CursorMove, Mark, Outcome, Store, StoreError, Unit};
use crate::transport::{Topic, TopicNames};

/// Fewest and most records of one shard that are looked at for a window.
const OF_SHARD: (u32, u32) = (16, 512);

/// What client and brokers say of a record that is too large.
const TOO_LARGE: KafkaError = KafkaError::MessageProduction(RDKafkaErrorCode::MessageSizeTooLarge);

/// Why a round did not do all its work.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Somebody else owns what we worked on.
    Fenced,
    /// Again, a little later.
    Later(String),
    /// Again with another client.
    Broken(String),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

/// The log that is sent, and what of it.
pub(super) struct Log<T> {
    pub store: Arc<dyn Store>,
    /// The job, and the name of its cursors.
    pub name: String,
    topic: Topic,
    names: Arc<TopicNames>,
    /// Most records in one window.
    most: u32,
    view: fn(&T, &Topic) -> Result<Option<T>, String>,
}

/// What a relay knows while it holds slots.
pub(super) struct Work {
    pub producer: Producer,
    pub topics: Topics,
    pub epochs: BTreeMap<u16, i64>,
    /// The cursor of each shard, with the epoch under which it is moved.
    pub cursors: BTreeMap<u16, (Mark, i64)>,
    /// Shards with a record that cannot be sent, and why.
    pub stopped: BTreeMap<u16, String>,
    /// Records that the brokers found too large: only their places are sent.
    places: BTreeSet<(u16, i64)>,
    /// The ends of each chain in each shard.
    chains: BTreeMap<String, BTreeMap<u16, Chain>>,
    /// Shards that had something in the last window.
    busy: u32,
}

/// The last record of a chain in a shard.
#[derive(Debug, Clone, Copy)]
struct Chain {
    /// As the store has it.
    stored: Mark,
    /// As it was sent.
    sent: Mark,
}

/// Records on their way, and shards of which one could not be handed over.
pub(super) struct Flights {
    records: Vec<Flight>,
    failed: BTreeMap<u16, String>,
}

struct Flight {
    mark: Mark,
    /// The chain it belongs to, and what becomes of it; none for what stays private.
    sent: Option<(String, DeliveryFuture)>,
}

/// Why a parcel was not handed over.
enum Refusal {
    TooLarge,
    Other(String),
}

impl Work {
    pub fn new(producer: Producer) -> Self {
        let (epochs, cursors, stopped) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (topics, chains, places) = (Topics::default(), BTreeMap::new(), BTreeSet::new());
        Self { producer, topics, epochs, cursors, stopped, places, chains, busy: 1 }
    }

    /// Forget everything that the store knows better.
    pub fn forget(&mut self) {
        self.cursors.clear();
        self.chains.clear();
        self.topics = Topics::default();
    }
}

impl<T: Travels> Log<T> {
    pub fn new(store: Arc<dyn Store>, topic: Topic, names: Arc<TopicNames>, most: u32) -> Self {
        Self { store, name: format!("relay:{}", T::PATH), topic, names, most, view: T::through }
    }

    /// The name of the cursors that hold the last record of a chain.
    fn chain_name(&self, chain: &str) -> String {
        format!("{}/{chain}", self.name)
    }

    /// Take over the slots: read their cursors, and shut out whoever had them before.
    pub async fn adopt(&self, work: &mut Work, epochs: BTreeMap<u16, i64>) -> Result<(), Trouble> {
        work.cursors.clear();
        work.chains.clear();
        work.stopped.clear();
        let rows = self.store.cursors(self.name.clone()).await?;
        let rows: BTreeMap<u16, Mark> =
            rows.into_iter().map(|row| (row.mark.shard, row.mark)).collect();
        let shards = self.store.meta().shards;
        let mut unit = Unit::default();
        let mut cursors = BTreeMap::new();
        for shard in 0..shards {
            let slot = shard / shards.div_ceil(SLOTS);
            let Some(epoch) = epochs.get(&slot).copied() else { continue };
            let mark = rows.get(&shard).copied().unwrap_or(Mark::start(shard));
            cursors.insert(shard, (mark, epoch));
            let name = self.name.clone();
            unit.cursors.push(CursorMove { name, epoch, from: mark, to: mark });
        }
        self.commit(unit).await?;
        (work.cursors, work.epochs) = (cursors, epochs);
        Ok(())
    }

    /// The oldest records that come next, no more than a window allows.
    pub async fn window(&self, work: &mut Work) -> Result<Vec<T>, Trouble> {
        let after = work.cursors.iter().filter(|(shard, _)| !work.stopped.contains_key(shard));
        let after: Vec<_> = after.map(|(shard, (mark, _))| (*shard, mark.pos)).collect();
        let limit = (self.most / work.busy.max(1)).clamp(OF_SHARD.0, OF_SHARD.1);
        let records = T::tail(&*self.store, after, limit).await?;
        let shards: BTreeSet<u16> = records.iter().map(|record| record.mark().shard).collect();
        work.busy = u32::try_from(shards.len()).unwrap_or(u32::MAX);
        Ok(oldest(records, self.most))
    }

    /// Hand the records over in order, each with the mark of its predecessor.
    pub async fn send(&self, work: &mut Work, records: Vec<T>) -> Result<Flights, Trouble> {
        let mut flights = Flights { records: Vec::new(), failed: BTreeMap::new() };
        for record in records {
            let mark = record.mark();
            let stands = work.stopped.contains_key(&mark.shard);
            if stands || flights.failed.contains_key(&mark.shard) {
                continue;
            }
            let seen = match (self.view)(&record, &self.topic) {
                Ok(seen) => seen,
                Err(reason) => {
                    let (relay, shard, pos) = (&self.name, mark.shard, mark.pos);
                    tracing::error!(relay, shard, pos, reason, "a record cannot be sent");
                    work.stopped.insert(mark.shard, reason);
                    continue;
                }
            };
            let Some(seen) = seen else {
                flights.records.push(Flight { mark, sent: None });
                continue;
            };
            match self.send_one(work, &seen).await? {
                Ok(sent) => {
                    let sent = Some((seen.chain().to_owned(), sent));
                    flights.records.push(Flight { mark, sent });
                }
                Err(reason) => drop(flights.failed.insert(mark.shard, reason)),
            }
        }
        Ok(flights)
    }

    /// Hand over one record. One that no topic takes goes as its place alone; receivers fetch it from here.
    async fn send_one(
        &self,
        work: &mut Work,
        record: &T,
    ) -> Result<Result<DeliveryFuture, String>, Trouble> {
        let (meta, mark, chain) = (self.store.meta(), record.mark(), record.chain());
        if !work.chains.contains_key(chain) {
            let rows = self.store.cursors(self.chain_name(chain)).await?;
            let ends = rows.into_iter().map(|row| (row.mark.shard, row.mark));
            let ends = ends.map(|(shard, mark)| (shard, Chain { stored: mark, sent: mark }));
            work.chains.insert(chain.to_owned(), ends.collect());
        }
        let start = Mark::start(mark.shard);
        let ends = work.chains.entry(chain.to_owned()).or_default();
        let end = ends.entry(mark.shard).or_insert(Chain { stored: start, sent: start });
        let (names, service) = (&*self.names, meta.service.as_str());
        let origin = Origin { names, service, generation: meta.generation, prev: end.sent };
        let place_only = work.places.contains(&(mark.shard, mark.pos));
        let mut sent = hand_over(&work.producer, &work.topics, &pack(record, origin, place_only));
        if matches!(sent, Err(Refusal::TooLarge)) {
            let (relay, shard, pos) = (&self.name, mark.shard, mark.pos);
            tracing::warn!(relay, shard, pos, "too large for the topic, only its place is sent");
            sent = hand_over(&work.producer, &work.topics, &pack(record, origin, true));
        }
        Ok(match sent {
            Ok(sent) => {
                end.sent = mark;
                Ok(sent)
            }
            Err(Refusal::TooLarge) => Err("even the place of a record is too large".to_owned()),
            Err(Refusal::Other(reason)) => Err(reason),
        })
    }

    /// Wait for what the brokers say, and move the cursors over what arrived without a gap.
    pub async fn settle(&self, work: &mut Work, flights: Flights) -> Result<(), Trouble> {
        let Flights { records, mut failed } = flights;
        let mut broken: BTreeMap<u16, String> = BTreeMap::new();
        let mut ends: BTreeMap<u16, Mark> = BTreeMap::new();
        let mut chains: BTreeMap<(String, u16), Mark> = BTreeMap::new();
        for Flight { mark, sent } in records {
            if broken.contains_key(&mark.shard) {
                continue;
            }
            if let Some((chain, delivery)) = sent {
                let error = match delivery.await {
                    Ok(Ok(_)) => None,
                    Ok(Err((TOO_LARGE, _))) => Some(self.too_large(work, mark)),
                    Ok(Err((error, _))) => Some(words(&error)),
                    Err(_) => Some("the client is gone".to_owned()),
                };
                if let Some(error) = error {
                    broken.insert(mark.shard, error);
                    continue;
                }
                chains.insert((chain, mark.shard), mark);
            }
            ends.insert(mark.shard, mark);
        }
        if !ends.is_empty() {
            self.advance(work, &ends, chains).await?;
        }
        failed.append(&mut broken);
        match failed.into_values().next() {
            None => Ok(()),
            Some(_) if work.producer.client().fatal_error().is_some() => {
                Err(Trouble::Broken("the client lost its sequence".to_owned()))
            }
            Some(detail) => Err(Trouble::Later(detail)),
        }
    }

    /// The brokers take less than the client does: next time the place of the record is sent alone.
    fn too_large(&self, work: &mut Work, mark: Mark) -> String {
        let (relay, shard, pos) = (&self.name, mark.shard, mark.pos);
        if work.places.insert((shard, pos)) {
            tracing::warn!(relay, shard, pos, "too large for the brokers, its place is sent alone");
            return "a record is too large for the brokers".to_owned();
        }
        let reason = "even the place of a record is too large for the brokers".to_owned();
        work.stopped.insert(shard, reason.clone());
        reason
    }

    async fn advance(
        &self,
        work: &mut Work,
        ends: &BTreeMap<u16, Mark>,
        chains: BTreeMap<(String, u16), Mark>,
    ) -> Result<(), Trouble> {
        let mut unit = Unit::default();
        for (shard, to) in ends {
            let Some((from, epoch)) = work.cursors.get_mut(shard) else { continue };
            let (name, epoch) = (self.name.clone(), *epoch);
            unit.cursors.push(CursorMove { name, epoch, from: *from, to: *to });
            *from = *to;
            work.places.retain(|(of, pos)| of != shard || *pos > to.pos);
        }
        for ((chain, shard), to) in chains {
            let epoch = work.cursors.get(&shard).map(|(_, epoch)| *epoch);
            let end = work.chains.get_mut(&chain).and_then(|ends| ends.get_mut(&shard));
            let (Some(epoch), Some(end)) = (epoch, end) else { continue };
            let (name, from) = (self.chain_name(&chain), end.stored);
            unit.cursors.push(CursorMove { name, epoch, from, to });
            end.stored = to;
        }
        self.commit(unit).await
    }

    async fn commit(&self, unit: Unit) -> Result<(), Trouble> {
        match self.store.commit(unit).await? {
            Outcome::Committed(_) => Ok(()),
            _ => Err(Trouble::Fenced),
        }
    }
}

/// The oldest of records that come shard by shard; each shard stays in its order, whatever its clock did.
fn oldest<T: Travels>(mut records: Vec<T>, most: u32) -> Vec<T> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if records.len() > most {
        let mut last: BTreeMap<u16, Timestamp> = BTreeMap::new();
        let mut placed: Vec<(Timestamp, T)> = Vec::with_capacity(records.len());
        for record in records {
            let time = last.entry(record.mark().shard).or_insert(Timestamp::MIN);
            *time = record.recorded_at().max(*time);
            placed.push((*time, record));
        }
        placed.sort_by_key(|(time, _)| *time);
        records = placed.into_iter().take(most).map(|(_, record)| record).collect();
    }
    records
}

fn hand_over(
    producer: &Producer,
    topics: &Topics,
    parcel: &Parcel,
) -> Result<DeliveryFuture, Refusal> {
    let topic = parcel.topic.as_str();
    let Some(partition) = topics.partition(topic, parcel.shard) else {
        return Err(Refusal::Other(format!("topic {topic} is not there: run `topics` once")));
    };
    let mut headers = OwnedHeaders::new_with_capacity(parcel.headers.len());
    for (key, value) in &parcel.headers {
        headers = headers.insert(Header { key, value: Some(value) });
    }
    let record = FutureRecord::to(topic)
        .partition(partition)
        .key(&parcel.key)
        .headers(headers)
        .payload(&parcel.value);
    producer.send_result(record).map_err(|(error, _)| match error {
        TOO_LARGE => Refusal::TooLarge,
        error => Refusal::Other(words(&error)),
    })
}
