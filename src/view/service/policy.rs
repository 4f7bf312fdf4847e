//! One file per policy: when this happened, ask for that.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::{Ir, MessageIr, Root, WhenIr};
use crate::lang::to_rust::{Form, Lowerer, raw};
use crate::layout::{self, Block, Node, Stmt};
use crate::model::{CommandKind, Each, EachSource, EventRef, Policy, Refused};
use crate::view::domain::{Domain, doc_of, id_in_command, none_of, uses};
use crate::view::rust::{Home, Imports, Rust, is_copy, module};

use super::flow::{self, Branch};
use super::fold::reads_row;
use super::site::{Place, Site, domain_crate, row_type};
use super::sql::Sql;
use super::stream::{Stream, streams_of};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyFile {
    header: String,
    words: String,
    external: String,
    internal: String,
    doc: String,
    name: String,
    items: Vec<String>,
}

/// A policy.
#[must_use]
pub fn policy_file<'m>(domain: &Domain<'m>, policy: &'m Policy) -> PolicyFile {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let items: Vec<String> = streams_of(domain, &policy.on)
        .iter()
        .map(|stream| item(domain, &rust, policy, stream))
        .collect();
    imports.keep_used(&items.iter().map(String::as_str).collect::<Vec<_>>());
    PolicyFile {
        header: domain.header.clone(),
        words: policy.name.to_snake_case().replace('_', " "),
        doc: doc_of(policy.notes.doc.as_deref()),
        name: policy.name.clone(),
        items,
        external: imports.external(true),
        internal: imports.internal(),
    }
}

fn item<'m>(
    domain: &Domain<'m>,
    rust: &Rust<'_, 'm>,
    policy: &'m Policy,
    stream: &Stream<'m>,
) -> String {
    let ty = stream.event_type(rust.imports);
    let branches: Vec<Branch> = stream
        .events
        .iter()
        .map(|event| {
            let on = |on: &EventRef| on.context == stream.context.name && on.name == event.name;
            let wanted = policy.on.iter().any(on);
            let body = if wanted { reaction(domain, rust, policy, stream) } else { Vec::new() };
            Branch { variant: stream.variant(&ty, event), body }
        })
        .collect();
    let statements = collected(branches);
    let text = layout::body(&statements, 8);
    let used = |name: &'static str| if uses(&text, name) { name } else { "_" };
    let args = [format!("{}: &Recorded<{ty}>", used("event")), format!("{}: &Context", used("cx"))];
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let signature = layout::signature("fn on", &args, Some("Folded<Vec<Message>>"), 4);
    let name = &policy.name;
    let refused = match policy.refused {
        Refused::Ignore => String::new(),
        Refused::Park => {
            rust.imports.add("kit::policy", "Refused");
            "    const REFUSED: Refused = Refused::Park;\n".to_owned()
        }
    };
    format!(
        "impl Policy<{ty}> for {name} {{\n    const NAME: &'static str = {:?};\n{refused}\n    {signature}\n{text}\n    }}\n}}",
        name.to_snake_case()
    )
}

/// The messages of whichever event it is.
fn collected(mut branches: Vec<Branch>) -> Vec<Stmt> {
    let none = Node::call("Vec::new", vec![]);
    let bound = Stmt::Bind("let mut messages".to_owned(), none.clone(), None);
    let none = Node::call("Ok", vec![none]);
    let mut busy: Vec<&mut Branch> = branches.iter_mut().filter(|it| !it.body.is_empty()).collect();
    let alone = match busy.as_mut_slice() {
        [] => return vec![Stmt::Expr(none)],
        [only] => {
            if single(&mut only.body) {
                return flow::effects(branches, &none);
            }
            only.body.insert(0, bound.clone());
            true
        }
        _ => false,
    };
    let mut statements = flow::effects(branches, &none);
    if !alone {
        statements.insert(0, bound);
    }
    statements.push(Stmt::Expr(Node::call("Ok", vec![Node::atom("messages")])));
    statements
}

/// Lets a body that sends one message, whatever happens, end with the list of it; tells whether it is one.
fn single(body: &mut [Stmt]) -> bool {
    let Some((last, before)) = body.split_last_mut() else { return false };
    let Stmt::Semi(Node::Method(_, push, args)) = last else { return false };
    if push != "push" || uses(&layout::body(before, 0), "messages") {
        return false;
    }
    let list = Node::VecMacro("vec".to_owned(), args.clone());
    *last = Stmt::Expr(Node::call("Ok", vec![list]));
    true
}

