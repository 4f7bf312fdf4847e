//! What a saga is: what it remembers, and its steps.

use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::reply::Reply;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::fault::Folded;
use crate::policy::Message;

/// A saga: the implementing type is what it remembers between its steps.
pub trait Saga:
    Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + Sized + 'static
{
    /// Context and saga: `"workshop.order_part"`.
    const NAME: &'static str;

    /// How long the whole may take, and what follows when it takes longer.
    const LIMIT: Option<Limit> = None;

    /// The events of the stream that starts it.
    type Event: Event;

    /// What it remembers at its start, and its key; none for an event that does not start it.
    ///
    /// # Errors
    /// Arithmetic; stored data that cannot be read.
    fn start(event: &Recorded<Self::Event>) -> Folded<Option<Start<Self>>>;

    /// Its steps, in order.
    fn steps() -> Vec<Step<Self>>;

    /// A step that sends this command, and tries five times more after technical trouble.
    #[must_use]
    fn step(name: &'static str, send: Ask<Self>) -> Step<Self> {
        Step { name, send, undo: None, when: None, retry: 5, limit: None, on: Vec::new() }
    }

    /// What it does after the last step; gives the commands to send.
    ///
    /// # Errors
    /// Arithmetic; a row that is needed first.
    fn completed(&mut self, cx: &Context) -> Folded<Vec<Message>> {
        let _ = cx;
        Ok(Vec::new())
    }

    /// What it does after everything was undone; gives the commands to send.
    ///
    /// # Errors
    /// Arithmetic; a row that is needed first.
    fn compensated(&mut self, cx: &Context) -> Folded<Vec<Message>> {
        let _ = cx;
        Ok(Vec::new())
    }
}

/// How a saga starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Start<S> {
    /// A second start with the same key changes nothing.
    pub key: String,
    /// What it remembers.
    pub saga: S,
}

impl<S> Start<S> {
    /// A saga with this key.
    pub fn by(key: impl std::fmt::Display, saga: S) -> Self {
        Self { key: key.to_string(), saga }
    }
}

/// A time, and what follows when it has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How long.
    pub after: SignedDuration,
    /// What follows.
    pub then: Verdict,
}

impl Limit {
    /// So many seconds, then this.
    #[must_use]
    pub const fn secs(secs: i64, then: Verdict) -> Self {
        Self { after: SignedDuration::from_secs(secs), then }
    }

    /// So many milliseconds, then this.
    #[must_use]
    pub const fn millis(millis: i64, then: Verdict) -> Self {
        Self { after: SignedDuration::from_millis(millis), then }
    }
}

/// Where a saga goes after a reply, or after a time without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// To the next step.
    Next,
    /// Back: everything done so far is undone.
    Compensate,
    /// The same step again, as often as the step may be tried.
    Retry,
    /// To its end, without the steps that are left.
    Complete,
    /// Nowhere: a person must look at it.
    Park,
}

type Ask<S> = fn(&S, &Context) -> Folded<Message>;
type When<S> = fn(&S, &Context) -> Folded<bool>;
type On<S> = fn(&mut S, &Reply, &Context) -> Folded<Verdict>;

/// One step of a saga; made by [`Saga::step`].
#[derive(Debug, Clone)]
pub struct Step<S> {
    /// Its name, unique in the saga; part of ids, never to be changed.
    pub name: &'static str,
    pub(super) send: Ask<S>,
    pub(super) undo: Option<Ask<S>>,
    pub(super) when: Option<When<S>>,
    pub(super) retry: u32,
    pub(super) limit: Option<Limit>,
    pub(super) on: Vec<(&'static str, On<S>)>,
}

impl<S> Step<S> {
    /// The command that takes it back.
    #[must_use]
    pub fn undo(mut self, undo: Ask<S>) -> Self {
        self.undo = Some(undo);
        self
    }

    /// Left out unless this holds.
    #[must_use]
    pub fn when(mut self, when: When<S>) -> Self {
        self.when = Some(when);
        self
    }

    /// Tried so many times more after technical trouble.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.retry = times;
        self
    }

    /// What follows when there is no reply in time.
    #[must_use]
    pub fn timeout(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What follows from a reply: an event, or a refusal, by its name on the wire.
    #[must_use]
    pub fn on(mut self, reply: &'static str, then: On<S>) -> Self {
        self.on.push((reply, then));
        self
    }

    /// The step without its condition; for tests.
    pub(crate) fn always(mut self) -> Self {
        self.when = None;
        self
    }

    pub(super) fn reaction(&self, reply: &str) -> Option<On<S>> {
        self.on.iter().find(|(name, _)| *name == reply).map(|(_, then)| *then)
    }
}
