//! What policies and sagas send when an event happened.

use std::collections::BTreeMap;

use super::actions::perform;
use super::machine::{Happened, Machine, Trouble};
use super::project::{all, keys};
use crate::lang::eval::{Env, Fault, Value, apply, emit, eval, made};
use crate::lang::ir::Root;
use crate::model::{Each, EachSource, Form, Policy, Saga, Schedule};

/// The rows of replicas before an event, by replica; absent where there was none.
pub(super) type Before = BTreeMap<String, Value>;

impl Machine<'_> {
    /// The rows that policies with a replica may call `before`.
    pub fn before(&self, happened: &Happened) -> Before {
        let mut out = Before::new();
        let with = self.context.policies.values().filter(|p| p.on.contains(&happened.event));
        for name in with.filter_map(|p| p.replica.as_ref()) {
            let Some(replica) = self.context.replicas.get(name) else { continue };
            let Form::Keyed { reactions } = &replica.form else { continue };
            let Some(reaction) = reactions.iter().find(|r| r.event == happened.event) else {
                continue;
            };
            let Ok(Some(key)) = keys(replica, reaction, &mut self.env_of(happened)) else {
                continue;
            };
            let source = (self.context.name.clone(), name.clone());
            if let Some(row) = self.rows.get(&source).and_then(|rows| rows.get(&key)) {
                out.insert(name.clone(), row.clone());
            }
        }
        out
    }

    /// Run policies and start sagas. One that faults parks the event and sends nothing.
    pub fn react(&mut self, happened: &Happened, before: &Before) {
        let context = self.context;
        for policy in context.policies.values().filter(|p| p.on.contains(&happened.event)) {
            if let Ok(sent) = self.policy(policy, happened, before) {
                self.sent.extend(sent);
            }
        }
        for saga in context.sagas.values().filter(|s| s.start == happened.event) {
            if let Ok(sent) = self.saga(saga, happened) {
                self.sent.extend(sent);
            }
        }
    }

    fn policy(
        &self,
        policy: &Policy,
        happened: &Happened,
        before: &Before,
    ) -> Result<Vec<crate::lang::eval::Emitted>, Fault> {
        let mut env = self.env_of(happened);
        if let Some(name) = &policy.replica {
            let Some(row) = before.get(name) else { return Ok(vec![]) };
            env.roots.insert(Root::Before, row.clone());
        }
        if let Some(cond) = &policy.cond
            && eval(cond, &mut env)? != Value::Bool(true)
        {
            return Ok(vec![]);
        }
        let mut out = Vec::new();
        for mut env in self.policy_rounds(policy.each.as_ref(), Some(happened), &env)? {
            out.extend(emit(&policy.send, &mut env, &mut |_, _| Ok(()))?);
        }
        Ok(out)
    }

    fn policy_rounds<'e>(
        &self,
        each: Option<&Each>,
        happened: Option<&Happened>,
        env: &Env<'e>,
    ) -> Result<Vec<Env<'e>>, Fault> {
        let Some(each) = each else { return Ok(vec![env.clone()]) };
        let EachSource::Rows { source } = &each.source else {
            let Some(happened) = happened else { return Err(Fault::Unknown(String::new())) };
            let rounds = self.rounds(Some(each), happened)?;
            let with = |locals| {
                let mut round = env.clone();
                round.locals = locals;
                round
            };
            return Ok(rounds.into_iter().map(with).collect());
        };
        let mut out = Vec::new();
        let rows = self.rows.get(&(self.context.name.clone(), source.clone()));
        for row in rows.into_iter().flat_map(|rows| rows.values()) {
            let mut round = env.clone();
            round.roots.insert(Root::This, row.clone());
            round.locals.extend(each.var.iter().map(|var| (var.clone(), row.clone())));
            if all(&each.filter, &mut round)? {
                round.roots.remove(&Root::This);
                round.roots.insert(Root::Row, row.clone());
                out.push(round);
            }
        }
        Ok(out)
    }

    /// Run a schedule. One that faults sends nothing.
    pub fn scheduled(&mut self, name: &str) -> Result<(), Trouble> {
        let schedule = self.context.schedules.get(name).ok_or(Trouble::Unknown)?;
        if let Ok(sent) = self.schedule(schedule) {
            self.sent.extend(sent);
        }
        Ok(())
    }

    fn schedule(&self, schedule: &Schedule) -> Result<Vec<crate::lang::eval::Emitted>, Fault> {
        let mut env = self.env();
        if let Some(cond) = &schedule.cond
            && eval(cond, &mut env)? != Value::Bool(true)
        {
            return Ok(vec![]);
        }
        let mut out = Vec::new();
        for mut env in self.policy_rounds(schedule.each.as_ref(), None, &env)? {
            out.extend(emit(&schedule.send, &mut env, &mut |_, _| Ok(()))?);
        }
        Ok(out)
    }

    /// The first step of a saga that starts; what it does at its end when there is none.
    fn saga(
        &self,
        saga: &Saga,
        happened: &Happened,
    ) -> Result<Vec<crate::lang::eval::Emitted>, Fault> {
        let mut env = self.env_of(happened);
        let state = made(saga.state, &saga.begin.values, &mut env)?;
        env.roots.insert(Root::This, state);
        apply(&saga.begin.then, &mut env)?;
        for step in &saga.steps {
            let wanted = match &step.cond {
                Some(cond) => eval(cond, &mut env)? == Value::Bool(true),
                None => true,
            };
            if wanted {
                let message = std::slice::from_ref(&step.send);
                return emit(message, &mut env, &mut |_, _| Ok(()));
            }
        }
        let mut sent = Vec::new();
        perform(&saga.completed, &mut env, &mut |command| sent.push(command))?;
        Ok(sent)
    }
}
