//! The gateway of a system: its table, and the test that asks every line of it.

use std::collections::BTreeMap;

use heck::{ToKebabCase as _, ToSnakeCase as _};
use jiff::SignedDuration;
use serde::Serialize;

use crate::layout::{self, Node, Stmt};
use crate::model::{Composition, Method, Model, Part, Route, Target};

use super::rust::{header, module};

/// What the files of the gateway print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GatewayFile {
    header: String,
    system: String,
    import: String,
    body: String,
    dev_dependencies: Vec<String>,
}

impl GatewayFile {
    /// The same without the body, for files that only name the system.
    #[must_use]
    pub fn head(&self) -> Self {
        Self {
            header: self.header.clone(),
            system: self.system.clone(),
            import: String::new(),
            body: String::new(),
            dev_dependencies: self.dev_dependencies.clone(),
        }
    }
}

/// The table; `ports` are those of all contexts and of the gateway.
#[must_use]
pub fn table_file(model: &Model, ports: &BTreeMap<String, u16>) -> GatewayFile {
    let node = composed(model, lines(model, ports, settings(model, ports)));
    let body = [
        Stmt::Bind("let table".to_owned(), node, None),
        Stmt::Expr(Node::call("extend::extend", vec![Node::atom("table")])),
    ];
    let import = if model.compositions.is_empty() { "Table" } else { "{Part, Table}" };
    GatewayFile {
        import: format!("use kit_runtime::gateway::{import};"),
        ..file(model, layout::body(&body, 4))
    }
}

/// The test of the table.
#[must_use]
pub fn test_file(model: &Model) -> GatewayFile {
    let app = all_services(model, Node::call("App::new", vec![Node::text(&model.system)]));
    let contexts = model.contexts.keys().map(|name| Node::text(name)).collect();
    let start = vec![
        Node::atom("app"),
        Node::Array(contexts).borrowed(),
        Node::atom("FOLDER"),
        Node::text("gateway"),
    ];
    let lines = Node::call("gateway::table", vec![]).method("lines", vec![]).borrowed();
    let probe = Node::Await(Box::new(Node::call("Probe::start_all", start)));
    let answers = Node::atom("probe").method("answers", vec![lines]);
    let body = [
        Stmt::Bind("let app".to_owned(), app, None),
        Stmt::Bind("let probe".to_owned(), probe, None),
        Stmt::Semi(Node::Await(Box::new(answers))),
        Stmt::Semi(Node::Await(Box::new(Node::atom("probe").method("end", vec![])))),
    ];
    file(model, layout::body(&body, 4))
}

/// `app` with all services and the gateway in front.
pub(super) fn all_services(model: &Model, app: Node) -> Node {
    let mut node = app;
    for name in model.contexts.keys() {
        let service = Node::call(format!("{}::service", module(name)), vec![]);
        node = node.method("service", vec![service]);
    }
    node.method("gateway", vec![Node::call("gateway::table", vec![])])
}

fn file(model: &Model, body: String) -> GatewayFile {
    let mut dev_dependencies: Vec<String> =
        model.contexts.keys().map(|name| name.to_kebab_case()).collect();
    dev_dependencies.push("tokio".to_owned());
    dev_dependencies.sort();
    GatewayFile {
        header: header("minos.toml").replace("of the service", "of the gateway"),
        system: model.system.clone(),
        import: String::new(),
        body,
        dev_dependencies,
    }
}

/// The table with what `[gateway]` says.
fn settings(model: &Model, ports: &BTreeMap<String, u16>) -> Node {
    let port = ports.get("gateway").copied().unwrap_or(8000).to_string();
    let mut node = Node::call("Table::new", vec![Node::text(&model.system), Node::atom(port)]);
    node = node.method("document", vec![Node::atom("DOCUMENT")]);
    let said = &model.gateway;
    if !said.prefix.is_empty() {
        node = node.method("prefix", vec![Node::text(&said.prefix)]);
    }
    if said.timeout != SignedDuration::from_secs(10) {
        node = node.method("timeout", vec![Node::text(&duration(said.timeout))]);
    }
    if said.max_body != 1 << 20 {
        node = node.method("max_body", vec![Node::atom(number(said.max_body))]);
    }
    node
}

