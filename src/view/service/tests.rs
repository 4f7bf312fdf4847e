//! Tests of a service: each route answers.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::{Ir, IrKind, Root};
use crate::lang::types::{FieldDef, Type, TypeDefKind};
use crate::layout::{self, Node, Stmt};
use crate::model::{
    Aggregate, Command, CommandKind, Decide, Event, Idempotency, IfMissing, Method, Query, Told,
};
use crate::view::domain::{Constants, Domain, Site, SitePlace, calls, id_in_command};
use crate::view::rust::{Imports, Rust, module};

use super::site::domain_crate;
use super::stream::{Stream, streams_of};

/// A file of tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestFile {
    header: String,
    external: String,
    tests: Vec<String>,
}

impl TestFile {
    /// These tests of a context.
    pub(super) fn new(domain: &Domain, external: String, tests: Vec<String>) -> Self {
        Self { header: domain.header.clone(), external, tests }
    }
}

/// `routes.rs`; `None` when nothing can be asked without knowing more.
#[must_use]
pub fn routes_tests(domain: &Domain) -> Option<TestFile> {
    if domain.context.idempotency == Idempotency::Required {
        return None;
    }
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let site = Site::new(domain, &rust, SitePlace::Method);
    let constants = Constants { site: &site, names: domain.names(), types: &domain.model.types };
    let routes = Routes { domain, constants };
    let mut tests: Vec<String> = Vec::new();
    for aggregate in domain.context.aggregates.values() {
        tests.extend(routes.nothing(aggregate));
        for command in commands(domain, aggregate) {
            tests.extend(routes.made(aggregate, command));
        }
    }
    tests.extend(routes.queries());
    if tests.is_empty() {
        return None;
    }
    let text = tests.concat();
    let mut lines = vec!["use kit_runtime::testing::Probe;"];
    if calls(&text, "uuid") {
        lines.insert(0, "use kit::testing::uuid;");
    }
    if text.contains("json!(") {
        lines.push("use serde_json::json;");
    }
    let header = domain.header.clone();
    Some(TestFile { header, external: lines.join("\n"), tests })
}

fn commands<'m>(domain: &Domain<'m>, aggregate: &Aggregate) -> Vec<&'m Command> {
    domain.context.commands.values().filter(|c| c.aggregate == aggregate.name).collect()
}

struct Routes<'a, 'm> {
    domain: &'a Domain<'m>,
    constants: Constants<'a>,
}

impl Routes<'_, '_> {
    /// The id of an example stream as part of a path; a call of `uuid` or a text.
    fn id(&self, aggregate: &Aggregate) -> Option<String> {
        let id = self.domain.context.examples.ids.get(&aggregate.name)?;
        in_path(&self.constants.json(id)?)
    }

    /// A body, as a statement before it where it is long, and the argument.
    fn body(&self, fields: &[(String, Ir)]) -> (Option<Stmt>, Node) {
        let text = format!("json!({})", self.constants.object(fields));
        if text.len() > 60 {
            let lines = self.constants.lines("body", fields);
            return (Some(Stmt::Lines(lines)), Node::atom("body"));
        }
        (None, Node::atom(text))
    }

    fn start(&self, name: &str) -> Stmt {
        let service = format!("{}::service", module(&self.domain.context.name));
        let args = vec![Node::call(service, vec![]), Node::atom("FOLDER"), Node::text(name)];
        let start = Node::Await(Box::new(Node::call("Probe::start", args)));
        Stmt::Bind("let probe".to_owned(), start, None)
    }

    /// Commands to a stream that does not exist.
    fn nothing(&self, aggregate: &Aggregate) -> Option<String> {
        let id = self.id(aggregate)?;
        let name = format!("no_{}", aggregate.name.to_snake_case());
        let mut out = vec![self.start(&name)];
        let place = format!("/{}/{{}}", aggregate.plural);
        out.push(Stmt::Bind("let path".to_owned(), format_of(&place, &id), None));
        let before = out.len();
        if aggregate.read {
            let got = get(Node::atom("path").borrowed());
            out.push(ignored(refused(got, 404, "not_found")));
        }
        for command in commands(self.domain, aggregate) {
            let missing = command.kind == CommandKind::On(IfMissing::Refuse);
            let Some(fields) = self.domain.context.examples.commands.get(&command.name) else {
                continue;
            };
            let Some(verb) = usual(aggregate, command).filter(|_| missing) else { continue };
            let (stmt, body) = self.body(fields);
            out.extend(stmt);
            let path =
                Node::Macro("format".to_owned(), vec![Node::text(&format!("{{path}}/{verb}"))]);
            out.push(ignored(refused(post(path.borrowed(), body), 404, "not_found")));
        }
        (out.len() > before).then(|| {
            out.push(end());
            test(
                &format!("what_does_not_exist_is_not_found_{}", aggregate.plural.to_snake_case()),
                &out,
            )
        })
    }

