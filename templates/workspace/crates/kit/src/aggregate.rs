//! The aggregate: a state that only events change, and the commands that may ask for events.
//!
//! Keeps true: a state exists only after a first event made it; replaying stored events never consults a rule.
//! Loading, storing and retrying are the runtime's work.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::check::{Check, Violations};
use crate::context::Context;
use crate::decision::Decision;
use crate::event::{Event, Recorded};
use crate::fault::Folded;
use crate::id::Id;
use crate::json::{Document, Json};
use crate::refusal::Refusal;
use crate::time::{UTC, Zone};

/// A consistency boundary: one stream of events, folded into one state.
pub trait Aggregate:
    Clone + PartialEq + std::fmt::Debug + Serialize + Send + Sync + Sized + 'static
{
    /// The stream type, as stored: `"tool"`.
    const NAME: &'static str;

    /// The zone that gives `today` and the calendar.
    const ZONE: &'static Zone = &UTC;

    /// What names one instance; its text is the stream id.
    type Id: Id;

    /// Everything that can happen to it.
    type Event: Event<Stream = Self::Id>;

    /// Every way it can say no.
    type Refusal: Refusal;

    /// The name of the id's field in answers and paths.
    #[must_use]
    fn id_field() -> String {
        format!("{}_id", Self::NAME)
    }

    /// The state after a first event.
    ///
    /// # Errors
    /// [`Fault::NoBeginning`](crate::Fault::NoBeginning) when a stream cannot start with it.
    fn begin(id: Self::Id, event: &Self::Event) -> Folded<Self>;

    /// The effect of a later event.
    ///
    /// # Errors
    /// Only arithmetic can fail, and it fails before an event is stored.
    fn apply(&mut self, event: &Self::Event) -> Folded;

    /// Where it is in its life, as the status's name on the wire; none without statuses.
    fn status(&self) -> Option<&'static str> {
        None
    }

    /// The bounds of the state, looked at after new events were folded and never on replay.
    fn bounds(&self, at: &mut Violations) {
        let _ = at;
    }

    /// The values that no other instance may hold at the same time.
    ///
    /// # Errors
    /// When arithmetic fails.
    fn unique(&self) -> Folded<Vec<Unique<Self::Refusal>>> {
        Ok(Vec::new())
    }

    /// What a reader gets to see: the state, and the derived values beside it.
    ///
    /// # Errors
    /// When a derived value cannot be computed.
    fn document(&self) -> Folded<Json> {
        Ok(Document::of(self)?.json())
    }
}

/// A value that is reserved for one stream while its state asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique<R> {
    /// The rule's name, unique in the context.
    pub rule: &'static str,
    /// The reserved value as text.
    pub value: String,
    /// The answer when another stream holds it.
    pub taken: R,
}

impl<R> Unique<R> {
    /// A reservation of the fields' joint value.
    pub fn new(rule: &'static str, fields: &[&dyn std::fmt::Display], taken: R) -> Self {
        let texts: Vec<String> = fields.iter().map(ToString::to_string).collect();
        Self { rule, value: texts.join("\u{1f}"), taken }
    }
}

/// From an event and the state after it to what other contexts see instead; none: nothing.
pub type Enrich<A, P> = fn(&Recorded<<A as Aggregate>::Event>, &A) -> Folded<Option<P>>;

/// A request to an aggregate. It is data: the same type is read from HTTP and from messages.
pub trait Command:
    Check + Clone + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Context, aggregate and command: `"desk.tool.lend_tool"`.
    const NAME: &'static str;

    /// What an absent aggregate means.
    const IF_MISSING: IfMissing = IfMissing::Refuse;
}

/// What a command does when its aggregate does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMissing {
    /// Refuse with `not_found`.
    Refuse,
    /// Succeed without an event.
    Ignore,
}

/// The decision about a command that makes a new aggregate.
pub trait Create<C: Command>: Aggregate {
    /// The id when the caller chooses it; none when the server makes one.
    fn id(cmd: &C) -> Option<Self::Id> {
        let _ = cmd;
        None
    }

    /// The first events, or a refusal.
    ///
    /// # Errors
    /// A refusal, or another reason to stop.
    fn create(id: &Self::Id, cmd: &C, cx: &Context) -> Decision<Self>;
}

/// The decision about a command to an aggregate that exists.
pub trait Decide<C: Command>: Aggregate {
    /// The next events, or a refusal.
    ///
    /// # Errors
    /// A refusal, or another reason to stop.
    fn decide(&self, cmd: &C, cx: &Context) -> Decision<Self>;
}

/// The decision about a command that makes the aggregate when it is not there.
pub trait Upsert<C: Command>: Aggregate {
    /// The next events, or a refusal; `current` is none before the first event.
    ///
    /// # Errors
    /// A refusal, or another reason to stop.
    fn upsert(current: Option<&Self>, id: &Self::Id, cmd: &C, cx: &Context) -> Decision<Self>;
}
