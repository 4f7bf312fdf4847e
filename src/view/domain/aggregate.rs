//! The door of an aggregate: modules, state, derived values, and how events change it.

use heck::{ToPascalCase as _, ToSnakeCase as _};
use serde::Serialize;

use crate::lang::ir::{Ir, RefusalIr};
use crate::lang::to_rust::{Lowerer, fallible};
use crate::lang::types::{DeriveDef, Type, TypeDefKind, TypeId};
use crate::layout::{self, Arm, Block, Node, Stmt};
use crate::model::{Aggregate, Event, UniqueRule};
use crate::view::rust::{Imports, Place, Rust, article, body, module, raw, sentence, state_bounds};

use super::Domain;
use super::apply::{Changes, arm_body};
use super::record::{RecordView, record};
use super::site::{Place as SitePlace, Site};
use super::values::{entity_items, ordered_mods};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AggregateFile {
    header: String,
    article_title: String,
    modules: Vec<String>,
    external: String,
    internal: String,
    exports: Vec<String>,
    /// Id, statuses and entities, one block each.
    types: Vec<String>,
    state: RecordView,
    derives: Vec<String>,
    name: String,
    stream: String,
    zone: bool,
    id: String,
    id_param: String,
    id_unused: bool,
    /// The id's field name, when it is not that of the aggregate.
    id_field: String,
    begin: String,
    apply: String,
    status: bool,
    bounds: String,
    unique: String,
    document: String,
}

/// The door of an aggregate.
#[must_use]
pub fn aggregate_file(domain: &Domain, aggregate: &Aggregate) -> AggregateFile {
    let imports = Imports::of_module(&module(&aggregate.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let fields = domain.model.types.fields(aggregate.state);
    let state_doc = format!("The state of {}.", article(&aggregate.name));
    let doc = aggregate.notes.doc.clone().unwrap_or(state_doc);
    let state = record(domain, &rust, &aggregate.name, Some(&doc), fields, Place::State);
    let (begin, id_unused) = begin(domain, &rust, aggregate);
    let mut file = AggregateFile {
        header: domain.header.clone(),
        article_title: article_title(&article(&aggregate.name)),
        modules: modules(aggregate),
        exports: exports(domain, aggregate),
        types: types(domain, &rust, aggregate),
        state,
        derives: derives(domain, &rust, aggregate),
        name: aggregate.name.clone(),
        stream: aggregate.name.to_snake_case(),
        zone: domain.context.time_zone != "UTC",
        id: rust.named(aggregate.id.newtype),
        id_param: raw(&aggregate.id.name),
        id_unused,
        id_field: if aggregate.id.name == format!("{}_id", aggregate.name.to_snake_case()) {
            String::new()
        } else {
            aggregate.id.name.clone()
        },
        begin,
        apply: apply(domain, &rust, aggregate),
        status: aggregate.status.is_some(),
        bounds: body(&state_bounds(fields), 8).join("\n"),
        unique: unique(domain, &rust, aggregate),
        document: document(domain, aggregate),
        external: String::new(),
        internal: String::new(),
    };
    file.external = imports.external(true);
    file.internal = imports.internal();
    file
}

/// `one tool` at the start of a sentence.
#[must_use]
pub fn article_title(article: &str) -> String {
    sentence(article).trim_end_matches('.').to_owned()
}

fn modules(aggregate: &Aggregate) -> Vec<String> {
    let mut names: Vec<String> = aggregate.commands.iter().map(|c| module(c)).collect();
    names.extend(["event", "refusal", "tests"].map(str::to_owned));
    let line = |name: &String| match name.as_str() {
        "tests" => "#[cfg(test)]\nmod tests;".to_owned(),
        name => format!("mod {name};"),
    };
    ordered_mods(&names).iter().map(line).collect()
}

fn exports(domain: &Domain, aggregate: &Aggregate) -> Vec<String> {
    let mut names: Vec<(String, Vec<String>)> = aggregate
        .commands
        .iter()
        .filter_map(|name| domain.context.commands.get(name))
        .map(|c| match c.public {
            true => (format!("contracts::{}", module(&domain.context.name)), c.name.clone()),
            false => (module(&c.name), c.name.clone()),
        })
        .map(|(path, name)| (path, vec![name]))
        .collect();
    let mut events: Vec<String> = aggregate.events.clone();
    events.push(format!("{}Event", aggregate.name));
    names.push(("event".to_owned(), events));
    names.push(("refusal".to_owned(), vec![format!("{}Refusal", aggregate.name)]));
    let mut merged: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for (path, list) in names {
        merged.entry(path).or_default().extend(list);
    }
    let mut order: Vec<String> = merged.keys().cloned().collect();
    order.sort_by_cached_key(|path| path.split("::").map(layout::sort_key).collect::<Vec<_>>());
    let line = |path: &String| {
        let list: Vec<&str> = merged.get(path).into_iter().flatten().map(String::as_str).collect();
        layout::pub_use_list(path, &list, 0)
    };
    order.iter().map(line).collect()
}

fn types(domain: &Domain, rust: &Rust, aggregate: &Aggregate) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(super::super::rust::Home::Domain(home, _)) = domain.homes.find(aggregate.id.newtype)
        && home == module(&aggregate.name)
    {
        out.extend(super::values::type_items(domain, rust, &[aggregate.id.newtype]));
    }
    if let Some(status) = aggregate.status.filter(|id| !domain.homes.is_public(*id)) {
        let members = match domain.model.types.get(status).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => members.as_slice(),
            _ => &[],
        };
        let members: Vec<String> = members
            .iter()
            .map(|m| format!("        {} = {:?},\n", m.name.to_pascal_case(), m.name))
            .collect();
        out.push(format!(
            "kit::enums! {{\n    /// Where {} is in its life.\n    pub enum {}Status {{\n{}    }}\n}}",
            article(&aggregate.name),
            aggregate.name,
            members.concat()
        ));
    }
    for entity in &aggregate.entities {
        out.extend(entity_items(domain, rust, *entity));
    }
    out
}

