//! Sagas played through: what each sends when all goes well, and when a step fails. Generated tests
//! say the same of the generated saga.

use std::collections::BTreeMap;

use super::actions::perform;
use super::machine::{Happened, Machine};
use crate::lang::check::World;
use crate::lang::eval::{Emitted, Env, Fault, Fields, Value, apply, emit, eval, made};
use crate::lang::ir::{Ir, MessageIr, Root};
use crate::model::{
    ActionIr, Context, Reply, ReplyKind, Saga, SagaExample, SagaReply, Scenario, Verdict,
};

type Fallible<T> = Result<T, Fault>;

/// What a saga does when the example of its event starts it; `None` when only Rust knows.
pub(in crate::resolve) fn example(
    world: &World,
    contexts: &BTreeMap<String, Context>,
    context: &Context,
    saga: &Saga,
) -> Option<SagaExample> {
    let scenario = Scenario::plain(settings(world, context)?, saga.span);
    let machine = Machine::new(world, contexts, context, &scenario);
    let start = start(&machine, saga)?;
    let replies = replies(&machine, saga);
    let played = |every_step| Trial { saga, replies: &replies, every_step };
    let (whole, trial) = [true, false].into_iter().find_map(|every_step| {
        let trial = played(every_step);
        Some((trial.play(&start, None).ok()?, trial))
    })?;
    let mut failing = Vec::new();
    for step in &whole.steps {
        failing.push((step.clone(), trial.play(&start, Some(step)).ok()?.sent));
    }
    Some(SagaExample {
        every_step: trial.every_step,
        replies: replies.iter().map(|(of, _)| of.clone()).collect(),
        whole: whole.sent,
        failing,
    })
}

/// Every setting with its default.
fn settings(world: &World, context: &Context) -> Option<Vec<(String, Ir)>> {
    let fields = world.types.fields(context.settings);
    fields.iter().map(|f| Some((f.name.clone(), f.default.clone()?))).collect()
}

/// What may be read when the saga has started.
fn start<'m>(machine: &'m Machine<'_>, saga: &Saga) -> Option<Env<'m>> {
    let of = machine.contexts.get(&saga.start.context)?;
    let event = of.happening(&saga.start.name)?;
    let aggregate = of.aggregates.get(&event.aggregate)?;
    let mut env = machine.env();
    let id = eval(of.examples.ids.get(&event.aggregate)?, &mut env).ok()?;
    let fields = values(of.examples.events.get(&event.name)?, &mut env)?;
    let status = aggregate.status.map(|_| Value::Member(event.to.unwrap_or(0)));
    let happened = Happened {
        event: saga.start.clone(),
        ev: machine.ev(event, aggregate, &id, &fields),
        meta: machine.meta(&event.name, &id, 1, status),
    };
    let mut begin = env.clone();
    begin.roots.insert(Root::Ev, happened.ev);
    begin.roots.insert(Root::Meta, happened.meta);
    let state = made(saga.state, &saga.begin.values, &mut begin).ok()?;
    begin.roots.insert(Root::This, state);
    apply(&saga.begin.then, &mut begin).ok()?;
    env.roots.insert(Root::This, begin.roots.remove(&Root::This)?);
    Some(env)
}

fn values(fields: &[(String, Ir)], env: &mut Env<'_>) -> Option<Fields> {
    fields.iter().map(|(name, ir)| Some((name.clone(), eval(ir, env).ok()?))).collect()
}

/// For each step the event that it reacts to and goes on, with example fields.
fn replies(machine: &Machine<'_>, saga: &Saga) -> Vec<(SagaReply, Value)> {
    let mut out = Vec::new();
    for step in &saga.steps {
        let reacts = |reply: &&Reply| {
            let said = !reply.changes.is_empty() || reply.cond.is_some();
            reply.kind == ReplyKind::Event && reply.verdict == Verdict::Next && said
        };
        let Some(reply) = step.replies.iter().find(reacts) else { continue };
        let found = || {
            let of = machine.contexts.get(&step.send.context)?;
            let event = of.events.get(&reply.name)?;
            let aggregate = of.aggregates.get(&event.aggregate)?;
            let mut fields = of.examples.events.get(&reply.name)?.clone();
            fields.insert(
                0,
                (aggregate.id.name.clone(), of.examples.ids.get(&event.aggregate)?.clone()),
            );
            let value = Value::Record(event.record, values(&fields, &mut machine.env())?);
            let (step, wire) = (step.name.clone(), event.wire.clone());
            Some((SagaReply { step, event: wire, name: reply.name.clone(), fields }, value))
        };
        out.extend(found());
    }
    out
}

struct Trial<'a> {
    saga: &'a Saga,
    replies: &'a [(SagaReply, Value)],
    every_step: bool,
}

/// What a saga did.
#[derive(Default)]
struct Played {
    /// The steps that took part.
    steps: Vec<String>,
    /// The commands, by context and name.
    sent: Vec<(String, String)>,
}

impl Trial<'_> {
    fn play(&self, start: &Env<'_>, failing: Option<&str>) -> Fallible<Played> {
        let mut env = start.clone();
        let mut played = Played::default();
        for step in &self.saga.steps {
            if let (false, Some(cond)) = (self.every_step, &step.cond)
                && eval(cond, &mut env)? != Value::Bool(true)
            {
                continue;
            }
            send(&step.send, &mut env, &mut played)?;
            if failing == Some(step.name.as_str()) {
                return self.back(env, played);
            }
            self.reply(&step.name, &step.replies, &mut env)?;
            played.steps.push(step.name.clone());
        }
        end(&self.saga.completed, &mut env, &mut played)?;
        Ok(played)
    }

    fn reply(&self, step: &str, known: &[Reply], env: &mut Env<'_>) -> Fallible<()> {
        let Some((reply, value)) = self.replies.iter().find(|(reply, _)| reply.step == step) else {
            return Ok(());
        };
        env.roots.insert(Root::Reply, value.clone());
        for known in known.iter().filter(|it| it.name == reply.name) {
            let holds = match &known.cond {
                Some(cond) => eval(cond, env)? == Value::Bool(true),
                None => true,
            };
            if holds && known.verdict != Verdict::Next {
                return Err(Fault::Unknown("another way than to the next step".to_owned()));
            }
            if holds {
                apply(&known.changes, env)?;
                break;
            }
        }
        env.roots.remove(&Root::Reply);
        Ok(())
    }

    fn back(&self, mut env: Env<'_>, mut played: Played) -> Fallible<Played> {
        for name in std::mem::take(&mut played.steps).iter().rev() {
            let step = self.saga.steps.iter().find(|step| step.name == *name);
            if let Some(undo) = step.and_then(|step| step.undo.as_ref()) {
                send(undo, &mut env, &mut played)?;
            }
        }
        end(&self.saga.compensated, &mut env, &mut played)?;
        Ok(played)
    }
}

fn send(message: &MessageIr, env: &mut Env<'_>, played: &mut Played) -> Fallible<()> {
    let sent = emit(std::slice::from_ref(message), env, &mut |_, _| Ok(()))?;
    played.sent.extend(sent.into_iter().map(|Emitted { context, name, .. }| (context, name)));
    Ok(())
}

fn end(actions: &[ActionIr], env: &mut Env<'_>, played: &mut Played) -> Fallible<()> {
    perform(actions, env, &mut |command| played.sent.push((command.context, command.name)))
}
