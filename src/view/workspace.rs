//! Files of the whole workspace: manifests, the all-in-one program, the documents.

use std::collections::BTreeSet;

use heck::{ToKebabCase as _, ToSnakeCase as _, ToTitleCase as _};
use serde::Serialize;

use crate::layout::{self, Node, Stmt};
use crate::model::{Context, Model, Route, Target};

use super::rust::{module, title};
use super::service::neighbours;

/// Of a new system.
pub(super) const VERSION: &str = "0.1.0";

/// What the files of the workspace print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workspace {
    system: String,
    /// Of all packages but the kit's, which are the same in every system.
    version: String,
    doc: String,
    /// Folders of all packages, sorted.
    members: Vec<String>,
    /// The workspace's own packages: name and folder, sorted.
    own: Vec<Package>,
    /// Packages of the services, sorted.
    services: Vec<Service>,
    contracts: bool,
    multiple: bool,
    domain_files: String,
    routes: Vec<RouteView>,
    gateway_port: u16,
}

/// An own package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Package {
    name: String,
    path: String,
    /// The runtime's features are chosen by who uses it.
    runtime: bool,
}

impl Package {
    fn new(name: impl Into<String>, path: impl Into<String>) -> Self {
        let name = name.into();
        Self { runtime: name == "kit-runtime", name, path: path.into() }
    }
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Service {
    context: String,
    package: String,
    /// The same, as wide as a column of the README.
    pad_package: String,
    library: String,
    port: u16,
    doc: String,
    kind: String,
    owner: String,
    aggregates: String,
    publishes: String,
    listens: String,
    contracts: bool,
}

/// A line of the table of routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct RouteView {
    request: String,
    does: String,
}

/// The workspace of a system.
#[must_use]
pub fn workspace(
    model: &Model,
    ports: &std::collections::BTreeMap<String, u16>,
    contracts: bool,
    uses_contracts: &BTreeSet<String>,
) -> Workspace {
    let services: Vec<Service> = model
        .contexts
        .values()
        .map(|context| service(model, context, ports, uses_contracts.contains(&context.name)))
        .collect();
    let mut own =
        vec![Package::new("kit", "crates/kit"), Package::new("kit-runtime", "crates/kit-runtime")];
    if contracts {
        own.push(Package::new("contracts", "crates/contracts"));
    }
    for service in &services {
        let folder = format!("services/{}", service.context);
        own.push(Package::new(format!("{}-domain", service.package), format!("{folder}/domain")));
        own.push(Package::new(service.package.clone(), format!("{folder}/service")));
    }
    own.push(Package::new("gateway", "services/gateway"));
    own.sort_by(|a, b| a.name.cmp(&b.name));
    let mut members: Vec<String> = own.iter().map(|p| p.path.clone()).collect();
    members.push("app".to_owned());
    members.sort();
    Workspace {
        system: model.system.clone(),
        version: format!("{VERSION}+{}", model.system.replace('_', "-")),
        doc: model.doc.clone().unwrap_or_default(),
        members,
        own,
        multiple: services.len() > 1,
        services,
        contracts,
        domain_files: "minos.toml".to_owned(),
        routes: routes(model),
        gateway_port: ports.get("gateway").copied().unwrap_or(8000),
    }
}

fn service(
    model: &Model,
    context: &Context,
    ports: &std::collections::BTreeMap<String, u16>,
    contracts: bool,
) -> Service {
    let list = |names: Vec<String>| {
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    };
    let kind = match context.kind {
        Some(crate::model::ContextKind::Core) => "core",
        Some(crate::model::ContextKind::Supporting) => "supporting",
        Some(crate::model::ContextKind::Generic) => "generic",
        None => "–",
    };
    Service {
        context: context.name.clone(),
        package: context.name.to_kebab_case(),
        pad_package: format!("{:19}", context.name.to_kebab_case()),
        library: module(&context.name.to_snake_case()),
        port: ports.get(&context.name).copied().unwrap_or(8001),
        doc: context.notes.doc.clone().unwrap_or_default(),
        kind: kind.to_owned(),
        owner: context.notes.owner.clone().unwrap_or_else(|| "–".to_owned()),
        aggregates: list(context.aggregates.keys().cloned().collect()),
        publishes: list(
            context
                .events
                .values()
                .filter(|e| e.public)
                .map(|e| e.name.clone())
                .chain(context.publications.keys().cloned())
                .collect(),
        ),
        listens: list(neighbours(model, context).into_iter().collect()),
        contracts,
    }
}

