//! One file per saga: what it remembers, and its steps. How a saga runs is the kit's business.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::{MessageIr, WhenIr};
use crate::lang::to_rust::Lowerer;
use crate::lang::types::Type;
use crate::layout::{self, Node, Stmt};
use crate::model::{ActionIr, Reply, ReplyKind, Saga, Step, StepTimeout, Verdict};
use crate::view::domain::{Changes, Domain, RecordView, record, uses};
use crate::view::rust::{Imports, Place as FieldPlace, Rust, is_copy, lines, sentence};

use super::flow::{self, Branch};
use super::policy::{Sending, sending};
use super::site::{Place, Site, domain_crate};
use super::stream::{Stream, streams_of};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SagaFile {
    header: String,
    words: String,
    external: String,
    internal: String,
    state: RecordView,
    /// The items of `impl Saga`.
    definition: Vec<String>,
    /// The methods that the steps name.
    methods: Vec<String>,
}

/// A saga; `None` when its start event is not known.
#[must_use]
pub fn saga_file<'m>(domain: &Domain<'m>, saga: &'m Saga) -> Option<SagaFile> {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    imports.add("kit", "saga");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let writer = Writer { domain, rust: &rust, saga };
    let stream = streams_of(domain, std::slice::from_ref(&saga.start)).into_iter().next()?;
    let defs = domain.model.types.fields(saga.state);
    let doc = saga.notes.doc.as_deref();
    let state = record(domain, &rust, &saga.name, doc, defs, FieldPlace::Message);
    let mut definition = vec![writer.constants(&stream), writer.start(&stream), writer.steps()];
    let ends = [("completed", &saga.completed), ("compensated", &saga.compensated)];
    definition.extend(ends.into_iter().filter_map(|(name, actions)| writer.end(name, actions)));
    let methods = saga.steps.iter().flat_map(|step| writer.methods(step)).collect();
    Some(SagaFile {
        header: domain.header.clone(),
        words: saga.name.to_snake_case().replace('_', " "),
        state,
        definition,
        methods,
        external: imports.external(true),
        internal: imports.internal(),
    })
}

struct Writer<'a, 'm> {
    domain: &'a Domain<'m>,
    rust: &'a Rust<'a, 'm>,
    saga: &'m Saga,
}

impl<'a, 'm> Writer<'a, 'm> {
    fn site(&self) -> Site<'a, 'm> {
        Site::new(self.domain, self.rust, Place::Saga)
    }

    fn constants(&self, stream: &Stream<'m>) -> String {
        let name = format!("{}.{}", self.domain.context.name, self.saga.name.to_snake_case());
        let mut out = format!("    const NAME: &'static str = {name:?};\n");
        if let Some(timeout) = &self.saga.timeout {
            let limit = layout::expression(&Node::call("Some", vec![limit(timeout)]), 4);
            out.push_str(&format!("    const LIMIT: Option<saga::Limit> = {limit};\n"));
        }
        out.push_str(&format!("    type Event = {};", stream.event_type(self.rust.imports)));
        out
    }

    fn start(&self, stream: &Stream<'m>) -> String {
        let ty = stream.event_type(self.rust.imports);
        let branches = stream.events.iter().map(|event| Branch {
            variant: stream.variant(&ty, event),
            body: if event.name == self.saga.start.name { self.begin(stream) } else { Vec::new() },
        });
        let idle = Node::call("Ok", vec![Node::atom("None")]);
        let body = flow::values(branches.collect(), &idle);
        let text = layout::body(&body, 8);
        let event = if uses(&text, "event") { "event" } else { "_" };
        let args = [format!("{event}: &Recorded<{ty}>")];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let signature =
            layout::signature("fn start", &args, Some("Folded<Option<saga::Start<Self>>>"), 4);
        format!("    {signature}\n{text}\n    }}")
    }

