//! Tests of sagas: the happy path, and each step failing in turn.

use heck::ToSnakeCase as _;

use crate::layout::{self, Node, Stmt};
use crate::model::{Saga, SagaExample, Told};
use crate::view::domain::{Constants, Domain, Site, SitePlace, calls};
use crate::view::rust::{Imports, Rust, module};

use super::site::domain_crate;
use super::tests::{TestFile, recorded_event};

/// `sagas.rs`; `None` when nothing can be played without knowing more.
#[must_use]
pub fn saga_tests(domain: &Domain) -> Option<TestFile> {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let site = Site::new(domain, &rust, SitePlace::Method);
    let constants = Constants { site: &site, names: domain.names(), types: &domain.model.types };
    let library = module(&domain.context.name);
    let mut tests = Vec::new();
    for saga in domain.context.sagas.values() {
        let Some(example) = domain.context.examples.sagas.get(&saga.name) else { continue };
        let Some(trial) = trial(domain, &constants, saga, example) else { continue };
        imports.add(&format!("{library}::sagas"), &saga.name);
        tests.push(trial);
        tests.extend(plays(domain, saga, example));
    }
    if tests.is_empty() {
        return None;
    }
    let text = tests.concat();
    imports.add("kit::saga", "Phase");
    imports.add("kit::saga", "Saga");
    for name in ["Trial", "recorded", "trial"] {
        imports.add("kit::testing", name);
    }
    if calls(&text, "uuid") {
        imports.add("kit::testing", "uuid");
    }
    if text.contains("json!(") {
        imports.add("serde_json", "json");
    }
    let external = imports.external(imports.needs_prelude(&text));
    Some(TestFile::new(domain, external, tests))
}

/// The function that starts the saga.
fn trial(
    domain: &Domain,
    constants: &Constants,
    saga: &Saga,
    example: &SagaExample,
) -> Option<String> {
    let of = domain.model.contexts.get(&saga.start.context)?;
    let event = of.events.get(&saga.start.name)?;
    let told = Told {
        context: saga.start.context.clone(),
        name: saga.start.name.clone(),
        aggregate: event.aggregate.clone(),
        stream: of.examples.ids.get(&event.aggregate)?.clone(),
        fields: of.examples.events.get(&event.name)?.clone(),
        span: saga.span,
    };
    let event = recorded_event(domain, constants, &told)?;
    let start = Node::call(format!("{}::start", saga.name), vec![Node::atom("event").borrowed()]);
    let mut node = Node::call("trial", vec![start]);
    if example.every_step {
        node = node.method("every_step", vec![]);
    }
    for reply in &example.replies {
        let json = Node::atom(format!("json!({})", constants.object(&reply.fields)));
        let args = vec![Node::text(&reply.step), Node::text(&reply.event), json];
        node = node.method("reply", args);
    }
    let body =
        layout::body(&[Stmt::Bind("let event".to_owned(), event, None), Stmt::Expr(node)], 4);
    let name = saga.name.to_snake_case();
    let words = name.replace('_', " ");
    Some(format!(
        "/// The saga {words}, at its start.\nfn {name}() -> Trial<{}> {{\n{body}\n}}",
        saga.name
    ))
}

fn plays(domain: &Domain, saga: &Saga, example: &SagaExample) -> Vec<String> {
    let name = saga.name.to_snake_case();
    let whole = Node::call(name.clone(), vec![]).method("succeeds", vec![]);
    let mut out = vec![play(
        domain,
        &format!("{name}_takes_its_steps_and_completes"),
        whole,
        "Completed",
        &example.whole,
    )];
    for (step, sent) in &example.failing {
        let failing = Node::call(name.clone(), vec![]).method("fails_at", vec![Node::text(step)]);
        let name = format!("{name}_undoes_what_was_done_before_{step}");
        out.push(play(domain, &name, failing, "Compensated", sent));
    }
    out
}

fn play(
    domain: &Domain,
    name: &str,
    played: Node,
    phase: &str,
    sent: &[(String, String)],
) -> String {
    let field = |name: &str| Node::atom("played").field(name);
    let same = |left, right| Stmt::Semi(Node::Macro("assert_eq".to_owned(), vec![left, right]));
    let mut body = vec![
        Stmt::Bind("let played".to_owned(), played, None),
        same(field("phase"), Node::atom(format!("Phase::{phase}"))),
    ];
    let addresses: Vec<Node> =
        sent.iter().filter_map(|(context, name)| address(domain, context, name)).collect();
    body.push(if addresses.is_empty() {
        let none = field("sent").method("is_empty", vec![]);
        Stmt::Semi(Node::Macro("assert".to_owned(), vec![none]))
    } else {
        same(field("sent"), Node::Array(addresses))
    });
    format!("#[test]\nfn {name}() {{\n{}\n}}", layout::body(&body, 4))
}

/// Context, aggregate and command.
fn address(domain: &Domain, context: &str, name: &str) -> Option<Node> {
    let command = domain.model.contexts.get(context)?.commands.get(name)?;
    let (aggregate, name) = (command.aggregate.to_snake_case(), command.name.to_snake_case());
    Some(Node::text(&format!("{context}.{aggregate}.{name}")))
}