/// The table of routes, as the gateway answers them.
fn routes(model: &Model) -> Vec<RouteView> {
    let own = model.routes.iter().map(|route| route_view(model, route));
    let composed = model.compositions.iter().map(|of| {
        let parts: Vec<&str> = of.parts.iter().map(|part| part.name.as_str()).collect();
        let request = format!("GET {}{}", model.gateway.prefix, of.path);
        RouteView { request, does: format!("{} together", parts.join(", ").replace('_', " ")) }
    });
    own.chain(composed).collect()
}

fn route_view(model: &Model, route: &Route) -> RouteView {
    let params = match &route.target {
        Target::Query(name) => {
            let query = model.contexts.get(&route.context).and_then(|c| c.queries.get(name));
            query.map_or_else(Vec::new, |query| {
                model.types.fields(query.params).iter().map(|p| format!("{}=", p.name)).collect()
            })
        }
        _ => Vec::new(),
    };
    let query = if params.is_empty() { String::new() } else { format!("?{}", params.join("&")) };
    let does = match &route.target {
        Target::Command(name) | Target::Query(name) => title(name),
        Target::Aggregate(name) => {
            format!("the state of one {}", name.to_title_case().to_lowercase())
        }
    };
    let method = route.method.as_str();
    let path = format!("{}{}", model.gateway.prefix, route.path);
    RouteView { request: format!("{method} {path}{query}"), does }
}

/// What the files of the all-in-one program print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct App {
    system: String,
    package: String,
    /// Whether the program has another name than its package.
    renamed: bool,
    dependencies: Vec<String>,
    kafka: String,
    kafka_tls: String,
    tls: String,
    postgres: String,
    sqlite: String,
    body: String,
}

/// Whether another package of the workspace is called like the system, or none can be.
fn is_taken(model: &Model) -> bool {
    let system = model.system.as_str();
    let by_context = |name: &String| {
        let package = name.to_kebab_case();
        system == package || system.strip_suffix("-domain") == Some(package.as_str())
    };
    crate::names::is_reserved_context(&system.to_snake_case())
        || model.contexts.keys().any(by_context)
}

/// The program that runs all services in one process.
#[must_use]
pub fn app(model: &Model) -> App {
    let packages: Vec<String> = model.contexts.keys().map(|name| name.to_kebab_case()).collect();
    let mut driven = packages.clone();
    driven.push("kit-runtime".to_owned());
    driven.sort();
    let mut dependencies = driven.clone();
    dependencies.push("gateway".to_owned());
    dependencies.sort();
    let features = |feature: &str| {
        let quoted: Vec<String> =
            driven.iter().map(|name| format!("\"{name}/{feature}\"")).collect();
        quoted.join(", ")
    };
    let new = Node::call("App::new", vec![Node::text(&model.system)]);
    let node = super::gateway::all_services(model, new);
    let body = layout::body(&[Stmt::Expr(node.method("main", vec![]))], 4);
    let taken = is_taken(model);
    App {
        system: model.system.clone(),
        package: if taken { format!("{}-app", model.system) } else { model.system.clone() },
        renamed: taken,
        kafka: features("kafka"),
        kafka_tls: features("kafka-tls"),
        tls: features("tls"),
        postgres: features("postgres"),
        sqlite: features("sqlite"),
        dependencies,
        body,
    }
}
