//! What a saga meets on its way: replies that nobody looks at (MN407), and commands that the saga
//! itself has brought their aggregate beyond (MN410).
//!
//! Only what the saga alone does is followed; others may change the aggregate meanwhile. So both are
//! warnings.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::status_names;
use super::resolver::Resolver;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::ir::{ChangeIr, Ir, IrKind, MessageIr, OutcomeIr, Root};
use crate::model::{ActionIr, Aggregate, Command, Context, Decide, Event, From, Saga, Step};
use crate::syntax::tree;

/// Report what is wrong with the way of a saga.
pub(super) fn check(
    r: &Resolver<'_>,
    tree: &tree::Saga,
    saga: &Saga,
    known: &BTreeMap<String, Context>,
    sink: &mut Sink,
) {
    for step in &saga.steps {
        let written = tree.steps.iter().find(|written| written.name.value == step.name);
        let Some((_, command)) = command(known, &step.send) else { continue };
        for event in recorded_instead(command) {
            let looked_at = written.is_some_and(|w| w.on.iter().any(|on| on.reply.text == event));
            if !looked_at {
                unhandled(step, command, event, sink);
            }
        }
    }
    let mut path = Path { r, saga, known, places: BTreeMap::new() };
    path.start();
    for (place, step) in saga.steps.iter().enumerate() {
        path.meets(&step.send, &format!("step `{}`", step.name), sink);
        // A step that may be left out changes nothing for certain.
        if step.cond.is_some() {
            path.forget(&step.send);
        } else {
            path.follow(&step.send);
        }
        if let Some(undo) = &step.undo
            && !saga.steps.iter().skip(place + 1).any(|later| same(&later.send, undo, known))
        {
            path.meets(undo, &format!("the undo of step `{}`", step.name), sink);
        }
    }
    for action in &saga.completed {
        if let ActionIr::Send(message) = action {
            path.meets(message, "`on.completed`", sink);
            path.follow(message);
        }
    }
}

fn unhandled(step: &Step, command: &Command, event: &str, sink: &mut Sink) {
    let found = format!(
        "step `{}` goes on when `{}` is answered with `{event}`: nobody looks at this reply",
        step.name, command.name
    );
    let help = format!("write `on.{event} = \"compensate\"`, or `\"next\"` if that is meant");
    sink.push(Diagnostic::warning(407, step.send.span, found).help(help));
}

/// The events that rules record instead of the command's own.
fn recorded_instead(command: &Command) -> BTreeSet<&str> {
    let from = command.from.iter().map(|from| &from.otherwise);
    let rules = match &command.decide {
        Decide::Rules(rules) => rules.require.as_slice(),
        Decide::Rust { .. } => &[],
    };
    let outcomes = from.chain(rules.iter().map(|rule| &rule.outcome));
    outcomes
        .filter_map(|outcome| match outcome {
            OutcomeIr::Emit(message) => Some(message.name.as_str()),
            _ => None,
        })
        .collect()
}

fn command<'k>(
    known: &'k BTreeMap<String, Context>,
    message: &MessageIr,
) -> Option<(&'k Context, &'k Command)> {
    let context = known.get(&message.context)?;
    Some((context, context.commands.get(&message.name)?))
}

/// One aggregate of the saga: its context, its name, and the field of the saga with its id.
type Target = (String, String, String);

fn target(known: &BTreeMap<String, Context>, message: &MessageIr) -> Option<Target> {
    let (context, command) = command(known, message)?;
    let aggregate = context.aggregates.get(&command.aggregate)?;
    let (_, id) = message.fields.iter().find(|(name, _)| *name == aggregate.id.name)?;
    let field = field_of(id, Root::This)?;
    Some((context.name.clone(), aggregate.name.clone(), field.to_owned()))
}

fn same(one: &MessageIr, other: &MessageIr, known: &BTreeMap<String, Context>) -> bool {
    target(known, one).is_some_and(|it| Some(it) == target(known, other))
}

/// The field of `root` that an expression is, whatever type it is given.
fn field_of(ir: &Ir, root: Root) -> Option<&str> {
    match &ir.kind {
        IrKind::RootField { root: found, name } if *found == root => Some(name),
        IrKind::Convert { of, .. } => field_of(of, root),
        _ => None,
    }
}

/// Where an aggregate can be.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    /// In one of these statuses, by index.
    In(BTreeSet<u32>),
    /// At the end of its life.
    Closed,
}

