//! Sagas of the model (§7.10): checked completely; every reply of every step has its way.
//!
//! Runs when the commands and refusals of all contexts are known. Reports replies that cannot come
//! (MN406), steps that cannot be taken back (MN404), and keys that are none (MN214).

use std::collections::BTreeMap;

use super::fields::{Place, fields};
use super::follow;
use super::make::make;
use super::policies::{Sent, message, target};
use super::resolver::{Resolver, record};
use super::saga_path;
use super::types::set_fields;
use super::values::root_field;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Checker, Scope, Source};
use crate::lang::ir::{ChangeIr, Ir, MessageIr, Root, WhenIr};
use crate::lang::tree::{Action, Ident, Timeout};
use crate::lang::types::{RecordRole, Type, TypeId};
use crate::model::{
    ActionIr, Context, EventRef, Make, Reply, ReplyKind, Saga, Step, StepTimeout, Verdict,
};
use crate::source::Span;
use crate::syntax::tree;

/// The sagas of a context in text order.
pub(super) fn build(
    r: &mut Resolver<'_>,
    context: &str,
    known: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Vec<Saga> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let trees: Vec<&tree::Saga> = ctx.tree.sagas.iter().collect();
    trees.into_iter().filter_map(|tree| saga(r, context, tree, known, sink)).collect()
}

/// A saga while it is built.
struct Of<'k> {
    context: String,
    state: TypeId,
    known: &'k BTreeMap<String, Context>,
}

fn saga<'t>(
    r: &mut Resolver<'t>,
    context: &str,
    tree: &'t tree::Saga,
    known: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Option<Saga> {
    let name = tree.head.name.text.clone();
    let start = tree.start.as_ref().and_then(|p| follow::event(r, context, p, sink));
    let state = state(r, context, tree, start.as_ref(), sink);
    let of = Of { context: context.to_owned(), state, known };
    let opened = start.as_ref().and_then(|event| open(r, &of, tree, event, sink));
    let mut steps = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for step in &tree.steps {
        if seen.contains(&step.name.value.as_str()) {
            let found = format!("saga `{name}` has two steps `{}`", step.name.value);
            sink.push(Diagnostic::error(111, step.name.span, found).help("rename one of them"));
        }
        seen.push(&step.name.value);
        steps.extend(self::step(r, &of, step, sink));
    }
    not_undone(&name, &steps, known, sink);
    let completed = actions(r, &of, &tree.completed, sink);
    let compensated = actions(r, &of, &tree.compensated, sink);
    let timeout = tree.timeout.as_ref().and_then(|t| timeout(t, sink));
    let waits = tree.waits.filter(|span| waited_for(&name, start.as_ref(), context, *span, sink));
    let waits = waits.map(|_| {
        tree.wait_for.as_ref().map_or(jiff::SignedDuration::from_secs(10), |said| said.value)
    });
    let (key, begin) = opened?;
    let saga = Saga {
        name,
        notes: super::notes::notes(&tree.head),
        start: start?,
        key,
        state,
        begin: begin?,
        waits,
        timeout,
        steps,
        completed,
        compensated,
        span: tree.head.name.span,
    };
    saga_path::check(r, tree, &saga, known, sink);
    Some(saga)
}

fn state<'t>(
    r: &mut Resolver<'t>,
    context: &str,
    tree: &'t tree::Saga,
    start: Option<&EventRef>,
    sink: &mut Sink,
) -> TypeId {
    let entry = start.and_then(|e| r.contexts.get(&e.context)?.events.get(&e.name));
    let place = Place {
        what: "a saga",
        typed_by: entry.iter().map(|e| e.scope).collect(),
        later: start.is_none(),
        defaults: true,
        ..Place::default()
    };
    let found = fields(r, Some(context), &tree.state, &place, sink);
    let name = &tree.head.name;
    let def = record(&name.text, Some(context), RecordRole::Saga, vec![], name.span);
    let state = r.world.types.add(def);
    set_fields(r, state, found.fields);
    state
}

