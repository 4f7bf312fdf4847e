//! How names are spelled at one place of the domain crate.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::lang::ir::{Ir, Root};
use crate::lang::to_rust::{Form, Lowered, Names, raw};
use crate::lang::types::{TypeId, TypeTable};
use crate::layout::Node;
use crate::view::rust::Rust;

use super::Domain;

/// What kind of function the code stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `decide(&self, cmd, cx)`, `apply(&mut self, event)`, derived values.
    Method,
    /// `create(id, cmd, cx)`: there is no state yet.
    Create,
    /// `upsert(current, id, cmd, cx)`: the state is `state`, where there is one.
    Upsert,
    /// `begin(id, event)`: the id is at hand under its own name.
    Begin,
    /// In `begin`, once the state is made: it is `state`.
    Made,
    /// A free function whose arguments are the fields: a table.
    Arguments,
    /// `rules(value, at)` of a newtype.
    Newtype,
}

/// One place.
pub struct Site<'a, 'm> {
    /// The crate.
    pub domain: &'a Domain<'m>,
    /// Spelling of types, and the file's imports.
    pub rust: &'a Rust<'a, 'm>,
    /// What kind of function.
    pub place: Place,
    /// The name of the aggregate's id field, which messages do not carry themselves.
    pub id: Option<String>,
    /// Whether the command carries the id as a field.
    pub id_in_command: bool,
    /// The record of `this`, for its derived values.
    pub this: Option<TypeId>,
    /// Locals: lookups and lets.
    pub locals: RefCell<BTreeMap<String, Form>>,
}

impl<'a, 'm> Site<'a, 'm> {
    /// A place without id and locals.
    #[must_use]
    pub fn new(domain: &'a Domain<'m>, rust: &'a Rust<'a, 'm>, place: Place) -> Self {
        Self {
            domain,
            rust,
            place,
            id: None,
            id_in_command: false,
            this: None,
            locals: RefCell::default(),
        }
    }

    /// Where `this` is a thing of this record.
    #[must_use]
    pub fn of(mut self, record: TypeId) -> Self {
        self.this = Some(record);
        self
    }

    /// In an aggregate whose id field has this name.
    #[must_use]
    pub fn with_id(mut self, name: &str) -> Self {
        self.id = Some(name.to_owned());
        self
    }

    /// From here on there is a local of this name.
    pub fn bind(&self, name: &str, form: Form) {
        self.locals.borrow_mut().insert(name.to_owned(), form);
    }

    fn id_node(&self, root: Root) -> Option<Lowered> {
        let id = self.id.as_deref()?;
        let own = Lowered::new(Node::atom(raw(id)), Form::Place);
        match (self.place, root) {
            (Place::Begin, Root::This) => Some(Lowered::value(own.node)),
            (Place::Begin, Root::Ev) => Some(own),
            (Place::Made, Root::Ev) => {
                Some(Lowered::new(Node::atom("state").field(raw(id)), Form::Place))
            }
            (Place::Create | Place::Upsert, Root::Cmd | Root::Ev | Root::This) => {
                if self.id_in_command && root == Root::Cmd {
                    return None;
                }
                Some(Lowered::new(Node::atom("id"), Form::Ref))
            }
            (_, Root::Cmd | Root::Ev) if !self.id_in_command => {
                Some(Lowered::new(Node::atom("self").field(raw(id)), Form::Place))
            }
            _ => None,
        }
    }
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
            Root::This if self.place == Place::Made => "state",
            Root::This if self.place == Place::Upsert => {
                let state = Node::call("known", vec![Node::atom("current")]).tried();
                return Lowered::new(state, Form::Ref);
            }
            Root::This => "self",
            Root::Cmd => "cmd",
            Root::After => return Lowered::new(Node::atom("after"), Form::Place),
            Root::Ev => "ev",
            Root::Meta => "event",
            Root::Row => "row",
            Root::Before => "before",
            Root::Reply => "reply",
            Root::Params => "params",
            Root::Value => "value",
            Root::Item | Root::Element => "item",
            Root::Actor => return Lowered::new(Node::atom("cx").field("actor"), Form::Place),
            Root::Settings => "Settings::get()",
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
            (Root::This, _) if self.place == Place::Arguments => {
                let field = self.this_argument(name);
                Some(Lowered::new(Node::atom(raw(name)), field))
            }
            _ if self.id.as_deref() == Some(name) => self.id_node(root),
            _ => None,
        }
    }

    fn derived_fails(&self, root: Option<Root>, record: Option<TypeId>, name: &str) -> bool {
        let record = match root {
            Some(Root::This | Root::After) => self.this,
            _ => record,
        };
        record.is_none_or(|record| self.domain.derived_fails(record, name))
    }

    fn local(&self, name: &str) -> Lowered {
        let form = self.locals.borrow().get(name).copied().unwrap_or(Form::Place);
        Lowered::new(Node::atom(raw(name)), form)
    }

    fn exists(&self) -> Node {
        Node::atom("current").method("is_some", vec![])
    }

    fn zone(&self) -> Node {
        Node::atom(self.domain.zone())
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
        let row = self.domain.context.projection(source).map(|r| self.rust.named(r.row));
        let _ = context;
        row_call(&row.unwrap_or_default(), keys)
    }

    fn narrowed(&self, option: &Ir) -> Option<Lowered> {
        let _ = option;
        None
    }
}

/// `cx.row::<Row>(&key)?`
#[must_use]
pub fn row_call(row: &str, mut keys: Vec<Node>) -> Node {
    let key = match (keys.len(), keys.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            keys.extend(last);
            Node::Tuple(keys)
        }
    };
    let key = match key {
        Node::Method(of, name, args) if name == "clone" && args.is_empty() => *of,
        Node::Prefix("*", inner) => return call(row, *inner),
        other => other,
    };
    call(row, key.borrowed())
}

fn call(row: &str, key: Node) -> Node {
    Node::atom("cx").method(format!("row::<{row}>"), vec![key]).tried()
}

impl Site<'_, '_> {
    /// How an argument of a table is held: small values are passed as they are.
    fn this_argument(&self, name: &str) -> Form {
        self.locals.borrow().get(name).copied().unwrap_or(Form::Value)
    }
}
