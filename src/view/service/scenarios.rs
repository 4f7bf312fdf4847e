//! The scenarios of views and policies as tests of the service: the generated folds, decisions and
//! policies play them.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::Ir;
use crate::layout::{self, Node, Stmt};
use crate::model::{EventRef, Expected, Row, Scenario, Told, Trigger};
use crate::view::domain::{
    Constants, Domain, Messages, Site, SitePlace, calls, id_in_command, names_taken, scenario_test,
};
use crate::view::rust::{Imports, Rust, module};

use super::publish::enriching;
use super::site::{domain_crate, written};
use super::stream::streams_of;
use super::tests::{in_path, status_after};
use super::wiring::ordered_views;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScenariosFile {
    header: String,
    external: String,
    /// The function that makes the stage.
    stage: String,
    /// Functions that make events and commands.
    examples: Vec<String>,
    tests: Vec<String>,
}

/// `scenarios.rs`; `None` when no scenario is about rows or messages.
#[must_use]
pub fn scenario_tests(domain: &Domain) -> Option<ScenariosFile> {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let site = Site::new(domain, &rust, SitePlace::Method);
    let constants = Constants { site: &site, names: domain.names(), types: &domain.model.types };
    let messages = Messages { domain, rust: &rust, constants };
    let scenarios = Scenarios { domain, messages };
    let mut taken = names_taken(domain);
    let tests: Vec<String> = domain
        .context
        .scenarios
        .iter()
        .filter_map(|scenario| scenarios.test(scenario, &mut taken))
        .collect();
    if tests.is_empty() {
        return None;
    }
    let text = tests.concat();
    let aggregates = domain.context.aggregates.values();
    let examples: Vec<String> =
        aggregates.flat_map(|it| scenarios.messages.examples(it, &text)).collect();
    let stage = scenarios.stage();
    let text = text + &examples.concat();
    imports.add("kit::testing", "Stage");
    if calls(&text, "uuid") {
        imports.add("kit::testing", "uuid");
    }
    if text.contains("json!(") {
        imports.add("serde_json", "json");
    }
    let external = imports.external(imports.needs_prelude(&text));
    Some(ScenariosFile { header: domain.header.clone(), external, stage, examples, tests })
}

struct Scenarios<'a, 'm> {
    domain: &'a Domain<'m>,
    messages: Messages<'a, 'm>,
}

impl Scenarios<'_, '_> {
    /// Where a thing of the service lies, seen from its tests.
    fn own(&self, module_of: &str, name: &str) {
        let library = module(&self.domain.context.name);
        self.messages.rust.imports.add(&format!("{library}::{module_of}"), name);
    }

    /// All views, policies and sagas, in the order in which an event reaches them.
    fn stage(&self) -> String {
        let context = self.domain.context;
        let replicas = context.replicas.values().map(|it| (it, "replicas"));
        let views = ordered_views(context).into_iter().map(|it| (it, "views"));
        let mut node = Node::call("Stage::default", vec![]);
        for reference in context.references.values() {
            let row = format!("{}Row", reference.name);
            self.messages.rust.imports.domain("references", &row);
            node = node.method(format!("reference::<{row}>"), vec![]);
        }
        for (projection, module) in replicas.chain(views) {
            self.own(module, &projection.name);
            node = self.following(node, "view", &projection.name, &projection.events);
        }
        for policy in context.policies.values() {
            self.own("policies", &policy.name);
            let method = if policy.replica.is_some() { "policy_before" } else { "policy" };
            node = self.following(node, method, &policy.name, &policy.on);
        }
        for saga in context.sagas.values() {
            self.own("sagas", &saga.name);
            node = node.method(format!("saga::<{}>", saga.name), vec![]);
        }
        for aggregate in enriching(self.domain) {
            let of = module(&context.name);
            self.own("publish", "self");
            self.messages.import(&aggregate.name, &aggregate.name);
            let name = &aggregate.name;
            let path = format!("enrich::<{name}, contracts::{of}::{name}Event>");
            let function = format!("publish::{}_enriched", name.to_snake_case());
            node = node.method(path, vec![Node::atom(function)]);
        }
        if !context.schedules.is_empty() && context.time_zone != "UTC" {
            let zone = format!("&{}::ZONE", domain_crate(&context.name));
            node = node.method("zone", vec![Node::atom(zone)]);
        }
        let body = layout::body(&[Stmt::Expr(node)], 4);
        format!("fn stage() -> Stage {{\n{body}\n}}")
    }

    fn following(&self, mut node: Node, method: &str, name: &str, events: &[EventRef]) -> Node {
        for stream in streams_of(self.domain, events) {
            let event = stream.event_type(self.messages.rust.imports);
            node = node.method(format!("{method}::<{name}, {event}>"), vec![]);
        }
        node
    }

