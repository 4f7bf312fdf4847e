//! What happened to one aggregate, and what it decides.

use super::rows::Rows;
use crate::aggregate::{Aggregate, Command, Create, Decide, Upsert};
use crate::context::Context;
use crate::decision::{self, Halt, Outcome};
use crate::event::Event;
use crate::{BuiltIn, Violations};

/// The events of one stream.
#[derive(Debug)]
pub(super) struct Past<A: Aggregate> {
    pub(super) id: A::Id,
    pub(super) events: Vec<A::Event>,
}

impl<A: Aggregate> Past<A> {
    pub(super) fn state(&self) -> Option<A> {
        decision::replay(&self.id, &self.events).expect("the past can be replayed")
    }

    fn closed(&self) -> bool {
        self.events.iter().any(Event::closes)
    }

    /// What comes of a command, beside these other streams.
    pub(super) fn decide<'a>(
        &self,
        others: impl Iterator<Item = &'a Self>,
        rows: &Rows,
        cx: &mut Context,
        mut ask: impl FnMut(&A::Id, Option<A>, bool, &Context) -> Outcome<A>,
    ) -> Outcome<A> {
        let (current, closed) = (self.state(), self.closed());
        let decided = rows.answer(cx, |cx| match ask(&self.id, current.clone(), closed, cx) {
            Err(Halt::Need(need)) => Err(need),
            done => Ok(done),
        })?;
        let ends = decided.events.iter().any(|(event, _)| event.closes());
        let after = decided.after.as_ref().filter(|_| !decided.events.is_empty() && !ends);
        match after.and_then(|after| self.taken(after, others)) {
            Some(refusal) => Err(Halt::Refused(refusal)),
            None => Ok(decided),
        }
    }

    /// The refusal when another open stream holds a value that may be held once.
    fn taken<'a>(&self, after: &A, others: impl Iterator<Item = &'a Self>) -> Option<A::Refusal> {
        let held = |state: &A| state.unique().expect("the reserved values are known");
        let others = others.filter(|it| it.id != self.id && !it.closed());
        let others: Vec<_> = others.filter_map(|it| it.state()).flat_map(|it| held(&it)).collect();
        let is_taken = |mine: &crate::Unique<A::Refusal>| {
            others.iter().any(|it| it.rule == mine.rule && it.value == mine.value)
        };
        held(after).into_iter().find(is_taken).map(|mine| mine.taken)
    }
}

fn checked<C: Command, R: From<BuiltIn>>(cmd: &mut C) -> Result<(), Halt<R>> {
    let mut at = Violations::default();
    cmd.check(&mut at);
    if at.is_empty() { Ok(()) } else { Err(Halt::Refused(BuiltIn::Invalid(at).into())) }
}

/// Asks an aggregate that should exist.
pub(super) fn decides<A: Decide<C>, C: Command>(
    mut cmd: C,
) -> impl FnMut(&A::Id, Option<A>, bool, &Context) -> Outcome<A> {
    move |id, current, closed, cx| {
        checked(&mut cmd)?;
        decision::decide(current, id, closed, &cmd, cx)
    }
}

/// Asks for a new aggregate.
pub(super) fn creates<A: Create<C>, C: Command>(
    mut cmd: C,
) -> impl FnMut(&A::Id, Option<A>, bool, &Context) -> Outcome<A> {
    move |id, current, _, cx| {
        checked(&mut cmd)?;
        decision::create(id, current.is_some(), &cmd, cx)
    }
}

/// Asks an aggregate that is made if need be.
pub(super) fn upserts<A: Upsert<C>, C: Command>(
    mut cmd: C,
) -> impl FnMut(&A::Id, Option<A>, bool, &Context) -> Outcome<A> {
    move |id, current, closed, cx| {
        checked(&mut cmd)?;
        decision::upsert(current, id, closed, &cmd, cx)
    }
}
