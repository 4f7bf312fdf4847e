//! `wiring.rs`: what a service consists of.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::{Ir, IrKind, MessageIr};
use crate::layout::{self, Node, Stmt};
use crate::model::{
    ActionIr, CommandKind, Context, Form, Idempotency, IfMissing, KeySource, Model, Policy,
    Projection, Saga,
};
use crate::view::domain::Domain;
use crate::view::rust::{Imports, module, raw};

use super::publish::{enriching, publishing};
use super::site::domain_crate;
use super::stream::streams_of;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WiringFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    body: String,
}

/// The parts of a service; `ports` are those of all contexts.
#[must_use]
pub fn wiring_file(domain: &Domain, ports: &BTreeMap<String, u16>) -> WiringFile {
    let name = &domain.context.name;
    let imports = Imports::outside(&domain_crate(name));
    imports.add("kit_runtime::service", "Builder");
    imports.add("kit_runtime::service", "Service");
    let port = |context: &str| ports.get(context).copied().unwrap_or(8001).to_string();
    let mut node = Node::call("Service::builder", vec![Node::text(name), Node::atom(port(name))])
        .method("system", vec![Node::text(&domain.model.system)]);
    for (stream, topic) in own_topics(domain.model, domain.context) {
        node = node.method("topic", vec![Node::text(&stream), Node::text(&topic)]);
    }
    if domain.context.time_zone != "UTC" {
        let zone = format!("{}::ZONE", domain_crate(name));
        node = node.method("zone", vec![Node::atom(zone).borrowed()]);
    }
    if domain.context.idempotency == Idempotency::Required {
        node = node.method("require_idempotency", vec![]);
    }
    if !domain.model.types.fields(domain.context.settings).is_empty() {
        imports.domain("settings", "Settings");
        let described = Node::call("Settings::described", vec![]);
        node = node.method("settings", vec![described, Node::atom("Settings::read")]);
    }
    for other in neighbours(domain.model, domain.context) {
        let args = vec![Node::text(&other), Node::atom(port(&other))];
        node = node.method("neighbour", args);
    }
    for sender in senders(domain.model, name) {
        node = node.method("commands_from", vec![Node::text(&sender)]);
    }
    for other in replying(domain.context) {
        node = node.method("replies_from", vec![Node::text(&other)]);
    }
    node = sent_commands(domain, &imports, node);
    node = published(domain, &imports, node);
    node = views(domain, &imports, node);
    node = policies(domain, &imports, node);
    for saga in domain.context.sagas.values() {
        imports.add("crate::sagas", &saga.name);
        node = node.method(format!("saga::<{}>", saga.name), vec![]);
    }
    for schedule in domain.context.schedules.values() {
        imports.add("crate::schedules", &schedule.name);
        node = node.method(format!("schedule::<{}>", schedule.name), vec![]);
    }
    if !domain.context.seeds.is_empty() {
        imports.add("crate", "seed");
        node = node.method("seed", vec![Node::atom("seed::seed")]);
    }
    node = node
        .method("routes", vec![Node::call("routes::routes", vec![])])
        .method("routes", vec![Node::call("extend::routes", vec![])])
        .method("layers", vec![Node::atom("extend::layers")]);
    imports.add("crate", "extend");
    imports.add("crate", "routes");
    let statements = [
        Stmt::Bind("let builder".to_owned(), node, None),
        Stmt::Expr(Node::call("extend::tasks", vec![Node::atom("builder")])),
    ];
    WiringFile {
        header: domain.header.clone(),
        context: name.replace('_', " "),
        body: layout::body(&statements, 4),
        external: imports.external(false),
        internal: imports.internal(),
    }
}

