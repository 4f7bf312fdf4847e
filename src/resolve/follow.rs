//! Which events a view or replica follows, and references to events in general.

use std::collections::BTreeSet;

use super::resolver::{Evt, Resolver};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{EventPattern, Path};
use crate::model::EventRef;

/// The event that a path means, seen from a context. Unknown, of the wrong kind, or private in
/// another context: reported, and a private one is given all the same.
pub(super) fn event(
    r: &mut Resolver<'_>,
    own: &str,
    path: &Path,
    sink: &mut Sink,
) -> Option<EventRef> {
    let context = r.context_of(own, path, sink)?;
    let name = path.name.text.clone();
    let ctx = r.contexts.get(&context)?;
    if ctx.not_yet.contains(&name) {
        return None;
    }
    let Some(found) = ctx.events.get(&name) else {
        let other = if ctx.commands.contains_key(&name) {
            Some("a command")
        } else if ctx.refusals.contains_key(&name) {
            Some("a refusal")
        } else if ctx.aggregates.contains_key(&name) {
            Some("an aggregate")
        } else {
            None
        };
        let known: Vec<String> = ctx.events.keys().cloned().collect();
        if let Some(other) = other {
            let found = format!("`{name}` is {other}, not an event");
            let report = Diagnostic::error(110, path.name.span, found);
            sink.push(report.help("write the name of an event"));
        } else {
            let found = match &path.context {
                Some(c) => format!("context `{}` has no event `{name}`", c.text),
                None => format!("there is no event `{name}`"),
            };
            let report = Diagnostic::error(104, path.name.span, found);
            let report = r.suggest(report, path.name.span, &name, known.iter().map(String::as_str));
            let report = if report.help.is_some() {
                report
            } else {
                report.help(format!("emit it in a command, or declare `[event.{name}]`"))
            };
            sink.push(report);
        }
        let name = super::words::only(&name, known.iter().map(String::as_str))?;
        let known = r.contexts.get(&context)?.events.get(&name)?.is_known();
        return known.then_some(EventRef { context, name });
    };
    if context == own && found.publishes.is_some() {
        let report = super::publications::own(found, path);
        sink.push(report);
        return None;
    }
    if context != own && !found.is_public() {
        let key = (own.to_owned(), context.clone(), name.clone());
        if r.private.insert(key) {
            let report = super::private::event(r, &context, &name, path);
            sink.push(report);
        }
    }
    let known = r.contexts.get(&context)?.events.get(&name)?.is_known();
    known.then_some(EventRef { context, name })
}

/// The events of an aggregate that a context can see, sorted.
pub(super) fn visible(r: &Resolver<'_>, own: &str, of: &(String, String)) -> Vec<EventRef> {
    let Some(ctx) = r.contexts.get(&of.0) else { return vec![] };
    let names = ctx.events_of.get(&of.1).into_iter().flatten();
    let seen = |name: &&String| {
        let event = ctx.events.get(name.as_str());
        let seen = |e: &Evt<'_>| if of.0 == own { e.publishes.is_none() } else { e.is_public() };
        event.is_some_and(|e| !e.broken && seen(e))
    };
    names.filter(seen).map(|name| EventRef { context: of.0.clone(), name: name.clone() }).collect()
}

/// Every event a view or replica may follow: those of `of`, and those with a reaction or in the
/// log. Nothing is reported here.
pub(super) fn candidates(r: &Resolver<'_>, context: &str, name: &str) -> Vec<EventRef> {
    let Some(proj) = r.contexts.get(context).and_then(|c| c.projections.get(name)) else {
        return vec![];
    };
    let mut found: Vec<EventRef> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |event: EventRef| {
        if seen.insert(event.clone()) {
            found.push(event);
        }
    };
    if let Some(of) = &proj.of {
        visible(r, context, of).into_iter().for_each(&mut add);
    }
    for reaction in proj.reactions() {
        quiet(r, context, &reaction.event).into_iter().for_each(&mut add);
    }
    if let Some(log) = proj.view.and_then(|v| v.log.as_ref()) {
        for pattern in &log.events {
            pattern_events(r, context, pattern).into_iter().for_each(&mut add);
        }
    }
    found
}

fn quiet(r: &Resolver<'_>, own: &str, path: &Path) -> Option<EventRef> {
    let context = path.context.as_ref().map_or(own, |c| c.text.as_str());
    let event = r.contexts.get(context)?.events.get(&path.name.text)?;
    let known = event.is_known() && (context != own || event.publishes.is_none());
    known.then(|| EventRef { context: context.to_owned(), name: path.name.text.clone() })
}

/// The events of a pattern; nothing is reported.
pub(super) fn pattern_events(r: &Resolver<'_>, own: &str, pattern: &EventPattern) -> Vec<EventRef> {
    if !pattern.all {
        return quiet(r, own, &pattern.path).into_iter().collect();
    }
    let context = pattern.path.context.as_ref().map_or(own, |c| c.text.as_str());
    visible(r, own, &(context.to_owned(), pattern.path.name.text.clone()))
}
