//! `tests.rs` of an aggregate: its scenarios, its bounds, the stored form of its events.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::Ir;
use crate::lang::types::{FieldDef, Type};
use crate::layout::{self, Field, Node, Stmt};
use crate::model::{
    Aggregate, Command, Context, Expected, Outcome, Projection, Scenario, Told, Trigger,
};
use crate::view::rust::{Imports, Rust, article, module, raw};

use super::Domain;
use super::command::command_fields;
use super::constants::{Constants, whole_bounds};
use super::messages::{Messages, example_name, names_taken, scenario_test};
use super::site::{Place, Site};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestsFile {
    header: String,
    article: String,
    external: String,
    internal: String,
    /// Functions that make ids, events and commands.
    examples: Vec<String>,
    /// Tests.
    tests: Vec<String>,
}

/// The tests of an aggregate.
#[must_use]
pub fn tests_file(domain: &Domain, aggregate: &Aggregate) -> TestsFile {
    let imports = Imports::below(&module(&aggregate.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let site = Site::new(domain, &rust, Place::Method);
    let constants = Constants { site: &site, names: domain.names(), types: &domain.model.types };
    let messages = Messages { domain, rust: &rust, constants };
    let tests = Tests { domain, aggregate, messages };
    let mut items = tests.scenarios();
    items.extend(tests.bounds());
    items.extend(tests.stored_form());
    let text = items.concat();
    let examples = tests.messages.examples(aggregate, &text);
    let text = text + &examples.concat();
    for name in ["given", "nothing", "invalid", "stored_as", "uuid", "valid"] {
        if super::command::calls(&text, name) {
            imports.add("kit::testing", name);
        }
    }
    if text.contains("json!(") {
        imports.add("serde_json", "json");
    }
    TestsFile {
        header: domain.header.clone(),
        article: super::aggregate::article_title(&article(&aggregate.name)),
        examples,
        tests: items,
        external: imports.external(imports.needs_prelude(&text)),
        internal: imports.internal(),
    }
}

struct Tests<'a, 'm> {
    domain: &'a Domain<'m>,
    aggregate: &'a Aggregate,
    messages: Messages<'a, 'm>,
}

impl Tests<'_, '_> {
    fn scenarios(&self) -> Vec<String> {
        let mut taken = names_taken(self.domain);
        let scenarios = self.domain.context.scenarios.iter();
        scenarios.filter_map(|scenario| self.scenario(scenario, &mut taken)).collect()
    }

    fn scenario(&self, scenario: &Scenario, taken: &mut BTreeSet<String>) -> Option<String> {
        let Trigger::Command(when) = &scenario.when else { return None };
        if when.aggregate != self.aggregate.name
            || (scenario.then == Outcome::Unsaid && scenario.is_about_rows_or_messages())
        {
            return None;
        }
        let mut node = self.given(scenario, when);
        node = self.surroundings(scenario, node);
        let (method, message) = self.messages.command(when)?;
        node = node.method(method, vec![message]);
        node = match &scenario.then {
            Outcome::Events(events) if events.is_empty() => node.method("ignored", vec![]),
            Outcome::Events(events) => {
                let expected = events.iter().map(|e| self.expected(e)).collect();
                node.method("then_like", vec![Node::Array(expected)])
            }
            Outcome::Refusal { name, fields, .. } => {
                let code = Node::text(&name.to_snake_case());
                if fields.is_empty() {
                    node.method("refused_as", vec![code])
                } else {
                    node.method("refused_with", vec![code, self.json(fields).borrowed()])
                }
            }
            Outcome::Unsaid => node.method("accepted", vec![]),
        };
        let mut out: Vec<Stmt> = self.messages.settings(scenario).into_iter().collect();
        out.push(Stmt::Semi(node));
        Some(scenario_test(&scenario.name, taken, &out))
    }

    /// What happened to the aggregate, and to others where one may hold what another wants.
    fn given(&self, scenario: &Scenario, when: &Told) -> Node {
        let text = |stream: &Ir| self.messages.constants.text(stream);
        let mut streams: Vec<(&Ir, Vec<Node>)> = vec![(&when.stream, vec![])];
        let others = !self.aggregate.unique.is_empty();
        let seen = |told: &&Told| {
            told.aggregate == self.aggregate.name
                && (others || text(&told.stream) == text(&when.stream))
        };
        for told in scenario.given.iter().filter(seen) {
            let event = self.messages.event(told).method("into", vec![]);
            match streams.iter_mut().find(|(id, _)| text(id) == text(&told.stream)) {
                Some((_, events)) => events.push(event),
                None => streams.push((&told.stream, vec![event])),
            }
        }
        let name = &self.aggregate.name;
        self.messages.import(name, name);
        let mut streams = streams.into_iter();
        let (id, events) = streams.next().unwrap_or((&when.stream, vec![]));
        let id = self.messages.id(id);
        let mut node = if events.is_empty() {
            Node::call(format!("nothing::<{name}>"), vec![id])
        } else {
            Node::call(format!("given::<{name}>"), vec![id, Node::Array(events)])
        };
        for (id, events) in streams {
            node = node.method("beside", vec![self.messages.id(id), Node::Array(events)]);
        }
        node
    }

    fn surroundings(&self, scenario: &Scenario, node: Node) -> Node {
        let mut node = self.messages.acting(scenario, node);
        let context = self.domain.context;
        for reference in looked_up(context, scenario) {
            let name = self.messages.rust.named(reference.row);
            node = node.method(format!("reference::<{name}>"), vec![]);
        }
        for row in &scenario.rows {
            let written = context.replicas.get(&row.source);
            let written = written.or_else(|| context.references.get(&row.source));
            let Some(written) = written else { continue };
            let name = self.messages.rust.named(written.row);
            let fields = self.messages.constants.fields(&row.fields);
            node = node.method("row", vec![Node::Struct(name, fields, None).borrowed()]);
        }
        node
    }

    fn json(&self, fields: &[(String, Ir)]) -> Node {
        Node::atom(format!("json!({})", self.messages.constants.expected(fields)))
    }

    fn expected(&self, expected: &Expected) -> Node {
        let wire = self.domain.context.events.get(&expected.name);
        let wire = wire.map_or_else(|| expected.name.to_snake_case(), |event| event.wire.clone());
        let id = &self.aggregate.id.name;
        let fields: Vec<(String, Ir)> =
            expected.fields.iter().filter(|(name, _)| name != id).cloned().collect();
        Node::Tuple(vec![Node::text(&wire), self.json(&fields)])
    }

    /// One test per command with bounded fields.
    fn bounds(&self) -> Vec<String> {
        self.messages
            .commands(self.aggregate)
            .into_iter()
            .filter_map(|command| self.bounds_of(command))
            .collect()
    }

    fn bounds_of(&self, command: &Command) -> Option<String> {
        self.messages.command_example(self.aggregate, command)?;
        let fields = command_fields(self.domain, self.aggregate, command);
        let mut good = Vec::new();
        let mut bad = Vec::new();
        for field in &fields {
            let (min, max) = whole_bounds(field);
            let make = |n: i64| self.sized(field, n);
            let mut fine = |n: Option<i64>| {
                good.extend(
                    n.and_then(make).map(|value| self.with(command, &fields, field, value)),
                );
            };
            fine(max.filter(|max| Some(*max) != min));
            let wrong = [min.and_then(|n| n.checked_sub(1)), max.and_then(|n| n.checked_add(1))];
            for value in wrong.into_iter().flatten().filter_map(make) {
                bad.push((self.with(command, &fields, field, value), field.name.clone()));
            }
        }
        if good.is_empty() && bad.is_empty() {
            return None;
        }
        let example = Node::call(example_name(&command.name), vec![]);
        let mut out = vec![Stmt::Semi(Node::call("valid", vec![example]))];
        out.extend(good.into_iter().map(|node| Stmt::Semi(Node::call("valid", vec![node]))));
        out.extend(bad.into_iter().map(|(node, field)| {
            Stmt::Semi(Node::call("invalid", vec![node, Node::text(&field)]))
        }));
        let name = format!("{}_keeps_its_bounds", command.name.to_snake_case());
        Some(test(&name, &out))
    }

    /// A value of this size: a number, or a text of that length.
    fn sized(&self, field: &FieldDef, n: i64) -> Option<Node> {
        let (ty, wrap) = match &field.ty {
            Type::Option(inner) => (inner.as_ref(), Some("Some")),
            Type::Patch(inner) => (inner.as_ref(), Some("Patch::Set")),
            ty => (ty, None),
        };
        let value = match ty {
            Type::Int => Node::atom(crate::lang::to_rust::grouped(i128::from(n))),
            Type::Text if n == 0 => Node::call("String::new", vec![]),
            Type::Text if n == 1 => Node::text("A").method("to_owned", vec![]),
            Type::Text if (1..=100_000).contains(&n) => {
                let n = crate::lang::to_rust::grouped(i128::from(n));
                Node::text("A").method("repeat", vec![Node::atom(n)])
            }
            _ => return None,
        };
        Some(match wrap {
            Some(wrap) => Node::call(wrap, vec![value]),
            None => value,
        })
    }

    fn with(&self, command: &Command, fields: &[FieldDef], field: &FieldDef, value: Node) -> Node {
        self.messages.import(&self.aggregate.name, &command.name);
        let base =
            (fields.len() > 1).then(|| Box::new(Node::call(example_name(&command.name), vec![])));
        let field = Field { name: raw(&field.name), value: Some(value) };
        Node::Struct(command.name.clone(), vec![field], base)
    }

    fn stored_form(&self) -> Vec<String> {
        let ty = format!("{}Event", self.aggregate.name);
        let examples = &self.domain.context.examples;
        let mut statements = Vec::new();
        for event in self.domain.events(self.aggregate) {
            let Some(fields) = examples.events.get(&event.name) else { continue };
            let mut json = Node::atom(format!("json!({})", self.messages.constants.object(fields)));
            if layout::expression(&json, 0).len() + 10 > layout::MAX_WIDTH {
                statements.push(Stmt::Lines(self.messages.constants.lines("data", fields)));
                json = Node::atom("data");
            }
            let args = vec![
                Node::call(example_name(&event.name), vec![]),
                Node::text(&event.wire),
                Node::atom(event.version.to_string()),
                json,
            ];
            statements.push(Stmt::Semi(Node::call(format!("stored_as::<{ty}>"), args)));
        }
        if statements.is_empty() {
            return Vec::new();
        }
        self.messages.import(&self.aggregate.name, &ty);
        vec![test("events_keep_their_stored_form", &statements)]
    }
}

fn test(name: &str, statements: &[Stmt]) -> String {
    let body = layout::body(statements, 4);
    format!("#[test]\nfn {name}() {{\n{body}\n}}")
}

/// The references that the command of a scenario looks up, each once.
fn looked_up<'c>(context: &'c Context, scenario: &Scenario) -> Vec<&'c Projection> {
    let Trigger::Command(told) = &scenario.when else { return vec![] };
    let command = context.commands.get(&told.name);
    let names = command.into_iter().flat_map(|it| &it.lookups).map(|it| &it.replica);
    let names: BTreeSet<&String> = names.collect();
    names.into_iter().filter_map(|name| context.references.get(name)).collect()
}
