//! One transition of a saga: from what came in to the next thing to wait for.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::define::{Limit, Saga, Step, Verdict};
use super::reply::{Answer, Reply, Request, Told};
use super::run::{Advance, Order, Phase, Run};
use crate::context::Context;
use crate::fault::{Fault, Folded};
use crate::policy::Message;

/// The pause before the second try, in seconds; it doubles with every further one.
const PAUSE: i64 = 1;
/// The longest pause between two tries.
const LONGEST: i64 = 600;
/// How long an undo may go without an answer before it is sent again.
const UNDO_ANSWER: i64 = 60;
/// After so many tries an undo counts as parked; it is tried on, at the slowest rate.
const UNDO_TRIES: u32 = 10;

/// What is known about the effect of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// There is one.
    Some,
    /// There is none.
    None,
    /// Nobody knows: it must be undone as if there were one.
    Unknown,
}

/// A run on its way to the next thing to wait for.
pub(super) struct Walk<'a, S: Saga> {
    run: Run<S>,
    steps: Vec<Step<S>>,
    cx: &'a Context,
    orders: Vec<Order>,
}

impl<'a, S: Saga> Walk<'a, S> {
    pub fn new(run: Run<S>, steps: Vec<Step<S>>, cx: &'a Context) -> Self {
        Self { run, steps, cx, orders: Vec::new() }
    }

    pub fn end(self) -> Advance<S> {
        Advance { run: self.run, orders: self.orders }
    }

    /// Ask for the first step from this place on that is wanted.
    pub fn forward(&mut self, from: usize) -> Folded {
        for step in self.steps.clone().iter().skip(from) {
            let wanted = step.when.map_or(Ok(true), |when| when(&self.run.saga, self.cx))?;
            if wanted {
                return self.ask(step, 1);
            }
        }
        self.close(Phase::Completed)
    }

    /// An answer to the step that was asked for.
    pub fn answered(&mut self, answer: &Answer) -> Folded {
        let step = self.current()?;
        let (told, usual, effect): (&[Told], _, _) = match answer {
            Answer::Done { events, instead: false } => (events, Verdict::Next, Effect::Some),
            Answer::Done { events, instead: true } => (events, Verdict::Next, Effect::None),
            Answer::Refused(told) => {
                (std::slice::from_ref(told), Verdict::Compensate, Effect::None)
            }
            Answer::Failed { .. } => (&[], Verdict::Retry, Effect::None),
            Answer::Cancelled => (&[], Verdict::Compensate, Effect::None),
        };
        let reaction = told.iter().find_map(|told| Some((told, step.reaction(&told.name)?)));
        let verdict = match reaction {
            Some((told, then)) => then(&mut self.run.saga, &Reply::new(told, usual), self.cx)?,
            None => usual,
        };
        let reason = told.first().map_or("it failed", |told| &told.name);
        self.go(&step, verdict, effect, reason)
    }

    /// An answer to the undo that was asked for.
    pub fn undone(&mut self, answer: &Answer) -> Folded {
        let reason = match answer {
            Answer::Done { .. } => {
                self.run.parked = None;
                self.run.done.pop();
                return self.back();
            }
            Answer::Refused(told) => &told.name,
            Answer::Failed { reason } => reason,
            Answer::Cancelled => "it was cancelled",
        };
        self.run.again = true;
        self.run.due = Some(self.after(self.pause()));
        self.complain(reason);
        Ok(())
    }

    /// The moment has come for which the run waited.
    pub fn woken(&mut self) -> Folded {
        match self.run.phase {
            Phase::Running => {}
            Phase::Compensating => {
                if !self.run.again {
                    self.complain("there is no answer");
                }
                let step = self.current()?;
                return self.ask_back(&step, self.run.attempt.saturating_add(1));
            }
            Phase::Completed | Phase::Compensated => return Ok(()),
        }
        let step = self.current()?;
        let effect = if self.run.again { Effect::None } else { Effect::Unknown };
        let late = self.run.deadline.is_some_and(|end| end <= self.cx.now);
        if let (true, Some(limit)) = (late, S::LIMIT) {
            self.run.deadline = None;
            return self.go(&step, limit.then, effect, "it took too long");
        }
        match step.limit {
            Some(limit) if !self.run.again => {
                self.go(&step, limit.then, effect, "there is no answer")
            }
            _ => self.ask(&step, self.run.attempt.saturating_add(1)),
        }
    }

