//! HTTP routes by the defaults of §7, and paths that would be served twice (MN501).

use std::collections::{BTreeMap, BTreeSet};

use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::model::{CommandKind, Context, Method, Route, Target};
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
    Route { path, method: Method::Post, context: context.to_owned(), target, success }
}

/// The default route of a query.
pub(super) fn query(context: &str, name: &str, key: Option<&[String]>) -> Route {
    let mut path = format!("/{}", kebab(name));
    for column in key.unwrap_or_default() {
        path.push_str(&format!("/{{{column}}}"));
    }
    let target = Target::Query(name.to_owned());
    Route { path, method: Method::Get, context: context.to_owned(), target, success: 200 }
}

/// All routes, sorted; MN501 at the later of two on one path.
pub(super) fn all(contexts: &BTreeMap<String, Context>, sink: &mut Sink) -> Vec<Route> {
    let mut found: Vec<(Route, Span)> = Vec::new();
    for (name, context) in contexts {
        for aggregate in context.aggregates.values().filter(|a| a.read) {
            let path = format!("/{}/{{{}}}", aggregate.plural, aggregate.id.name);
            let target = Target::Aggregate(aggregate.name.clone());
            let route =
                Route { path, method: Method::Get, context: name.clone(), target, success: 200 };
            found.push((route, aggregate.span));
        }
        found.extend(context.commands.values().map(|c| (c.route.clone(), c.span)));
        found.extend(context.queries.values().map(|q| (q.route.clone(), q.span)));
    }
    found.sort_by_key(|(_, span)| *span);
    let mut reported: BTreeSet<String> = BTreeSet::new();
    let mut seen: BTreeMap<(Method, String), (String, Span)> = BTreeMap::new();
    for (route, span) in &found {
        let key = (route.method, shape(&route.path));
        match seen.get(&key) {
            Some(_) if !reported.insert(first_segment(&route.path)) => {}
            Some((other, at)) => {
                let words = format!(
                    "{} and {other} are both served at `{} {}`",
                    what(route),
                    route.method.as_str(),
                    route.path
                );
                let help = "rename one of them, or give an aggregate another `plural`";
                sink.push(
                    Diagnostic::error(501, *span, words).also(*at, "the other one").help(help),
                );
            }
            None => {
                seen.insert(key, (what(route), *span));
            }
        }
    }
    let mut routes: Vec<Route> = found.into_iter().map(|(route, _)| route).collect();
    routes.sort();
    routes
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