/// The derived values of a record, as methods.
pub(super) fn derive_items(domain: &Domain, rust: &Rust, record: TypeId) -> Vec<String> {
    let derives = match domain.model.types.get(record).map(|d| &d.kind) {
        Some(TypeDefKind::Record { derives, .. }) => derives.as_slice(),
        _ => &[],
    };
    let site = Site::new(domain, rust, SitePlace::Method).of(record);
    derives.iter().map(|derive| derive_item(domain, &site, record, derive)).collect()
}

fn derives(domain: &Domain, rust: &Rust, aggregate: &Aggregate) -> Vec<String> {
    derive_items(domain, rust, aggregate.state)
}

fn derive_item(domain: &Domain, site: &Site, record: TypeId, derive: &DeriveDef) -> String {
    let lowerer = Lowerer::new(site);
    let value = lowerer.value(&derive.value);
    let ty = site.rust.ty(&derive.ty);
    let name = raw(&derive.name);
    let fails = domain.derived_fails(record, &derive.name) || fallible(&value);
    let (attributes, returns, value) = if fails {
        let errors = "    /// # Errors\n    /// When a number is too large, or divided by zero.\n";
        (errors, format!("Folded<{ty}>"), crate::lang::to_rust::in_ok(value))
    } else {
        ("    #[must_use]\n", ty, value)
    };
    let body = layout::body(&[Stmt::Expr(value)], 8);
    format!("{attributes}    pub fn {name}(&self) -> {returns} {{\n{body}\n    }}")
}

fn event_type(aggregate: &Aggregate) -> String {
    format!("{}Event", aggregate.name)
}

fn variant(aggregate: &Aggregate, event: &Event, used: bool) -> String {
    let inner = if used { "ev" } else { "_" };
    format!("{}::{}({inner})", event_type(aggregate), event.name)
}

