//! From the outbox of this or another service to the aggregates and sagas of this one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize as _;
use tokio::task::JoinSet;

use super::park::dead_letter;
use super::react::Headers;
use super::seed;
use super::stranger::take_in;
use crate::command::{Caller, Failure, Frame, Letter, Verdict, refuse, unreadable};
use crate::consume::{Pace, Track, any_change};
use crate::health::Condition;
use crate::saga::{self, Work};
use crate::service::{Phase, Service};
use crate::store::{Mark, Message, MessageKind, NewMessage, Outcome, Unit, WatermarkMove};
use crate::telemetry::{self, Trace};
use crate::transport::{Feed, FeedError, ForeignMessages};

/// The name under which the marks of handled messages are kept.
const CONSUMER: &str = "commands";
/// Most messages per shard in one look.
const BATCH: u32 = 100;
/// How often a fault of ours is tried before the message is parked.
const TRIES: u32 = 3;

/// Carries out the commands that come as messages, and hands replies to the sagas that wait for them.
pub struct Delivery {
    service: Service,
    tracks: Vec<Track<Message>>,
    /// Messages from outside, and the name of the system.
    foreign: Option<(Arc<ForeignMessages>, String)>,
}

impl Delivery {
    /// Deliver to the aggregates of `service`.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self { service, tracks: Vec::new(), foreign: None }
    }

    /// Take messages from this feed too.
    #[must_use]
    pub fn follow(mut self, feed: Arc<dyn Feed<Message>>) -> Self {
        self.tracks.push(Track::new(feed, false));
        self
    }

    /// Take messages of senders outside of `system` too.
    #[must_use]
    pub fn foreign(mut self, messages: Arc<ForeignMessages>, system: &str) -> Self {
        self.foreign = Some((messages, system.to_owned()));
        self
    }

    /// Deliver everything that comes until the process stops.
    pub async fn run(mut self, pace: Pace) {
        let stop = self.service.stop().clone();
        let mut hints: Vec<_> = self.tracks.iter().filter_map(|it| it.feed.changes()).collect();
        hints.extend(self.foreign.iter().map(|(messages, _)| messages.changes()));
        let mut pause = pace.min;
        while stop.phase() < Phase::Stopped {
            for hint in &mut hints {
                hint.mark_unchanged();
            }
            let moved = self.catch_up().await | self.take_in().await;
            pause = if moved { pace.min } else { pace.longer(pause) };
            tokio::select! {
                () = any_change(&mut hints) => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.reached(Phase::Stopped) => {}
            }
        }
    }

    /// Do what senders outside of the system ask for. Tells whether there was anything.
    async fn take_in(&self) -> bool {
        let Some((messages, system)) = &self.foreign else { return false };
        let mut moved = false;
        while let Some(message) = messages.next()
            && self.service.stop().phase() < Phase::Stopped
        {
            let _running = self.service.stop().enter();
            if let Err(error) = take_in(&self.service, system, message).await {
                tracing::warn!(exception.message = %error, "the store has trouble, trying again");
                tokio::time::sleep(Duration::from_millis(200)).await;
                break;
            }
            messages.done();
            moved = true;
        }
        moved
    }

    /// Deliver everything there is now. Tells whether there was anything.
    pub async fn catch_up(&mut self) -> bool {
        let mut moved = false;
        for track in &mut self.tracks {
            while self.service.stop().phase() < Phase::Stopped {
                match step(&self.service, track).await {
                    Ok(0) => break,
                    Ok(_) => moved = true,
                    Err(error) => {
                        let detail = format!("{}: {error}", track.source());
                        if track.trouble != detail {
                            tracing::warn!(
                                source = track.source(),
                                exception.message = %error,
                                "no messages"
                            );
                            track.trouble.clone_from(&detail);
                        }
                        self.service.health().set(CONSUMER, Condition::Degraded { detail });
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        break;
                    }
                }
            }
        }
        moved
    }
}

/// Deliver one batch, the shards side by side.
async fn step(service: &Service, track: &mut Track<Message>) -> Result<usize, FeedError> {
    let messages = track.next(CONSUMER, service.store(), BATCH).await?;
    if !std::mem::take(&mut track.trouble).is_empty() {
        service.health().set(CONSUMER, Condition::Ok);
    }
    let count = messages.len();
    let mut shards: BTreeMap<u16, Vec<(Message, WatermarkMove)>> = BTreeMap::new();
    let mut ends: BTreeMap<u16, Mark> = BTreeMap::new();
    for message in messages {
        let to = message.mark();
        let from = ends.insert(to.shard, to).unwrap_or_else(|| track.mark(to.shard));
        let watermark = track.watermark(CONSUMER, from, to);
        shards.entry(to.shard).or_default().push((message, watermark));
    }
    let mut running = JoinSet::new();
    for messages in shards.into_values() {
        let service = service.clone();
        running.spawn(async move { shard(&service, messages).await });
    }
    let mut done = BTreeMap::new();
    let mut lost = false;
    while let Some(result) = running.join_next().await {
        match result {
            Ok((end, whole)) => {
                done.extend(end.map(|mark| (mark.shard, mark)));
                lost |= !whole;
            }
            Err(_) => lost = true,
        }
    }
    track.advance(done);
    if lost {
        track.forget();
    }
    Ok(count)
}

