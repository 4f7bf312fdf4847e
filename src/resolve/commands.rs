//! Commands of the model: statuses, lookups, rules, events; what each can give.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{self, EMIT};
use super::messages::messages_of;
use super::resolver::{Agg, Evt, Resolver};
use super::routes;
use super::walk;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Checker, Target};
use crate::lang::ir::{Ir, IrKind, MessageIr, OutcomeIr, RefusalIr, Root, WhenIr};
use crate::lang::tree::{Ident, Message, Statuses, When};
use crate::lang::types::TypeDefKind;
use crate::model::{Command, CommandKind, Decide, From, IfMissing, Rules};
use crate::source::Span;
use crate::syntax::tree;

/// The commands of a context in text order; those without an aggregate are left out.
pub(super) fn build(r: &mut Resolver<'_>, context: &str, sink: &mut Sink) -> Vec<Command> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let trees: Vec<&tree::Command> = ctx
        .tree
        .commands
        .iter()
        .filter(|c| ctx.commands.get(&c.head.name.text).is_some_and(|k| std::ptr::eq(k.tree, *c)))
        .collect();
    trees.into_iter().filter_map(|tree| command(r, context, tree, sink)).collect()
}

fn command(
    r: &mut Resolver<'_>,
    context: &str,
    tree: &tree::Command,
    sink: &mut Sink,
) -> Option<Command> {
    let name = tree.head.name.text.clone();
    let cmd = r.contexts.get(context)?.commands.get(&name)?;
    let (aggregate, record) = (cmd.aggregate.clone()?, cmd.record);
    shape(tree, r.tree.broken, sink);
    let scope = decide::scope(r, context, cmd);
    let (from, lookups, rules) = r.check(Some(context), scope, sink, |r, c| {
        let agg = r.aggregate(context, &aggregate);
        let from = tree.from.as_ref().and_then(|f| statuses(r, c, context, agg, f));
        let lookups = decide::lookups(c, tree);
        let at = &mut |c: &mut Checker<'_>, m: &Message| emit(r, c, (context, agg), m);
        let rules = match tree.decide {
            Some(_) => Rules::default(),
            None => decide::rules(r, c, tree, agg, at),
        };
        (from, lookups, rules)
    });
    let decide = match tree.decide {
        Some(_) => Decide::Rust {
            emits: tree.emit.iter().map(|m| m.path.name.text.clone()).collect(),
            refuses: tree.refuse.iter().map(|n| n.text.clone()).collect(),
        },
        None => Decide::Rules(rules),
    };
    let kind = match (&tree.creates, tree.if_missing.as_ref().map(|m| m.value)) {
        (Some(_), _) => CommandKind::Creates,
        (None, Some(tree::IfMissing::Ignore)) => CommandKind::On(IfMissing::Ignore),
        (None, Some(tree::IfMissing::Create)) => CommandKind::On(IfMissing::Create),
        (None, _) => CommandKind::On(IfMissing::Refuse),
    };
    let mut command = Command {
        route: routes::command(r, context, &name, &aggregate, kind),
        notes: super::notes::notes(&tree.head),
        name,
        aggregate,
        kind,
        record,
        from,
        lookups,
        decide,
        public: tree.public,
        refusals: BTreeSet::new(),
        events: BTreeSet::new(),
        has_outcomes: false,
        span: tree.head.name.span,
    };
    gives(r, context, tree, &mut command);
    Some(command)
}

/// An event of the own aggregate with every field given.
fn emit(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    (context, agg): (&str, Option<&Agg<'_>>),
    message: &Message,
) -> MessageIr {
    let name = &message.path.name.text;
    let own = message.path.context.as_ref().is_none_or(|p| p.text == context);
    let event = r.contexts.get(context).and_then(|ctx| ctx.events.get(name));
    let mine = |e: &&Evt<'_>| {
        let owner = agg.map(|a| &a.tree.head.name.text);
        own && e.is_known() && e.publishes.is_none() && e.aggregate.as_ref() == owner
    };
    match event.filter(mine) {
        Some(event) => {
            let fields = r.world.types.fields(event.record);
            c.message(message, &Target { context, name, fields }, &EMIT)
        }
        // Reported where the events were collected; what is given is judged by itself.
        None => {
            message.binds.iter().for_each(|bind| drop(c.implied(bind)));
            MessageIr {
                context: context.to_owned(),
                name: name.clone(),
                fields: vec![],
                when: WhenIr::Always,
                span: message.span,
            }
        }
    }
}