    /// The first state and the key, from the start event.
    fn begin(&self, stream: &Stream<'m>) -> Vec<Stmt> {
        let site = Site::new(self.domain, self.rust, Place::Begun).on(stream.aggregate);
        let lowerer = Lowerer::new(&site);
        let begin = &self.saga.begin;
        let literal = Node::Struct("Self".to_owned(), lowerer.fields(&begin.values), None);
        let mut out = Vec::new();
        let state = if begin.then.is_empty() {
            literal
        } else {
            out.push(Stmt::Bind("let mut begun".to_owned(), literal, None));
            out.extend(self.changes(&lowerer, Node::atom("begun")).statements(&begin.then));
            Node::atom("begun")
        };
        let key = if is_copy(&self.domain.model.types, &self.saga.key.ty) {
            lowerer.value(&self.saga.key)
        } else {
            lowerer.borrow(&self.saga.key)
        };
        if out.is_empty() {
            out.push(Stmt::Bind("let begun".to_owned(), state, None));
        }
        let start = Node::call("saga::Start::by", vec![key, Node::atom("begun")]);
        out.push(Stmt::Expr(Node::call("Ok", vec![Node::call("Some", vec![start])])));
        out
    }

    fn changes<'l>(&'l self, lowerer: &'l Lowerer<'l>, target: Node) -> Changes<'l> {
        let types = &self.domain.model.types;
        Changes { lowerer, types, target, fields: types.fields(self.saga.state) }
    }

    fn steps(&self) -> String {
        let steps = self.saga.steps.iter().map(|step| self.step(step)).collect();
        let body = layout::body(&[Stmt::Expr(Node::VecMacro("vec".to_owned(), steps))], 8);
        format!("    fn steps() -> Vec<saga::Step<Self>> {{\n{body}\n    }}")
    }

    fn step(&self, step: &Step) -> Node {
        let method = |name: String| vec![Node::atom(format!("Self::{name}"))];
        let send = Node::atom(format!("Self::send_{}", step.name));
        let mut node = Node::call("Self::step", vec![Node::text(&step.name), send]);
        if step.cond.is_some() {
            node = node.method("when", method(format!("wants_{}", step.name)));
        }
        if step.undo.is_some() {
            node = node.method("undo", method(format!("undo_{}", step.name)));
        }
        if step.retry != 5 {
            node = node.method("retry", vec![Node::atom(step.retry.to_string())]);
        }
        if let Some(timeout) = &step.timeout {
            node = node.method("timeout", vec![limit(timeout)]);
        }
        for replies in reactions(step) {
            let Some(reply) = replies.first() else { continue };
            let mut args = vec![Node::text(&self.wire(step, reply))];
            args.extend(method(on(step, reply)));
            node = node.method("on", args);
        }
        node
    }

    /// The name of a reply on the wire.
    fn wire(&self, step: &Step, reply: &Reply) -> String {
        let of = self.domain.model.contexts.get(&step.send.context);
        let event = of.and_then(|of| of.events.get(&reply.name));
        match event.filter(|_| reply.kind == ReplyKind::Event) {
            Some(event) => event.wire.clone(),
            None => reply.name.to_snake_case(),
        }
    }

    fn methods(&self, step: &Step) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(cond) = &step.cond {
            let site = self.site();
            let holds = Lowerer::new(&site).cond(cond);
            let body = vec![Stmt::Expr(Node::call("Ok", vec![holds]))];
            let doc = format!("Whether step `{}` takes part.", step.name);
            out.push(method(&doc, &format!("wants_{}", step.name), &["&self"], "bool", &body));
        }
        let doc = match &step.doc {
            Some(doc) => sentence(doc),
            None => format!("Step `{}`.", step.name),
        };
        out.extend(self.sends("send", &doc, step, &step.send));
        if let Some(undo) = &step.undo {
            out.extend(self.sends("undo", &format!("Takes `{}` back.", step.name), step, undo));
        }
        out.extend(reactions(step).iter().filter_map(|replies| self.reaction(step, replies)));
        out
    }

    fn sends(&self, verb: &str, doc: &str, step: &Step, message: &MessageIr) -> Option<String> {
        let site = self.site();
        let Sending { bind, made } = sending(self.domain, &site, message)?;
        let body = vec![bind, Stmt::Expr(made)];
        Some(method(doc, &format!("{verb}_{}", step.name), &["&self"], "Message", &body))
    }

    /// What follows from a reply: the first entry whose condition holds decides.
    fn reaction(&self, step: &Step, replies: &[&Reply]) -> Option<String> {
        let reply = replies.first()?;
        let site = self.site().replied(self.fields(step, reply));
        let lowerer = Lowerer::new(&site);
        let mut body = Vec::new();
        let mut last = Node::atom("reply").method("usual", vec![]);
        for reply in replies {
            let mut then = self.changes(&lowerer, Node::atom("self")).statements(&reply.changes);
            let verdict = Node::atom(verdict(reply.verdict));
            let Some(cond) = &reply.cond else {
                body.extend(then);
                last = verdict;
                break;
            };
            let back = Node::Return(Some(Box::new(Node::call("Ok", vec![verdict]))));
            then.push(Stmt::Semi(back));
            body.extend(flow::when(lowerer.cond(cond), then));
        }
        body.push(Stmt::Expr(Node::call("Ok", vec![last])));
        let text = layout::body(&body, 8);
        let told = if uses(&text, "reply") { "reply" } else { "_" };
        let args = ["&mut self", &format!("{told}: &saga::Reply")];
        let doc = format!("What follows when `{}` is answered with `{}`.", step.name, reply.name);
        Some(method(&doc, &on(step, reply), &args, "saga::Verdict", &body))
    }

    /// The fields of a reply with their types, the id of an event's aggregate among them.
    fn fields(&self, step: &Step, reply: &Reply) -> Vec<(String, Type)> {
        let types = &self.domain.model.types;
        let Some(of) = self.domain.model.contexts.get(&step.send.context) else { return vec![] };
        let plain = |record| {
            let fields = types.fields(record).iter();
            fields.map(|field| (field.name.clone(), field.ty.clone())).collect::<Vec<_>>()
        };
        match reply.kind {
            ReplyKind::Refusal => of.refusals.get(&reply.name).map(|it| plain(it.record)),
            ReplyKind::Event => of.events.get(&reply.name).map(|event| {
                let mut fields = plain(event.record);
                let aggregate = of.aggregates.get(&event.aggregate);
                fields.extend(aggregate.map(|it| (it.id.name.clone(), it.id.ty.clone())));
                fields
            }),
        }
        .unwrap_or_default()
    }

    /// What is done at the end.
    fn end(&self, name: &str, actions: &[ActionIr]) -> Option<String> {
        if actions.is_empty() {
            return None;
        }
        let site = self.site();
        let lowerer = Lowerer::new(&site);
        let changes = self.changes(&lowerer, Node::atom("self"));
        let mut body = Vec::new();
        let mut sends = 0;
        let told = tells(actions);
        for (at, action) in actions.iter().enumerate() {
            match action {
                ActionIr::Change(change) => {
                    body.extend(changes.statements(std::slice::from_ref(change)));
                }
                ActionIr::Send(message) => {
                    let Some(Sending { bind, made }) = sending(self.domain, &site, message) else {
                        continue;
                    };
                    let push = Node::atom("messages").method("push", vec![made.tried()]);
                    let mut send = vec![bind, Stmt::Semi(push)];
                    sends += 1;
                    let cond = match &message.when {
                        WhenIr::If(cond) => {
                            let noted = Stmt::Semi(Node::atom("told = true"));
                            send.extend(Some(noted).filter(|_| told));
                            Some(lowerer.cond(cond))
                        }
                        WhenIr::Otherwise if after_condition(actions, at) => Some(match told {
                            true => Node::atom("!told"),
                            false => Node::atom("messages").method("is_empty", vec![]),
                        }),
                        _ => None,
                    };
                    body.extend(match cond {
                        Some(cond) => flow::when(cond, send),
                        None => send,
                    });
                }
            }
        }
        body.push(Stmt::Expr(Node::call("Ok", vec![Node::atom("messages")])));
        let only = matches!(body.as_slice(), [.., Stmt::Semi(_), Stmt::Expr(_)]);
        if sends == 1 && only {
            body.pop();
            if let Some(Stmt::Semi(Node::Method(_, _, args))) = body.pop() {
                let list = Node::VecMacro("vec".to_owned(), args);
                body.push(Stmt::Expr(Node::call("Ok", vec![list])));
            }
        } else if sends == 0 {
            body.pop();
            let none = Node::call("Vec::new", vec![]);
            body.push(Stmt::Expr(Node::call("Ok", vec![none])));
        } else {
            let messages = Node::call("Vec::new", vec![]);
            body.insert(0, Stmt::Bind("let mut messages".to_owned(), messages, None));
            if told {
                body.insert(1, Stmt::Bind("let mut told".to_owned(), Node::atom("false"), None));
            }
        }
        let text = layout::body(&body, 8);
        let cx = if uses(&text, "cx") { "cx" } else { "_" };
        let args = ["&mut self", &format!("{cx}: &Context")];
        let signature =
            layout::signature(&format!("fn {name}"), &args, Some("Folded<Vec<Message>>"), 4);
        Some(format!("    {signature}\n{text}\n    }}"))
    }
}

