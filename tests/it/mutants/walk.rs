//! Where mutants are made: everything that behaves, in the order of the tree.

use super::make::{Maker, Mutant};
use minos::lang::tree::{Ident, Path};
use minos::source::{Sources, Span};
use minos::syntax::tree::{Command, Context, Event, Reaction, Tree, Types};

/// Mutants of queries: no scenario can ask one.
pub(super) fn of_queries(tree: &Tree, sources: &Sources) -> Vec<Mutant> {
    let mut maker = Maker::new(sources);
    for query in tree.contexts.iter().flat_map(|context| &context.queries) {
        maker.condition(query.cond.as_ref());
        maker.defaults(&query.params);
    }
    maker.out
}

/// All other mutants of a project.
pub(super) fn mutants(tree: &Tree, sources: &Sources) -> Vec<Mutant> {
    let mut maker = Maker::new(sources);
    types(&mut maker, &tree.kernel);
    for context in &tree.contexts {
        types(&mut maker, &context.types);
        maker.defaults(&context.settings);
        aggregates(&mut maker, context);
        context.commands.iter().for_each(|c| command(&mut maker, context, c));
        context.events.iter().for_each(|e| event(&mut maker, context, e, sources));
        reading(&mut maker, context);
    }
    maker.out
}

fn types(maker: &mut Maker<'_>, types: &Types) {
    for newtype in &types.newtypes {
        maker.exprs(&newtype.normalise);
        maker.rules(&newtype.require, true);
    }
    for value in &types.values {
        maker.defaults(&value.fields);
        maker.rules(&value.require, true);
        maker.exprs(value.derive.iter().map(|(_, e)| e));
    }
    for of in &types.enums {
        let binds = of.members.iter().flat_map(|m| &m.binds);
        maker.exprs(binds.filter_map(|b| b.value.as_ref()));
    }
    for table in &types.tables {
        for case in &table.rows {
            if let Some(cond) = &case.cond {
                maker.drop_string("table row dropped", case.span);
                maker.expr(cond);
            }
            maker.expr(&case.value);
        }
    }
}

fn aggregates(maker: &mut Maker<'_>, context: &Context) {
    for aggregate in &context.aggregates {
        maker.defaults(&aggregate.state);
        maker.exprs(aggregate.derive.iter().map(|(_, e)| e));
        for unique in &aggregate.unique {
            maker.drop_string("rule dropped", unique.span);
            maker.condition(unique.cond.as_ref());
        }
    }
}

fn statuses(context: &Context, aggregate: Option<&Path>) -> Vec<String> {
    let found = context.aggregates.iter().find(|a| Some(&a.head.name.text) == aggregate.map(name));
    found.map_or(vec![], |a| a.status.iter().map(|s| s.text.clone()).collect())
}

/// Whether only events that close a stream lead to this status.
fn always_closed(context: &Context, status: &str) -> bool {
    let is = |to: &Option<Ident>| to.as_ref().is_some_and(|to| to.text == status);
    let mut leading = context.events.iter().filter(|e| is(&e.to)).peekable();
    let by_command = context.commands.iter().any(|c| is(&c.to));
    !by_command && leading.peek().is_some() && leading.all(|e| e.closes)
}

fn name(path: &Path) -> &String {
    &path.name.text
}

fn command(maker: &mut Maker<'_>, context: &Context, command: &Command) {
    maker.defaults(&command.fields);
    if let Some(from) = &command.from {
        let mut open = statuses(context, command.on.as_ref());
        open.retain(|status| !always_closed(context, status));
        maker.statuses(from, &open);
    }
    maker.exprs(command.lookups.iter().chain(&command.lets).map(|(_, e)| e));
    maker.rules(&command.require, false);
    maker.messages(&command.emit);
    maker.rules(&command.ensure, true);
}

fn event(maker: &mut Maker<'_>, context: &Context, event: &Event, sources: &Sources) {
    let emitting = context
        .commands
        .iter()
        .find(|c| c.emit.iter().any(|m| m.path.name.text == event.head.name.text));
    let emitted = emitting.and_then(|c| c.on.as_ref().or(c.creates.as_ref()));
    let all = statuses(context, event.on.as_ref().or(emitted));
    if let Some(to) = &event.to {
        let index = all.iter().position(|s| *s == to.text).unwrap_or(0);
        if let Some(next) = all.get((index + 1) % all.len().max(1)) {
            maker.put("`to`", to.span, next);
        }
    }
    let place = event.head.name.span;
    let text = sources.get(place.file).map_or("", |f| f.text());
    let rest = text.get(place.range().start..).unwrap_or("");
    if event.closes
        && let Some(at) = rest.lines().next().and_then(|line| line.find("closes = true"))
    {
        let start = place.range().start + at + "closes = ".len();
        maker.put("`closes`", Span::new(place.file, start, start + "true".len()), "false");
    }
    maker.changes(event.apply.as_deref().unwrap_or_default());
}

fn reading(maker: &mut Maker<'_>, context: &Context) {
    let reaction = |maker: &mut Maker<'_>, on: &[Reaction]| {
        for reaction in on {
            maker.condition(reaction.cond.as_ref());
            maker.exprs(&reaction.key);
            reaction.each.iter().for_each(|each| maker.each(each));
            maker.changes(&reaction.changes);
        }
    };
    for replica in &context.replicas {
        maker.defaults(&replica.columns);
        reaction(maker, &replica.on);
    }
    for view in &context.views {
        maker.defaults(&view.columns);
        maker.exprs(&view.via);
        reaction(maker, &view.on);
        view.log.iter().for_each(|log| maker.changes(&log.changes));
    }
    for policy in &context.policies {
        maker.condition(policy.cond.as_ref());
        policy.each.iter().for_each(|each| maker.each(each));
        maker.messages(&policy.send);
    }
}