    /// A creating command that nothing can refuse.
    fn made(&self, aggregate: &Aggregate, command: &Command) -> Option<String> {
        let Decide::Rules(rules) = &command.decide else { return None };
        let free = rules.require.is_empty() && rules.ensure.is_empty() && !rules.emit.is_empty();
        let asks = rules.emit.iter().any(|m| m.fields.iter().any(|(_, ir)| ir.any(&mut is_actor)));
        let asked = plainly(command) && command.route.fields().next().is_none();
        if command.kind != CommandKind::Creates
            || !free
            || !asked
            || asks
            || !command.lookups.is_empty()
        {
            return None;
        }
        let mut fields = self.domain.context.examples.commands.get(&command.name)?.clone();
        if id_in_command(aggregate, command) {
            let id = self.domain.context.examples.ids.get(&aggregate.name)?.clone();
            fields.insert(0, (aggregate.id.name.clone(), id));
        }
        let name = command.name.to_snake_case();
        let mut out = vec![self.start(&name)];
        let (stmt, body) = self.body(&fields);
        out.extend(stmt);
        let posted = post(Node::text(&command.route.path), body);
        let made = posted.method("is", vec![Node::atom(command.route.success.to_string())]);
        out.push(if aggregate.read {
            Stmt::Bind("let made".to_owned(), made, None)
        } else {
            ignored(made)
        });
        if aggregate.read {
            let id = format!("made.text({:?})", aggregate.id.name);
            let path = format_of(&format!("/{}/{{}}", aggregate.plural), &id);
            out.push(ignored(get(path.borrowed()).method("is", vec![Node::atom("200")])));
        }
        out.push(end());
        let of = aggregate.name.to_snake_case();
        Some(test(&format!("{name}_makes_one_{of}"), &out))
    }

    fn queries(&self) -> Option<String> {
        let mut out = vec![self.start("queries")];
        for query in self.domain.context.queries.values() {
            out.extend(self.query(query).unwrap_or_default());
        }
        (out.len() > 1).then(|| {
            out.push(end());
            test("queries_answer", &out)
        })
    }

    fn query(&self, query: &Query) -> Option<Vec<Stmt>> {
        let params = self.domain.model.types.fields(query.params);
        if params.iter().any(needed) {
            return None;
        }
        if !query.one && self.domain.context.references.contains_key(&query.view) {
            let got = get(Node::text(&query.route.path));
            return Some(vec![ignored(got.method("is", vec![Node::atom("200")]))]);
        }
        if !query.one {
            let name = format!("{}_rows", query.name.to_snake_case());
            let got = get(Node::text(&query.route.path)).method("is", vec![Node::atom("200")]);
            let empty = Node::atom("json!({ \"items\": [], \"next\": null })");
            let body = Node::atom(name.clone()).field("body");
            let same = Node::Macro("assert_eq".to_owned(), vec![body, empty]);
            return Some(vec![Stmt::Bind(format!("let {name}"), got, None), Stmt::Semi(same)]);
        }
        let listed = self.domain.context.references.get(&query.view);
        let listed = listed.and_then(|it| it.listed.first()).map(|row| &row.fields);
        let row = listed.or_else(|| self.domain.context.examples.rows.get(&query.view))?;
        let mut template = query.route.path.clone();
        let mut parts = Vec::new();
        for (name, ir) in row {
            let place = format!("{{{name}}}");
            if template.contains(&place) {
                template = template.replace(&place, "{}");
                parts.push(in_path(&self.constants.json(ir)?)?);
            }
        }
        let path = borrowed_format_of(&template, &parts.join(", "));
        Some(vec![ignored(match listed.filter(|_| query.filter.is_empty()) {
            Some(_) => get(path).method("is", vec![Node::atom("200")]),
            None => refused(get(path), 404, "not_found"),
        })])
    }
}

/// What stands behind the id in the path of a command that is asked for as commands usually are.
fn usual<'c>(aggregate: &Aggregate, command: &'c Command) -> Option<&'c str> {
    let before = format!("{}/", aggregate.path());
    let verb = command.route.path.strip_prefix(&before).filter(|verb| !verb.contains('{'))?;
    plainly(command).then_some(verb)
}

/// Whether a `POST` without further headers is enough, and a stream that is not there is a 404.
fn plainly(command: &Command) -> bool {
    let said = command.route.terms.as_ref();
    let plain = said.is_none_or(|terms| {
        !terms.needs_version && !terms.needs_key && !terms.errors.contains_key("not_found")
    });
    plain && command.route.method == Method::Post
}

