//! One command from its stream to its commit.

use kit::decision::Outcome as Decision;
use kit::{Aggregate, BuiltIn, Command, Context, Decided, Event as _, Halt, Refusal};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::context::Needs;
use super::meta::{Caller, EventMeta, event, to_json};
use super::retry::{TRIES, pause};
use crate::service::Service;
use crate::store::{
    Append, Appended, Expect, Load, Loaded, NewEvent, NumberKey, NumberTake, Outcome, Record,
    StoreError, StoredAnswer, StreamKey, StreamState, UniqueChange, Unit,
};

/// Most things a decision may ask for, one after the other.
const MOST_NEEDS: usize = 256;

/// A decision as the domain makes it: state, id, whether its life has ended, command, context.
pub type Decider<A, C> = fn(Option<A>, &<A as Aggregate>::Id, bool, &C, &Context) -> Decision<A>;

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
    /// The version that the caller saw, if only that one will do.
    pub if_match: Option<i64>,
}

/// A command that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The aggregate's id as text.
    pub id: String,
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

/// Bring a command to its end. `frame` gives what else belongs into the unit: an answer to keep, a
/// watermark.
///
/// # Errors
/// Trouble of the store; faults of ours.
pub async fn execute<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    frame: &(dyn Fn(Result<&Done, &Unmet>) -> Unit + Send + Sync),
) -> Result<Ended, Failure> {
    let stream = stream_of::<A>(&request.id);
    let mut needs = Needs::default();
    let mut queue = None;
    for tries in 0..TRIES {
        if tries > 0 {
            pause(tries - 1).await;
            if queue.is_none() {
                queue = service.stripes().enter(&stream).await;
            }
        }
        let mut standing = Standing::start();
        let unit = match decided(service, request, &stream, &mut needs, &mut standing).await? {
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
async fn decided<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    stream: &StreamKey,
    needs: &mut Needs,
    standing: &mut Standing<A>,
) -> Result<Result<Decided<A>, Unmet>, Failure> {
    let seed = Uuid::new_v5(&Uuid::now_v7(), request.caller.message_id.as_bytes());
    let actor = request.caller.actor.clone();
    let mut cx = Context::new(service.clock().now(), actor, A::ZONE, seed);
    for _ in 0..MOST_NEEDS {
        let mut load = Load::stream(stream.clone());
        load.after_version = standing.version;
        needs.ask(&mut load);
        let mut loaded = service.store().load(load).await?;
        standing.read(&request.id, &loaded)?;
        needs.give(&mut loaded, &mut cx);
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

/// What is to be committed, and how the command ends when it is.
struct Plan {
    unit: Unit,
    ended: Result<Done, Unmet>,
    /// For each reserved value the refusal if somebody else holds it.
    taken: Vec<(&'static str, String, Unmet)>,
    /// The public events, by their dotted names.
    published: Vec<String>,
}

impl Plan {
    fn refused(
        unmet: Unmet,
        frame: &(dyn Fn(Result<&Done, &Unmet>) -> Unit + Send + Sync),
    ) -> Self {
        let unit = frame(Err(&unmet));
        Self { unit, ended: Err(unmet), taken: Vec::new(), published: Vec::new() }
    }
}

fn plan<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    stream: &StreamKey,
    standing: Standing<A>,
    decided: Decided<A>,
    frame: &(dyn Fn(Result<&Done, &Unmet>) -> Unit + Send + Sync),
) -> Result<Plan, Failure> {
    let count = i64::try_from(decided.events.len()).unwrap_or(i64::MAX);
    let version = standing.version.saturating_add(count);
    let done = Done { id: stream.id.clone(), version, outcome: decided.outcome, place: None };
    let mut unit = frame(Ok(&done));
    let (mut taken, mut published) = (Vec::new(), Vec::new());
    if count > 0 {
        let close = decided.events.last().is_some_and(|(event, _)| event.closes());
        reserve(stream, &standing, &decided, close, &mut unit, &mut taken)?;
        unit.numbers = decided.numbers.iter().map(number).collect();
        let expect =
            if standing.version == 0 { Expect::NoStream } else { Expect::Exact(standing.version) };
        let mut events = Vec::with_capacity(decided.events.len());
        for (event, status) in &decided.events {
            events.push(NewEvent {
                id: Uuid::now_v7(),
                event_type: event.name().to_owned(),
                schema_version: i16::try_from(event.version()).unwrap_or(i16::MAX),
                data: event.encode()?,
                meta: to_json(&EventMeta::new(&request.caller, *status)),
            });
        }
        published = public_names(service, stream, &events);
        unit.appends.push(Append { stream: stream.clone(), expect, events, close });
    }
    Ok(Plan { unit, ended: Ok(done), taken, published })
}

/// Reserve what the new state holds, release what only the old one held.
fn reserve<A: Aggregate>(
    stream: &StreamKey,
    standing: &Standing<A>,
    decided: &Decided<A>,
    close: bool,
    unit: &mut Unit,
    taken: &mut Vec<(&'static str, String, Unmet)>,
) -> Result<(), Failure> {
    let before = match &standing.state {
        Some(state) => state.unique()?,
        None => Vec::new(),
    };
    let after = match &decided.after {
        Some(state) if !close => state.unique()?,
        _ => Vec::new(),
    };
    let among = |list: &[kit::Unique<A::Refusal>], it: &kit::Unique<A::Refusal>| {
        list.iter().any(|other| other.rule == it.rule && other.value == it.value)
    };
    for old in before.iter().filter(|it| !among(&after, it)) {
        let (rule, value) = (old.rule.to_owned(), old.value.clone());
        unit.uniques.push(UniqueChange::Release { rule, value, stream: stream.clone() });
    }
    for new in after.iter().filter(|it| !among(&before, it)) {
        let (rule, value) = (new.rule.to_owned(), new.value.clone());
        unit.uniques.push(UniqueChange::Reserve { rule, value, stream: stream.clone() });
        taken.push((new.rule, new.value.clone(), Unmet::from(&new.taken)));
    }
    Ok(())
}

fn number(taken: &kit::context::Taken) -> NumberTake {
    let (name, part) = (taken.name.to_owned(), taken.part.clone());
    let key = NumberKey { tenant: String::new(), name, part };
    NumberTake { key, seen: taken.seen, now: taken.last }
}

/// Commit the plan; none means that the decision must be made again.
async fn settle(
    service: &Service,
    plan: Plan,
    frame: &(dyn Fn(Result<&Done, &Unmet>) -> Unit + Send + Sync),
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
        Outcome::Moved { .. } => Ok(Some(Ended::Moved)),
        Outcome::Taken { rule, value } => {
            let held = taken.into_iter().find(|(r, v, _)| *r == rule && *v == value);
            let Some((_, _, unmet)) = held else {
                return Err(Failure::Fault(format!("nothing reserves {rule}")));
            };
            Box::pin(settle(service, Plan::refused(unmet, frame), frame)).await
        }
    }
}

/// The names of those events that leave the service, as `tool.lent`.
fn public_names(service: &Service, stream: &StreamKey, events: &[NewEvent]) -> Vec<String> {
    let publication = service.publication();
    let public = events.iter().filter_map(|event| {
        let record = Record {
            shard: 0,
            pos: 0,
            id: event.id,
            stream: stream.clone(),
            version: 0,
            event_type: event.event_type.clone(),
            schema_version: event.schema_version,
            data: event.data.clone(),
            meta: event.meta.clone(),
            recorded_at: service.clock().now(),
        };
        let public = publication.publish(&record).ok().flatten()?;
        let own = public.event_type.strip_prefix(&stream.kind);
        let rest = own.and_then(|rest| rest.strip_prefix('_'));
        Some(format!("{}.{}", stream.kind, rest.unwrap_or(&public.event_type)))
    });
    public.collect()
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
        && unit.rows.is_empty()
        && unit.appends.is_empty()
        && unit.outbox.is_empty()
}

fn stream_of<A: Aggregate>(id: &A::Id) -> StreamKey {
    StreamKey::new(A::NAME, id.to_string())
}
