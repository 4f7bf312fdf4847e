//! From a decision to the unit that stores it: events, reserved values, running numbers.

use kit::{Aggregate, Command, Decided, Event as _, Recorded};
use uuid::Uuid;

use super::execute::{Done, Failure, FrameFn, Request, Standing, Unmet};
use super::meta::{EventMeta, to_json};
use crate::service::Service;
use crate::store::{
    Append, Expect, NewEvent, NumberKey, NumberTake, Record, StreamKey, UniqueChange, Unit,
};

/// What is to be committed, and how the command ends when it is.
pub(super) struct Plan {
    pub unit: Unit,
    pub ended: Result<Done, Unmet>,
    /// For each reserved value the refusal if somebody else holds it.
    pub taken: Vec<(&'static str, String, Unmet)>,
    /// The public events, by their dotted names.
    pub published: Vec<String>,
}

impl Plan {
    pub fn refused(unmet: Unmet, frame: &FrameFn<'_>) -> Self {
        let mut unit = Unit::default();
        frame(Err(&unmet), &mut unit);
        Self { unit, ended: Err(unmet), taken: Vec::new(), published: Vec::new() }
    }
}

pub(super) fn plan<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    stream: &StreamKey,
    standing: Standing<A>,
    decided: Decided<A>,
    frame: &FrameFn<'_>,
) -> Result<Plan, Failure> {
    let count = i64::try_from(decided.events.len()).unwrap_or(i64::MAX);
    let version = standing.version.saturating_add(count);
    let (before, outcome) = (standing.version, decided.outcome);
    let done = Done { id: stream.id.clone(), before, version, outcome, place: None };
    let mut unit = Unit::default();
    let (mut taken, mut published) = (Vec::new(), Vec::new());
    if count > 0 {
        let close = decided.events.last().is_some_and(|(event, _)| event.closes());
        reserve(stream, &standing, &decided, close, &mut unit, &mut taken)?;
        unit.numbers = decided.numbers.iter().map(number).collect();
        let expect =
            if standing.version == 0 { Expect::NoStream } else { Expect::Exact(standing.version) };
        let mut events = Vec::with_capacity(decided.events.len());
        let metas = metas(service, request, standing, &decided)?;
        for ((event, _), (id, meta)) in decided.events.iter().zip(&metas) {
            events.push(NewEvent {
                id: *id,
                event_type: event.name().to_owned(),
                schema_version: i16::try_from(event.version()).unwrap_or(i16::MAX),
                data: event.encode()?,
                meta: to_json(meta),
            });
        }
        published = public_names(service, stream, &events);
        unit.appends.push(Append { stream: stream.clone(), expect, events, close });
    }
    frame(Ok(&done), &mut unit);
    Ok(Plan { unit, ended: Ok(done), taken, published })
}

/// The id and meta of each event, with what other contexts see of those that are made with the
/// state after them.
fn metas<A: Aggregate, C: Command>(
    service: &Service,
    request: &Request<A, C>,
    standing: Standing<A>,
    decided: &Decided<A>,
) -> Result<Vec<(Uuid, EventMeta)>, Failure> {
    let enrich = service.published().enriched::<A>();
    let (mut state, mut version) = (standing.state, standing.version);
    let mut metas = Vec::with_capacity(decided.events.len());
    for (event, status) in &decided.events {
        let (id, mut meta) = (Uuid::now_v7(), EventMeta::new(&request.caller, *status));
        if let Some(enrich) = enrich {
            version = version.saturating_add(1);
            let after = kit::decision::fold(state.take(), &request.id, event)?;
            let around = meta.clone().around(id, request.id.clone(), event.clone());
            let recorded = Recorded { version, time: service.clock().now(), ..around };
            meta.public = enrich(&recorded, &after)?;
            state = Some(after);
        }
        metas.push((id, meta));
    }
    Ok(metas)
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
