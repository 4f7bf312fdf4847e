//! What generated tests tell: events and commands, whole or as far as they differ from their
//! example, and who acts when.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;

use crate::lang::ir::Ir;
use crate::layout::{self, Node, Stmt};
use crate::model::{Aggregate, Command, CommandKind, IfMissing, Scenario, Told};
use crate::view::rust::{Rust, module, raw};

use super::command::id_in_command;
use super::constants::Constants;
use super::{Domain, calls};

/// Writes messages in one test file.
pub struct Messages<'a, 'm> {
    /// The context.
    pub domain: &'a Domain<'m>,
    /// Spelling of types, and the file's imports.
    pub rust: &'a Rust<'a, 'm>,
    /// Values.
    pub constants: Constants<'a>,
}

impl Messages<'_, '_> {
    /// The commands of an aggregate, by name.
    #[must_use]
    pub fn commands(&self, aggregate: &Aggregate) -> Vec<&Command> {
        let commands = self.domain.context.commands.values();
        commands.filter(|command| command.aggregate == aggregate.name).collect()
    }

    /// The functions that the tests call: they make an example of an event or a command.
    #[must_use]
    pub fn examples(&self, aggregate: &Aggregate, used: &str) -> Vec<String> {
        let examples = &self.domain.context.examples;
        let mut out = Vec::new();
        let mut rest = used.to_owned();
        let mut note = |name: &str, fields: &[(String, Ir)]| {
            let function = example_name(name);
            if calls(&rest, &function) {
                let item = self.example(&function, (&aggregate.name, name), fields);
                rest.push_str(&item);
                out.push(item);
            }
        };
        for command in self.commands(aggregate).into_iter().rev() {
            let Some(fields) = self.command_example(aggregate, command) else { continue };
            note(&command.name, &fields);
        }
        for event in self.domain.events(aggregate).into_iter().rev() {
            let Some(fields) = examples.events.get(&event.name) else { continue };
            note(&event.name, fields);
        }
        out.reverse();
        out
    }

    /// Every field of a command, the id among them where the caller chooses it.
    #[must_use]
    pub fn command_example(
        &self,
        aggregate: &Aggregate,
        command: &Command,
    ) -> Option<Vec<(String, Ir)>> {
        let examples = &self.domain.context.examples;
        let mut fields = examples.commands.get(&command.name)?.clone();
        if id_in_command(aggregate, command) {
            let id = examples.ids.get(&aggregate.name)?.clone();
            fields.insert(0, (aggregate.id.name.clone(), id));
        }
        Some(fields)
    }

    fn example(
        &self,
        function: &str,
        (aggregate, name): (&str, &str),
        fields: &[(String, Ir)],
    ) -> String {
        self.import(aggregate, name);
        let node = Node::Struct(name.to_owned(), self.constants.fields(fields), None);
        let body = layout::body(&[Stmt::Expr(node)], 4);
        format!("fn {function}() -> {name} {{\n{body}\n}}")
    }

    /// Notes that a type of an aggregate's module is used by its name.
    pub fn import(&self, aggregate: &str, name: &str) {
        self.rust.imports.domain(&module(aggregate), name);
    }

    /// An own event.
    #[must_use]
    pub fn event(&self, told: &Told) -> Node {
        let example = self.domain.context.examples.events.get(&told.name).map(Vec::as_slice);
        self.message(told, &told.fields, example)
    }

    /// A command, and the method of the tests' kit that gives it.
    #[must_use]
    pub fn command(&self, told: &Told) -> Option<(&'static str, Node)> {
        let command = self.domain.context.commands.get(&told.name)?;
        let aggregate = self.domain.context.aggregates.get(&told.aggregate)?;
        let mut fields = told.fields.clone();
        if id_in_command(aggregate, command) {
            fields.insert(0, (aggregate.id.name.clone(), told.stream.clone()));
        }
        let method = match command.kind {
            CommandKind::Creates => "when_created",
            CommandKind::On(IfMissing::Create) => "when_upserted",
            CommandKind::On(_) => "when",
        };
        let example = self.command_example(aggregate, command);
        Some((method, self.message(told, &fields, example.as_deref())))
    }

    /// A message: fields that are those of its example are left to the example.
    fn message(
        &self,
        told: &Told,
        fields: &[(String, Ir)],
        example: Option<&[(String, Ir)]>,
    ) -> Node {
        let name = &told.name;
        let function = example_name(name);
        let Some(example) = example else {
            self.import(&told.aggregate, name);
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
        self.import(&told.aggregate, name);
        let base = (others.len() < fields.len()).then(|| Box::new(base));
        Node::Struct(name.to_owned(), self.constants.fields(&others), base)
    }

    /// The id of a stream; whatever becomes the id will do.
    #[must_use]
    pub fn id(&self, stream: &Ir) -> Node {
        match self.constants.node(stream) {
            Node::Method(of, name, _) if name == "into" => *of,
            node => node,
        }
    }

    /// Who acts, and when, where it is not the usual.
    #[must_use]
    pub fn acting(&self, scenario: &Scenario, mut node: Node) -> Node {
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
        if !scenario.roles.is_empty() {
            let roles = scenario.roles.iter().map(|role| Node::text(role)).collect();
            node = node.method("roles", vec![Node::Array(roles)]);
        }
        if scenario.now.as_second() != crate::view::rust::TEST_NOW {
            let micros = scenario.now.as_microsecond();
            let micros = crate::lang::to_rust::grouped(i128::from(micros));
            let at = Node::call("time::from_micros", vec![Node::atom(micros)]);
            node = node.method("at", vec![at]);
        }
        node
    }

    /// `let _settings = Settings { .. }.replace();` when the scenario changes any.
    #[must_use]
    pub fn settings(&self, scenario: &Scenario) -> Option<Stmt> {
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
}

/// The function that makes an example; a keyword gets a trailing `_`.
#[must_use]
pub fn example_name(message: &str) -> String {
    let name = message.to_snake_case();
    if raw(&name) == name { name } else { format!("{name}_") }
}

/// The names that tests of a context cannot have, because other functions have them.
#[must_use]
pub fn names_taken(domain: &Domain) -> BTreeSet<String> {
    const KIT: [&str; 8] =
        ["given", "json", "nothing", "invalid", "stage", "stored_as", "uuid", "valid"];
    let messages = domain.context.events.keys().chain(domain.context.commands.keys());
    let mut taken: BTreeSet<String> = messages.map(|name| example_name(name)).collect();
    taken.extend(KIT.map(str::to_owned));
    taken.insert("events_keep_their_stored_form".to_owned());
    taken
}

/// The test of a scenario, under a name that none has yet.
#[must_use]
pub fn scenario_test(sentence: &str, taken: &mut BTreeSet<String>, statements: &[Stmt]) -> String {
    let mut name = sentence.to_snake_case();
    name.retain(|c| c.is_ascii_alphanumeric() || c == '_');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "scenario_");
    }
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    let body = layout::body(statements, 4);
    format!("/// Scenario: {sentence}.\n#[test]\nfn {}() {{\n{body}\n}}", raw(&name))
}
