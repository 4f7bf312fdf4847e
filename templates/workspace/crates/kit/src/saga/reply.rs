//! What a saga asks for, and what it is answered.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::define::Verdict;
use crate::fault::{Fault, Folded};

/// Which try of which step of which saga a command is; it travels with the command and with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Context and saga.
    pub saga: String,
    /// The saga's id.
    pub id: Uuid,
    /// The step.
    pub step: String,
    /// Whether the step is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
    /// Which try, from 1.
    pub attempt: u32,
}

impl Request {
    /// The same for every try of the step and for its undoing.
    #[must_use]
    pub fn op_id(&self) -> Uuid {
        Uuid::new_v5(&self.id, self.step.as_bytes())
    }

    /// This try.
    #[must_use]
    pub fn request_id(&self) -> Uuid {
        let way = if self.undo { "undo" } else { "do" };
        Uuid::new_v5(&self.op_id(), format!("{way}\u{1f}{}", self.attempt).as_bytes())
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// It was done; these events happened, perhaps none.
    Done {
        /// In the order in which they happened.
        events: Vec<Told>,
        /// The event was recorded instead of the command's own: nothing is there to be undone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        instead: bool,
    },
    /// The other side said no; nothing happened.
    Refused(Told),
    /// The other side could not decide; nothing happened.
    Failed {
        /// Why, for people.
        reason: String,
    },
    /// The step was taken back before this request came; nothing happened.
    Cancelled,
}

impl Answer {
    /// Done without any event.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Done { events: Vec::new(), instead: false }
    }

    /// Whether the request had an effect that can be taken back.
    #[must_use]
    pub fn had_effect(&self) -> bool {
        matches!(self, Self::Done { instead: false, .. })
    }
}

/// An event or a refusal, as the sender of the command is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Its name on the wire.
    pub name: String,
    /// Its fields; those of an event include the id.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
}

/// An answer with the request that it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The request.
    pub request: Request,
    /// The answer.
    pub answer: Answer,
}

/// The event or refusal that a step reacts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply<'a> {
    told: &'a Told,
    usual: Verdict,
}

impl<'a> Reply<'a> {
    pub(super) fn new(told: &'a Told, usual: Verdict) -> Self {
        Self { told, usual }
    }

    /// One of its fields.
    ///
    /// # Errors
    /// When it has no such field, or one of another type.
    pub fn get<T: DeserializeOwned>(&self, field: &str) -> Folded<T> {
        let value = self.told.fields.get(field).cloned().unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|error| match Fault::form(error) {
            Fault::Data(reason) => Fault::Data(format!("{field} of {}: {reason}", self.told.name)),
            other => other,
        })
    }

    /// Where a saga goes that says nothing about this reply: on after an event, back after a refusal.
    #[must_use]
    pub fn usual(&self) -> Verdict {
        self.usual
    }
}