    fn go(&mut self, step: &Step<S>, verdict: Verdict, effect: Effect, reason: &str) -> Folded {
        let again = verdict == Verdict::Retry && self.run.attempt <= step.retry;
        if !again && verdict != Verdict::Park && effect != Effect::None {
            self.run.done.push(step.name.to_owned());
        }
        match verdict {
            Verdict::Next => self.forward(self.place(step.name)? + 1),
            Verdict::Retry if again && effect == Effect::Unknown => {
                self.ask(step, self.run.attempt.saturating_add(1))
            }
            Verdict::Retry if again => {
                self.run.again = true;
                self.run.due = Some(self.within(self.after(self.pause())));
                Ok(())
            }
            Verdict::Retry | Verdict::Compensate => self.back(),
            Verdict::Complete => self.close(Phase::Completed),
            Verdict::Park => {
                self.run.parked = Some(format!("step {}: {reason}", step.name));
                self.run.due = None;
                Ok(())
            }
        }
    }

    /// Undo the last step that was done and can be undone.
    fn back(&mut self) -> Folded {
        self.run.phase = Phase::Compensating;
        self.run.deadline = None;
        while let Some(name) = self.run.done.last() {
            let step = self.step(name)?;
            if step.undo.is_some() {
                return self.ask_back(&step, 1);
            }
            self.run.done.pop();
        }
        self.close(Phase::Compensated)
    }

    fn ask(&mut self, step: &Step<S>, attempt: u32) -> Folded {
        let message = (step.send)(&self.run.saga, self.cx)?;
        let due = step.limit.map(|Limit { after, .. }| self.after(after));
        self.request(step, message, attempt);
        self.run.due = match due {
            Some(due) => Some(self.within(due)),
            None => self.run.deadline,
        };
        Ok(())
    }

    fn ask_back(&mut self, step: &Step<S>, attempt: u32) -> Folded {
        let Some(undo) = step.undo else {
            return Err(Fault::data(format!("step {} is not undone any more", step.name)));
        };
        let message = undo(&self.run.saga, self.cx)?;
        self.request(step, message, attempt);
        let wait = self.pause().max(SignedDuration::from_secs(UNDO_ANSWER));
        self.run.due = Some(self.after(wait));
        Ok(())
    }

    fn request(&mut self, step: &Step<S>, message: Message, attempt: u32) {
        self.run.step = Some(step.name.to_owned());
        self.run.attempt = attempt;
        self.run.again = false;
        let request = Request {
            saga: S::NAME.to_owned(),
            id: self.run.id,
            step: step.name.to_owned(),
            undo: self.run.phase == Phase::Compensating,
            attempt,
        };
        self.orders.push(Order { id: request.request_id(), message, request: Some(request) });
    }

    fn close(&mut self, phase: Phase) -> Folded {
        self.run.phase = phase;
        (self.run.step, self.run.due, self.run.deadline) = (None, None, None);
        (self.run.attempt, self.run.again) = (0, false);
        let messages = match phase {
            Phase::Completed => self.run.saga.completed(self.cx)?,
            _ => self.run.saga.compensated(self.cx)?,
        };
        for (place, message) in messages.into_iter().enumerate() {
            let id = Uuid::new_v5(&self.run.id, format!("end\u{1f}{place}").as_bytes());
            self.orders.push(Order { id, message, request: None });
        }
        Ok(())
    }

    /// A person should know about an undo that fails again and again.
    fn complain(&mut self, reason: &str) {
        if self.run.attempt >= UNDO_TRIES {
            let step = self.run.step.as_deref().unwrap_or_default();
            self.run.parked = Some(format!("step {step} cannot be undone: {reason}"));
        }
    }

    fn current(&self) -> Folded<Step<S>> {
        self.step(self.run.step.as_deref().unwrap_or_default())
    }

    fn step(&self, name: &str) -> Folded<Step<S>> {
        let step = self.steps.get(self.place(name)?);
        step.cloned().ok_or_else(|| Fault::data(format!("there is no step {name}")))
    }

    fn place(&self, name: &str) -> Folded<usize> {
        let place = self.steps.iter().position(|step| step.name == name);
        place.ok_or_else(|| Fault::data(format!("{} has no step {name} any more", S::NAME)))
    }

    /// The pause after the present try.
    fn pause(&self) -> SignedDuration {
        let doubled = PAUSE.checked_shl(self.run.attempt.saturating_sub(1).min(30));
        SignedDuration::from_secs(doubled.unwrap_or(LONGEST).min(LONGEST))
    }

    fn after(&self, wait: SignedDuration) -> Timestamp {
        self.cx.now.checked_add(wait).unwrap_or(Timestamp::MAX)
    }

    /// Not after the end of the whole.
    fn within(&self, due: Timestamp) -> Timestamp {
        self.run.deadline.map_or(due, |end| due.min(end))
    }
}
