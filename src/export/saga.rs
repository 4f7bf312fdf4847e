//! Sagas in their exported form.

use super::convert::{To, event, notes};
use super::form;
use crate::model::{ActionIr, Reply, Saga, Step, StepTimeout, Verdict};

pub(super) fn saga(to: &To<'_>, of: &Saga) -> form::Saga {
    let action = |action: &ActionIr| match action {
        ActionIr::Change(change) => super::text::change(to.types, change),
        ActionIr::Send(message) => format!("send {}", to.message(message)),
    };
    form::Saga {
        notes: notes(&of.notes),
        start: event(&of.start),
        key: to.expr(&of.key),
        state: to.fields(of.state),
        wait_for: of.waits.map(|it| it.to_string()),
        steps: of.steps.iter().map(|s| step(to, s)).collect(),
        completed: of.completed.iter().map(action).collect(),
        compensated: of.compensated.iter().map(action).collect(),
    }
}

fn step(to: &To<'_>, of: &Step) -> form::Step {
    let reply = |reply: &Reply| {
        let mut said = to.changes(&reply.changes);
        said.push(verdict(reply.verdict).to_owned());
        (reply.name.clone(), said.join("; "))
    };
    form::Step {
        name: of.name.clone(),
        cond: of.cond.as_ref().map(|c| to.expr(c)),
        send: to.message(&of.send),
        undo: of.undo.as_ref().map(|m| to.message(m)),
        retry: of.retry,
        timeout: of.timeout.as_ref().map(timeout),
        replies: of.replies.iter().map(reply).collect(),
    }
}

fn timeout(of: &StepTimeout) -> String {
    format!("{} then {}", of.after, verdict(of.verdict))
}

fn verdict(of: Verdict) -> &'static str {
    match of {
        Verdict::Next => "next",
        Verdict::Compensate => "compensate",
        Verdict::Retry => "retry",
        Verdict::Complete => "complete",
        Verdict::Park => "park",
    }
}
