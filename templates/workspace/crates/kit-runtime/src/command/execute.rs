//! One command from its stream to its commit.

use kit::decision::Outcome as Decision;
use kit::{Aggregate, BuiltIn, Command, Context, Decided, Halt, Refusal};
use serde_json::{Map, Value};
use tokio::sync::MutexGuard;
use uuid::Uuid;

use super::context::Needs;
use super::meta::{Caller, event};
use super::plan::{Plan, plan};
use super::retry::{TRIES, pause};
use crate::service::Service;
use crate::store::{
    Appended, Load, Loaded, Outcome, StoreError, StoredAnswer, StreamKey, StreamState, Unit,
};

/// Most things a decision may ask for, one after the other.
const MOST_NEEDS: usize = 256;

/// A decision as the domain makes it: state, id, whether its life has ended, command, context.
pub type Decider<A, C> = fn(Option<A>, &<A as Aggregate>::Id, bool, &C, &Context) -> Decision<A>;

/// See [`Frame`](super::Frame).
pub type FrameFn<'a> = dyn Fn(Result<&Done, &Unmet>, &mut Unit) + Send + Sync + 'a;

/// A command on its way to an aggregate.
#[derive(Debug, Clone)]
pub struct Request<A: Aggregate, C: Command> {
    /// The aggregate's id.
    pub id: A::Id,
    /// The command, checked.
    pub command: C,
    /// How it is decided.
    pub decider: Decider<A, C>,
    /// Who sends it.
    pub caller: Caller,
    /// The id was just made: there cannot be a stream of that name.
    pub fresh: bool,
    /// The version that the caller saw, if only that one will do.
    pub if_match: Option<i64>,
}

/// A command that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The aggregate's id as text.
    pub id: String,
    /// Its version before.
    pub before: i64,
    /// Its version afterwards.
    pub version: i64,
    /// The event that was recorded instead of the command's own, by its stored name.
    pub outcome: Option<&'static str>,
    /// Where the events are in the log; none without events.
    pub place: Option<Appended>,
}

/// A command that was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmet {
    /// The refusal's code.
    pub code: &'static str,
    /// Its HTTP status.
    pub status: u16,
    /// Its text.
    pub text: String,
    /// What it carries.
    pub fields: Map<String, Value>,
}

impl<R: Refusal> From<&R> for Unmet {
    fn from(refusal: &R) -> Self {
        Self {
            code: refusal.code(),
            status: refusal.status(),
            text: refusal.text(),
            fields: refusal.fields(),
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// It was done.
    Done(Done),
    /// It was refused.
    Refused(Unmet),
    /// Its key was used before; this was the answer.
    Replayed(StoredAnswer),
    /// A watermark of the unit stands elsewhere: somebody else handles the message.
    Moved,
}

/// Why a command could not be brought to an end.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store has trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our own fault: stored data or code that does not fit.
    #[error("{0}")]
    Fault(String),
}

impl From<kit::Fault> for Failure {
    fn from(fault: kit::Fault) -> Self {
        Self::Fault(fault.to_string())
    }
}

/// An aggregate as far as its stream was read.
#[derive(Debug, Clone)]
pub struct Standing<A> {
    /// The state; none before the first event.
    pub state: Option<A>,
    /// The version of the stream.
    pub version: i64,
    /// A closing event ended its life.
    pub closed: bool,
}

impl<A: Aggregate> Standing<A> {
    fn start() -> Self {
        Self { state: None, version: 0, closed: false }
    }

    fn read(&mut self, id: &A::Id, loaded: &Loaded) -> Result<(), Failure> {
        for record in loaded.events.iter().filter(|it| it.version > self.version) {
            let event = event::<A::Event>(record)?;
            self.state = Some(kit::decision::fold(self.state.take(), id, &event)?);
        }
        self.version = loaded.version;
        self.closed = loaded.state != StreamState::Open;
        Ok(())
    }
}

/// The state of an aggregate, from its stream.
///
/// # Errors
/// Trouble of the store; stored events that do not apply.
pub async fn load<A: Aggregate>(service: &Service, id: &A::Id) -> Result<Standing<A>, Failure> {
    let mut standing = Standing::start();
    let loaded = service.store().load(Load::stream(stream_of::<A>(id))).await?;
    standing.read(id, &loaded)?;
    Ok(standing)
}

/// Bring a command to its end. `frame` adds what else belongs into the unit: an answer to keep, a
/// watermark, a reply that tells the events.
///
/// # Errors
/// Trouble of the store; faults of ours.
pub async fn execute<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    frame: &FrameFn<'_>,
) -> Result<Ended, Failure> {
    let stream = stream_of::<A>(&request.id);
    let mut needs = Needs::default();
    let (mut queue, mut number_queue) = (None, None);
    for tries in 0..TRIES {
        if tries > 0 {
            pause(tries - 1).await;
            if queue.is_none() {
                queue = service.stripes().enter(&stream).await;
            }
        }
        let mut standing = Standing::start();
        let unread = tries > 0 || !request.fresh;
        let surroundings = (&mut needs, &mut number_queue);
        let decision = decided(service, request, &stream, surroundings, &mut standing, unread);
        let unit = match decision.await? {
            Ok(decided) => plan(service, request, &stream, standing, decided, frame)?,
            Err(unmet) => Plan::refused(unmet, frame),
        };
        if let Some(ended) = settle(service, unit, frame).await? {
            return Ok(ended);
        }
    }
    tracing::warn!(command = C::NAME, stream = stream.id, "gave up after losing every race");
    Ok(Ended::Refused(Unmet::from(&A::Refusal::from(BuiltIn::Contention))))
}

