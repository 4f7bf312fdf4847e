//! `publish.rs`: which events leave the context, and in what form.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::to_rust::Lowerer;
use crate::layout::{self, Arm, Block, Field, Node, Stmt};
use crate::model::{Aggregate, Event, Publication};
use crate::view::domain::{Domain, uses};
use crate::view::rust::{Imports, Rust, article, is_copy, module, raw};

use super::flow::{self, Branch};
use super::site::{Place, Site, domain_crate};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    items: Vec<String>,
}

/// The published events; `None` when the context publishes none.
#[must_use]
pub fn publish_file(domain: &Domain) -> Option<PublishFile> {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let mut items: Vec<String> =
        publishing(domain).into_iter().map(|aggregate| item(domain, &imports, aggregate)).collect();
    items.extend(enriching(domain).into_iter().map(|it| enriched(domain, &rust, it)));
    if items.is_empty() {
        return None;
    }
    imports.keep_used(&items.iter().map(String::as_str).collect::<Vec<_>>());
    let context = module(&domain.context.name);
    imports.add("contracts", &format!("{context} as public"));
    Some(PublishFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        items,
        external: imports.external(true),
        internal: imports.internal(),
    })
}

/// The aggregates with public events.
#[must_use]
pub fn publishing<'m>(domain: &Domain<'m>) -> Vec<&'m Aggregate> {
    let public = |a: &&Aggregate| domain.events(a).iter().any(|event| event.public);
    domain.context.aggregates.values().filter(public).collect()
}

/// The aggregates with events that others see in a form that needs the state.
#[must_use]
pub fn enriching<'m>(domain: &Domain<'m>) -> Vec<&'m Aggregate> {
    let made = |a: &&Aggregate| {
        domain.context.publications.values().any(|it| it.event.aggregate == a.name)
    };
    domain.context.aggregates.values().filter(made).collect()
}

/// What is published instead of events of an aggregate.
fn enriched<'m>(domain: &Domain<'m>, rust: &Rust<'_, 'm>, aggregate: &'m Aggregate) -> String {
    let ty = format!("{}Event", aggregate.name);
    rust.imports.domain(&module(&aggregate.name), &ty);
    rust.imports.domain(&module(&aggregate.name), &aggregate.name);
    let none = Node::call("Ok", vec![Node::atom("None")]);
    let branch = |event: &Event| {
        let publication = domain.context.publication_of(&event.name);
        let body = publication.map(|it| form(domain, rust, aggregate, it)).unwrap_or_default();
        Branch { variant: format!("{ty}::{}", event.name), body }
    };
    let branches: Vec<Branch> = domain.events(aggregate).into_iter().map(branch).collect();
    let body = layout::body(&flow::values(branches, &none), 4);
    let name = format!("pub fn {}_enriched", aggregate.name.to_snake_case());
    let used = |name: &'static str| if uses(&body, name) { name } else { "_" };
    let event = format!("{}: &Recorded<{ty}>", used("event"));
    let state = format!("{}: &{}", used("state"), aggregate.name);
    let returns = format!("Folded<Option<public::{ty}>>");
    let signature = layout::signature(&name, &[&event, &state], Some(&returns), 0);
    format!(
        "/// What is published instead of an event of {}, made with the state after it.\n{signature}\n{body}\n}}",
        article(&aggregate.name)
    )
}

/// The form of one event.
fn form<'m>(
    domain: &Domain<'m>,
    rust: &Rust<'_, 'm>,
    aggregate: &'m Aggregate,
    of: &'m Publication,
) -> Vec<Stmt> {
    let mut site = Site::new(domain, rust, Place::Published).on(aggregate);
    site.row = Some(aggregate.state);
    let lowerer = Lowerer::new(&site);
    let fields = lowerer.fields(&of.fields);
    let made = Node::Struct(format!("public::{}", of.event.name), fields, None);
    let some = Node::call("Some", vec![made.method("into", vec![])]);
    let ok = Node::call("Ok", vec![some]);
    let Some(cond) = &of.cond else { return vec![Stmt::Expr(ok)] };
    let none = Node::call("Ok", vec![Node::atom("None")]);
    let block = |node| Block(vec![Stmt::Expr(node)]);
    let otherwise = Some(Box::new(Node::Block(block(none))));
    vec![Stmt::Expr(Node::If(None, Box::new(lowerer.cond(cond)), block(ok), otherwise))]
}

fn item(domain: &Domain, imports: &Imports, aggregate: &Aggregate) -> String {
    let ty = format!("{}Event", aggregate.name);
    imports.domain(&module(&aggregate.name), &ty);
    let mut arms = Vec::new();
    let mut idle = Vec::new();
    for event in domain.events(aggregate) {
        if !event.public {
            idle.push(format!("{ty}::{}(_)", event.name));
            continue;
        }
        let fields: Vec<Field> = domain
            .model
            .types
            .fields(event.record)
            .iter()
            .map(|field| {
                let place = Node::atom("ev").field(raw(&field.name));
                let copied = is_copy(&domain.model.types, &field.ty);
                let value = if copied { place } else { place.method("clone", vec![]) };
                Field::new(raw(&field.name), value)
            })
            .collect();
        let made = Node::Struct(format!("public::{}", event.name), fields, None);
        let body = Node::call("Some", vec![made.method("into", vec![])]);
        let used = uses(&layout::expression(&body, 0), "ev");
        let inner = if used { "ev" } else { "_" };
        let patterns = vec![format!("{ty}::{}({inner})", event.name)];
        arms.push(Arm { patterns, guard: None, body });
    }
    if !idle.is_empty() {
        arms.push(Arm { patterns: idle, guard: None, body: Node::atom("None") });
    }
    let on = Node::atom("event").field("data").borrowed();
    let body = layout::body(&[Stmt::Expr(Node::Match(Box::new(on), arms))], 4);
    let name = raw(&aggregate.name.to_snake_case());
    let args = format!("event: &Recorded<{ty}>");
    let returns = format!("Option<public::{ty}>");
    let signature = layout::signature(&format!("pub fn {name}"), &[&args], Some(&returns), 0);
    format!(
        "/// The published form of an event of {}; none when it stays private.\n{signature}\n{body}\n}}",
        article(&aggregate.name)
    )
}