fn statuses(
    r: &Resolver<'_>,
    c: &mut Checker<'_>,
    context: &str,
    agg: Option<&Agg<'_>>,
    from: &Statuses,
) -> Option<From> {
    let agg = agg?;
    let name = &agg.tree.head.name.text;
    let Some(status) = agg.status else {
        if r.tree.broken {
            return None;
        }
        let found = format!("aggregate `{name}` has no statuses");
        c.report(Diagnostic::error(109, from.span, found).help(format!(
            "list them: `[aggregate.{name}]` with `status = [..]`, or remove `from`"
        )));
        return None;
    };
    let known = status_names(r, status);
    let mut indices = BTreeSet::new();
    for written in &from.names {
        match known.iter().position(|k| *k == written.text) {
            Some(index) => {
                indices.insert(u32::try_from(index).unwrap_or(u32::MAX));
            }
            None => {
                let found = unknown_status(c, name, written, &known);
                c.report(found);
            }
        }
    }
    let at = &mut |c: &mut Checker<'_>, m: &Message| emit(r, c, (context, Some(agg)), m);
    let otherwise = match &from.otherwise {
        Some(outcome) => decide::outcome(r, c, outcome, at),
        None => OutcomeIr::Refuse(RefusalIr {
            name: "WrongStatus".to_owned(),
            fields: vec![],
            span: from.span,
        }),
    };
    Some(From {
        statuses: indices.into_iter().collect(),
        otherwise,
        text: r.text(from.span).to_owned(),
    })
}

/// The names of a status enum in text order.
pub(super) fn status_names(r: &Resolver<'_>, status: crate::lang::types::TypeId) -> Vec<String> {
    match r.world.types.get(status).map(|d| &d.kind) {
        Some(TypeDefKind::Enum { members, .. }) => members.iter().map(|m| m.name.clone()).collect(),
        _ => vec![],
    }
}

fn unknown_status(
    c: &mut Checker<'_>,
    aggregate: &str,
    written: &Ident,
    known: &[String],
) -> Diagnostic {
    let found = format!("aggregate `{aggregate}` has no status `{}`", written.text);
    let report = Diagnostic::error(109, written.span, found);
    let near = super::words::nearest(&written.text, known.iter().map(String::as_str));
    c.near.extend(near.iter().map(|n| (*n).to_owned()));
    super::words::offer(report, written.span, &near).unwrap_or_else(|report| {
        (*report).help(format!("the statuses are {}", list(known.iter().map(String::as_str))))
    })
}

/// What goes together in a command and what does not (MN018, MN319, MN320, MN331).
fn shape(tree: &tree::Command, broken: bool, sink: &mut Sink) {
    let name = &tree.head.name;
    if let (Some(_), Some(from)) = (&tree.creates, &tree.from) {
        let found = format!("command `{}` creates: there is no status before", name.text);
        sink.push(Diagnostic::error(18, from.span, found).help("remove `from`"));
    }
    if tree.decide.is_some() {
        rust_only(tree, sink);
        return;
    }
    if let Some(first) = tree.refuse.first() {
        let found = format!("`refuse` of command `{}` is for Rust", name.text);
        let help = "write rules in `require`, or `decide = \"rust\"`";
        sink.push(Diagnostic::error(320, first.span, found).help(help));
    }
    if tree.if_missing.as_ref().is_some_and(|m| m.value == tree::IfMissing::Create) {
        let first = messages_of(tree).first().is_some_and(|(_, creating, _)| *creating);
        if !first && !tree.emit.is_empty() {
            let at = tree.emit.first().map_or(name.span, |m| m.span);
            let found =
                format!("command `{}` may act on nothing: its first event must make it", name.text);
            sink.push(Diagnostic::error(319, at, found).help("write `EVENT if !exists` first"));
        }
    }
    let always = tree.emit.iter().any(|m| !matches!(m.when, When::If(_)));
    let decided =
        tree.require.iter().any(|rule| matches!(rule.outcome, crate::lang::tree::Outcome::Emit(_)));
    let lost = broken && tree.emit.is_empty();
    if !(always || decided || lost) {
        let (found, help) = match tree.emit.as_slice() {
            [] => (format!("command `{}` emits nothing", name.text), "write `emit = \"EVENT\"`"),
            _ => (
                format!("command `{}` may end without any event", name.text),
                "add a message with `otherwise`, or one without `if`",
            ),
        };
        sink.push(Diagnostic::warning(331, name.span, found).help(help));
    }
}

