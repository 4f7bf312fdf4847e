//! Given, when, then: tests of decisions, views and policies without a store, a clock or a server.
//!
//! Failed expectations panic, as tests do; nothing outside tests uses this module.

mod past;
mod rows;
mod stage;
mod trial;

pub use stage::Stage;
pub use trial::{Played, Trial, trial};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use self::past::Past;
use self::rows::Rows;
use crate::aggregate::{Aggregate, Command, Create, Decide, Upsert};
use crate::context::{Actor, Context};
use crate::decision::{Halt, Outcome};
use crate::event::{Event, Recorded};
use crate::id::Id;
use crate::reference::Reference;
use crate::row::Row;

/// The uuid that scenarios write as `@name`.
#[must_use]
pub fn uuid(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

/// The time at which tests run unless they say otherwise: 2026-01-05T09:00:00Z.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::constant(1_767_603_600, 0)
}

/// An aggregate's past, and the surroundings of the command to come.
#[derive(Debug)]
pub struct Given<A: Aggregate> {
    past: Past<A>,
    beside: Vec<Past<A>>,
    rows: Rows,
    cx: Context,
}

/// An aggregate to which these events happened.
pub fn given<A: Aggregate>(
    id: impl Into<A::Id>,
    events: impl IntoIterator<Item = A::Event>,
) -> Given<A> {
    let cx = Context::new(now(), Actor::of(uuid("actor")), A::ZONE, Uuid::nil());
    let past = Past { id: id.into(), events: events.into_iter().collect() };
    Given { past, beside: Vec::new(), rows: Rows::default(), cx }
}

/// An id under which nothing exists.
pub fn nothing<A: Aggregate>(id: impl Into<A::Id>) -> Given<A> {
    given(id, [])
}

impl<A: Aggregate> Given<A> {
    /// Acts as this person.
    #[must_use]
    pub fn by(mut self, id: Uuid) -> Self {
        self.cx.actor = Actor::of(id);
        self
    }

    /// Acts as this actor.
    #[must_use]
    pub fn actor(mut self, actor: Actor) -> Self {
        self.cx.actor = actor;
        self
    }

    /// Acts in these roles.
    #[must_use]
    pub fn roles<'r>(mut self, roles: impl IntoIterator<Item = &'r str>) -> Self {
        self.cx.actor.roles.extend(roles.into_iter().map(str::to_owned));
        self
    }

    /// Acts at this time.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.cx.now = now;
        self
    }

    /// Has this row at hand.
    #[must_use]
    pub fn row<R: Row>(mut self, row: &R) -> Self {
        self.rows.put(row);
        self
    }

    /// Has the rows of a reference at hand.
    ///
    /// # Panics
    /// When one of them breaks the rules of its type.
    #[must_use]
    pub fn reference<R: Reference>(mut self) -> Self {
        self.rows.put_all::<R>();
        self
    }

    /// These events happened to another of its kind, which may hold a value that only one may hold.
    #[must_use]
    pub fn beside(
        mut self,
        id: impl Into<A::Id>,
        events: impl IntoIterator<Item = A::Event>,
    ) -> Self {
        self.beside.push(Past { id: id.into(), events: events.into_iter().collect() });
        self
    }

    /// Gives the command to the aggregate.
    pub fn when<C: Command>(self, cmd: C) -> Then<A>
    where
        A: Decide<C>,
    {
        self.run(past::decides(cmd))
    }

    /// Gives the command that makes the aggregate.
    pub fn when_created<C: Command>(self, cmd: C) -> Then<A>
    where
        A: Create<C>,
    {
        self.run(past::creates(cmd))
    }

    /// Gives the command that makes the aggregate if need be.
    pub fn when_upserted<C: Command>(self, cmd: C) -> Then<A>
    where
        A: Upsert<C>,
    {
        self.run(past::upserts(cmd))
    }

    fn run(mut self, ask: impl FnMut(&A::Id, Option<A>, bool, &Context) -> Outcome<A>) -> Then<A> {
        Then { outcome: self.past.decide(self.beside.iter(), &self.rows, &mut self.cx, ask) }
    }
}

fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("test data has a JSON form")
}

/// The mentioned fields.
fn fields(of: &Value) -> impl Iterator<Item = (&String, &Value)> {
    of.as_object().expect("fields are an object").iter()
}

/// What came of the command.
#[derive(Debug)]
pub struct Then<A: Aggregate> {
    outcome: Outcome<A>,
}

