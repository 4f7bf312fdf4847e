//! A whole context without a store: its streams, the rows of its views, and what its policies send.
//!
//! Keeps true: one thing happens after the other. Each event reaches all views before any policy, as if nobody ever
//! had to wait; what the stores and the transports do to that is tested with them.

use std::any::Any;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::past::{self, Past};
use super::rows::Rows;
use super::{fields, json, now, uuid};
use crate::aggregate::{Aggregate, Command, Create, Decide, Enrich, Upsert};
use crate::context::{Actor, Context};
use crate::decision::Outcome;
use crate::event::{Event, Recorded};
use crate::fault::Folded;
use crate::policy::{Message, Policy};
use crate::reference::Reference;
use crate::row::Row;
use crate::saga::{Run, Saga};
use crate::schedule::Schedule;
use crate::time::{UTC, Zone};
use crate::view::Fold;

/// What others see of an event and the state after it.
struct Publish(Box<Seen>);

type Seen = dyn Fn(&dyn Any, &dyn Any) -> Option<Published>;

impl std::fmt::Debug for Publish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Publish")
    }
}

/// Something that others see: its wire name, the stream, and its fields.
type Published = (&'static str, String, Value);

type View = fn(&dyn Any, &mut Rows);
type React = fn(&dyn Any, &Rows) -> Folded<Vec<Message>>;

/// The views and policies of a context, and what happened so far.
#[derive(Debug)]
pub struct Stage {
    now: Timestamp,
    zone: &'static Zone,
    actor: Actor,
    views: Vec<View>,
    /// Policies and sagas; whether they see the rows as they were before the event.
    policies: Vec<(bool, React)>,
    /// [`Past`] of any aggregate.
    streams: Vec<Box<dyn Any>>,
    rows: Rows,
    sent: Vec<Message>,
    publications: Vec<Publish>,
    published: Vec<Published>,
    pos: i64,
    /// What came of the command, for those who miss something.
    came: String,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            now: now(),
            zone: &UTC,
            actor: Actor::of(uuid("actor")),
            views: Vec::new(),
            policies: Vec::new(),
            streams: Vec::new(),
            rows: Rows::default(),
            sent: Vec::new(),
            publications: Vec::new(),
            published: Vec::new(),
            pos: 0,
            came: String::new(),
        }
    }
}

impl Stage {
    /// A view or replica follows these events. The one that others find their keys in comes first.
    #[must_use]
    pub fn view<V: Fold<E>, E: Event>(mut self) -> Self {
        self.views.push(|event, rows| {
            if let Some(event) = event.downcast_ref::<Recorded<E>>() {
                rows.follow::<V, E>(event);
            }
        });
        self
    }

    /// The rows of a reference are there.
    ///
    /// # Panics
    /// When one of them breaks the rules of its type.
    #[must_use]
    pub fn reference<R: Reference>(mut self) -> Self {
        self.rows.put_all::<R>();
        self
    }

    /// A policy reacts to these events.
    #[must_use]
    pub fn policy<P: Policy<E>, E: Event>(mut self) -> Self {
        self.policies.push((false, react::<P, E>));
        self
    }

    /// A policy reacts to these events, and sees the rows as they were before.
    #[must_use]
    pub fn policy_before<P: Policy<E>, E: Event>(mut self) -> Self {
        self.policies.push((true, react::<P, E>));
        self
    }

    /// A saga starts with its event; its first commands count as sent.
    #[must_use]
    pub fn saga<S: Saga>(mut self) -> Self {
        self.policies.push((false, start::<S>));
        self
    }

    /// Events of `A` are published in the form that is made of them and the state after them.
    #[must_use]
    pub fn enrich<A: Aggregate, P: Event>(mut self, publish: Enrich<A, P>) -> Self {
        self.publications.push(Publish(Box::new(move |event, state| {
            let event = event.downcast_ref::<Recorded<A::Event>>()?;
            let public = publish(event, state.downcast_ref::<A>()?).ok()??;
            Some((public.name(), event.stream.to_string(), public.encode().ok()?))
        })));
        self
    }

    /// Acts as this person.
    #[must_use]
    pub fn by(mut self, id: Uuid) -> Self {
        self.actor = Actor::of(id);
        self
    }

