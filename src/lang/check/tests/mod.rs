//! Text in, types and reports out.

mod changes;
mod mistakes;
mod types;

use super::call::FUNCTIONS;
use super::method::{OPTION_METHODS, methods_of};
use super::{Checker, Scope, World, show};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::fixture::{command, lines, patched, text, world};
use crate::lang::ir::Ir;
use crate::lang::parse;
use crate::lang::types::Type;

/// An expression in this scope, and what was found.
fn checked(world: &World, scope: Scope, source: &str) -> (Option<Ir>, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let expr = parse::expr(&text(source), &mut sink);
    let ir = expr.map(|e| Checker::new(world, Some("workshop"), scope, &mut sink).expr(&e));
    (ir, sink.finish())
}

/// The type of an expression in a command, or the reports.
fn ty(source: &str) -> String {
    let world = world();
    let scope = command(&world);
    let (ir, found) = checked(&world, scope, source);
    if !found.is_empty() {
        return lines(source, &found);
    }
    ir.map_or_else(String::new, |ir| show(&world.types, &ir.ty))
}

/// The reports on an expression in a command. Every patch must make its report disappear and add
/// none.
fn bad(source: &str) -> String {
    let world = world();
    let scope = command(&world);
    let (_, found) = checked(&world, scope.clone(), source);
    for d in &found {
        assert!(d.help.is_some(), "{source}: no help in {d:?}");
        if let Some(better) = patched(source, d) {
            let (_, left) = checked(&world, scope.clone(), &better);
            assert_eq!(left.len() + 1, found.len(), "`{better}`: {}", lines(&better, &left));
        }
    }
    lines(source, &found)
}

#[test]
fn the_reference_names_every_method_and_function() {
    let page = crate::shapes::reference::page();
    let named =
        |name: &str| page.contains(&format!("`{name}(")) || page.contains(&format!("`{name}."));
    let list = Type::List(Box::new(Type::Int));
    let of_types = [Type::Text, Type::Int, Type::Time, Type::Date, Type::Duration, list];
    let mut all: Vec<&str> = of_types.iter().flat_map(methods_of).copied().collect();
    all.extend(OPTION_METHODS);
    all.extend(FUNCTIONS);
    assert!(all.len() > 60, "{}", all.len());
    let lost: Vec<&str> = all.into_iter().filter(|name| !named(name)).collect();
    assert!(lost.is_empty(), "the reference lacks {lost:?}");
}