/// The key and the first state.
fn open(
    r: &mut Resolver<'_>,
    of: &Of<'_>,
    tree: &tree::Saga,
    event: &EventRef,
    sink: &mut Sink,
) -> Option<(Ir, Option<Make>)> {
    let agg = r.aggregate_of_event(&event.context, &event.name);
    let status = agg.and_then(|a| a.status);
    let meta = r.meta(status);
    let ev = r.contexts.get(&event.context)?.events.get(&event.name)?.scope;
    let span = tree.head.name.span;
    let scope = Scope::new("a saga").root(Root::Ev, ev).root(Root::Meta, meta);
    let from = [Source::Root(Root::Ev)];
    let (key, changes) = r.check(Some(&of.context), scope, sink, |_, c| {
        let key = tree.key.as_ref().map(|e| c.expr(e));
        (key, c.changes_by_name(of.state, &from, &[], &[], span))
    });
    let key = key.unwrap_or_else(|| root_field(Root::Meta, "id", Type::Uuid, span));
    if !super::rows::is_key(r, &key.ty) && key.ty != Type::Error {
        let found = format!("the key of saga `{}` is not of a type for keys", tree.head.name.text);
        let help = "take an id, an int, a string, a date or an enum";
        sink.push(Diagnostic::error(214, key.span, found).help(help));
    }
    let begin = match make(r.world.types.fields(of.state), &[], &changes) {
        Ok(begin) => Some(begin),
        Err(missing) => {
            let words = list(missing.iter().map(String::as_str));
            let found = format!(
                "event `{}` starts saga `{}`, but does not set {words}",
                event.name, tree.head.name.text
            );
            let help = "give the fields a default or make them optional";
            sink.push(Diagnostic::error(311, span, found).help(help));
            None
        }
    };
    Some((key, begin))
}

fn scope(r: &Resolver<'_>, of: &Of<'_>) -> Scope {
    r.scope(&of.context, "a saga").subject(Root::This, of.state).clock()
}

fn step(r: &mut Resolver<'_>, of: &Of<'_>, step: &tree::Step, sink: &mut Sink) -> Option<Step> {
    let from = [Source::Root(Root::This)];
    let sent = step.send.as_ref().and_then(|m| target(r, &of.context, m, sink));
    let undone = step.undo.as_ref().and_then(|m| target(r, &of.context, m, sink));
    let (cond, send, undo) = r.check(Some(&of.context), scope(r, of), sink, |_, c| {
        let cond = step.cond.as_ref().map(|e| c.condition(e));
        if let Some(cond) = &cond {
            c.assume(cond);
        }
        let send = step.send.as_ref().zip(sent.as_ref()).map(|(m, t)| message(c, m, t, &from));
        let undo = step.undo.as_ref().zip(undone.as_ref()).map(|(m, t)| message(c, m, t, &from));
        (cond, send, undo)
    });
    for message in [&send, &undo].into_iter().flatten().filter(|m| m.when != WhenIr::Always) {
        let found = format!("step `{}` always sends: it is left out as a whole", step.name.value);
        let help = "write the condition as `if` of the step";
        sink.push(Diagnostic::error(16, message.span, found).help(help));
    }
    let replies = sent.as_ref().map(|sent| replies(r, of, step, sent, sink)).unwrap_or_default();
    Some(Step {
        name: step.name.value.clone(),
        doc: step.doc.as_ref().map(|doc| doc.value.clone()),
        send: send?,
        undo,
        cond,
        retry: retry(step, sink),
        timeout: step.timeout.as_ref().and_then(|t| timeout(t, sink)),
        replies,
        span: step.span,
    })
}

