//! A saga that runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::define::{Saga, Start, Step};
use super::reply::{Answer, Answered, Request};
use super::walk::Walk;
use crate::context::Context;
use crate::fault::Folded;
use crate::policy::Message;

/// Where a saga is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// On its way forward.
    Running,
    /// On its way back.
    Compensating,
    /// It did all it had to do.
    Completed,
    /// Everything it did is undone.
    Compensated,
}

/// A saga that runs, or has ended: all that is stored of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "S: Saga")]
pub struct Run<S> {
    /// Follows from the saga's name and its key.
    pub id: Uuid,
    /// What the saga remembers.
    pub saga: S,
    /// Where it is in its life.
    pub phase: Phase,
    /// Why nothing goes on without a person, or nothing goes on for long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<String>,
    /// The step that is asked for, or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Which try of it, from 1.
    pub attempt: u32,
    /// The last try failed; another one is made when it is due.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// The steps that must be undone when a later one fails, in the order they were done.
    pub done: Vec<String>,
    /// When it must be woken if nothing comes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When the time for the whole is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
}

/// A command that a saga sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The id of the message.
    pub id: Uuid,
    /// The command.
    pub message: Message,
    /// Which try of which step it is; none when no answer is waited for.
    pub request: Option<Request>,
}

/// What a transition gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Advance<S> {
    /// The saga after it.
    pub run: Run<S>,
    /// What to send, in order.
    pub orders: Vec<Order>,
}

impl<S: Saga> Run<S> {
    /// The id of the saga with this key.
    #[must_use]
    pub fn id_of(key: &str) -> Uuid {
        let name = format!("{}\u{1f}{key}", S::NAME);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }

    /// Starts a saga.
    ///
    /// # Errors
    /// Arithmetic; a row that is needed first.
    pub fn start(start: Start<S>, cx: &Context) -> Folded<Advance<S>> {
        Self::start_with(start, S::steps(), cx)
    }

    pub(crate) fn start_with(
        Start { key, saga }: Start<S>,
        steps: Vec<Step<S>>,
        cx: &Context,
    ) -> Folded<Advance<S>> {
        let run = Self {
            id: Self::id_of(&key),
            saga,
            phase: Phase::Running,
            parked: None,
            step: None,
            attempt: 0,
            again: false,
            done: Vec::new(),
            due: None,
            deadline: S::LIMIT.and_then(|limit| cx.now.checked_add(limit.after).ok()),
        };
        let mut walk = Walk::new(run, steps, cx);
        walk.forward(0)?;
        Ok(walk.end())
    }

    /// Takes an answer; none when it answers nothing that is waited for.
    ///
    /// # Errors
    /// Arithmetic; a row that is needed first; an answer that cannot be read; a step that is no more.
    pub fn answered(&self, answered: &Answered, cx: &Context) -> Folded<Option<Advance<S>>> {
        self.answered_with(answered, S::steps(), cx)
    }

    pub(crate) fn answered_with(
        &self,
        answered: &Answered,
        steps: Vec<Step<S>>,
        cx: &Context,
    ) -> Folded<Option<Advance<S>>> {
        if !self.awaits(answered) {
            return Ok(None);
        }
        let mut walk = Walk::new(self.clone(), steps, cx);
        match self.phase {
            Phase::Compensating => walk.undone(&answered.answer)?,
            _ => walk.answered(&answered.answer)?,
        }
        Ok(Some(walk.end()))
    }

    /// Goes on because a moment has come; none when it has not.
    ///
    /// # Errors
    /// Arithmetic; a row that is needed first; a step that is no more.
    pub fn woken(&self, cx: &Context) -> Folded<Option<Advance<S>>> {
        self.woken_with(S::steps(), cx)
    }

    pub(crate) fn woken_with(
        &self,
        steps: Vec<Step<S>>,
        cx: &Context,
    ) -> Folded<Option<Advance<S>>> {
        if self.due.is_none_or(|due| cx.now < due) {
            return Ok(None);
        }
        let mut walk = Walk::new(self.clone(), steps, cx);
        walk.woken()?;
        Ok(Some(walk.end()))
    }

    /// The saga stands until a person looks at it.
    #[must_use]
    pub fn park(self, reason: impl std::fmt::Display) -> Self {
        Self { parked: Some(reason.to_string()), due: None, ..self }
    }

    /// Whether it has come to its end.
    #[must_use]
    pub fn ended(&self) -> bool {
        matches!(self.phase, Phase::Completed | Phase::Compensated)
    }

    /// A success of any try is taken, anything else only from the last one.
    fn awaits(&self, answered: &Answered) -> bool {
        let Answered { request, answer } = answered;
        let way = match self.phase {
            Phase::Running if self.parked.is_none() => !request.undo,
            Phase::Compensating => request.undo,
            _ => false,
        };
        let this = request.id == self.id && self.step.as_ref() == Some(&request.step);
        let success = match answer {
            Answer::Done { instead, .. } => request.undo || !instead,
            _ => false,
        };
        way && this && (success || (request.attempt == self.attempt && !self.again))
    }
}
