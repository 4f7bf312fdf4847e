//! From the syntax tree to the resolved model, in ordered passes.
//!
//! 1. `declare`: every name gets its entry.
//! 2. `types`, `aggregates`: what named types, states and entities consist of; settings.
//! 3. `derive`: expressions inside types; rows of tables.
//! 4. `messages`, `rows`, `implied`: whose commands and events are, their fields, columns.
//! 5. `commands`, `events`, `projections`, `publications`, `queries`, `policies`, `refusals`: behaviour, written
//!    out; `sagas` over all contexts; `routes` over the whole system.
//! 6. `scenarios`: complete examples; `run`: what comes of them.
//! 7. `audit`: what is unused, invisible, unreachable or endless, and advice.
//!
//! No pass stops at the first mistake. What is broken keeps an entry with error types that agree
//! with everything, so one mistake is one report; the same text gives the same reports in the same
//! order. Reports about missing and unused things wait until nothing else is wrong.

mod aggregates;
mod audit;
mod build;
mod cases;
mod commands;
mod compose;
mod cycles;
mod decide;
mod declare;
mod deploy;
mod derive;
mod each;
mod events;
mod examples;
mod fields;
mod follow;
mod group;
mod implied;
mod listed;
mod literal;
mod make;
mod messages;
mod notes;
mod policies;
mod private;
mod projections;
mod publications;
mod queries;
mod refusals;
mod resolver;
mod routes;
mod rows;
mod rules;
mod run;
mod saga_path;
mod sagas;
mod scenarios;
mod schedules;
mod told;
mod types;
mod values;
mod walk;
mod words;
mod written;

#[cfg(test)]
mod tests;

use crate::diagnostics::Sink;
use crate::model::Model;
use crate::source::Sources;
use crate::syntax::tree::Tree;

/// The model that a tree means. Everything that is wrong is reported; `None` when there are errors.
pub fn resolve(tree: &Tree, sources: &Sources, sink: &mut Sink) -> Option<Model> {
    let model = as_far_as_sound(tree, sources, sink);
    (!sink.has_errors()).then_some(model)
}

/// The model without the parts that are broken. It is whole when nothing but scenarios is reported.
pub fn as_far_as_sound(tree: &Tree, sources: &Sources, sink: &mut Sink) -> Model {
    let before = sink.found().len();
    crate::names::check(tree, sink);
    let mut resolver = resolver::Resolver::new(tree, sources);
    let r = &mut resolver;
    declare::declare(r, sink);
    aggregates::declare(r, sink);
    let mut waiting = types::Waiting::default();
    types::newtypes(r, sink);
    types::contents(r, &mut waiting, sink);
    aggregates::contents(r, &mut waiting, sink);
    audit::recursive(r, sink);
    // Literals of newtypes obey their rules, so the rules come first.
    messages::refusal_fields(r, &mut Sink::new());
    derive::newtype_rules(r, sink);
    derive::derived(r, sink);
    messages::refusal_fields(r, sink);
    derive::value_rules(r, sink);
    waiting.finish(r, sink);
    types::properties(r, sink);
    derive::tables(r, sink);
    messages::commands(r, sink);
    messages::emits(r, sink);
    publications::owners(r, sink);
    messages::events(r, sink);
    rows::declare(r, sink);
    implied::fields(r, sink);
    publications::fields(r, sink);
    rows::typed_by_events(r, sink);
    let mut model = build::model(r, sink);
    audit::all(r, &model, sink);
    model.types = std::mem::take(&mut r.world.types);
    model.types.finish();
    sink.retain_from(before, |found| !tree.lost.explains(sources, found));
    *sink = group::unknown_names(std::mem::take(sink), sources);
    model
}
