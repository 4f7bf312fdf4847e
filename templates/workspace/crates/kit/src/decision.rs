//! Deciding: rules in order, then events, folded and checked before anyone stores them.
//!
//! Keeps true: an event that leaves [`decide`], [`create`] or [`upsert`] applies to its state without overflow and
//! within the bounds, so that a stored event always applies. Does not load, store or retry.

use crate::aggregate::{Aggregate, Command, Create, Decide, IfMissing, Upsert};
use crate::check::Violations;
use crate::context::{Context, Taken};
use crate::event::Event;
use crate::fault::{Fault, Folded, Need};
use crate::refusal::BuiltIn;

/// What the author of a rule returns: events, or the reason to stop.
pub type Decision<A> = Result<Events<A>, Stop<<A as Aggregate>::Event, <A as Aggregate>::Refusal>>;

/// Why a decision stops before its events. What it carries is boxed, so that a decision stays small
/// however large events are.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop<E, R> {
    /// The aggregate says no.
    Refuse(Box<R>),
    /// Success, and nothing happens.
    Ignore,
    /// A failure that is recorded: this event instead of the command's own.
    Instead(Box<E>),
    /// Something is missing or broken.
    Fault(Fault),
}

/// The outcome of a rule that lets the command pass without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ignore;

/// The outcome of a rule that records a failure as this event.
#[derive(Debug, Clone, PartialEq)]
pub struct Instead<E>(pub E);

impl<E, R> From<Ignore> for Stop<E, R> {
    fn from(_: Ignore) -> Self {
        Self::Ignore
    }
}

impl<E, T: Into<E>, R> From<Instead<T>> for Stop<E, R> {
    fn from(instead: Instead<T>) -> Self {
        Self::Instead(Box::new(instead.0.into()))
    }
}

impl<E, R: From<BuiltIn>> From<BuiltIn> for Stop<E, R> {
    fn from(refusal: BuiltIn) -> Self {
        Self::Refuse(Box::new(refusal.into()))
    }
}

impl<E, R: From<BuiltIn>> From<Fault> for Stop<E, R> {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Arithmetic => BuiltIn::Arithmetic.into(),
            Fault::Invalid(violations) => BuiltIn::Invalid(violations).into(),
            Fault::Refused(refusal) => refusal.into(),
            other => Self::Fault(other),
        }
    }
}

/// Goes on when the condition holds; otherwise this is the outcome.
///
/// # Errors
/// The outcome, when the condition does not hold.
pub fn ensure<O>(holds: bool, otherwise: O) -> Result<(), O> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// As [`ensure`], for an outcome that carries data and is made only when needed.
///
/// # Errors
/// The outcome, when the condition does not hold.
pub fn ensure_else<O>(holds: bool, otherwise: impl FnOnce() -> O) -> Result<(), O> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The events of one command, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Events<A: Aggregate>(Vec<A::Event>);

impl<A: Aggregate> Events<A> {
    /// No event: the command succeeds and changes nothing.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// One event.
    pub fn one(event: impl Into<A::Event>) -> Self {
        Self(vec![event.into()])
    }

    /// This event as well.
    #[must_use]
    pub fn and(mut self, event: impl Into<A::Event>) -> Self {
        self.push(event);
        self
    }

    /// Adds an event.
    pub fn push(&mut self, event: impl Into<A::Event>) {
        self.0.push(event.into());
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The state that an existing aggregate has after the events so far.
    ///
    /// # Errors
    /// When the events overflow the state or leave its bounds.
    pub fn after(&self, before: &A) -> Folded<A> {
        let mut state = before.clone();
        for event in &self.0 {
            state.apply(event)?;
        }
        within_bounds(state)
    }

    /// The state that a new aggregate has after the events so far.
    ///
    /// # Errors
    /// As [`Events::after`], and when the first event cannot come first.
    pub fn made(&self, id: &A::Id) -> Folded<A> {
        let mut state = None;
        for event in &self.0 {
            state = Some(fold(state, id, event)?);
        }
        within_bounds(state.ok_or(Fault::NoBeginning)?)
    }
}

/// The state after one more event; none before the first.
///
/// # Errors
/// When a stream cannot start with the event, or arithmetic fails.
pub fn fold<A: Aggregate>(state: Option<A>, id: &A::Id, event: &A::Event) -> Folded<A> {
    match state {
        None => A::begin(id.clone(), event),
        Some(mut state) => {
            state.apply(event)?;
            Ok(state)
        }
    }
}

/// The state after all events; none when there are none.
///
/// # Errors
/// As [`fold`].
pub fn replay<'e, A: Aggregate>(
    id: &A::Id,
    events: impl IntoIterator<Item = &'e A::Event>,
) -> Folded<Option<A>> {
    let mut state = None;
    for event in events {
        state = Some(fold(state, id, event)?);
    }
    Ok(state)
}

