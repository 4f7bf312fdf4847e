//! `routes.rs`: the route table of a service.

use std::collections::BTreeMap;

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::layout::{self, Node, Stmt};
use crate::model::{CommandKind, IfMissing, Method, Route, Target};
use crate::view::domain::Domain;
use crate::view::gateway::number;
use crate::view::rust::{Imports, module};

use super::site::domain_crate;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoutesFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    body: String,
}

/// The route table of a context.
#[must_use]
pub fn routes_file(domain: &Domain) -> RoutesFile {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    imports.add("axum", "Router");
    imports.add("kit_runtime::service", "Service");
    let mut paths: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in domain.model.routes.iter().filter(|r| r.context == domain.context.name) {
        paths.entry(&route.path).or_default().push(route);
    }
    let mut node = Node::call("Router::new", vec![]);
    for (path, mut routes) in paths {
        routes.sort_by_key(|route| route.method);
        let mut handler: Option<Node> = None;
        for route in routes {
            let name = match route.method {
                Method::Get => "get",
                Method::Post => "post",
                Method::Put => "put",
                Method::Patch => "patch",
                Method::Delete => "delete",
            };
            let target = target(domain, &imports, route);
            let terms = terms(domain, &imports, route);
            handler = Some(match (handler, terms) {
                (Some(before), None) => before.method(name, vec![target]),
                (before, terms) => {
                    imports.add("axum::routing", name);
                    let own = Node::call(name, vec![target]);
                    // A layer holds for what stands before it.
                    let own = terms.into_iter().fold(own, |own, it| own.method("layer", vec![it]));
                    before.into_iter().fold(own, |own, it| it.method("merge", vec![own]))
                }
            });
        }
        let handler = handler.unwrap_or(Node::atom("()"));
        node = node.method("route", vec![Node::text(path), handler]);
    }
    RoutesFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        body: layout::body(&[Stmt::Expr(node)], 4),
        external: imports.external(false),
        internal: imports.internal(),
    }
}

/// What the text says about a route beyond the usual, as a layer.
fn terms(domain: &Domain, imports: &Imports, route: &Route) -> Option<Node> {
    let said = route.terms.clone().unwrap_or_default();
    let mut node = Node::call("Terms::new", vec![]);
    let empty = node.clone();
    if let Some(status) = said.status {
        node = node.method("success", vec![Node::atom(status.to_string())]);
    }
    if said.needs_version {
        node = node.method("needs_version", vec![]);
    }
    if said.ignores_version {
        node = node.method("ignores_version", vec![]);
    }
    if said.needs_key {
        node = node.method("needs_key", vec![]);
    }
    if let Some(header) = &said.key_header {
        node = node.method("key_in", vec![Node::text(header)]);
    }
    for (code, status) in &said.errors {
        node = node.method("refusal", vec![Node::text(code), Node::atom(status.to_string())]);
    }
    for field in &said.path_fields {
        let method = if field.bare { "bare_in_path" } else { "in_path" };
        node = node.method(method, vec![Node::text(&field.name)]);
    }
    if let Some(place) = &said.place {
        node = node.method("place", vec![Node::text(place)]);
    }
    for (saga, at_most) in domain.model.waits(route) {
        let name = format!("{}.{}", domain.context.name, saga.name.to_snake_case());
        let millis = u64::try_from(at_most.as_millis()).unwrap_or(u64::MAX);
        let millis = Node::atom(number(millis));
        node = node.method("waits_for", vec![Node::text(&name), millis]);
    }
    if node == empty {
        return None;
    }
    imports.add("kit_runtime::http", "Terms");
    Some(node.method("layer", vec![]))
}

fn target(domain: &Domain, imports: &Imports, route: &Route) -> Node {
    let text = match &route.target {
        Target::Command(name) => return command(domain, imports, name),
        Target::Query(name) => {
            let query = domain.context.queries.get(name);
            let handler = if query.is_some_and(|it| it.one) { "one" } else { "query" };
            imports.add("kit_runtime::http", handler);
            match query.filter(|it| it.implied) {
                Some(query) => {
                    let row = format!("{}Row", query.view);
                    imports.domain("references", &row);
                    imports.add("kit", "Every");
                    format!("{handler}::<Every<{row}>>")
                }
                None => {
                    imports.add("crate", "queries");
                    format!("{handler}::<queries::{name}>")
                }
            }
        }
        Target::Aggregate(name) => {
            imports.add("kit_runtime::http", "read");
            imports.domain(&module(name), name);
            format!("read::<{name}>")
        }
    };
    Node::atom(text)
}

fn command(domain: &Domain, imports: &Imports, name: &str) -> Node {
    let Some(command) = domain.context.commands.get(name) else { return Node::atom("()") };
    let handler = match command.kind {
        CommandKind::Creates => "create",
        CommandKind::On(IfMissing::Create) => "upsert",
        CommandKind::On(_) => "command",
    };
    imports.add("kit_runtime::http", handler);
    let module = module(&command.aggregate);
    imports.domain(&module, &command.aggregate);
    imports.domain(&module, name);
    Node::atom(format!("{handler}::<{}, {name}>", command.aggregate))
}
