//! The loop of a consumer: look, apply, commit effect and mark together, wait.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Pace;
use super::pace::any_change;
use super::track::Track;
use super::turns::Turns;
use crate::health::{Condition, Health};
use crate::http::{text_of, unwound};
use crate::policy::dead_letter_of_event;
use crate::service::{Phase, Stop};
use crate::store::{BoxFuture, CursorState, Mark, Outcome, Record, Store, StoreError, Unit};
use crate::transport::{Feed, FeedError};

/// Most records per shard in one look.
const BATCH: u32 = 200;
/// The same while catching up with a long log.
const BULK: u32 = 1_000;

/// A record, and the context whose log it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The context.
    pub source: Arc<str>,
    /// The record.
    pub record: Record,
}

/// Why a batch was not applied.
#[derive(Debug)]
pub enum Trouble {
    /// This record can never be applied, as far as anyone knows.
    Poison {
        /// Which record of the batch.
        index: usize,
        /// Why.
        reason: String,
    },
    /// The store has trouble; the same batch may work later.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What a consumer does with records. It only adds to the unit; the reader commits.
pub trait Effects: Send + Sync {
    /// The name of the consumer's cursors and watermarks, never to be changed.
    fn name(&self) -> &str;

    /// Whether a record that cannot be applied is put aside for a person, so that the ones behind
    /// it go on; otherwise its shard stops. Rows must never miss a record, reactions may.
    fn may_park(&self) -> bool {
        false
    }

    /// Whether the effects are made from rows that were read before: then one batch after the other is applied, even
    /// when several instances of the service have batches of different shards.
    fn takes_turns(&self) -> bool {
        false
    }

    /// Add the effects of `batch`, in its order, to `unit`.
    fn apply<'a>(
        &'a self,
        batch: &'a [Received],
        unit: &'a mut Unit,
    ) -> BoxFuture<'a, Result<(), Trouble>>;
}

/// A consumer with its sources.
pub struct Reader {
    effects: Arc<dyn Effects>,
    store: Arc<dyn Store>,
    tracks: Vec<Track<Record>>,
    turns: Turns,
    health: Health,
    /// Most records per shard in one look.
    limit: u32,
}

impl Reader {
    /// A consumer of no source yet.
    #[must_use]
    pub fn new(effects: Arc<dyn Effects>, store: Arc<dyn Store>, health: Health) -> Self {
        let turns = Turns::of(&*effects);
        Self { effects, store, tracks: Vec::new(), turns, health, limit: BATCH }
    }

    /// The consumer with one more source; `own` is whether it is the log of its own store.
    #[must_use]
    pub fn follow(mut self, feed: Arc<dyn Feed<Record>>, own: bool) -> Self {
        self.tracks.push(Track::new(feed, own));
        self
    }

    /// Larger batches, for catching up with a long log.
    #[must_use]
    pub fn bulk(self) -> Self {
        Self { limit: BULK, ..self }
    }

