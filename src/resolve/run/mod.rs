//! Scenarios, run by the interpreter (§7.16): what `check` says is what the generated tests say.
//!
//! Reports scenarios that come out otherwise (MN332) and histories that cannot be (MN333). What
//! only Rust knows (a decision or function by hand) cannot be run here; such scenarios are left to
//! the generated tests.

mod actions;
mod command;
mod compare;
mod machine;
mod project;
mod react;
mod saga;
mod text;

use std::collections::BTreeMap;

use self::command::Ran;
use self::machine::{Machine, Trouble};
pub(super) use self::saga::example as saga_example;
pub(super) use self::text::Writer;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::World;
use crate::model::{Context, Scenario, Trigger};

/// Run a scenario of a context and report when it does not hold.
pub(super) fn run(
    world: &World,
    contexts: &BTreeMap<String, Context>,
    context: &Context,
    scenario: &Scenario,
    writer: Writer<'_>,
    sink: &mut Sink,
) {
    let mut machine = Machine::new(world, contexts, context, scenario);
    if machine.rows_of(&scenario.rows).is_err() {
        return;
    }
    for told in &scenario.given {
        match machine.happened(told, true) {
            Ok(()) => {}
            Err(Trouble::Unknown) => return,
            Err(Trouble::Impossible(why)) => {
                let found = format!("`{}` cannot happen here: {why}", told.name);
                sink.push(
                    Diagnostic::error(333, told.span, found)
                        .also(scenario.span, "in this scenario")
                        .help("list the events that come before it, or leave it out"),
                );
                return;
            }
        }
    }
    machine.sent.clear();
    machine.published.clear();
    let ran = match &scenario.when {
        Trigger::Command(told) => machine.command(told),
        Trigger::Nothing => return,
        Trigger::Schedule(name) => machine.scheduled(name).map(|()| Ran::Events(vec![])),
        Trigger::Event(told) => {
            let own = told.context == context.name;
            machine.happened(told, own).map(|()| Ran::Events(vec![]))
        }
    };
    match ran {
        Ok(ran) => compare::report(&machine, scenario, &ran, writer, sink),
        Err(Trouble::Unknown) => {}
        Err(Trouble::Impossible(why)) => {
            let Trigger::Event(told) = &scenario.when else { return };
            let found = format!("`{}` cannot happen here: {why}", told.name);
            sink.push(
                Diagnostic::error(333, told.span, found)
                    .help("list what comes before it in `given`"),
            );
        }
    }
}