/// Deliver the messages of one shard in order; gives the last one done and whether all were.
async fn shard(service: &Service, messages: Vec<(Message, WatermarkMove)>) -> (Option<Mark>, bool) {
    let mut end = None;
    for (message, watermark) in messages {
        if service.stop().phase() >= Phase::Stopped {
            return (end, false);
        }
        let mark = watermark.to;
        let _running = service.stop().enter();
        if !deliver(service, message, watermark).await {
            return (end, false);
        }
        end = Some(mark);
    }
    (end, true)
}

/// Deliver one message; false when somebody else did, or when it must be tried again later.
async fn deliver(service: &Service, message: Message, watermark: WatermarkMove) -> bool {
    let of = &message.message;
    let headers = Headers::deserialize(&of.headers);
    let trace = match &headers {
        Ok(it) => Trace::of_message(&it.correlation_id, of.id, it.traceparent.as_deref()),
        Err(_) => Trace::start(),
    };
    let name = service.name().to_owned();
    telemetry::scoped(trace.clone(), &name, async move {
        for tries in 1.. {
            let last = tries >= TRIES;
            match attempt(service, &message.message, headers.as_ref().ok(), &trace, &watermark).await
            {
                Ok(Verdict::Moved) => return false,
                Ok(Verdict::Done(_)) => {
                    log(&message.message, "command_done", "done");
                    return true;
                }
                Ok(Verdict::Refused(unmet)) => {
                    match headers.as_ref().ok().and_then(|it| it.schedule.as_deref()) {
                        Some(schedule) => tracing::warn!(
                            event.name = "schedule_refused",
                            from = schedule,
                            command = message.message.message_type,
                            outcome = unmet.code,
                            exception.message = unmet.text,
                            "what a schedule sends is refused"
                        ),
                        None => log(&message.message, "command_refused", unmet.code),
                    }
                    if message.message.key == seed::KEY {
                        seed::refused(service, &message.message.message_type, unmet.code);
                    }
                    return true;
                }
                Err(Failure::Store(error)) => {
                    tracing::warn!(exception.message = %error, "the store has trouble, trying again");
                    if service.stop().phase() >= Phase::Stopped {
                        return false;
                    }
                    tokio::time::sleep(Duration::from_millis(100 * u64::from(tries.min(50)))).await;
                }
                Err(Failure::Fault(reason)) if last => {
                    return give_up(service, &message.message, headers.ok(), &watermark, reason)
                        .await;
                }
                Err(Failure::Fault(reason)) => {
                    tracing::error!(exception.message = reason, "a message failed, trying again");
                }
            }
        }
        false
    })
    .await
}

async fn attempt(
    service: &Service,
    message: &NewMessage,
    headers: Option<&Headers>,
    trace: &Trace,
    watermark: &WatermarkMove,
) -> Result<Verdict, Failure> {
    if message.kind == MessageKind::Reply {
        return saga::answer(service, message, watermark).await;
    }
    let keep = headers.is_none_or(|it| it.park);
    let frame: Frame = {
        let (watermark, message) = (watermark.clone(), message.clone());
        Arc::new(move |ended, unit| {
            unit.watermarks.push(watermark.clone());
            if let (Err(unmet), true) = (ended, keep) {
                unit.outbox.push(dead_letter(&message, unmet));
            }
        })
    };
    let handle = service.inbox().get(&message.message_type);
    let (Some(handle), Some(headers)) = (handle, headers) else {
        return Err(Failure::Fault(format!("nobody takes {}", message.message_type)));
    };
    if message.not_after.is_some_and(|end| end < service.clock().now()) {
        return refuse(service, unreadable("it came too late"), &frame).await;
    }
    let (actor, trace) = (headers.actor.clone(), trace.clone());
    let letter = Letter {
        command: message.message_type.clone(),
        id: headers.target_id.clone(),
        payload: message.payload.clone(),
        caller: Caller { actor, trace, message_id: message.id },
    };
    if let Some(request) = &headers.request {
        let work = Work::Do(handle, Box::new(letter));
        return saga::carry_out(service, message, (headers, request), watermark, work).await;
    }
    handle.handle(service, letter, frame).await
}

/// A message that failed too often: a saga is told, anything else is put aside.
async fn give_up(
    service: &Service,
    message: &NewMessage,
    headers: Option<Headers>,
    watermark: &WatermarkMove,
    reason: String,
) -> bool {
    if let Some(headers) = headers
        && let Some(request) = &headers.request
    {
        tracing::error!(exception.message = reason, "a step of a saga failed");
        let work = Work::Fail(reason);
        let told = saga::carry_out(service, message, (&headers, request), watermark, work).await;
        return matches!(told, Ok(Verdict::Done(_)));
    }
    park(service, message, watermark, &reason).await
}

/// Put a message aside for a person; the watermark moves on with it.
async fn park(
    service: &Service,
    message: &NewMessage,
    watermark: &WatermarkMove,
    reason: &str,
) -> bool {
    let unmet = unreadable(reason);
    let unit = Unit {
        watermarks: vec![watermark.clone()],
        outbox: vec![dead_letter(message, &unmet)],
        ..Unit::default()
    };
    let detail = format!("{} was parked: {reason}", message.message_type);
    tracing::error!(
        event.name = "command_parked",
        exception.message = reason,
        "a message is parked"
    );
    service.health().set(CONSUMER, Condition::Degraded { detail });
    matches!(service.store().commit(unit).await, Ok(Outcome::Committed(_)))
}

fn log(message: &NewMessage, event: &str, outcome: &str) {
    let (command, id) = (message.message_type.as_str(), message.id.to_string());
    tracing::info!(event.name = event, command, messaging.message.id = id, outcome, "{event}");
}