    /// Why not everything was applied, if so.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let told = |it: &Track<Record>| {
            let stopped = it.stopped.values().next().cloned();
            stopped.or_else(|| (!it.trouble.is_empty()).then(|| it.trouble.clone()))
        };
        self.tracks.iter().find_map(told)
    }

    /// Apply everything that comes until the process stops.
    pub async fn run(mut self, pace: Pace, stop: Stop) {
        let mut hints: Vec<_> = self.tracks.iter().filter_map(|it| it.feed.changes()).collect();
        let mut pause = pace.min;
        self.health.set(self.effects.name(), Condition::Ok);
        while stop.phase() < Phase::Stopped {
            for hint in &mut hints {
                hint.mark_unchanged();
            }
            let moved = self.catch_up(&stop).await;
            pause = if moved { pace.min } else { pace.longer(pause) };
            tokio::select! {
                () = any_change(&mut hints) => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.reached(Phase::Stopped) => {}
            }
        }
    }

    /// Apply everything there is now. Tells whether there was anything.
    pub async fn catch_up(&mut self, stop: &Stop) -> bool {
        let mut moved = false;
        for index in 0..self.tracks.len() {
            while stop.phase() < Phase::Stopped {
                match self.step(index).await {
                    Ok(0) => break,
                    Ok(_) => moved = true,
                    Err(pause) => {
                        tokio::time::sleep(pause).await;
                        break;
                    }
                }
            }
        }
        moved
    }

    /// Apply one batch of one source; the error is how long to leave it alone.
    async fn step(&mut self, index: usize) -> Result<usize, Duration> {
        let Self { effects, store, tracks, turns, health, limit } = self;
        let Some(track) = tracks.get_mut(index) else { return Ok(0) };
        let mut batch = match track.next(effects.name(), &**store, *limit).await {
            Ok(records) => {
                if !std::mem::take(&mut track.trouble).is_empty() && track.stopped.is_empty() {
                    health.set(effects.name(), Condition::Ok);
                }
                received(track.source(), records)
            }
            Err(error) => return Err(trouble_with_source(effects.name(), track, health, &error)),
        };
        while !batch.is_empty() {
            let tried = attempt(&**effects, &**store, (track, turns), &batch).await;
            match tried.map_err(|trouble| alone(trouble, batch.len())) {
                Ok(Outcome::Committed(_)) => {
                    track.advance(ends(&batch));
                    turns.advance();
                    return Ok(batch.len());
                }
                Ok(_) => {
                    track.forget();
                    turns.forget();
                    return Ok(batch.len());
                }
                Err(Trouble::Poison { index, reason }) if effects.may_park() => {
                    match park(&**effects, &**store, track, health, &mut batch, index, &reason)
                        .await
                    {
                        Ok(count) => return Ok(count),
                        Err(_) => return Err(Duration::from_millis(200)),
                    }
                }
                Err(Trouble::Poison { index, reason }) => {
                    stop_shard(effects.name(), &**store, track, health, &batch, index, &reason)
                        .await;
                    cut(&mut batch, index);
                }
                // One of them asks for what cannot be stored; those before it are not kept waiting.
                Err(Trouble::Store(StoreError::Invalid(_))) => batch.truncate(batch.len() / 2),
                Err(Trouble::Store(error)) => {
                    tracing::warn!(consumer = effects.name(), exception.message = %error, "retrying");
                    return Err(Duration::from_millis(200));
                }
            }
        }
        Ok(0)
    }
}

/// A record by itself whose effect can never be stored is at fault; no time mends that.
fn alone(trouble: Trouble, count: usize) -> Trouble {
    match trouble {
        Trouble::Store(StoreError::Invalid(reason)) if count <= 1 => {
            Trouble::Poison { index: 0, reason }
        }
        trouble => trouble,
    }
}

/// Apply and commit the batch; a batch that panics is tried record by record.
async fn attempt(
    effects: &dyn Effects,
    store: &dyn Store,
    (track, turns): (&Track<Record>, &mut Turns),
    batch: &[Received],
) -> Result<Outcome, Trouble> {
    let mut unit = Unit::default();
    turns.take(store, &mut unit).await?;
    match unwound(effects.apply(batch, &mut unit)).await {
        Ok(result) => result?,
        Err(panic) if batch.len() == 1 => {
            let reason = format!("it panicked: {}", text_of(&*panic));
            return Err(Trouble::Poison { index: 0, reason });
        }
        Err(_) => {
            for index in 0..batch.len() {
                let one = batch.get(index..=index).unwrap_or_default();
                if let Err(panic) = unwound(effects.apply(one, &mut Unit::default())).await {
                    let reason = format!("it panicked: {}", text_of(&*panic));
                    return Err(Trouble::Poison { index, reason });
                }
            }
            let reason = "it panicked, but not alone".to_owned();
            return Err(Trouble::Poison { index: 0, reason });
        }
    }
    track.moves(effects.name(), &ends(batch), &mut unit);
    Ok(store.commit(unit).await?)
}