/// The lines that services answer, by context.
fn lines(model: &Model, ports: &BTreeMap<String, u16>, table: Node) -> Node {
    let mut node = table;
    for name in model.contexts.keys() {
        let port = ports.get(name).copied().unwrap_or(8001).to_string();
        node = node.method("service", vec![Node::text(name), Node::atom(port)]);
        for route in model.routes.iter().filter(|route| route.context == *name) {
            let side = match route.target {
                Target::Query(_) => "read",
                Target::Command(_) | Target::Aggregate(_) => "write",
            };
            let name = own_process(model, route).map(|name| format!(" {name}"));
            let name = name.unwrap_or_default();
            let line = format!("{} {}{name}", route.method.as_str(), route.path);
            node = node.method(side, vec![Node::text(&line)]);
            node = within(node, timeout(model, route));
        }
    }
    node
}

/// The command or view behind a route, in a context whose parts may be processes of their own.
fn own_process(model: &Model, route: &Route) -> Option<String> {
    let context = model.contexts.get(&route.context).filter(|context| context.split)?;
    match &route.target {
        Target::Command(name) => Some(name.to_snake_case()),
        Target::Query(name) => {
            let view = &context.queries.get(name)?.view;
            Some(model.projection(&context.name, view)?.table.clone())
        }
        Target::Aggregate(_) => None,
    }
}

/// How long the gateway waits for the answer of a route, when that is not as long as usual.
fn timeout(model: &Model, route: &Route) -> Option<SignedDuration> {
    let said = route.terms.as_ref().and_then(|terms| terms.timeout);
    let longer = model.waits(route).into_iter().map(|(_, at_most)| at_most);
    let longer = longer.fold(SignedDuration::ZERO, SignedDuration::saturating_add);
    if longer.is_zero() {
        return said;
    }
    Some(said.unwrap_or(model.gateway.timeout).saturating_add(longer))
}

fn composed(model: &Model, table: Node) -> Node {
    model.compositions.iter().fold(table, |node, of: &Composition| {
        let parts = of.parts.iter().map(|it| part(model, it)).collect();
        let node = node.method("compose", vec![Node::text(&of.path), Node::Array(parts)]);
        within(node, of.timeout)
    })
}

fn within(node: Node, timeout: Option<SignedDuration>) -> Node {
    match timeout {
        Some(timeout) => node.method("within", vec![Node::text(&duration(timeout))]),
        None => node,
    }
}

fn part(model: &Model, of: &Part) -> Node {
    let kind = if matches!(of.target, Target::Query(_)) { "Part::query" } else { "Part::state" };
    let path = route_of(model, of).map_or("", |route| route.path.as_str());
    let args = vec![Node::text(&of.name), Node::text(&of.context), Node::text(path)];
    let mut node = Node::call(kind, args);
    for arg in &of.args {
        let value = arg.value.join(".");
        node = node.method("arg", vec![Node::text(&arg.name), Node::text(&value)]);
    }
    if of.each.is_some() {
        node = node.method("each", vec![]);
    }
    if of.optional {
        node = node.method("optional", vec![]);
    }
    node
}

/// The route that answers a part.
fn route_of<'m>(model: &'m Model, of: &Part) -> Option<&'m Route> {
    model.routes.iter().find(|route| {
        route.context == of.context && route.target == of.target && route.method == Method::Get
    })
}

/// A duration as the settings of a process write it.
fn duration(of: SignedDuration) -> String {
    let millis = of.as_millis();
    if millis % 1000 == 0 { format!("{}s", millis / 1000) } else { format!("{millis}ms") }
}

/// A number with its digits in groups.
/// A number as Rust writes it, in groups of three.
pub(super) fn number(of: u64) -> String {
    let digits = of.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}
