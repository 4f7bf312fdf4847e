//! `publish.rs`: which events leave the context, and in what form.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::layout::{self, Arm, Field, Node, Stmt};
use crate::model::Aggregate;
use crate::view::domain::{Domain, uses};
use crate::view::rust::{Imports, article, is_copy, module, raw};

use super::site::domain_crate;

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
    let items: Vec<String> =
        publishing(domain).into_iter().map(|aggregate| item(domain, &imports, aggregate)).collect();
    if items.is_empty() {
        return None;
    }
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