/// Put the record at `index` aside together with the effects of everything before it in the batch.
async fn park(
    effects: &dyn Effects,
    store: &dyn Store,
    track: &mut Track<Record>,
    health: &Health,
    batch: &mut Vec<Received>,
    index: usize,
    reason: &str,
) -> Result<usize, Trouble> {
    batch.truncate(index + 1);
    let Some(Received { source, record }) = batch.last() else { return Ok(0) };
    let mut unit = Unit::default();
    let before = batch.get(..index).unwrap_or_default();
    effects.apply(before, &mut unit).await?;
    unit.outbox.push(dead_letter_of_event(effects.name(), source, record, reason));
    track.moves(effects.name(), &ends(batch), &mut unit);
    let parked = matches!(store.commit(unit).await?, Outcome::Committed(_));
    if !parked {
        track.forget();
        return Ok(1);
    }
    tracing::error!(
        event.name = "event_parked",
        consumer = effects.name(),
        source = &**source,
        shard = record.shard,
        pos = record.pos,
        exception.message = reason,
        "a record cannot be applied; it is put aside"
    );
    let detail = format!("position {} of shard {} is parked: {reason}", record.pos, record.shard);
    health.set(effects.name(), Condition::Degraded { detail });
    track.advance(ends(batch));
    Ok(batch.len())
}

fn received(source: &str, records: Vec<Record>) -> Vec<Received> {
    let source: Arc<str> = source.into();
    records.into_iter().map(|record| Received { source: source.clone(), record }).collect()
}

/// The last record of each shard.
fn ends(batch: &[Received]) -> BTreeMap<u16, Mark> {
    batch.iter().map(|it| (it.record.shard, it.record.mark())).collect()
}

/// Leave out the record at `index` and everything after it in its shard.
fn cut(batch: &mut Vec<Received>, index: usize) {
    let Some(shard) = batch.get(index).map(|it| it.record.shard) else { return batch.clear() };
    let mut place = 0;
    batch.retain(|it| {
        let keep = place < index || it.record.shard != shard;
        place += 1;
        keep
    });
}

async fn stop_shard(
    consumer: &str,
    store: &dyn Store,
    track: &mut Track<Record>,
    health: &Health,
    batch: &[Received],
    index: usize,
    reason: &str,
) {
    let Some(Received { record, .. }) = batch.get(index) else { return };
    let (shard, pos) = (record.shard, record.pos);
    tracing::error!(
        event.name = "shard_stopped",
        consumer,
        source = track.source(),
        shard,
        pos,
        event_type = record.event_type,
        exception.message = reason,
        "a record cannot be applied; its shard stands still"
    );
    let detail = format!("shard {shard} of {} stands at {pos}: {reason}", track.source());
    track.stopped.insert(shard, reason.to_owned());
    health.set(consumer, Condition::Degraded { detail });
    if track.own {
        let (name, state) = (consumer.to_owned(), CursorState::Poisoned);
        if let Err(error) = store.mark_cursor(name, shard, state, reason.to_owned()).await {
            tracing::warn!(consumer, exception.message = %error, "the stop could not be stored");
        }
    }
}

/// Say what is wrong with a source, once; tells how long to leave it alone.
fn trouble_with_source(
    consumer: &str,
    track: &mut Track<Record>,
    health: &Health,
    error: &FeedError,
) -> Duration {
    let detail = format!("{}: {error}", track.source());
    if track.trouble != detail {
        tracing::warn!(consumer, source = track.source(), exception.message = %error, "no records");
        track.trouble.clone_from(&detail);
    }
    health.set(consumer, Condition::Degraded { detail });
    match error {
        FeedError::Unavailable(_) => Duration::from_millis(200),
        FeedError::Diverged { .. } | FeedError::Unreadable(_) => Duration::from_secs(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StreamKey;
    use jiff::Timestamp;
    use uuid::Uuid;

    fn received(shard: u16, pos: i64) -> Received {
        let record = Record {
            shard,
            pos,
            id: Uuid::nil(),
            stream: StreamKey::new("tool", "1"),
            version: pos,
            event_type: String::new(),
            schema_version: 1,
            data: serde_json::Value::Null,
            meta: serde_json::Value::Null,
            recorded_at: Timestamp::UNIX_EPOCH,
        };
        Received { source: "desk".into(), record }
    }

    #[test]
    fn a_poisoned_record_takes_only_the_rest_of_its_shard_with_it() {
        let mut batch =
            vec![received(1, 1), received(2, 1), received(1, 2), received(2, 2), received(1, 3)];
        cut(&mut batch, 2);
        let left: Vec<_> = batch.iter().map(|it| (it.record.shard, it.record.pos)).collect();
        assert_eq!(left, [(1, 1), (2, 1), (2, 2)]);
    }
}