struct Path<'a, 'r> {
    r: &'a Resolver<'r>,
    saga: &'a Saga,
    known: &'a BTreeMap<String, Context>,
    /// What is known; everything else can be anywhere.
    places: BTreeMap<Target, Place>,
}

impl Path<'_, '_> {
    /// The start event says where its own aggregate is.
    fn start(&mut self) {
        let Some(context) = self.known.get(&self.saga.start.context) else { return };
        let Some(event) = context.happening(&self.saga.start.name) else { return };
        let Some(aggregate) = context.aggregates.get(&event.aggregate) else { return };
        let Some(place) = self.after(aggregate, event, None) else { return };
        for (field, value) in &self.saga.begin.values {
            if field_of(value, Root::Ev) == Some(&aggregate.id.name) {
                let target = (context.name.clone(), aggregate.name.clone(), field.clone());
                self.places.insert(target, place.clone());
            }
        }
    }

    /// Where an aggregate is after an event; `None`: anywhere.
    fn after(&self, aggregate: &Aggregate, event: &Event, before: Option<Place>) -> Option<Place> {
        if event.closes {
            return Some(Place::Closed);
        }
        aggregate.status?;
        if let Some(to) = event.to {
            return Some(Place::In(BTreeSet::from([to])));
        }
        let moved = |it: &ChangeIr| matches!(it, ChangeIr::Set { field, .. } if field == "status");
        let begins = event.begin.is_some() && !event.follows;
        if begins {
            return Some(Place::In(BTreeSet::from([0])));
        }
        if event.apply.iter().any(moved) { None } else { before }
    }

    /// Report a command that is refused where its aggregate is.
    fn meets(&self, message: &MessageIr, who: &str, sink: &mut Sink) {
        let Some((context, command)) = command(self.known, message) else { return };
        let Some(aggregate) = context.aggregates.get(&command.aggregate) else { return };
        let Some(at) = target(self.known, message) else { return };
        let Some(place) = self.places.get(&at) else { return };
        let (is, wants) = match place {
            Place::Closed => ("at its end".to_owned(), "never accepted there".to_owned()),
            Place::In(statuses) => {
                let Some(From { statuses: wanted, otherwise, .. }) = &command.from else { return };
                let refused = matches!(otherwise, OutcomeIr::Refuse(_));
                if !refused || wanted.iter().any(|it| statuses.contains(it)) {
                    return;
                }
                let Some(status) = aggregate.status else { return };
                let names = status_names(self.r, status);
                let words = |all: &mut dyn Iterator<Item = &u32>| {
                    let all: Vec<&str> =
                        all.filter_map(|it| names.get(*it as usize).map(String::as_str)).collect();
                    list(all)
                };
                let is = words(&mut statuses.iter());
                (is, format!("accepted in {} only", words(&mut wanted.iter())))
            }
        };
        let found = format!(
            "{who} of saga `{}` sends `{}` when the `{}` is {is}: it is {wants}",
            self.saga.name, command.name, aggregate.name
        );
        let help = "send it earlier, or let the command accept that state";
        sink.push(Diagnostic::warning(410, message.span, found).help(help));
    }

    /// Where the aggregate is once the command was done.
    fn follow(&mut self, message: &MessageIr) {
        let Some((context, command)) = command(self.known, message) else { return };
        let Some(aggregate) = context.aggregates.get(&command.aggregate) else { return };
        let Some(at) = target(self.known, message) else { return };
        let before = match (&command.from, self.places.get(&at)) {
            (Some(from), Some(Place::In(statuses))) => {
                let wanted = from.statuses.iter().filter(|it| statuses.contains(it));
                Some(Place::In(wanted.copied().collect()))
            }
            (Some(from), None) => Some(Place::In(from.statuses.iter().copied().collect())),
            (_, place) => place.cloned(),
        };
        let instead = recorded_instead(command);
        let ignores = command.from.as_ref().is_some_and(|from| from.otherwise == OutcomeIr::Ignore);
        // One event that certainly happened says where the aggregate is; several may or may not.
        let mut events = command.events.iter().filter(|name| !instead.contains(name.as_str()));
        let only =
            events.next().filter(|_| events.next().is_none() && instead.is_empty() && !ignores);
        let event = only.and_then(|name| context.events.get(name));
        match event.and_then(|event| self.after(aggregate, event, before)) {
            Some(place) => drop(self.places.insert(at, place)),
            None => drop(self.places.remove(&at)),
        }
    }

    fn forget(&mut self, message: &MessageIr) {
        if let Some(at) = target(self.known, message) {
            self.places.remove(&at);
        }
    }
}
