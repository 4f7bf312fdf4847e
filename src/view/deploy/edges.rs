//! Who opens connections to whom: the edges of the context map, as a network sees them.
//!
//! A context reads what another one tells from that one's log, so the follower connects to the one
//! that is followed. Commands wait in the log of the sender: the one that is asked connects to the
//! sender. A saga also reads the replies to its steps, so it connects to those that carry them out.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ActionIr, Context, Model, Saga};

/// For each context, those that it connects to. A context never connects to itself.
#[must_use]
pub fn edges(model: &Model) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> =
        model.contexts.keys().map(|name| (name.clone(), BTreeSet::new())).collect();
    let mut add = |from: &str, to: &str| {
        if from != to
            && let Some(peers) = found.get_mut(from)
        {
            peers.insert(to.to_owned());
        }
    };
    for context in model.contexts.values() {
        followed(context).for_each(|other| add(&context.name, other));
        for policy in context.policies.values() {
            policy.send.iter().for_each(|message| add(&message.context, &context.name));
        }
        for schedule in context.schedules.values() {
            schedule.send.iter().for_each(|message| add(&message.context, &context.name));
        }
        for saga in context.sagas.values() {
            for (asked, replies) in asked_by(saga) {
                add(asked, &context.name);
                if replies {
                    add(&context.name, asked);
                }
            }
        }
    }
    found
}

/// The contexts whose events it follows.
fn followed(context: &Context) -> impl Iterator<Item = &str> {
    let projections = context.views.values().chain(context.replicas.values());
    let events = projections.flat_map(|projection| &projection.events);
    let events = events.chain(context.policies.values().flat_map(|policy| &policy.on));
    events.chain(context.sagas.values().map(|saga| &saga.start)).map(|event| event.context.as_str())
}

/// The contexts that a saga sends commands to, each with whether it waits for the reply: it does in
/// its steps, and no longer at its end.
fn asked_by(saga: &Saga) -> impl Iterator<Item = (&str, bool)> {
    let steps = saga.steps.iter().flat_map(|step| std::iter::once(&step.send).chain(&step.undo));
    let ends = saga.completed.iter().chain(&saga.compensated);
    let sent = ends.filter_map(|action| match action {
        ActionIr::Send(message) => Some((message.context.as_str(), false)),
        ActionIr::Change(_) => None,
    });
    steps.map(|message| (message.context.as_str(), true)).chain(sent)
}
