//! `tests.rs` of an aggregate: its scenarios, its bounds, the stored form of its events.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::Ir;
use crate::lang::types::{FieldDef, Type};
use crate::layout::{self, Field, Node, Stmt};
use crate::model::{
    Aggregate, Command, CommandKind, Expected, IfMissing, Outcome, Scenario, Told, Trigger,
};
use crate::view::rust::{Imports, Rust, article, module, raw, uses_prelude};

use super::Domain;
use super::command::{command_fields, id_in_command};
use super::constants::{Constants, whole_bounds};
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
    let tests = Tests { domain, aggregate, rust: &rust, constants };
    let mut items = tests.scenarios();
    items.extend(tests.bounds());
    items.extend(tests.stored_form());
    let text = items.concat();
    let examples = tests.examples(&text);
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
        external: imports.external(uses_prelude(&text)),
        internal: imports.internal(),
    }
}

struct Tests<'a, 'm> {
    domain: &'a Domain<'m>,
    aggregate: &'a Aggregate,
    rust: &'a Rust<'a, 'm>,
    constants: Constants<'a>,
}

impl Tests<'_, '_> {
    fn commands(&self) -> Vec<&Command> {
        let commands = self.domain.context.commands.values();
        commands.filter(|command| command.aggregate == self.aggregate.name).collect()
    }

    /// The functions that the tests call: ids, events, commands.
    fn examples(&self, used: &str) -> Vec<String> {
        let examples = &self.domain.context.examples;
        let mut out = Vec::new();
        let mut rest = used.to_owned();
        for command in self.commands().into_iter().rev() {
            let Some(fields) = self.command_example(command) else { continue };
            let name = example_name(&command.name);
            if super::command::calls(&rest, &name) {
                let item = self.example(&name, &command.name, &fields);
                rest.push_str(&item);
                out.push(item);
            }
        }
        for event in self.domain.events(self.aggregate).into_iter().rev() {
            let Some(fields) = examples.events.get(&event.name) else { continue };
            let name = example_name(&event.name);
            if super::command::calls(&rest, &name) {
                let item = self.example(&name, &event.name, fields);
                rest.push_str(&item);
                out.push(item);
            }
        }
        out.reverse();
        out
    }

    fn command_example(&self, command: &Command) -> Option<Vec<(String, Ir)>> {
        let examples = &self.domain.context.examples;
        let mut fields = examples.commands.get(&command.name)?.clone();
        if id_in_command(self.aggregate, command) {
            let id = examples.ids.get(&self.aggregate.name)?.clone();
            fields.insert(0, (self.aggregate.id.name.clone(), id));
        }
        Some(fields)
    }

    fn example(&self, function: &str, name: &str, fields: &[(String, Ir)]) -> String {
        self.import(name);
        let node = Node::Struct(name.to_owned(), self.constants.fields(fields), None);
        let body = layout::body(&[Stmt::Expr(node)], 4);
        format!("fn {function}() -> {name} {{\n{body}\n}}")
    }

    fn import(&self, name: &str) {
        self.rust.imports.add("super", name);
    }

    /// A message: fields that are those of its example are left to the example.
    fn message(
        &self,
        name: &str,
        fields: &[(String, Ir)],
        example: Option<&[(String, Ir)]>,
    ) -> Node {
        let function = example_name(name);
        let Some(example) = example else {
            self.import(name);
            return Node::Struct(name.to_owned(), self.constants.fields(fields), None);
        };
        let same = |field: &&(String, Ir)| {
            example.iter().any(|(n, ir)| {
                *n == field.0 && self.constants.text(ir) == self.constants.text(&field.1)
            })
        };
        let others: Vec<(String, Ir)> = fields.iter().filter(|f| !same(f)).cloned().collect();
        let base = Node::call(function, vec![]);
        if others.is_empty() {
            return base;
        }
        self.import(name);
        let base = (others.len() < fields.len()).then(|| Box::new(base));
        Node::Struct(name.to_owned(), self.constants.fields(&others), base)
    }

    fn scenarios(&self) -> Vec<String> {
        let mut taken = BTreeSet::new();
        self.domain
            .context
            .scenarios
            .iter()
            .filter_map(|scenario| {
                let Trigger::Command(told) = &scenario.when else { return None };
                if told.aggregate != self.aggregate.name {
                    return None;
                }
                self.scenario(scenario, told, &mut taken)
            })
            .collect()
    }