/// The contexts that this one listens to or sends commands to.
#[must_use]
pub fn neighbours(model: &Model, context: &Context) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let followed = context.views.values().chain(context.replicas.values());
    found.extend(followed.flat_map(|p| p.events.iter().map(|e| e.context.clone())));
    found.extend(context.policies.values().flat_map(|p| p.on.iter().map(|e| e.context.clone())));
    found.extend(context.sagas.values().map(|s| s.start.context.clone()));
    found.extend(sends(context).map(|m| m.context.clone()));
    found.extend(senders(model, &context.name));
    found.remove(&context.name);
    found
}

/// The topics of this context and of those it listens to that are not called as all others are, by stream.
fn own_topics(model: &Model, context: &Context) -> BTreeMap<String, String> {
    let mut names = neighbours(model, context);
    names.insert(context.name.clone());
    let mut found = BTreeMap::new();
    for context in names.iter().filter_map(|name| model.contexts.get(name)) {
        for aggregate in context.aggregates.values() {
            let stream = format!("{}.{}", context.name, aggregate.name.to_snake_case());
            let topic = model.topic(context, aggregate);
            if topic != format!("{}.{stream}.events", model.system) {
                found.insert(stream, topic);
            }
        }
    }
    found
}

/// Everything that policies and sagas of a context send.
fn sends(context: &Context) -> impl Iterator<Item = &MessageIr> {
    let policies = context.policies.values().flat_map(|p| &p.send);
    let schedules = context.schedules.values().flat_map(|s| &s.send);
    policies.chain(schedules).chain(context.sagas.values().flat_map(messages))
}

/// Everything that a saga sends.
fn messages(saga: &Saga) -> Vec<&MessageIr> {
    let steps = saga.steps.iter().flat_map(|step| [Some(&step.send), step.undo.as_ref()]);
    let ends = saga.completed.iter().chain(&saga.compensated).map(|action| match action {
        ActionIr::Send(message) => Some(message),
        ActionIr::Change(_) => None,
    });
    steps.chain(ends).flatten().collect()
}

/// The other contexts that carry out steps of this one's sagas.
fn replying(context: &Context) -> BTreeSet<String> {
    let steps = context.sagas.values().flat_map(|saga| &saga.steps);
    let sent = steps.flat_map(|step| [Some(&step.send), step.undo.as_ref()]).flatten();
    let mut found: BTreeSet<String> = sent.map(|message| message.context.clone()).collect();
    found.remove(&context.name);
    found
}

/// The contexts that send commands to this one.
fn senders(model: &Model, name: &str) -> BTreeSet<String> {
    let sends = |context: &&Context| {
        context.name != name && self::sends(context).any(|m| m.context == name)
    };
    model.contexts.values().filter(sends).map(|c| c.name.clone()).collect()
}

/// The own commands that policies and sagas of any context send, and those of the seed.
fn sent_commands(domain: &Domain, imports: &Imports, mut node: Node) -> Node {
    let name = &domain.context.name;
    let sent: BTreeSet<&str> = domain
        .model
        .contexts
        .values()
        .flat_map(sends)
        .filter(|m| m.context == *name)
        .map(|m| m.name.as_str())
        .chain(domain.context.seeds.iter().map(|told| told.name.as_str()))
        .collect();
    for command in sent.into_iter().filter_map(|name| domain.context.commands.get(name)) {
        let method = match command.kind {
            CommandKind::Creates => "creates",
            CommandKind::On(IfMissing::Create) => "upserts",
            CommandKind::On(_) => "decides",
        };
        let module = module(&command.aggregate);
        imports.domain(&module, &command.aggregate);
        imports.domain(&module, &command.name);
        node = node.method(format!("{method}::<{}, {}>", command.aggregate, command.name), vec![]);
    }
    node
}