fn is_actor(ir: &Ir) -> bool {
    matches!(&ir.kind, IrKind::RootField { root: Root::Actor, .. } | IrKind::Root(Root::Actor))
}

/// Whether a query cannot be asked without this parameter.
fn needed(param: &FieldDef) -> bool {
    let empty = matches!(
        param.ty,
        Type::Option(_) | Type::Patch(_) | Type::List(_) | Type::Set(_) | Type::Map(..)
    );
    !empty && param.default.is_none()
}

/// A JSON constant as an argument of `format!`; what would need escaping in a path is left out.
pub(super) fn in_path(json: &str) -> Option<String> {
    if json.starts_with("uuid(") {
        return Some(json.to_owned());
    }
    let text = json.trim_matches('"');
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    (plain && !text.is_empty()).then(|| format!("{text:?}"))
}

/// `format!("…", args)`, or the text itself when all arguments are texts.
fn format_of(template: &str, args: &str) -> Node {
    match put_in(template, args) {
        (text, None) => text.method("to_owned", vec![]),
        (_, Some(format)) => format,
    }
}

/// As [`format_of`], borrowed.
fn borrowed_format_of(template: &str, args: &str) -> Node {
    match put_in(template, args) {
        (text, None) => text,
        (_, Some(format)) => format.borrowed(),
    }
}

/// The template with its texts put in, and the `format!` for the other arguments.
fn put_in(template: &str, args: &str) -> (Node, Option<Node>) {
    let mut text = template.to_owned();
    let mut kept = Vec::new();
    for arg in args.split(", ") {
        if let Some(inner) = arg.strip_prefix('"').and_then(|a| a.strip_suffix('"')) {
            text = text.replacen("{}", inner, 1);
        } else {
            text = text.replacen("{}", "\u{1}", 1);
            kept.push(Node::atom(arg.to_owned()));
        }
    }
    let text = text.replace('\u{1}', "{}");
    if kept.is_empty() {
        return (Node::text(&text), None);
    }
    let mut all = vec![Node::text(&text)];
    all.extend(kept);
    (Node::text(&text), Some(Node::Macro("format".to_owned(), all)))
}

fn get(path: Node) -> Node {
    Node::Await(Box::new(Node::atom("probe").method("get", vec![path])))
}

fn post(path: Node, body: Node) -> Node {
    Node::Await(Box::new(Node::atom("probe").method("post", vec![path, body])))
}

fn refused(answer: Node, status: u16, code: &str) -> Node {
    answer.method("refused", vec![Node::atom(status.to_string()), Node::text(code)])
}

fn ignored(node: Node) -> Stmt {
    Stmt::Bind("let _".to_owned(), node, None)
}

fn end() -> Stmt {
    let end = Node::atom("probe").method("end", vec![]);
    Stmt::Semi(Node::Await(Box::new(end)))
}

fn test(name: &str, statements: &[Stmt]) -> String {
    let body = layout::body(statements, 4);
    format!("#[tokio::test]\nasync fn {name}() {{\n{body}\n}}")
}

/// `recorded::<E>(stream, status, Event { .. })`
pub(super) fn recorded_event(domain: &Domain, constants: &Constants, told: &Told) -> Option<Node> {
    let imports = constants.site.rust.imports;
    let reference =
        crate::model::EventRef { context: told.context.clone(), name: told.name.clone() };
    let event = domain.model.event(&reference)?;
    let stream = streams_of(domain, &[reference]).into_iter().next()?;
    let ty = stream.event_type(imports);
    let path = if stream.foreign {
        format!("{}::{}", module(&told.context), told.name)
    } else {
        imports.domain(&module(&stream.aggregate.name), &told.name);
        told.name.clone()
    };
    let status = status_after(domain, &stream, event);
    let id = match constants.node(&told.stream) {
        Node::Method(of, name, _) if name == "into" => *of,
        node => node,
    };
    let data = Node::Struct(path, constants.fields(&told.fields), None);
    let args = vec![id, Node::text(&status), data];
    Some(Node::call(format!("recorded::<{ty}>"), args))
}

/// The status of a stream after an event, as far as the event alone says it; empty without statuses.
pub(super) fn status_after(domain: &Domain, stream: &Stream, event: &Event) -> String {
    let kind = stream.aggregate.status.and_then(|id| domain.model.types.get(id)).map(|d| &d.kind);
    match kind {
        Some(TypeDefKind::Enum { members, .. }) => {
            let member = members.get(event.to.unwrap_or(0) as usize);
            member.map(|m| m.name.clone()).unwrap_or_default()
        }
        _ => String::new(),
    }
}