/// Whether there is a command on a condition above this place.
fn after_condition(actions: &[ActionIr], at: usize) -> bool {
    let conditional = |action: &ActionIr| matches!(action, ActionIr::Send(message) if matches!(message.when, WhenIr::If(_)));
    actions.iter().take(at).any(conditional)
}

/// Whether it must be noted that a command on a condition was sent: the list tells it unless others are in it, too.
fn tells(actions: &[ActionIr]) -> bool {
    let other = |action: &ActionIr| matches!(action, ActionIr::Send(message) if !matches!(message.when, WhenIr::If(_)));
    let left = |(at, action): (usize, &ActionIr)| {
        let last =
            matches!(action, ActionIr::Send(message) if matches!(message.when, WhenIr::Otherwise));
        last && after_condition(actions, at) && actions.iter().take(at).any(other)
    };
    actions.iter().enumerate().any(left)
}

/// The replies that a step reacts to, the entries of one together, in the order of the text.
fn reactions(step: &Step) -> Vec<Vec<&Reply>> {
    let mut found: Vec<Vec<&Reply>> = Vec::new();
    for reply in &step.replies {
        match found.iter_mut().find(|list| list.iter().any(|it| it.name == reply.name)) {
            Some(list) => list.push(reply),
            None => found.push(vec![reply]),
        }
    }
    found.retain(|replies| replies.iter().any(|reply| says(reply)));
    found
}