    fn test(&self, scenario: &Scenario, taken: &mut BTreeSet<String>) -> Option<String> {
        let sends = self.sends(scenario);
        if !scenario.is_about_rows_or_messages() {
            return None;
        }
        let mut node = self.messages.acting(scenario, Node::call("stage", vec![]));
        for row in &scenario.rows {
            node = node.method("row", vec![self.row(row).borrowed()]);
        }
        node = self.given(scenario, node);
        node = match &scenario.when {
            Trigger::Command(told) => {
                let (method, command) = self.messages.command(told)?;
                let path = format!("{method}::<{}, _>", self.aggregate(told));
                node.method(path, vec![self.messages.id(&told.stream), command])
            }
            Trigger::Event(told) if told.context == self.domain.context.name => {
                let path = format!("happens::<{}>", self.aggregate(told));
                let event = self.messages.event(told);
                node.method(path, vec![self.messages.id(&told.stream), event])
            }
            Trigger::Event(told) => self.arrives(told, node)?,
            Trigger::Schedule(name) => {
                self.own("schedules", name);
                node.method(format!("ticks::<{name}>"), vec![])
            }
            Trigger::Nothing => return None,
        };
        if let Some(sends) = sends {
            node = node.method("sends", vec![Node::Array(sends)]);
        }
        if let Some(wanted) = &scenario.publishes {
            let seen = wanted.iter().map(|it| self.published(it)).collect::<Option<_>>()?;
            node = node.method("publishes", vec![Node::Array(seen)]);
        }
        if !scenario.rows_after.is_empty() {
            let rows = scenario.rows_after.iter().map(|it| self.row_after(it)).collect();
            node = node.method("rows", vec![Node::Array(rows)]);
        }
        let mut out: Vec<Stmt> = self.messages.settings(scenario).into_iter().collect();
        out.push(Stmt::Semi(node));
        Some(scenario_test(&scenario.name, taken, &out))
    }

    /// What must be sent; `None` when nothing is said about it.
    fn sends(&self, scenario: &Scenario) -> Option<Vec<Node>> {
        scenario.sends.as_ref()?.iter().map(|sent| self.sent(sent)).collect()
    }

    fn aggregate<'t>(&self, told: &'t Told) -> &'t str {
        self.messages.import(&told.aggregate, &told.aggregate);
        &told.aggregate
    }

    /// What happened before, in order, stream by stream.
    fn given(&self, scenario: &Scenario, mut node: Node) -> Node {
        let mut rest = scenario.given.as_slice();
        while let Some(first) = rest.first() {
            let id = self.messages.constants.text(&first.stream);
            let same = |told: &&Told| {
                told.aggregate == first.aggregate
                    && self.messages.constants.text(&told.stream) == id
            };
            let events: Vec<&Told> = rest.iter().take_while(same).collect();
            rest = rest.get(events.len()..).unwrap_or_default();
            let events =
                events.into_iter().map(|it| self.messages.event(it).method("into", vec![]));
            let args = vec![self.messages.id(&first.stream), Node::Array(events.collect())];
            node = node.method(format!("given::<{}>", self.aggregate(first)), args);
        }
        node
    }

    fn row(&self, row: &Row) -> Node {
        let name = format!("{}Row", row.source);
        match written(self.domain, &row.source) {
            Some(module) => self.messages.rust.imports.domain(module, &name),
            None => self.own("views", &name),
        }
        Node::Struct(name, self.messages.constants.fields(&row.fields), None)
    }

    fn row_after(&self, expected: &Expected) -> Node {
        let context = self.domain.context;
        let of = context.projection(&expected.name);
        let table = of.map_or_else(|| expected.name.to_snake_case(), |it| it.table.clone());
        Node::Tuple(vec![Node::text(&table), self.json(&expected.fields)])
    }

    fn json(&self, fields: &[(String, Ir)]) -> Node {
        Node::atom(format!("json!({})", self.messages.constants.expected(fields)))
    }

    /// `arrives::<E>(stream, status, Event { .. })`
    fn arrives(&self, told: &Told, node: Node) -> Option<Node> {
        let reference = EventRef { context: told.context.clone(), name: told.name.clone() };
        let event = self.domain.model.event(&reference)?;
        let stream = streams_of(self.domain, &[reference]).into_iter().next()?;
        let ty = stream.event_type(self.messages.rust.imports);
        let status = status_after(self.domain, &stream, event);
        let path = format!("{}::{}", module(&told.context), told.name);
        let data = Node::Struct(path, self.messages.constants.fields(&told.fields), None);
        let id = self.messages.id(&told.stream);
        let args = vec![id, Node::text(&status), data];
        Some(node.method(format!("arrives::<{ty}>"), args))
    }

    /// Address, id and the mentioned fields of a command.
    fn sent(&self, sent: &Expected) -> Option<Node> {
        let context = self.domain.model.contexts.get(&sent.context)?;
        let command = context.commands.get(&sent.name)?;
        let aggregate = context.aggregates.get(&command.aggregate)?;
        let address = format!(
            "{}.{}.{}",
            context.name,
            aggregate.name.to_snake_case(),
            command.name.to_snake_case()
        );
        // The id of a stream that is to be made is one of the command's own fields.
        let id = (!id_in_command(aggregate, command)).then_some(aggregate.id.name.as_str());
        self.addressed(&address, id, sent)
    }

    /// Wire name, id and the mentioned fields of what others see.
    fn published(&self, wanted: &Expected) -> Option<Node> {
        let event = &self.domain.context.publications.get(&wanted.name)?.event;
        let id = &self.domain.context.aggregates.get(&event.aggregate)?.id.name;
        self.addressed(&event.wire, Some(id), wanted)
    }

    /// A name, the id out of the field `id` if there is one, and the other fields.
    fn addressed(&self, name: &str, id: Option<&str>, wanted: &Expected) -> Option<Node> {
        let is_id = |(name, _): &&(String, Ir)| Some(name.as_str()) == id;
        let stream = match wanted.fields.iter().find(is_id) {
            Some((_, id)) => {
                let id = in_path(&self.messages.constants.json(id)?)?;
                Node::atom(id).method("to_string", vec![])
            }
            None => Node::call("String::new", vec![]),
        };
        let fields: Vec<(String, Ir)> =
            wanted.fields.iter().filter(|it| !is_id(it)).cloned().collect();
        Some(Node::Tuple(vec![Node::text(name), stream, self.json(&fields)]))
    }
}