    fn scenario(
        &self,
        scenario: &Scenario,
        when: &Told,
        taken: &mut BTreeSet<String>,
    ) -> Option<String> {
        let command = self.domain.context.commands.get(&when.name)?;
        if let Outcome::Refusal { name, .. } = &scenario.then
            && self.aggregate.unique.iter().any(|rule| rule.refusal.name == *name)
        {
            // Only the store knows the other streams.
            return None;
        }
        let mut out = Vec::new();
        if let Some(settings) = self.settings(scenario) {
            out.push(settings);
        }
        let mut node = self.given(scenario, when);
        node = self.surroundings(scenario, node);
        let mut fields = when.fields.clone();
        if id_in_command(self.aggregate, command) {
            fields.insert(0, (self.aggregate.id.name.clone(), when.stream.clone()));
        }
        let example = self.command_example(command);
        let message = self.message(&when.name, &fields, example.as_deref());
        let method = match command.kind {
            CommandKind::Creates => "when_created",
            CommandKind::On(IfMissing::Create) => "when_upserted",
            CommandKind::On(_) => "when",
        };
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
                    let json = Node::atom(format!("json!({})", self.constants.object(fields)));
                    node.method("refused_with", vec![code, json.borrowed()])
                }
            }
            Outcome::Unsaid => node.method("accepted", vec![]),
        };
        out.push(Stmt::Semi(node));
        Some(test(&unique(&scenario.name, taken), &scenario.name, &out))
    }

    fn given(&self, scenario: &Scenario, when: &Told) -> Node {
        // Whatever becomes the id will do.
        let id = match self.constants.node(&when.stream) {
            Node::Method(of, name, _) if name == "into" => *of,
            node => node,
        };
        let examples = &self.domain.context.examples;
        let own = |told: &&Told| {
            told.aggregate == self.aggregate.name
                && self.constants.text(&told.stream) == self.constants.text(&when.stream)
        };
        let events: Vec<Node> = scenario
            .given
            .iter()
            .filter(own)
            .map(|told| {
                let example = examples.events.get(&told.name).map(Vec::as_slice);
                self.message(&told.name, &told.fields, example).method("into", vec![])
            })
            .collect();
        self.import(&self.aggregate.name);
        if events.is_empty() {
            return Node::call(format!("nothing::<{}>", self.aggregate.name), vec![id]);
        }
        let path = format!("given::<{}>", self.aggregate.name);
        Node::call(path, vec![id, Node::Array(events)])
    }

    fn surroundings(&self, scenario: &Scenario, mut node: Node) -> Node {
        let actor = self.domain.names().get_key_value(&scenario.actor);
        match actor {
            Some((_, name)) if name == "actor" => {}
            Some((_, name)) => {
                node = node.method("by", vec![Node::call("uuid", vec![Node::text(name)])]);
            }
            None => {
                let text = format!("0x{:032x}", scenario.actor.as_u128());
                let id = Node::call("Uuid::from_u128", vec![Node::atom(text)]);
                node = node.method("by", vec![id]);
            }
        }
        if scenario.now.as_second() != crate::view::rust::TEST_NOW {
            let micros = scenario.now.as_microsecond();
            let micros = crate::lang::to_rust::grouped(i128::from(micros));
            let at = Node::call("time::from_micros", vec![Node::atom(micros)]);
            node = node.method("at", vec![at]);
        }
        for row in &scenario.rows {
            let Some(replica) = self.domain.context.replicas.get(&row.source) else { continue };
            let name = self.rust.named(replica.row);
            let literal = Node::Struct(name, self.constants.fields(&row.fields), None);
            node = node.method("row", vec![literal.borrowed()]);
        }
        node
    }

    /// `let _settings = Settings { .. }.replace();` when the scenario changes any.
    fn settings(&self, scenario: &Scenario) -> Option<Stmt> {
        let defs = self.domain.model.types.fields(self.domain.context.settings);
        let changed: Vec<(String, Ir)> = scenario
            .settings
            .iter()
            .filter(|(name, ir)| {
                let default =
                    defs.iter().find(|d| d.name == *name).and_then(|d| d.default.as_ref());
                default.is_none_or(|d| self.constants.text(d) != self.constants.text(ir))
            })
            .cloned()
            .collect();
        if changed.is_empty() {
            return None;
        }
        self.rust.imports.domain("settings", "Settings");
        let base =
            (changed.len() < defs.len()).then(|| Box::new(Node::call("Settings::default", vec![])));
        let node = Node::Struct("Settings".to_owned(), self.constants.fields(&changed), base);
        Some(Stmt::Bind("let _settings".to_owned(), node.method("replace", vec![]), None))
    }

    fn expected(&self, expected: &Expected) -> Node {
        let wire = self.domain.context.events.get(&expected.name);
        let wire = wire.map_or_else(|| expected.name.to_snake_case(), |event| event.wire.clone());
        let id = &self.aggregate.id.name;
        let fields: Vec<(String, Ir)> =
            expected.fields.iter().filter(|(name, _)| name != id).cloned().collect();
        let json = Node::atom(format!("json!({})", self.constants.object(&fields)));
        Node::Tuple(vec![Node::text(&wire), json])
    }

    /// One test per command with bounded fields.
    fn bounds(&self) -> Vec<String> {
        self.commands().into_iter().filter_map(|command| self.bounds_of(command)).collect()
    }

    fn bounds_of(&self, command: &Command) -> Option<String> {
        self.command_example(command)?;
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
        Some(test(&name, "", &out))
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
        self.import(&command.name);
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
            let mut json = Node::atom(format!("json!({})", self.constants.object(fields)));
            if layout::expression(&json, 0).len() + 10 > layout::MAX_WIDTH {
                statements.push(Stmt::Lines(self.constants.lines("data", fields)));
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
        self.import(&ty);
        vec![test("events_keep_their_stored_form", "", &statements)]
    }
}

/// The function that makes an example; a keyword gets a trailing `_`.
fn example_name(message: &str) -> String {
    let name = message.to_snake_case();
    if raw(&name) == name { name } else { format!("{name}_") }
}

/// A name for a scenario's test that none has yet.
fn unique(sentence: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = sentence.to_snake_case();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "scenario_");
    }
    name.retain(|c| c.is_ascii_alphanumeric() || c == '_');
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    raw(&name).trim_start_matches("r#").to_owned()
}

fn test(name: &str, scenario: &str, statements: &[Stmt]) -> String {
    let doc =
        if scenario.is_empty() { String::new() } else { format!("/// Scenario: {scenario}.\n") };
    let body = layout::body(statements, 4);
    format!("{doc}#[test]\nfn {name}() {{\n{body}\n}}")
}
