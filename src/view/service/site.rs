//! How names are spelled at one place of the service crate.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::lang::ir::{Ir, Root};
use crate::lang::to_rust::{Form, Lowered, Names, raw};
use crate::lang::types::{Type, TypeId, TypeTable};
use crate::layout::Node;
use crate::model::Aggregate;
use crate::view::domain::Domain;
use crate::view::rust::Rust;

/// What kind of function the code stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A fold over an existing row: columns are `row.x`.
    Fold,
    /// A condition on a row that may be missing: columns are `known(row.as_ref())?.x`.
    Maybe,
    /// The same, once the row is made: it is `made`.
    Made,
    /// A query's own conditions: parameters are `self.x`, columns `row.x`.
    Query,
    /// A policy: columns of the row of `each` are `row.x`.
    Policy,
    /// A method of a saga: what it remembers is `self.x`.
    Saga,
    /// Where a saga starts: what it remembers is `begun.x`.
    Begun,
    /// The published form of an event: the state after it is `state.x`.
    Published,
}

/// One place.
pub struct Site<'a, 'm> {
    /// The context's crates.
    pub domain: &'a Domain<'m>,
    /// Spelling of types, and the file's imports.
    pub rust: &'a Rust<'a, 'm>,
    /// What kind of function.
    pub place: Place,
    /// The aggregate whose event is handled, if one is.
    pub aggregate: Option<&'m Aggregate>,
    /// The record of the row, for its derived values.
    pub row: Option<TypeId>,
    /// The fields of the reply that a saga reacts to, with their types.
    pub reply: Vec<(String, Type)>,
    /// How each row type of a view is spelled, by view or replica.
    pub locals: RefCell<BTreeMap<String, Form>>,
}

impl<'a, 'm> Site<'a, 'm> {
    /// A place.
    #[must_use]
    pub fn new(domain: &'a Domain<'m>, rust: &'a Rust<'a, 'm>, place: Place) -> Self {
        let (reply, locals) = (Vec::new(), RefCell::default());
        Self { domain, rust, place, aggregate: None, row: None, reply, locals }
    }

    /// Where an event of this aggregate is handled.
    #[must_use]
    pub fn on(mut self, aggregate: &'m Aggregate) -> Self {
        self.aggregate = Some(aggregate);
        self
    }

    /// Where an answer with these fields is handled.
    #[must_use]
    pub fn replied(mut self, fields: Vec<(String, Type)>) -> Self {
        self.reply = fields;
        self
    }

    /// From here on there is a local of this name.
    pub fn bind(&self, name: &str, form: Form) {
        self.locals.borrow_mut().insert(name.to_owned(), form);
    }

    fn meta(&self, name: &str) -> Lowered {
        let event = || Node::atom("event");
        match name {
            "time" | "at" => Lowered::new(event().field("time"), Form::Place),
            "version" => Lowered::new(event().field("version"), Form::Place),
            "id" => Lowered::new(event().field("id"), Form::Place),
            "correlation_id" => Lowered::new(event().field("correlation_id"), Form::Place),
            "causation_id" => Lowered::new(event().field("causation_id"), Form::Place),
            "status" => Lowered::value(event().method("status", vec![]).tried()),
            "event" => Lowered::new(event().field("data").method("title", vec![]), Form::Str),
            "stream" => Lowered::value(event().field("stream").method("to_string", vec![])),
            "position" => Lowered::value(event().method("position", vec![])),
            "actor" => Lowered::value(event().field("actor").method("known", vec![])),
            other => Lowered::new(event().field(raw(other)), Form::Place),
        }
    }

    /// A field of a reply, read as its type.
    fn told(&self, name: &str) -> Option<Lowered> {
        let (_, ty) = self.reply.iter().find(|(field, _)| field == name)?;
        let method = format!("get::<{}>", self.rust.ty(ty));
        let get = Node::atom("reply").method(method, vec![Node::text(name)]);
        Some(Lowered::value(get.tried()))
    }

    fn is_id(&self, name: &str) -> bool {
        self.aggregate.is_some_and(|a| a.id.name == name)
    }
}

/// The crate of a context's domain, as Rust names it.
#[must_use]
pub fn domain_crate(context: &str) -> String {
    format!("{context}_domain")
}