fn reaction<'m>(
    domain: &Domain<'m>,
    rust: &Rust<'_, 'm>,
    policy: &'m Policy,
    stream: &Stream<'m>,
) -> Vec<Stmt> {
    let site = Site::new(domain, rust, Place::Policy).on(stream.aggregate);
    let lowerer = Lowerer::new(&site);
    let mut out = match &policy.each {
        None => sends(domain, &site, &policy.send, None),
        Some(each) => rounds(domain, rust, &site, &policy.send, each),
    };
    if let Some(cond) = &policy.cond {
        out = flow::when(lowerer.cond(cond), out);
    }
    if let Some(replica) = policy.replica.as_ref().filter(|_| !out.is_empty()) {
        let row = row_type(domain, rust, replica);
        let key = Node::atom("event").field("stream").borrowed();
        let before = Node::atom("cx").method(format!("row::<{row}>"), vec![key]).tried();
        let back = Node::call("Ok", vec![Node::atom("messages")]);
        let back = Block(vec![Stmt::Expr(Node::Return(Some(Box::new(back))))]);
        let first = if uses(&layout::body(&out, 0), "before") {
            Stmt::Bind("let Some(before)".to_owned(), before, Some(back))
        } else {
            let missing = before.method("is_none", vec![]);
            Stmt::Expr(Node::If(None, Box::new(missing), back, None))
        };
        out.insert(0, first);
    }
    out
}

/// The messages, once per row or element.
pub(super) fn rounds<'m>(
    domain: &Domain<'m>,
    rust: &Rust<'_, 'm>,
    site: &Site<'_, 'm>,
    send: &'m [MessageIr],
    each: &'m Each,
) -> Vec<Stmt> {
    let lowerer = Lowerer::new(site);
    let (pattern, items, rest, key) = match &each.source {
        EachSource::Rows { source } => {
            let row = row_type(domain, rust, source);
            let root = if each.var.is_some() { Root::Row } else { Root::This };
            let sql = Sql { lowerer: &lowerer, types: &domain.model.types, row: root };
            let mut cond: Option<Node> = None;
            let mut rest: Vec<&Ir> = Vec::new();
            for filter in &each.filter {
                match sql.cond(filter) {
                    Some(part) if reads_row(filter) => {
                        cond = Some(match cond {
                            None => part,
                            Some(before) => before.method("and", vec![part]),
                        });
                    }
                    _ => rest.push(filter),
                }
            }
            let all = Node::call("Cond::Const", vec![Node::atom("true")]);
            let rows = Node::atom("cx")
                .method(format!("rows::<{row}>"), vec![cond.unwrap_or(all)])
                .tried();
            let name = each.var.as_deref().map_or("row".to_owned(), raw);
            if let Some(var) = &each.var {
                site.bind(var, Form::Place);
            }
            (name.clone(), rows, rest, row_key(domain, source, &name))
        }
        EachSource::Elements(of) => {
            let var = each.var.as_deref().unwrap_or("item");
            let element = element_of(&of.ty);
            let copied = is_copy(&domain.model.types, &element);
            site.bind(var, if copied { Form::Value } else { Form::Ref });
            let iter = lowerer.lower(of).node.method("iter", vec![]);
            let items = iter.method("enumerate", vec![]);
            let name = if copied { format!("&{}", raw(var)) } else { raw(var) };
            (name, items, each.filter.iter().collect(), Node::atom("i"))
        }
    };
    let mut body = sends(domain, site, send, Some(key));
    for filter in rest.into_iter().rev() {
        body = flow::when(lowerer.cond(filter), body);
    }
    if body.is_empty() {
        return body;
    }
    let pattern = match &each.source {
        EachSource::Rows { .. } => pattern,
        EachSource::Elements(_) => {
            let read = uses(&layout::body(&body, 0), pattern.trim_start_matches('&'));
            format!("(i, {})", if read { pattern.as_str() } else { "_" })
        }
    };
    vec![Stmt::For(pattern, items, Block(body))]
}

fn element_of(ty: &crate::lang::types::Type) -> crate::lang::types::Type {
    use crate::lang::types::Type;
    match ty {
        Type::List(inner) | Type::Set(inner) | Type::Map(_, inner) => (**inner).clone(),
        Type::Entities(id) => Type::Named(*id),
        other => other.clone(),
    }
}

/// A row's key as something that can be shown.
fn row_key(domain: &Domain, source: &str, row: &str) -> Node {
    let projection = domain.model.projection(&domain.context.name, source);
    let key = projection.map(|p| p.key.clone()).unwrap_or_default();
    let fields = projection.map(|p| domain.model.types.fields(p.row)).unwrap_or_default();
    let part = |name: &String| {
        let place = Node::atom(row.to_owned()).field(raw(name));
        let copied = fields
            .iter()
            .find(|f| f.name == *name)
            .is_some_and(|f| is_copy(&domain.model.types, &f.ty));
        if copied { place } else { place.borrowed() }
    };
    match key.as_slice() {
        [one] => part(one),
        many => {
            let places = many.iter().map(|n| Node::atom(row.to_owned()).field(raw(n)));
            let mut args = vec![Node::text(&vec!["{}"; many.len()].join("/"))];
            args.extend(places);
            Node::Macro("format".to_owned(), args)
        }
    }
}

