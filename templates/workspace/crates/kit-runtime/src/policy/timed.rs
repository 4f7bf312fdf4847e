//! Schedules: what is sent at a time of the clock.
//!
//! Keeps true: a time that is due runs once in the whole system, however many processes look and whenever they are
//! killed, since the note that it ran and what it sends are one unit, and the note must stand where it stood before.
//! Times that passed meanwhile are made up for by one run. Only the database's clock counts.

use kit::schedule::{Schedule, Ticks};
use kit::time::Zone;
use kit::{Actor, Context, Fault, Folded, Message};
use uuid::Uuid;

use super::react::{Headers, letter};
use crate::command::{Failure, supply};
use crate::consume::Pace;
use crate::health::Condition;
use crate::service::{Phase, Service};
use crate::store::{CursorMove, Mark, Outcome, Unit};

/// Most things that a schedule may ask for, one after the other.
const MOST_NEEDS: usize = 256;

/// A schedule as the runner knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed {
    pub name: &'static str,
    ticks: Ticks,
    zone: &'static Zone,
    run: fn(&Context) -> Folded<Vec<Message>>,
}

impl Timed {
    /// The schedule `S`.
    pub fn of<S: Schedule>() -> Self {
        Self { name: S::NAME, ticks: S::TICKS, zone: S::ZONE, run: S::run }
    }
}

/// Run schedules when they are due, until the process stops.
pub(crate) async fn keep_time(service: Service, schedules: Vec<Timed>, pace: Pace) {
    let stop = service.stop().clone();
    while stop.phase() < Phase::Stopped {
        let mut trouble = None;
        for schedule in &schedules {
            let _running = stop.enter();
            if let Err(error) = look(&service, schedule).await {
                tracing::warn!(schedule = schedule.name, exception.message = %error, "it does not run");
                trouble = Some(format!("{} does not run: {error}", schedule.name));
            }
        }
        let condition = trouble.map_or(Condition::Ok, |detail| Condition::Degraded { detail });
        service.health().set("schedules", condition);
        tokio::select! {
            () = tokio::time::sleep(pace.max) => {}
            () = stop.reached(Phase::Stopped) => {}
        }
    }
}

/// Run a schedule if a time has come since it ran last.
async fn look(service: &Service, schedule: &Timed) -> Result<(), Failure> {
    let now = service.store().now().await?;
    let Some(due) = schedule.ticks.latest(now, schedule.zone) else { return Ok(()) };
    let cursor = format!("schedule:{}", schedule.name);
    let stored = service.store().cursors(cursor.clone()).await?;
    let from = stored.first().map(|it| it.mark);
    let name = format!("{}\u{1f}schedule\u{1f}{}", service.name(), schedule.name);
    let name = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
    let tick = Uuid::new_v5(&name, &due.as_microsecond().to_be_bytes());
    let to = Mark { shard: 0, pos: due.as_microsecond(), id: tick };
    if from.is_some_and(|from| from.pos >= to.pos) {
        return Ok(());
    }
    let mut unit = Unit::default();
    // What nobody has ever looked at begins with the next time.
    if from.is_some() {
        let messages = made(service, schedule, now, tick).await?;
        unit.outbox = messages
            .into_iter()
            .enumerate()
            .map(|(place, message)| {
                let name = format!("{}\u{1f}{place}", message.row);
                let id = Uuid::new_v5(&tick, name.as_bytes());
                letter(id, &headers(service, schedule, tick, id, &message), message)
            })
            .collect();
    }
    let sent = unit.outbox.len();
    let from = from.unwrap_or(Mark::start(0));
    unit.cursors = vec![CursorMove { name: cursor, epoch: 0, from, to }];
    if matches!(service.store().commit(unit).await?, Outcome::Committed(_)) {
        tracing::info!(event.name = "schedule_ran", schedule = schedule.name, %due, sent, "it ran");
    }
    Ok(())
}

fn headers(
    service: &Service,
    schedule: &Timed,
    tick: Uuid,
    id: Uuid,
    message: &Message,
) -> Headers {
    Headers {
        target_id: message.id.clone(),
        correlation_id: tick.to_string(),
        causation_id: tick,
        traceparent: None,
        actor: Actor::default(),
        op_id: id,
        request_id: id,
        reply_to: service.name().to_owned(),
        park: true,
        schedule: Some(format!("schedule {}", schedule.name)),
        request: None,
    }
}

/// What it sends, with the rows that it asks for.
async fn made(
    service: &Service,
    schedule: &Timed,
    now: jiff::Timestamp,
    seed: Uuid,
) -> Result<Vec<Message>, Failure> {
    let mut cx = Context::new(now, Actor::default(), service.zone(), seed);
    for _ in 0..MOST_NEEDS {
        cx.start();
        match (schedule.run)(&cx) {
            Err(Fault::Need(need)) => supply(service, need, &mut cx).await?,
            Err(fault) => return Err(fault.into()),
            Ok(messages) => return Ok(messages),
        }
    }
    Err(Failure::Fault(format!("{} asks for too much", schedule.name)))
}
