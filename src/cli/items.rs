//! What a domain declares, item by item, as its text says; for lists and for completion.

use crate::lang::tree::{Message, Outcome};
use crate::source::Span;
use crate::syntax::tree::{Command, Context, Head, Tree};

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// The construct.
    pub(super) kind: &'static str,
    /// The context that declares it; its own name for a context.
    pub(super) context: String,
    pub(super) name: String,
    pub(super) doc: Option<String>,
    /// Where its name stands.
    pub(super) span: Span,
}

/// The constructs that are listed, in the order of the list.
pub(super) const KINDS: [&str; 12] = [
    "context",
    "aggregate",
    "command",
    "event",
    "public",
    "replica",
    "reference",
    "view",
    "query",
    "policy",
    "saga",
    "schedule",
];

/// All items, context after context, in the order of kinds and then of the text.
pub(super) fn items(tree: &Tree) -> Vec<Item> {
    tree.contexts.iter().flat_map(of_context).collect()
}

fn of_context(context: &Context) -> Vec<Item> {
    let item = |kind: &'static str, head: &Head| Item {
        kind,
        context: context.head.name.text.clone(),
        name: head.name.text.clone(),
        doc: head.doc.as_ref().map(|doc| doc.value.clone()),
        span: head.name.span,
    };
    let mut all = vec![item("context", &context.head)];
    all.extend(context.aggregates.iter().map(|x| item("aggregate", &x.head)));
    all.extend(context.commands.iter().map(|x| item("command", &x.head)));
    let mut events: Vec<Item> = context.events.iter().map(|x| item("event", &x.head)).collect();
    // An event that has nothing to say is declared by the command that emits it.
    for message in context.commands.iter().flat_map(emitted) {
        if !events.iter().any(|event| event.name == message.path.name.text) {
            events.push(Item {
                kind: "event",
                context: context.head.name.text.clone(),
                name: message.path.name.text.clone(),
                doc: None,
                span: message.path.name.span,
            });
        }
    }
    events.sort_by_key(|event| event.span.start);
    all.extend(events);
    all.extend(context.publications.iter().map(|x| item("public", &x.head)));
    all.extend(context.replicas.iter().map(|x| item("replica", &x.head)));
    all.extend(context.references.iter().map(|x| item("reference", &x.head)));
    all.extend(context.views.iter().map(|x| item("view", &x.head)));
    all.extend(context.queries.iter().map(|x| item("query", &x.head)));
    all.extend(context.policies.iter().map(|x| item("policy", &x.head)));
    all.extend(context.sagas.iter().map(|x| item("saga", &x.head)));
    all.extend(context.schedules.iter().map(|x| item("schedule", &x.head)));
    all
}

fn emitted(command: &Command) -> Vec<&Message> {
    let from = command.from.iter().filter_map(|from| from.otherwise.as_ref());
    let rules = command.require.iter().map(|rule| &rule.outcome);
    let outcomes = from.chain(rules).filter_map(|outcome| match outcome {
        Outcome::Emit(message) => Some(message),
        _ => None,
    });
    command.emit.iter().chain(outcomes).collect()
}
