//! Policies: reactions to events by sending commands.
//!
//! Keeps true: a policy only says what to send. The runtime derives each message's id from the event, the policy
//! and the place in the list, so that a repeat has no second effect.

use serde_json::Value;

use crate::aggregate::Command;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::fault::{Fault, Folded};
use crate::id::Id;

/// A reaction to the events of one kind of stream.
pub trait Policy<E: Event>: Send + Sync + 'static {
    /// Its name, unique in the context, as part of message ids.
    const NAME: &'static str;

    /// What happens when a sent command is refused.
    const REFUSED: Refused = Refused::Ignore;

    /// The messages that the event causes.
    ///
    /// # Errors
    /// A [`Fault::Need`] when a row is needed first; arithmetic.
    fn on(event: &Recorded<E>, cx: &Context) -> Folded<Vec<Message>>;
}

/// What a refusal of a sent command means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is an answer like any other.
    Ignore,
    /// Somebody must look at it.
    Park,
}

/// A command on its way to an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Context, aggregate and command.
    pub command: &'static str,
    /// The target's id; none when the command makes an aggregate whose id the server chooses.
    pub id: Option<String>,
    /// Which of several messages of one reaction: a row's key, or empty.
    pub row: String,
    /// The command.
    pub payload: Value,
}

impl Message {
    /// A command to the aggregate of this id.
    ///
    /// # Errors
    /// When the command has no JSON form.
    pub fn to<C: Command>(id: &impl Id, command: &C) -> Folded<Self> {
        Ok(Self { id: Some(id.to_string()), ..Self::new(command)? })
    }

    /// A command that makes an aggregate.
    ///
    /// # Errors
    /// When the command has no JSON form.
    pub fn new<C: Command>(command: &C) -> Folded<Self> {
        let payload = serde_json::to_value(command).map_err(Fault::data)?;
        Ok(Self { command: C::NAME, id: None, row: String::new(), payload })
    }

    /// The same, on behalf of the row with this key.
    #[must_use]
    pub fn for_row(self, key: impl std::fmt::Display) -> Self {
        Self { row: key.to_string(), ..self }
    }
}