fn begin(domain: &Domain, rust: &Rust, aggregate: &Aggregate) -> (String, bool) {
    let events = domain.events(aggregate);
    let creating: Vec<&&Event> = events.iter().filter(|e| e.begin.is_some()).collect();
    let site =
        Site::new(domain, rust, SitePlace::Begin).of(aggregate.state).with_id(&aggregate.id.name);
    let made =
        Site::new(domain, rust, SitePlace::Made).of(aggregate.state).with_id(&aggregate.id.name);
    let mut arms = Vec::new();
    for event in &creating {
        let Some(begin) = &event.begin else { continue };
        let lowerer = Lowerer::new(&site);
        let literal = first_state(&lowerer, &aggregate.id.name, &begin.values);
        let value = if begin.then.is_empty() {
            Node::call("Ok", vec![literal])
        } else {
            let fields = domain.model.types.fields(aggregate.state);
            let lowerer = Lowerer::new(&made);
            let target = Node::atom("state");
            let changes = Changes { lowerer: &lowerer, types: &domain.model.types, target, fields };
            let mut block = vec![Stmt::Bind("let mut state".to_owned(), literal, None)];
            block.extend(changes.statements(&begin.then));
            block.push(Stmt::Expr(Node::call("Ok", vec![Node::atom("state")])));
            Node::Block(Block(block))
        };
        let text = layout::expression(&value, 0);
        let used = super::command::uses(&text, "ev");
        let patterns = vec![variant(aggregate, event, used)];
        arms.push(Arm { patterns, guard: None, body: value });
    }
    if creating.len() < events.len() {
        let none = Node::call("Err", vec![Node::atom("Fault::NoBeginning")]);
        arms.push(Arm { patterns: vec!["_".to_owned()], guard: None, body: none });
    }
    let node = Node::Match(Box::new(Node::atom("event")), arms);
    let text = layout::body(&[Stmt::Expr(node)], 8);
    let unused = !super::command::uses(&text, &raw(&aggregate.id.name));
    (text, unused)
}

/// The literal of a new state. The id is moved into it when nothing else needs it.
fn first_state(lowerer: &Lowerer, id: &str, values: &[(String, Ir)]) -> Node {
    let mut fields = lowerer.fields(values);
    let rest: Vec<layout::Field> = fields.iter().filter(|f| f.name != raw(id)).cloned().collect();
    let rest = layout::expression(&Node::Struct("Self".to_owned(), rest, None), 0);
    if !super::command::uses(&rest, &raw(id)) {
        for field in fields.iter_mut().filter(|f| f.name == raw(id)) {
            field.value = None;
        }
    }
    Node::Struct("Self".to_owned(), fields, None)
}

fn apply(domain: &Domain, rust: &Rust, aggregate: &Aggregate) -> String {
    let site =
        Site::new(domain, rust, SitePlace::Method).of(aggregate.state).with_id(&aggregate.id.name);
    let lowerer = Lowerer::new(&site);
    let fields = domain.model.types.fields(aggregate.state);
    let changes = Changes {
        lowerer: &lowerer,
        types: &domain.model.types,
        target: Node::atom("self"),
        fields,
    };
    let mut arms: Vec<Arm> = Vec::new();
    let mut idle: Vec<String> = Vec::new();
    let mut idle_at = None;
    for event in domain.events(aggregate) {
        let statements = if event.follows { changes.statements(&event.apply) } else { Vec::new() };
        if statements.is_empty() {
            idle.push(variant(aggregate, event, false));
            idle_at.get_or_insert(arms.len());
            continue;
        }
        let body = arm_body(statements);
        let used = super::command::uses(&layout::expression(&body, 0), "ev");
        arms.push(Arm { patterns: vec![variant(aggregate, event, used)], guard: None, body });
    }
    if let Some(at) = idle_at {
        let body = Node::Block(Block::default());
        arms.insert(at, Arm { patterns: idle, guard: None, body });
    }
    let node = Node::Match(Box::new(Node::atom("event")), arms);
    let end = Stmt::Expr(Node::call("Ok", vec![Node::atom("()")]));
    layout::body(&[Stmt::Expr(node), end], 8)
}