    /// Acts in these roles.
    #[must_use]
    pub fn roles<'r>(mut self, roles: impl IntoIterator<Item = &'r str>) -> Self {
        self.actor.roles.extend(roles.into_iter().map(str::to_owned));
        self
    }

    /// Happens at this time.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// This row is there.
    #[must_use]
    pub fn row<R: Row>(mut self, row: &R) -> Self {
        self.rows.put(row);
        self
    }

    /// These events happened to an aggregate before.
    #[must_use]
    pub fn given<A: Aggregate>(
        mut self,
        id: impl Into<A::Id>,
        events: impl IntoIterator<Item = A::Event>,
    ) -> Self {
        let id = id.into();
        for event in events {
            self.record::<A>(&id, event);
        }
        self
    }

    /// This event happens to an aggregate.
    #[must_use]
    pub fn happens<A: Aggregate>(
        mut self,
        id: impl Into<A::Id>,
        event: impl Into<A::Event>,
    ) -> Self {
        self.forget();
        self.record::<A>(&id.into(), event.into());
        self
    }

    /// A schedule runs.
    #[must_use]
    pub fn ticks<S: Schedule>(mut self) -> Self {
        self.forget();
        let cx = &mut Context::new(self.now, Actor::nobody(), self.zone, Uuid::nil());
        self.sent.extend(self.rows.folded(cx, S::run).unwrap_or_default());
        self
    }

    /// The calendar is that of this zone.
    #[must_use]
    pub fn zone(mut self, zone: &'static Zone) -> Self {
        self.zone = zone;
        self
    }

    /// This event arrives from another context; `status` is that of its stream.
    #[must_use]
    pub fn arrives<E: Event>(
        mut self,
        stream: impl Into<E::Stream>,
        status: &str,
        event: impl Into<E>,
    ) -> Self {
        self.forget();
        let status = (!status.is_empty()).then(|| status.to_owned());
        let event = self.recorded(stream.into(), 1, status, event.into());
        self.spread(&event);
        self
    }

    /// Gives the command to the aggregate.
    #[must_use]
    pub fn when<A: Decide<C>, C: Command>(self, id: impl Into<A::Id>, cmd: C) -> Self {
        self.run(id.into(), past::decides::<A, C>(cmd))
    }

    /// Gives the command that makes the aggregate.
    #[must_use]
    pub fn when_created<A: Create<C>, C: Command>(self, id: impl Into<A::Id>, cmd: C) -> Self {
        self.run(id.into(), past::creates::<A, C>(cmd))
    }

    /// Gives the command that makes the aggregate if need be.
    #[must_use]
    pub fn when_upserted<A: Upsert<C>, C: Command>(self, id: impl Into<A::Id>, cmd: C) -> Self {
        self.run(id.into(), past::upserts::<A, C>(cmd))
    }

    /// Policies and sagas sent exactly these: command, target id (empty: any), and at least these fields.
    ///
    /// # Panics
    /// When they sent something else.
    #[track_caller]
    pub fn sends<'n>(&self, expected: impl IntoIterator<Item = (&'n str, String, Value)>) -> &Self {
        let mut left: Vec<&Message> = self.sent.iter().collect();
        for (name, id, wanted) in expected {
            let found = left.iter().position(|it| {
                it.command == name
                    && (id.is_empty() || it.id.as_ref() == Some(&id))
                    && fields(&wanted)
                        .all(|(name, value)| it.payload.get(name).unwrap_or(&Value::Null) == value)
            });
            match found {
                Some(at) => drop(left.remove(at)),
                None => panic!("no {name} {wanted} to {id} was sent, but {left:?}{}", self.came),
            }
        }
        assert!(left.is_empty(), "also sent: {left:?}");
        self
    }

    /// Other contexts see exactly these: wire name, stream (empty: any), and at least these fields.
    ///
    /// # Panics
    /// When they see something else.
    #[track_caller]
    pub fn publishes<'n>(
        &self,
        expected: impl IntoIterator<Item = (&'n str, String, Value)>,
    ) -> &Self {
        let mut left: Vec<&Published> = self.published.iter().collect();
        for (name, id, wanted) in expected {
            let found = left.iter().position(|(is, stream, data)| {
                let mut all = fields(&wanted);
                *is == name
                    && (id.is_empty() || *stream == id)
                    && all.all(|(name, value)| data.get(name).unwrap_or(&Value::Null) == value)
            });
            match found {
                Some(at) => drop(left.remove(at)),
                None => panic!("no {name} {wanted} of {id} is seen, but {left:?}{}", self.came),
            }
        }
        assert!(left.is_empty(), "others also see: {left:?}");
        self
    }

    /// These rows are there: the table, and at least these fields.
    ///
    /// # Panics
    /// When one is not.
    #[track_caller]
    pub fn rows<'n>(&self, expected: impl IntoIterator<Item = (&'n str, Value)>) -> &Self {
        for (table, wanted) in expected {
            self.rows.expect(table, &wanted, &self.came);
        }
        self
    }

    fn run<A: Aggregate>(
        mut self,
        id: A::Id,
        ask: impl FnMut(&A::Id, Option<A>, bool, &Context) -> Outcome<A>,
    ) -> Self {
        self.forget();
        let mut cx = Context::new(self.now, self.actor.clone(), A::ZONE, Uuid::nil());
        let _ = self.past::<A>(&id);
        let past = self.streams::<A>().find(|it| it.id == id).expect("it was just put there");
        match past.decide(self.streams::<A>(), &self.rows, &mut cx, ask) {
            Ok(decided) => {
                for (event, _) in decided.events {
                    self.record::<A>(&id, event);
                }
            }
            Err(halt) => self.came = format!("; the command was answered with {halt:?}"),
        }
        self
    }

    fn streams<A: Aggregate>(&self) -> impl Iterator<Item = &Past<A>> {
        self.streams.iter().filter_map(|it| it.downcast_ref::<Past<A>>())
    }

    fn past<A: Aggregate>(&mut self, id: &A::Id) -> &mut Past<A> {
        let is = |it: &Box<dyn Any>| it.downcast_ref::<Past<A>>().is_some_and(|it| it.id == *id);
        let at = self.streams.iter().position(is).unwrap_or_else(|| {
            self.streams.push(Box::new(Past::<A> { id: id.clone(), events: Vec::new() }));
            self.streams.len() - 1
        });
        let stream = self.streams.get_mut(at).and_then(|it| it.downcast_mut());
        stream.expect("it was found, or just put there")
    }

    /// From here on it counts what is sent and published.
    fn forget(&mut self) {
        self.sent.clear();
        self.published.clear();
    }

    /// Adds an event to its stream, and tells everybody.
    fn record<A: Aggregate>(&mut self, id: &A::Id, event: A::Event) {
        let past = self.past::<A>(id);
        past.events.push(event.clone());
        let version = i64::try_from(past.events.len()).unwrap_or(i64::MAX);
        let state = past.state();
        let status = state.as_ref().and_then(Aggregate::status).map(str::to_owned);
        let event = self.recorded(id.clone(), version, status, event);
        if let Some(state) = &state {
            self.published.extend(self.publications.iter().filter_map(|it| (it.0)(&event, state)));
        }
        self.spread(&event);
    }

    fn recorded<E: Event>(
        &mut self,
        stream: E::Stream,
        version: i64,
        status: Option<String>,
        data: E,
    ) -> Recorded<E> {
        self.pos += 1;
        let id = Uuid::new_v5(&uuid("event"), json(self.pos).to_string().as_bytes());
        Recorded {
            id,
            stream,
            version,
            time: self.now,
            status,
            actor: self.actor.clone(),
            correlation_id: id,
            causation_id: id,
            shard: 0,
            pos: self.pos,
            data,
        }
    }

    fn spread<E: Event>(&mut self, event: &Recorded<E>) {
        let before = self.rows.clone();
        for view in &self.views {
            view(event, &mut self.rows);
        }
        for (sees_before, react) in &self.policies {
            let rows = if *sees_before { &before } else { &self.rows };
            self.sent.extend(react(event, rows).unwrap_or_default());
        }
    }
}

fn react<P: Policy<E>, E: Event>(event: &dyn Any, rows: &Rows) -> Folded<Vec<Message>> {
    match event.downcast_ref::<Recorded<E>>() {
        Some(event) => rows.folded(&mut Context::at(event.time), |cx| P::on(event, cx)),
        None => Ok(Vec::new()),
    }
}

fn start<S: Saga>(event: &dyn Any, rows: &Rows) -> Folded<Vec<Message>> {
    let Some(event) = event.downcast_ref::<Recorded<S::Event>>() else { return Ok(Vec::new()) };
    let Some(start) = S::start(event)? else { return Ok(Vec::new()) };
    let cx = &mut Context::at(event.time);
    let advance = rows.folded(cx, |cx| Run::start(start.clone(), cx))?;
    Ok(advance.orders.into_iter().map(|order| order.message).collect())
}
