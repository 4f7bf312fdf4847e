//! HTTP routes by the defaults of §7, and paths that would be served twice (MN501).

use std::collections::{BTreeMap, BTreeSet};

use super::resolver::Resolver;
use super::written::Places;
use crate::diagnostics::{Diagnostic, Sink};
use crate::model::{CommandKind, Composition, Context, Method, Route, Target};
use crate::names::{kebab, plural_kebab};
use crate::source::Span;

/// The plural of an aggregate in paths.
pub(super) fn plural_of(r: &Resolver<'_>, context: &str, aggregate: &str) -> String {
    let agg = r.aggregate(context, aggregate);
    let written = agg.and_then(|a| a.tree.plural.as_ref()).map(|p| p.value.clone());
    written.unwrap_or_else(|| plural_kebab(aggregate))
}

/// The default route of a command.
pub(super) fn command(
    r: &Resolver<'_>,
    context: &str,
    name: &str,
    aggregate: &str,
    kind: CommandKind,
) -> Route {
    let plural = plural_of(r, context, aggregate);
    let id = r.aggregate(context, aggregate).map_or("", |a| a.id.name.as_str());
    let (path, success) = match kind {
        CommandKind::Creates => (format!("/{plural}"), 201),
        CommandKind::On(_) => {
            let verb = name.strip_suffix(aggregate).filter(|v| !v.is_empty()).unwrap_or(name);
            (format!("/{plural}/{{{id}}}/{}", kebab(verb)), 200)
        }
    };
    let target = Target::Command(name.to_owned());
    Route { path, method: Method::Post, context: context.to_owned(), target, success, terms: None }
}

/// The default route of a query.
pub(super) fn query(context: &str, name: &str, key: Option<&[String]>) -> Route {
    let mut path = format!("/{}", kebab(name));
    for column in key.unwrap_or_default() {
        path.push_str(&format!("/{{{column}}}"));
    }
    let target = Target::Query(name.to_owned());
    Route {
        path,
        method: Method::Get,
        context: context.to_owned(),
        target,
        success: 200,
        terms: None,
    }
}

/// Paths at which every process answers itself.
const OWN: [&str; 3] = ["/health", "/ready", "/openapi.json"];

/// Whether the system itself answers at a path.
pub(super) fn is_taken(path: &str) -> bool {
    OWN.contains(&path) || path.starts_with("/_")
}

/// All routes, sorted; MN501 at the later of two on one path. `written` are the places of those
/// that the text writes.
pub(super) fn all(
    contexts: &BTreeMap<String, Context>,
    composed: &[Composition],
    written: &Places,
    sink: &mut Sink,
) -> Vec<Route> {
    let mut found: Vec<(Route, Span)> = Vec::new();
    for (name, context) in contexts {
        for aggregate in context.aggregates.values().filter(|a| a.read) {
            let path = aggregate.path();
            let (method, target) = (Method::Get, Target::Aggregate(aggregate.name.clone()));
            let context = name.clone();
            let route = Route { path, method, context, target, success: 200, terms: None };
            found.push((route, aggregate.span));
        }
        found.extend(context.commands.values().map(|c| (c.route.clone(), c.span)));
        found.extend(context.queries.values().map(|q| (q.route.clone(), q.span)));
    }
    let mut served: Vec<Served<'_>> = composed.iter().map(Served::composed).collect();
    for (route, span) in &found {
        let key = (route.context.clone(), route.target.clone());
        let span = written.get(&key).copied().unwrap_or(*span);
        let (method, path) = (route.method, route.path.as_str());
        served.push(Served { method, path, what: what(route), span });
    }
    served.sort_by_key(|it| it.span);
    twice(&served, sink);
    if !sink.has_errors() {
        one_name(&served, sink);
    }
    let mut routes: Vec<Route> = found.into_iter().map(|(route, _)| route).collect();
    routes.sort();
    routes
}

/// What is answered at a path.
struct Served<'a> {
    method: Method,
    path: &'a str,
    what: String,
    span: Span,
}

impl<'a> Served<'a> {
    fn composed(of: &'a Composition) -> Self {
        let what = "a composed answer".to_owned();
        Self { method: Method::Get, path: &of.path, what, span: of.span }
    }
}

/// MN501 at the later of two on one path.
fn twice(served: &[Served<'_>], sink: &mut Sink) {
    let mut reported: BTreeSet<String> = BTreeSet::new();
    let mut seen: BTreeMap<(Method, String), &Served<'_>> = BTreeMap::new();
    for it in served {
        let key = (it.method, shape(it.path));
        match seen.get(&key) {
            Some(_) if !reported.insert(first_segment(it.path)) => {}
            Some(other) => {
                let at = format!("{} {}", it.method.as_str(), it.path);
                let words = format!("{} and {} are both served at `{at}`", it.what, other.what);
                let help = "rename one of them, or give an aggregate another `plural`";
                let report = Diagnostic::error(501, it.span, words);
                sink.push(report.also(other.span, "the other one").help(help));
            }
            None => {
                seen.insert(key, it);
            }
        }
    }
}

/// MN501: at one place of the paths stands one field, or none; and what the system answers itself
/// stays its own.
fn one_name(served: &[Served<'_>], sink: &mut Sink) {
    let mut fields: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for it in served {
        if is_taken(it.path) {
            let words =
                format!("{} and the system itself are both served at `{}`", it.what, it.path);
            let help = "give it another path with a `[[route]]`";
            sink.push(Diagnostic::error(501, it.span, words).help(help));
        }
        let mut place = String::new();
        for segment in it.path.split('/').skip(1) {
            let Some(field) = segment.strip_prefix('{') else {
                place.push_str(&format!("/{segment}"));
                continue;
            };
            place.push_str("/{}");
            let (other, at) = *fields.entry(place.clone()).or_insert((field, it.span));
            if other != field {
                let words = format!(
                    "{}: `{{{field}` and `{{{other}` stand at one place of two paths",
                    it.what
                );
                let help = "begin one of the two paths with another word";
                let report = Diagnostic::error(501, it.span, words);
                sink.push(report.also(at, "the other path").help(help));
                break;
            }
        }
    }
}

fn what(route: &Route) -> String {
    match &route.target {
        Target::Command(name) => format!("command `{name}`"),
        Target::Query(name) => format!("query `{name}`"),
        Target::Aggregate(name) => format!("the state of aggregate `{name}`"),
    }
}

/// Two aggregates with one plural collide at every path; that is one mistake.
fn first_segment(path: &str) -> String {
    path.split('/').nth(1).unwrap_or_default().to_owned()
}

/// A path with all `{names}` alike.
fn shape(path: &str) -> String {
    let segment = |s: &str| if s.starts_with('{') { "{}".to_owned() } else { s.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