fn published(domain: &Domain, imports: &Imports, mut node: Node) -> Node {
    for aggregate in publishing(domain) {
        let context = module(&domain.context.name);
        imports.add("contracts", &format!("{context} as public"));
        imports.add("crate", "publish");
        imports.domain(&module(&aggregate.name), &aggregate.name);
        let name = format!("publish::<{}, public::{}Event>", aggregate.name, aggregate.name);
        let function = format!("publish::{}", raw(&module(&aggregate.name)));
        node = node.method(name, vec![Node::atom(function)]);
    }
    for aggregate in enriching(domain) {
        let context = module(&domain.context.name);
        imports.add("contracts", &format!("{context} as public"));
        imports.add("crate", "publish");
        imports.domain(&module(&aggregate.name), &aggregate.name);
        let name = format!("enrich::<{}, public::{}Event>", aggregate.name, aggregate.name);
        let function = format!("publish::{}_enriched", aggregate.name.to_snake_case());
        node = node.method(name, vec![Node::atom(function)]);
    }
    node
}

fn views(domain: &Domain, imports: &Imports, mut node: Node) -> Node {
    for reference in domain.context.references.values() {
        let row = format!("{}Row", reference.name);
        imports.domain("references", &row);
        node = node.method(format!("reference::<{row}>"), vec![]);
    }
    let replicas = domain.context.replicas.values().map(|p| (p, "crate::replicas"));
    let views = ordered_views(domain.context).into_iter().map(|p| (p, "crate::views"));
    for (projection, path) in replicas.chain(views) {
        imports.add(path, &projection.name);
        imports.add("kit_runtime::views", "follow");
        let follows: Vec<Node> = streams_of(domain, &projection.events)
            .iter()
            .map(|stream| {
                let ty = stream.event_type(imports);
                Node::call(format!("follow::<{}, {ty}>", projection.name), vec![])
            })
            .collect();
        node = node.method("view", vec![Node::Array(follows)]);
        if let Some(source) = via(projection) {
            let path = if domain.context.replicas.contains_key(&source) {
                "crate::replicas"
            } else {
                "crate::views"
            };
            imports.add(path, &source);
            node = node.method(format!("via::<{source}>"), vec![]);
        }
        let with = |policy: &&Policy| policy.replica.as_deref() == Some(&projection.name);
        for policy in domain.context.policies.values().filter(with) {
            for reaction in reactions(domain, imports, policy) {
                node = node.method("with_policy", vec![reaction]);
            }
        }
    }
    node
}

/// Views whose rows others find their keys in come first.
pub(super) fn ordered_views(context: &Context) -> Vec<&Projection> {
    let mut out: Vec<&Projection> = Vec::new();
    let mut rest: Vec<&Projection> = context.views.values().collect();
    while !rest.is_empty() {
        let ready = |p: &&Projection| {
            via(p).is_none_or(|source| {
                !context.views.contains_key(&source) || out.iter().any(|o| o.name == source)
            })
        };
        let at = rest.iter().position(ready).unwrap_or(0);
        out.push(rest.remove(at));
    }
    out
}

/// The view or replica in whose rows keys are found.
fn via(projection: &Projection) -> Option<String> {
    let Form::Keyed { reactions } = &projection.form else { return None };
    reactions.iter().find_map(|reaction| match &reaction.key {
        KeySource::Via(ir) => looked_up(ir),
        KeySource::Columns(_) => None,
    })
}

fn looked_up(ir: &Ir) -> Option<String> {
    let mut found = None;
    ir.walk(&mut |node| {
        if let IrKind::Lookup { source, .. } = &node.kind {
            found.get_or_insert_with(|| source.clone());
        }
    });
    found
}

fn policies(domain: &Domain, imports: &Imports, mut node: Node) -> Node {
    for policy in domain.context.policies.values().filter(|p| p.replica.is_none()) {
        for reaction in reactions(domain, imports, policy) {
            node = node.method("policy", vec![reaction]);
        }
    }
    node
}

fn reactions(domain: &Domain, imports: &Imports, policy: &Policy) -> Vec<Node> {
    imports.add("crate::policies", &policy.name);
    imports.add("kit_runtime::policy", "react");
    streams_of(domain, &policy.on)
        .iter()
        .map(|stream| {
            let ty = stream.event_type(imports);
            Node::call(format!("react::<{}, {ty}>", policy.name), vec![])
        })
        .collect()
}