pub(super) fn sends(
    domain: &Domain,
    site: &Site,
    send: &[MessageIr],
    key: Option<Node>,
) -> Vec<Stmt> {
    let each = send.iter().enumerate();
    each.flat_map(|(i, message)| {
        let cond = match &message.when {
            WhenIr::Always => None,
            WhenIr::If(cond) => Some(cond.clone()),
            WhenIr::Otherwise => none_of(send.iter().take(i)),
        };
        sent(domain, site, message, cond.as_ref(), key.clone())
    })
    .collect()
}

/// A command on its way: the local that holds it, and the message that is made of it.
pub(super) struct Sending {
    pub bind: Stmt,
    pub made: Node,
}

/// What sends a message; `None` when its command is not known.
pub(super) fn sending(domain: &Domain, site: &Site, message: &MessageIr) -> Option<Sending> {
    let lowerer = Lowerer::new(site);
    let context = domain.model.contexts.get(&message.context)?;
    let command = context.commands.get(&message.name)?;
    let aggregate = context.aggregates.get(&command.aggregate)?;
    let home = if command.public {
        Home::Contracts(module(&context.name), message.name.clone())
    } else {
        Home::Domain(module(&aggregate.name), message.name.clone())
    };
    let ty = site.rust.spell(&home);
    let creates = command.kind == CommandKind::Creates;
    let in_fields = id_in_command(aggregate, command);
    let id = message.fields.iter().find(|(n, _)| *n == aggregate.id.name).map(|(_, ir)| ir);
    let fields: Vec<(String, Ir)> = message
        .fields
        .iter()
        .filter(|(name, _)| in_fields || *name != aggregate.id.name)
        .cloned()
        .collect();
    let name = local_name(&message.name);
    let value = Node::Struct(ty, lowerer.fields(&fields), None);
    let made = match id {
        Some(id) if !creates => {
            Node::call("Message::to", vec![lowerer.borrow(id), Node::atom(name.clone()).borrowed()])
        }
        _ => Node::call("Message::new", vec![Node::atom(name.clone()).borrowed()]),
    };
    Some(Sending { bind: Stmt::Bind(format!("let {name}"), value, None), made })
}

fn sent(
    domain: &Domain,
    site: &Site,
    message: &MessageIr,
    cond: Option<&Ir>,
    key: Option<Node>,
) -> Vec<Stmt> {
    let lowerer = Lowerer::new(site);
    let Some(Sending { bind, made }) = sending(domain, site, message) else { return Vec::new() };
    let mut made = made.tried();
    if let Some(key) = key {
        made = made.method("for_row", vec![key]);
    }
    let push = Stmt::Semi(Node::atom("messages").method("push", vec![made]));
    let statements = vec![bind, push];
    match cond {
        Some(cond) => flow::when(lowerer.cond(cond), statements),
        None => statements,
    }
}

/// A local named after a command; one that is a keyword gets a trailing `_`.
fn local_name(command: &str) -> String {
    let name = command.to_snake_case();
    let reserved = ["event", "ev", "cx", "row", "before", "messages", "item"];
    if raw(&name) != name || reserved.contains(&name.as_str()) { format!("{name}_") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(name: &str, body: Vec<Stmt>) -> Branch {
        Branch { variant: format!("E::{name}"), body }
    }

    #[test]
    fn the_list_is_there_before_anything_gives_it_back() {
        let back = Node::call("Ok", vec![Node::atom("messages")]);
        let back = Block(vec![Stmt::Expr(Node::Return(Some(Box::new(back))))]);
        let before = Stmt::Bind("let Some(before)".to_owned(), Node::atom("row()"), Some(back));
        let send = Stmt::Semi(Node::atom("messages.push(before)"));
        let one = || vec![branch("A", vec![before.clone(), send.clone()])];
        let wanted = "let mut messages = Vec::new();\n\
                      let Some(before) = row() else { return Ok(messages) };\n\
                      messages.push(before);\nOk(messages)";
        assert_eq!(layout::body(&collected(one()), 0), wanted);
        let mut two = one();
        two.push(branch("B", Vec::new()));
        let head = "let E::A(_) = &event.data else { return Ok(Vec::new()) };\n";
        assert_eq!(layout::body(&collected(two), 0), format!("{head}{wanted}"));
        let push = Node::atom("messages").method("push", vec![Node::atom("ev.id")]);
        let one = vec![branch("A", vec![Stmt::Semi(push)]), branch("B", Vec::new())];
        let wanted = "let E::A(ev) = &event.data else { return Ok(Vec::new()) };\nOk(vec![ev.id])";
        assert_eq!(
            layout::body(&collected(one), 0),
            wanted,
            "what only the message reads is bound"
        );
        let none = collected(vec![branch("B", Vec::new())]);
        assert_eq!(layout::body(&none, 0), "Ok(Vec::new())");
    }
}