fn within_bounds<A: Aggregate>(state: A) -> Folded<A> {
    let mut at = Violations::default();
    state.bounds(&mut at);
    if at.is_empty() { Ok(state) } else { Err(Fault::Invalid(at)) }
}

/// A decision that is ready to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<A: Aggregate> {
    /// The new events with the status after each; empty when nothing happens.
    pub events: Vec<(A::Event, Option<&'static str>)>,
    /// The state afterwards; none when the aggregate still does not exist.
    pub after: Option<A>,
    /// The event that a rule recorded instead of the command's own, by its stored name.
    pub outcome: Option<&'static str>,
    /// The running numbers that were taken.
    pub numbers: Vec<Taken>,
}

/// Why there is nothing to store.
#[derive(Debug, Clone, PartialEq)]
pub enum Halt<R> {
    /// The caller gets this refusal.
    Refused(R),
    /// Fetch this, put it into the context, and decide again.
    Need(Need),
    /// A fault of ours.
    Fault(Fault),
}

impl<R> From<Fault> for Halt<R>
where
    R: From<BuiltIn>,
{
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Arithmetic => Self::Refused(BuiltIn::Arithmetic.into()),
            Fault::Invalid(violations) => Self::Refused(BuiltIn::Invalid(violations).into()),
            Fault::Refused(refusal) => Self::Refused(refusal.into()),
            Fault::Need(need) => Self::Need(need),
            other => Self::Fault(other),
        }
    }
}

/// A decision that can be stored, or why there is none.
pub type Outcome<A> = Result<Decided<A>, Halt<<A as Aggregate>::Refusal>>;

/// Decides about a new aggregate. `exists` is whether its id is taken.
///
/// # Errors
/// [`Halt`]: a refusal, a need, or a fault.
pub fn create<A: Create<C>, C: Command>(
    id: &A::Id,
    exists: bool,
    cmd: &C,
    cx: &Context,
) -> Outcome<A> {
    if exists {
        return Err(Halt::Refused(BuiltIn::AlreadyExists.into()));
    }
    finish(None, id, A::create(id, cmd, cx), cx)
}

/// Decides about an aggregate that should exist. `closed` is whether a closing event ended its life.
///
/// # Errors
/// [`Halt`]: a refusal, a need, or a fault.
pub fn decide<A: Decide<C>, C: Command>(
    current: Option<A>,
    id: &A::Id,
    closed: bool,
    cmd: &C,
    cx: &Context,
) -> Outcome<A> {
    let Some(state) = current else {
        return match C::IF_MISSING {
            IfMissing::Refuse => Err(Halt::Refused(BuiltIn::NotFound.into())),
            IfMissing::Ignore => finish(None, id, Ok(Events::none()), cx),
        };
    };
    if closed {
        return Err(Halt::Refused(BuiltIn::Closed.into()));
    }
    let decision = state.decide(cmd, cx);
    finish(Some(state), id, decision, cx)
}

/// Decides about an aggregate that is made when it is missing.
///
/// # Errors
/// [`Halt`]: a refusal, a need, or a fault.
pub fn upsert<A: Upsert<C>, C: Command>(
    current: Option<A>,
    id: &A::Id,
    closed: bool,
    cmd: &C,
    cx: &Context,
) -> Outcome<A> {
    if closed {
        return Err(Halt::Refused(BuiltIn::Closed.into()));
    }
    let decision = A::upsert(current.as_ref(), id, cmd, cx);
    finish(current, id, decision, cx)
}

fn finish<A: Aggregate>(
    current: Option<A>,
    id: &A::Id,
    decision: Decision<A>,
    cx: &Context,
) -> Outcome<A> {
    let (events, outcome) = match decision {
        Ok(events) => (events.0, None),
        Err(Stop::Refuse(refusal)) => return Err(Halt::Refused(*refusal)),
        Err(Stop::Ignore) => (Vec::new(), None),
        Err(Stop::Instead(event)) => {
            let outcome = Some(event.name());
            (vec![*event], outcome)
        }
        Err(Stop::Fault(fault)) => return Err(fault.into()),
    };
    let changed = !events.is_empty();
    let mut state = current;
    let mut decided = Vec::with_capacity(events.len());
    for event in events {
        let next = fold(state, id, &event)?;
        decided.push((event, next.status()));
        state = Some(next);
    }
    if let Some(state) = state.take_if(|_| changed) {
        let after = within_bounds(state)?;
        return Ok(Decided {
            events: decided,
            after: Some(after),
            outcome,
            numbers: cx.numbers_taken(),
        });
    }
    Ok(Decided { events: decided, after: state, outcome, numbers: Vec::new() })
}
