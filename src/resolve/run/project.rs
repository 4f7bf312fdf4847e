//! What an event does to the rows of views and replicas.

use super::machine::{Happened, Machine, Trouble, key_of};
use crate::lang::eval::{Env, Fault, Fields, Value, apply, eval, made};
use crate::lang::ir::Root;
use crate::model::{Each, EachSource, EventRef, Form, KeySource, LogForm, Projection, Reaction};

impl Machine<'_> {
    /// Tell an event to views, replicas and policies of the context.
    pub fn spread(
        &mut self,
        of: &EventRef,
        id: &Value,
        fields: &Fields,
        version: i64,
        status: Option<Value>,
    ) -> Result<(), Trouble> {
        let event = self.event(of)?;
        let aggregate = self.aggregate(&of.context, &event.aggregate)?;
        let ev = self.ev(event, aggregate, id, fields);
        let status = status.or_else(|| event.to.map(Value::Member));
        let meta = self.meta(&of.name, id, version, status);
        let happened = Happened { event: of.clone(), ev, meta };
        let before = self.before(&happened);
        let context = self.context;
        for projection in context.replicas.values().chain(context.views.values()) {
            self.project(projection, &happened);
        }
        self.react(&happened, &before);
        Ok(())
    }

    /// The environment of a reaction.
    pub fn env_of(&self, happened: &Happened) -> Env<'_> {
        let mut env = self.env();
        env.roots.insert(Root::Ev, happened.ev.clone());
        env.roots.insert(Root::Meta, happened.meta.clone());
        env
    }

    /// A reaction that faults parks the event: the rows stay as they are.
    fn project(&mut self, projection: &Projection, happened: &Happened) {
        match &projection.form {
            Form::Keyed { reactions } => {
                for reaction in reactions.iter().filter(|r| r.event == happened.event) {
                    let _parked = self.reaction(projection, reaction, happened);
                }
            }
            Form::Log(log) => {
                let _parked = self.log(projection, log, happened);
            }
        }
    }

    fn log(&mut self, of: &Projection, log: &LogForm, happened: &Happened) -> Result<(), Fault> {
        let Some(entry) = log.events.iter().find(|e| e.event == happened.event) else {
            return Ok(());
        };
        let source = (self.context.name.clone(), of.name.clone());
        let position = self.rows.get(&source).map_or(0, |rows| rows.len()) + 1;
        let position = Value::Text(format!("{position:012}"));
        let mut env = self.env_of(happened);
        env.locals.push(("position".to_owned(), position.clone()));
        let row = made(of.row, &entry.make.values, &mut env)?;
        env.roots.insert(Root::This, row);
        apply(&entry.make.then, &mut env)?;
        let row = env.roots.remove(&Root::This);
        self.rows.entry(source).or_default().extend(row.map(|row| (position, row)));
        Ok(())
    }

    fn reaction(
        &mut self,
        of: &Projection,
        reaction: &Reaction,
        happened: &Happened,
    ) -> Result<(), Fault> {
        let rounds = self.rounds(reaction.each.as_ref(), happened)?;
        for locals in rounds {
            let mut env = self.env_of(happened);
            env.locals = locals;
            let Some(key) = keys(of, reaction, &mut env)? else { continue };
            let source = (self.context.name.clone(), of.name.clone());
            let row = self.rows.get(&source).and_then(|rows| rows.get(&key)).cloned();
            env.exists = row.is_some();
            let known = row.is_some();
            if let Some(row) = row {
                env.roots.insert(Root::This, row);
            }
            if let Some(cond) = &reaction.cond
                && eval(cond, &mut env) != Ok(Value::Bool(true))
            {
                continue;
            }
            let keep = match (&reaction.make, known) {
                (_, true) => apply(&reaction.changes, &mut env)?,
                (Some(make), false) => {
                    let row = made(of.row, &make.values, &mut env)?;
                    env.roots.insert(Root::This, row);
                    apply(&make.then, &mut env)?
                }
                (None, false) => continue,
            };
            let row = env.roots.remove(&Root::This);
            let rows = self.rows.entry(source).or_default();
            match row.filter(|_| keep) {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
        }
        Ok(())
    }

    /// The locals of each round of `each`; one round without it.
    pub fn rounds(
        &self,
        each: Option<&Each>,
        happened: &Happened,
    ) -> Result<Vec<Vec<(String, Value)>>, Fault> {
        let Some(each) = each else { return Ok(vec![vec![]]) };
        let EachSource::Elements(of) = &each.source else { return Ok(vec![]) };
        let mut env = self.env_of(happened);
        let items = match eval(of, &mut env)? {
            Value::List(items) => items,
            Value::Set(items) => items.into_iter().collect(),
            Value::Map(entries) => entries.into_values().collect(),
            _ => vec![],
        };
        let mut out = Vec::new();
        for item in items {
            let locals: Vec<(String, Value)> =
                each.var.iter().map(|var| (var.clone(), item.clone())).collect();
            env.locals.clone_from(&locals);
            if all(&each.filter, &mut env)? {
                out.push(locals);
            }
        }
        Ok(out)
    }
}

/// Whether every condition holds.
pub(super) fn all(filter: &[crate::lang::ir::Ir], env: &mut Env<'_>) -> Result<bool, Fault> {
    for cond in filter {
        if eval(cond, env)? != Value::Bool(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The key of a reaction's row; `None` skips the event. Key columns are locals from then on.
pub(super) fn keys(
    of: &Projection,
    reaction: &Reaction,
    env: &mut Env<'_>,
) -> Result<Option<Value>, Fault> {
    let mut fields = Fields::new();
    match &reaction.key {
        KeySource::Columns(values) => {
            for (name, value) in of.key.iter().zip(values) {
                fields.insert(name.clone(), eval(value, env)?);
            }
        }
        KeySource::Via(via) => match eval(via, env)? {
            Value::Option(Some(value)) => {
                let Some(name) = of.key.first() else { return Ok(None) };
                env.locals.push((name.clone(), (*value).clone()));
                fields.insert(name.clone(), *value);
            }
            _ => return Ok(None),
        },
    }
    Ok(key_of(&of.key, &fields))
}