/// Whether a reaction says more than what happens anyway.
fn says(reply: &Reply) -> bool {
    let usual = match reply.kind {
        ReplyKind::Event => Verdict::Next,
        ReplyKind::Refusal => Verdict::Compensate,
    };
    !reply.changes.is_empty() || reply.verdict != usual
}

/// The method that reacts to a reply.
fn on(step: &Step, reply: &Reply) -> String {
    format!("on_{}_{}", step.name, reply.name.to_snake_case())
}

/// A method of the saga, with the context as its last parameter.
fn method(doc: &str, name: &str, args: &[&str], gives: &str, body: &[Stmt]) -> String {
    let text = layout::body(body, 8);
    let cx = format!("{}: &Context", if uses(&text, "cx") { "cx" } else { "_" });
    let args: Vec<&str> = args.iter().copied().chain([cx.as_str()]).collect();
    let gives = format!("Folded<{gives}>");
    let signature = layout::signature(&format!("fn {name}"), &args, Some(&gives), 4);
    let doc = lines("///", doc, 4).join("\n    ");
    format!("    {doc}\n    {signature}\n{text}\n    }}")
}

fn limit(timeout: &StepTimeout) -> Node {
    let then = Node::atom(verdict(timeout.verdict));
    let (name, count) = if timeout.after.subsec_nanos() == 0 {
        ("secs", i128::from(timeout.after.as_secs()))
    } else {
        ("millis", timeout.after.as_millis())
    };
    let count = crate::lang::to_rust::grouped(count);
    Node::call(format!("saga::Limit::{name}"), vec![Node::atom(count), then])
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Next => "saga::Verdict::Next",
        Verdict::Compensate => "saga::Verdict::Compensate",
        Verdict::Retry => "saga::Verdict::Retry",
        Verdict::Complete => "saga::Verdict::Complete",
        Verdict::Park => "saga::Verdict::Park",
    }
}