impl<A: Aggregate> Then<A> {
    /// Exactly these events happened.
    ///
    /// # Panics
    /// When something else happened.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) -> A {
        let decided = self.outcome.expect("the command is accepted");
        let events: Vec<A::Event> = decided.events.into_iter().map(|(event, _)| event).collect();
        assert_eq!(events, expected.into_iter().collect::<Vec<_>>());
        decided.after.expect("the aggregate exists afterwards")
    }

    /// Events with these stored names happened, with at least these fields.
    ///
    /// # Panics
    /// When something else happened.
    #[track_caller]
    pub fn then_like<'n>(self, expected: impl IntoIterator<Item = (&'n str, Value)>) -> A {
        let decided = self.outcome.expect("the command is accepted");
        let expected: Vec<(&str, Value)> = expected.into_iter().collect();
        let names: Vec<&str> = decided.events.iter().map(|(event, _)| event.name()).collect();
        assert_eq!(names, expected.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for ((event, _), (name, fields)) in decided.events.iter().zip(&expected) {
            let data = event.encode().expect("an event has a JSON form");
            for (field, value) in self::fields(fields) {
                assert_eq!(data.get(field).unwrap_or(&Value::Null), value, "{name}.{field}");
            }
        }
        decided.after.expect("the aggregate exists afterwards")
    }

    /// The command was accepted: something happened that is not a recorded failure.
    ///
    /// # Panics
    /// When it was refused, ignored, or a rule recorded a failure.
    #[track_caller]
    pub fn accepted(self) -> A {
        let decided = self.outcome.expect("the command is accepted");
        assert_eq!(decided.outcome, None, "a failure is recorded");
        assert_ne!(decided.events.len(), 0, "something happens");
        decided.after.expect("the aggregate exists afterwards")
    }

    /// The command was accepted, and nothing happened.
    ///
    /// # Panics
    /// When something happened or the command was refused.
    #[track_caller]
    pub fn ignored(self) {
        let decided = self.outcome.expect("the command is accepted");
        let names: Vec<&str> = decided.events.iter().map(|(event, _)| event.name()).collect();
        assert_eq!(names, [""; 0]);
    }

    /// The command was refused for this reason.
    ///
    /// # Panics
    /// When it was accepted or refused for another reason.
    #[track_caller]
    pub fn refused(self, expected: &A::Refusal) {
        match self.outcome {
            Err(Halt::Refused(refusal)) => assert_eq!(&refusal, expected),
            other => panic!("expected the refusal {expected:?}, got {other:?}"),
        }
    }

    /// The command was refused with this code.
    ///
    /// # Panics
    /// When it was accepted or refused with another code.
    #[track_caller]
    pub fn refused_as(self, code: &str) {
        match self.outcome {
            Err(Halt::Refused(refusal)) => assert_eq!(crate::Refusal::code(&refusal), code),
            other => panic!("expected the refusal {code}, got {other:?}"),
        }
    }

    /// The command was refused for this reason; the mentioned fields are these.
    ///
    /// # Panics
    /// When it was accepted, refused for another reason, or with other fields.
    #[track_caller]
    pub fn refused_with(self, code: &str, fields: &Value) {
        match self.outcome {
            Err(Halt::Refused(refusal)) => {
                assert_eq!(crate::Refusal::code(&refusal), code);
                let told = crate::Refusal::fields(&refusal);
                for (field, value) in self::fields(fields) {
                    assert_eq!(told.get(field).unwrap_or(&Value::Null), value, "{code}.{field}");
                }
            }
            other => panic!("expected the refusal {code}, got {other:?}"),
        }
    }
}

/// The command's values are fine as they come from outside.
///
/// # Panics
/// When something is wrong with them.
#[track_caller]
pub fn valid<C: Command>(mut cmd: C) {
    let mut at = crate::Violations::default();
    cmd.check(&mut at);
    assert!(at.is_empty(), "{at}");
}

/// Something is wrong with this field of the command, and with no other.
///
/// # Panics
/// When it is not so.
#[track_caller]
pub fn invalid<C: Command>(mut cmd: C, field: &str) {
    let mut at = crate::Violations::default();
    cmd.check(&mut at);
    let paths: Vec<&str> = at.iter().map(|violation| violation.path.as_str()).collect();
    assert_eq!(paths, [field]);
}

/// The event is stored under this name and version with this payload, and read back from it.
///
/// # Panics
/// When its stored form is another one.
#[track_caller]
pub fn stored_as<E: Event>(event: impl Into<E>, name: &str, version: u16, payload: Value) {
    let event = event.into();
    assert_eq!((event.name(), event.version()), (name, version));
    assert_eq!(event.encode().as_ref(), Ok(&payload));
    assert_eq!(E::decode(name, version, payload), Ok(event));
}

/// An event as it stands in the log: first in its stream, recorded [`now`], by nobody.
pub fn recorded<E: Event>(
    stream: impl Into<E::Stream>,
    status: &str,
    data: impl Into<E>,
) -> Recorded<E> {
    Recorded {
        id: uuid("event"),
        stream: stream.into(),
        version: 1,
        time: now(),
        status: (!status.is_empty()).then(|| status.to_owned()),
        actor: Actor::nobody(),
        correlation_id: uuid("correlation"),
        causation_id: uuid("causation"),
        shard: 0,
        pos: 1,
        data: data.into(),
    }
}

/// The id with this name, as scenarios write it.
///
/// # Panics
/// When ids of this kind are not made from a uuid.
#[must_use]
pub fn id<I: Id>(name: &str) -> I {
    I::fresh(uuid(name)).expect("the id is made from a uuid")
}