fn retry(step: &tree::Step, sink: &mut Sink) -> u32 {
    let Some(retry) = &step.retry else { return 5 };
    u32::try_from(retry.value).unwrap_or_else(|_| {
        let found = format!("step `{}` cannot be retried {} times", step.name.value, retry.value);
        sink.push(Diagnostic::error(210, retry.span, found).help("write 0 or more"));
        5
    })
}

/// MN419: a request waits for what its own command starts.
fn waited_for(
    name: &str,
    start: Option<&EventRef>,
    context: &str,
    span: Span,
    sink: &mut Sink,
) -> bool {
    let Some(start) = start else { return true };
    let own = start.context == context;
    if !own {
        let found = format!(
            "nobody waits for saga `{name}`: `{}` is an event of `{}`",
            start.name, start.context
        );
        let help = "start it with an event of this context, or take `answer` away";
        sink.push(Diagnostic::error(419, span, found).help(help));
    }
    own
}

fn timeout(written: &Timeout, sink: &mut Sink) -> Option<StepTimeout> {
    let verdict = verdict(&written.verdict, sink)?;
    Some(StepTimeout { after: written.after, verdict })
}

fn verdict(word: &Ident, sink: &mut Sink) -> Option<Verdict> {
    Some(match word.text.as_str() {
        "next" => Verdict::Next,
        "compensate" => Verdict::Compensate,
        "retry" => Verdict::Retry,
        "complete" => Verdict::Complete,
        "park" => Verdict::Park,
        other => {
            let found = format!("`{other}` is not a verdict");
            let help = "write `next`, `compensate`, `retry`, `complete` or `park`";
            sink.push(Diagnostic::error(19, word.span, found).help(help));
            return None;
        }
    })
}

/// Written reactions first, then every other reply with the default verdict.
fn replies(
    r: &mut Resolver<'_>,
    of: &Of<'_>,
    step: &tree::Step,
    sent: &Sent,
    sink: &mut Sink,
) -> Vec<Reply> {
    let command = of.known.get(&sent.context).and_then(|c| c.commands.get(&sent.name));
    let Some(command) = command else { return vec![] };
    let mut out = Vec::new();
    for written in &step.on {
        let name = &written.reply;
        let kind = if command.events.contains(&name.text) {
            ReplyKind::Event
        } else if command.refusals.contains(&name.text) {
            ReplyKind::Refusal
        } else {
            let all: Vec<String> = command.events.union(&command.refusals).cloned().collect();
            impossible(r, step, sent, name, &all, sink);
            continue;
        };
        let record = reply_record(r, of, sent, kind, &name.text);
        let scope = scope(r, of).root(Root::Reply, record);
        let (cond, changes) = r.check(Some(&of.context), scope, sink, |_, c| {
            let cond = written.cond.as_ref().map(|e| c.condition(e));
            if let Some(cond) = &cond {
                c.assume(cond);
            }
            (cond, changes(c, of, &written.actions))
        });
        let said = written.actions.iter().rev().find_map(|a| match a {
            Action::Verdict(word) => Some(word),
            _ => None,
        });
        let said = said.and_then(|word| verdict(word, sink));
        let verdict = said.unwrap_or_else(|| default_verdict(kind));
        out.push(Reply { kind, name: name.text.clone(), cond, changes, verdict });
    }
    let rest = command.events.iter().map(|n| (ReplyKind::Event, n));
    let rest = rest.chain(command.refusals.iter().map(|n| (ReplyKind::Refusal, n)));
    for (kind, name) in rest {
        if !step.on.iter().any(|w| w.reply.text == *name) {
            let verdict = default_verdict(kind);
            out.push(Reply { kind, name: name.clone(), cond: None, changes: vec![], verdict });
        }
    }
    out
}

fn default_verdict(kind: ReplyKind) -> Verdict {
    match kind {
        ReplyKind::Event => Verdict::Next,
        ReplyKind::Refusal => Verdict::Compensate,
    }
}