fn unique(domain: &Domain, rust: &Rust, aggregate: &Aggregate) -> String {
    if aggregate.unique.is_empty() {
        return String::new();
    }
    let mut always = Vec::new();
    let mut sometimes = Vec::new();
    for rule in &aggregate.unique {
        match unique_rule(domain, rust, aggregate, rule) {
            (held, None) => always.push(held),
            (held, Some((pattern, cond))) => {
                let push = Stmt::Semi(Node::atom("held").method("push", vec![held]));
                let block = Block(vec![push]);
                sometimes.push(Stmt::Expr(Node::If(pattern, Box::new(cond), block, None)));
            }
        }
    }
    let start = match always.is_empty() {
        true => Node::call("Vec::new", vec![]),
        false => Node::VecMacro("vec".to_owned(), always),
    };
    if sometimes.is_empty() {
        return layout::body(&[Stmt::Expr(Node::call("Ok", vec![start]))], 8);
    }
    let mut out = vec![Stmt::Bind("let mut held".to_owned(), start, None)];
    out.append(&mut sometimes);
    out.push(Stmt::Expr(Node::call("Ok", vec![Node::atom("held")])));
    layout::body(&out, 8)
}

/// What is held, and when: the pattern and the value of an `if`.
fn unique_rule(
    domain: &Domain,
    rust: &Rust,
    aggregate: &Aggregate,
    rule: &UniqueRule,
) -> (Node, Option<(Option<String>, Node)>) {
    let site = Site::new(domain, rust, SitePlace::Method).of(aggregate.state);
    let lowerer = Lowerer::new(&site);
    let is_optional = |value: &&Ir| matches!(value.ty, Type::Option(_));
    let named = || rule.fields.iter().zip(&rule.values);
    let values: Vec<Node> = named()
        .map(|(name, value)| match is_optional(&value) {
            true => Node::atom(raw(name)),
            false => lowerer.borrow(value),
        })
        .collect();
    let optional: Vec<(String, Node)> = named()
        .filter(|(_, value)| is_optional(value))
        .map(|(name, value)| (format!("Some({})", raw(name)), lowerer.borrow(value)))
        .collect();
    let name = format!("{}_{}", aggregate.name.to_snake_case(), rule.fields.join("_"));
    let taken = taken(aggregate, &lowerer, &rule.refusal);
    let held =
        Node::call("Unique::new", vec![Node::text(&name), Node::Array(values).borrowed(), taken]);
    let cond = rule.cond.as_ref().map(|cond| lowerer.cond(cond));
    let pattern = match optional.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        many => {
            let (names, places): (Vec<String>, Vec<Node>) = many.iter().cloned().unzip();
            Some((format!("({})", names.join(", ")), Node::Tuple(places)))
        }
    };
    let when = match (cond, pattern) {
        (None, None) => None,
        (Some(cond), None) => Some((None, cond)),
        (None, Some((pattern, place))) => Some((Some(pattern), place)),
        (Some(cond), Some((pattern, place))) => {
            Some((Some(format!("(true, {pattern})")), Node::Tuple(vec![cond, place])))
        }
    };
    (held, when)
}

fn taken(aggregate: &Aggregate, lowerer: &Lowerer, refusal: &RefusalIr) -> Node {
    let path = format!("{}Refusal::{}", aggregate.name, refusal.name);
    if refusal.fields.is_empty() {
        return Node::atom(path);
    }
    Node::Struct(path, lowerer.fields(&refusal.fields), None)
}

fn document(domain: &Domain, aggregate: &Aggregate) -> String {
    let derives = match domain.model.types.get(aggregate.state).map(|d| &d.kind) {
        Some(TypeDefKind::Record { derives, .. }) => derives.as_slice(),
        _ => &[],
    };
    if derives.is_empty() {
        return String::new();
    }
    let mut node = Node::call("Document::of", vec![Node::atom("self")]).tried();
    for derive in derives {
        let value = Node::atom("self").method(raw(&derive.name), vec![]);
        let fails = domain.derived_fails(aggregate.state, &derive.name);
        let value = if fails { value.tried() } else { value };
        node = node.method("with", vec![Node::text(&derive.name), value]).tried();
    }
    let node = Node::call("Ok", vec![node.method("json", vec![])]);
    layout::body(&[Stmt::Expr(node)], 8)
}