impl Names for Site<'_, '_> {
    fn types(&self) -> &TypeTable {
        &self.domain.model.types
    }

    fn ty(&self, id: TypeId) -> String {
        self.rust.named(id)
    }

    fn root(&self, root: Root) -> Lowered {
        let text = match root {
            Root::This if self.place == Place::Made => "made",
            Root::This if self.place == Place::Maybe => {
                let row = Node::atom("row").method("as_ref", vec![]);
                return Lowered::new(Node::call("known", vec![row]).tried(), Form::Ref);
            }
            Root::This if self.place == Place::Saga => "self",
            Root::This if self.place == Place::Begun => "begun",
            Root::This if self.place == Place::Published => "state",
            Root::This | Root::Row => "row",
            Root::Ev => "ev",
            Root::Meta => "event",
            Root::Before => "before",
            Root::Params => "self",
            Root::Item | Root::Element => "item",
            Root::Actor => return Lowered::new(Node::atom("cx").field("actor"), Form::Place),
            Root::Settings => "Settings::get()",
            Root::Cmd => "cmd",
            Root::After => "after",
            Root::Reply => "reply",
            Root::Value => "value",
            Root::Msg => "msg",
            Root::Old => "old",
        };
        Lowered::new(Node::atom(text), Form::Ref)
    }

    fn root_field(&self, root: Root, name: &str) -> Option<Lowered> {
        match (root, name) {
            (Root::Settings, _) => {
                self.rust.imports.domain("settings", "Settings");
                let get = Node::call("Settings::get", vec![]);
                Some(Lowered::new(get.field(raw(name)), Form::Place))
            }
            (Root::Actor, "id") => {
                let actor = Node::atom("cx").field("actor");
                Some(Lowered::value(actor.method("id", vec![]).tried()))
            }
            (Root::Actor, "roles") => {
                Some(Lowered::new(Node::atom("cx").field("actor").field("roles"), Form::Place))
            }
            (Root::Meta, name) => Some(self.meta(name)),
            (Root::Reply, name) => self.told(name),
            (Root::Ev, name) if self.is_id(name) => {
                Some(Lowered::new(Node::atom("event").field("stream"), Form::Place))
            }
            _ => None,
        }
    }

    fn derived_fails(&self, root: Option<Root>, record: Option<TypeId>, name: &str) -> bool {
        let record = if root.is_some() { self.row } else { record };
        record.is_none_or(|record| self.domain.derived_fails(record, name))
    }

    fn local(&self, name: &str) -> Lowered {
        let form = self.locals.borrow().get(name).copied().unwrap_or(Form::Place);
        Lowered::new(Node::atom(raw(name)), form)
    }

    fn exists(&self) -> Node {
        Node::atom("row").method("is_some", vec![])
    }

    fn zone(&self) -> Node {
        if self.domain.context.time_zone == "UTC" {
            return Node::atom("&time::UTC");
        }
        Node::atom(format!("&{}::ZONE", domain_crate(&self.domain.context.name)))
    }

    fn table(&self, context: Option<&str>, name: &str) -> String {
        let _ = context;
        self.rust.imports.domain("tables", &raw(name));
        raw(name)
    }

    fn function(&self, context: Option<&str>, name: &str) -> String {
        let _ = context;
        self.rust.imports.domain("functions", &raw(name));
        raw(name)
    }

    fn lookup(&self, context: &str, source: &str, keys: Vec<Node>) -> Node {
        let _ = context;
        let row = row_type(self.domain, self.rust, source);
        crate::view::domain::row_call(&row, keys)
    }

    fn narrowed(&self, option: &Ir) -> Option<Lowered> {
        let _ = option;
        None
    }
}

/// The row type of a view, replica or reference; notes the import.
#[must_use]
pub fn row_type(domain: &Domain, rust: &Rust, source: &str) -> String {
    let name = format!("{source}Row");
    match written(domain, source) {
        Some(module) => rust.imports.domain(module, &name),
        None => rust.imports.add("crate::views", &name),
    }
    name
}

/// The module of the domain crate with the row of a replica or reference; `None` for a view.
#[must_use]
pub fn written(domain: &Domain, source: &str) -> Option<&'static str> {
    let replica = domain.context.replicas.contains_key(source).then_some("replicas");
    replica.or_else(|| domain.context.references.contains_key(source).then_some("references"))
}