fn rust_only(tree: &tree::Command, sink: &mut Sink) {
    let name = &tree.head.name.text;
    let rules = tree.require.iter().chain(&tree.ensure).map(|rule| rule.span);
    let lets = tree.lets.iter().map(|(name, _)| name.span);
    let args = tree.emit.iter().filter(|m| !m.binds.is_empty() || m.when != When::Always);
    let first: Option<Span> = rules.chain(lets).chain(args.map(|m| m.span)).min();
    if let Some(span) = first {
        let found = format!("command `{name}` is decided in Rust, so it has no rules here");
        sink.push(
            Diagnostic::error(320, span, found)
                .help("move this into the Rust file, or remove `decide = \"rust\"`"),
        );
    }
}

/// Every refusal and event that a command can give.
fn gives(r: &Resolver<'_>, context: &str, tree: &tree::Command, command: &mut Command) {
    let Some(ctx) = r.contexts.get(context) else { return };
    let mut refusals = BTreeSet::new();
    let built_in = match command.kind {
        CommandKind::Creates => Some("AlreadyExists"),
        CommandKind::On(IfMissing::Refuse) => Some("NotFound"),
        CommandKind::On(_) => None,
    };
    refusals.extend(built_in.map(str::to_owned));
    let mut outcomes: Vec<&OutcomeIr> = command.from.iter().map(|f| &f.otherwise).collect();
    let mut values: Vec<&Ir> = Vec::new();
    match &command.decide {
        Decide::Rules(rules) => {
            for rule in rules.require.iter().chain(&rules.ensure) {
                outcomes.push(&rule.outcome);
                values.extend(walk::of_rule(rule));
            }
            values.extend(rules.lets.iter().map(|l| &l.value));
            values.extend(rules.emit.iter().flat_map(walk::of_message));
        }
        Decide::Rust { refuses, .. } => refusals.extend(refuses.iter().cloned()),
    }
    for outcome in &outcomes {
        match outcome {
            OutcomeIr::Refuse(refusal) => {
                refusals.insert(refusal.name.clone());
            }
            OutcomeIr::Emit(_) => command.has_outcomes = true,
            OutcomeIr::Ignore => {}
        }
    }
    if values.iter().any(|v| walk::any(v, asks_actor)) {
        refusals.insert("Unauthenticated".to_owned());
    }
    if values.iter().any(|v| walk::any(v, super::walk::can_overflow)) {
        refusals.insert("Arithmetic".to_owned());
    }
    let unique = ctx.aggregates.get(&command.aggregate).map(|a| &a.tree.unique);
    refusals.extend(unique.into_iter().flatten().map(|u| u.refusal.text.clone()));
    let events: BTreeSet<String> =
        messages_of(tree).into_iter().map(|(m, _, _)| m.path.name.text.clone()).collect();
    command.refusals = refusals;
    command.events = events;
}

/// Refusals that come of folding: `Arithmetic`, `Invalid` where the state has bounds, `Closed` where
/// a stream can end.
pub(super) fn folding(
    r: &Resolver<'_>,
    context: &str,
    commands: &mut [Command],
    events: &[crate::model::Event],
) {
    let mut closing: BTreeSet<&str> = BTreeSet::new();
    let mut folded: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for event in events {
        let Some(agg) = r.aggregate(context, &event.aggregate) else { continue };
        let state = r.world.types.fields(agg.state);
        let bounded = |name: &str| state.iter().any(|f| f.name == name && !f.bounds.is_open());
        let overflows = event.apply.iter().flat_map(walk::of_change);
        let overflows = overflows.into_iter().any(|v| walk::any(v, walk::can_overflow));
        let checked = event.apply.iter().any(|c| walk::written(c).is_some_and(bounded));
        folded.insert(&event.name, (overflows, checked));
        if event.closes {
            closing.insert(&event.aggregate);
        }
    }
    for command in commands {
        let (mut overflows, mut checked) = (false, false);
        for (a, b) in command.events.iter().filter_map(|e| folded.get(e.as_str())) {
            overflows |= a;
            checked |= b;
        }
        let closed =
            command.kind != CommandKind::Creates && closing.contains(command.aggregate.as_str());
        for (given, name) in [(overflows, "Arithmetic"), (checked, "Invalid"), (closed, "Closed")] {
            if given {
                command.refusals.insert(name.to_owned());
            }
        }
    }
}

fn asks_actor(ir: &Ir) -> bool {
    matches!(&ir.kind, IrKind::RootField { root: Root::Actor, name } if name == "id")
}