/// Load and decide, as often as the decision asks for more.
async fn decided<'s, A: Aggregate, C: Command>(
    service: &'s Service,
    request: &Request<A, C>,
    stream: &StreamKey,
    (needs, queue): (&mut Needs, &mut Option<MutexGuard<'s, ()>>),
    standing: &mut Standing<A>,
    unread: bool,
) -> Result<Result<Decided<A>, Unmet>, Failure> {
    let seed = Uuid::new_v5(&Uuid::now_v7(), request.caller.message_id.as_bytes());
    let actor = request.caller.actor.clone();
    let mut cx = Context::new(service.clock().now(), actor, A::ZONE, seed);
    let mut unread = unread || !needs.is_empty();
    for _ in 0..MOST_NEEDS {
        if let (None, Some(number)) = (&queue, needs.number()) {
            *queue = service.stripes().enter_number(number).await;
        }
        if unread {
            load_more(service, request, stream, needs, standing, &mut cx).await?;
        }
        unread = true;
        if request.if_match.is_some_and(|seen| seen != standing.version) {
            let mut unmet = Unmet::from(&A::Refusal::from(BuiltIn::VersionMismatch));
            unmet.fields.insert("version".to_owned(), standing.version.into());
            return Ok(Err(unmet));
        }
        cx.start();
        let state = standing.state.clone();
        match (request.decider)(state, &request.id, standing.closed, &request.command, &cx) {
            Ok(decided) => return Ok(Ok(decided)),
            Err(Halt::Refused(refusal)) => return Ok(Err(Unmet::from(&refusal))),
            Err(Halt::Need(need)) => {
                needs.add(need, &mut cx, service.store(), service.tables()).await?;
            }
            Err(Halt::Fault(fault)) => return Err(fault.into()),
        }
    }
    Err(Failure::Fault(format!("{} asks for too much", C::NAME)))
}

/// Read the stream from where it was read before, and what the decision asked for.
async fn load_more<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    stream: &StreamKey,
    needs: &Needs,
    standing: &mut Standing<A>,
    cx: &mut Context,
) -> Result<(), Failure> {
    let mut load = Load::stream(stream.clone());
    load.after_version = standing.version;
    needs.ask(&mut load);
    let mut loaded = service.store().load(load).await?;
    standing.read(&request.id, &loaded)?;
    needs.give(&mut loaded, cx);
    Ok(())
}

/// Commit the plan; none means that the decision must be made again.
async fn settle(
    service: &Service,
    plan: Plan,
    frame: &FrameFn<'_>,
) -> Result<Option<Ended>, Failure> {
    let Plan { unit, ended, taken, published } = plan;
    if is_empty(&unit) {
        return Ok(Some(ended.map_or_else(Ended::Refused, Ended::Done)));
    }
    match commit(service, unit).await? {
        Outcome::Committed(committed) => {
            for name in published {
                tracing::info!(event.name = "event_published", event = name, "event_published");
            }
            let place = committed.appended.first().copied();
            Ok(Some(ended.map_or_else(Ended::Refused, |done| Ended::Done(Done { place, ..done }))))
        }
        Outcome::Conflict { .. } | Outcome::NumberMoved { .. } => Ok(None),
        Outcome::Replayed(answer) => Ok(Some(Ended::Replayed(answer))),
        Outcome::Moved { .. } | Outcome::Overtaken { .. } => Ok(Some(Ended::Moved)),
        Outcome::Taken { rule, value } => {
            let held = taken.into_iter().find(|(r, v, _)| *r == rule && *v == value);
            let Some((_, _, unmet)) = held else {
                return Err(Failure::Fault(format!("nothing reserves {rule}")));
            };
            Box::pin(settle(service, Plan::refused(unmet, frame), frame)).await
        }
    }
}

/// Commit; trouble before the commit, and a lost answer to it, are worth another try: the unit is
/// recognised by its events and its key.
async fn commit(service: &Service, unit: Unit) -> Result<Outcome, StoreError> {
    for tries in 0..2 {
        match service.store().commit(unit.clone()).await {
            Err(error) if error.is_transient() || matches!(error, StoreError::Unknown(_)) => {
                tracing::warn!(exception.message = %error, "trying the commit again");
                pause(tries + 2).await;
            }
            result => return result,
        }
    }
    service.store().commit(unit).await
}

fn is_empty(unit: &Unit) -> bool {
    unit.idempotency.is_none()
        && unit.watermarks.is_empty()
        && unit.cursors.is_empty()
        && unit.sagas.is_empty()
        && unit.operations.is_empty()
        && unit.rows.is_empty()
        && unit.appends.is_empty()
        && unit.outbox.is_empty()
}

fn stream_of<A: Aggregate>(id: &A::Id) -> StreamKey {
    StreamKey::new(A::NAME, id.to_string())
}