fn impossible(
    r: &mut Resolver<'_>,
    step: &tree::Step,
    sent: &Sent,
    name: &Ident,
    known: &[String],
    sink: &mut Sink,
) {
    let found = format!(
        "step `{}` cannot get `{}` as a reply: command `{}` does not give it",
        step.name.value, name.text, sent.name
    );
    let report = Diagnostic::error(406, name.span, found);
    let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
    let report = if report.help.is_some() {
        report
    } else {
        report.help(format!("it gives {}", list(known.iter().map(String::as_str))))
    };
    sink.push(report);
}

fn reply_record(
    r: &mut Resolver<'_>,
    of: &Of<'_>,
    sent: &Sent,
    kind: ReplyKind,
    name: &str,
) -> TypeId {
    let known = match kind {
        ReplyKind::Event => {
            r.contexts.get(&sent.context).and_then(|c| c.events.get(name)).map(|e| e.scope)
        }
        ReplyKind::Refusal => {
            of.known.get(&sent.context).and_then(|c| c.refusals.get(name)).map(|x| x.record)
        }
    };
    known.unwrap_or_else(|| {
        let def = record(name, Some(&sent.context), RecordRole::Reply, vec![], Span::default());
        r.world.types.add(def)
    })
}

fn changes(c: &mut Checker<'_>, of: &Of<'_>, written: &[Action]) -> Vec<ChangeIr> {
    let mut out = Vec::new();
    for action in written {
        match action {
            Action::Change(change) => {
                out.extend(c.changes(
                    std::slice::from_ref(change),
                    of.state,
                    &[Source::Root(Root::Reply)],
                ));
            }
            Action::Send(message) => {
                let found = "a reply does not send: the steps do";
                let help = "write a step, or send in `on.completed` or `on.compensated`";
                c.report(Diagnostic::error(17, message.span, found).help(help));
            }
            Action::Verdict(_) => {}
        }
    }
    out
}

fn actions(
    r: &mut Resolver<'_>,
    of: &Of<'_>,
    written: &[Action],
    sink: &mut Sink,
) -> Vec<ActionIr> {
    let from = [Source::Root(Root::This)];
    let mut out = Vec::new();
    for action in written {
        match action {
            Action::Change(change) => {
                let found = r.check(Some(&of.context), scope(r, of), sink, |_, c| {
                    c.changes(std::slice::from_ref(change), of.state, &from)
                });
                out.extend(found.into_iter().map(ActionIr::Change));
            }
            Action::Send(sent) => {
                let Some(target) = target(r, &of.context, sent, sink) else { continue };
                let scope = scope(r, of);
                let sent: MessageIr = r
                    .check(Some(&of.context), scope, sink, |_, c| message(c, sent, &target, &from));
                out.push(ActionIr::Send(sent));
            }
            Action::Verdict(word) => {
                let found = "the saga is at its end: there is no verdict any more";
                sink.push(Diagnostic::error(17, word.span, found).help("remove it"));
            }
        }
    }
    out
}

/// MN404: a step without `undo` before one that can fail.
fn not_undone(name: &str, steps: &[Step], known: &BTreeMap<String, Context>, sink: &mut Sink) {
    for (index, step) in steps.iter().enumerate().filter(|(_, s)| s.undo.is_none()) {
        let fails = steps.iter().skip(index + 1).find(|later| {
            let command =
                known.get(&later.send.context).and_then(|c| c.commands.get(&later.send.name));
            command.is_some_and(|c| !c.refusals.is_empty())
                && later.replies.iter().any(|x| x.verdict == Verdict::Compensate)
        });
        if let Some(later) = fails {
            let found = format!(
                "step `{}` of saga `{name}` is not undone when step `{}` fails",
                step.name, later.name
            );
            sink.push(
                Diagnostic::warning(404, step.span, found)
                    .also(later.span, "this one can fail")
                    .help("add `undo = \"COMMAND\"`, or move it to the end"),
            );
        }
    }
}
