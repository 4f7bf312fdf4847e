//! A command as the kit runs it: closed, status, lookups, `let`, `require`, `emit`, fold, `ensure`,
//! `unique`.

use std::collections::BTreeMap;

use super::machine::{Machine, Stream, Trouble};
use crate::lang::eval::{
    Decision, Emitted, Env, Fault, Fields, Value, decide_rules, emit, eval, outcome,
};
use crate::lang::ir::{Ir, IrKind, Root};
use crate::lang::types::Type;
use crate::model::{
    Aggregate, Command, CommandKind, Decide, EventRef, IfMissing, Lookup, Rules, Told,
};

/// What came of it.
#[derive(Debug)]
pub(super) enum Ran {
    /// A refusal with its fields.
    Refused(String, Fields),
    /// These events; none: ignored.
    Events(Vec<Emitted>),
}

/// An end before the events are there.
enum End {
    Refused(String, Fields),
    Ignored,
    Instead(Emitted),
    Trouble(Trouble),
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Arithmetic => Self::Refused("Arithmetic".to_owned(), Fields::new()),
            Fault::Unauthenticated => Self::Refused("Unauthenticated".to_owned(), Fields::new()),
            Fault::Unknown(_) => Self::Trouble(Trouble::Unknown),
        }
    }
}

impl From<Decision> for End {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Refused(name, fields) => Self::Refused(name, fields),
            Decision::Ignored => Self::Ignored,
            Decision::Instead(event) => Self::Instead(event),
        }
    }
}

fn refused(name: &str) -> End {
    End::Refused(name.to_owned(), Fields::new())
}

impl Machine<'_> {
    /// Run a command; its events go into the stream, to views and to policies.
    pub fn command(&mut self, told: &Told) -> Result<Ran, Trouble> {
        let command = self.context.commands.get(&told.name).ok_or(Trouble::Unknown)?;
        let (id, fields) = self.told(told)?;
        let key = (command.aggregate.clone(), id.clone());
        let before = self.streams.get(&key).cloned();
        let aggregate = self.aggregate(&self.context.name, &command.aggregate)?;
        let done = self.decide(command, aggregate, &id, &fields, before.as_ref());
        let events = match done {
            Ok(events) => events,
            Err(End::Ignored) => vec![],
            Err(End::Instead(event)) => vec![event],
            Err(End::Refused(name, fields)) => return Ok(Ran::Refused(name, fields)),
            Err(End::Trouble(trouble)) => return Err(trouble),
        };
        let mut stream = before;
        for event in &events {
            let of = EventRef { context: event.context.clone(), name: event.name.clone() };
            let after = match self.fold(&of, &id, &event.fields, stream.as_ref()) {
                Ok(after) => after,
                Err(Trouble::Unknown) => {
                    return Ok(Ran::Refused("Arithmetic".to_owned(), Fields::new()));
                }
                Err(other) => return Err(other),
            };
            let (version, status) = (after.version, self.status(&after.state));
            self.publish(&of, &id, &event.fields, &after)?;
            self.streams.insert(key.clone(), after.clone());
            stream = Some(after);
            self.spread(&of, &id, &event.fields, version, status)?;
        }
        Ok(Ran::Events(events))
    }

    fn decide(
        &self,
        command: &Command,
        aggregate: &Aggregate,
        id: &Value,
        fields: &Fields,
        before: Option<&Stream>,
    ) -> Result<Vec<Emitted>, End> {
        match (command.kind, before) {
            (CommandKind::Creates, Some(_)) => return Err(refused("AlreadyExists")),
            (CommandKind::On(IfMissing::Refuse), None) => return Err(refused("NotFound")),
            (CommandKind::On(IfMissing::Ignore), None) => return Err(End::Ignored),
            (_, Some(stream)) if stream.closed => return Err(refused("Closed")),
            _ => {}
        }
        let mut env = self.env();
        let mut cmd = fields.clone();
        cmd.insert(aggregate.id.name.clone(), id.clone());
        env.roots.insert(Root::Cmd, Value::Record(command.record, cmd));
        env.exists = before.is_some();
        if let Some(stream) = before {
            env.roots.insert(Root::This, stream.state.clone());
        }
        if let (Some(from), Some(stream)) = (&command.from, before)
            && let Some(Value::Member(status)) = self.status(&stream.state)
            && !from.statuses.contains(&status)
        {
            return Err(outcome(&from.otherwise, &mut env)?.into());
        }
        for lookup in &command.lookups {
            let row = eval(&self.lookup(lookup), &mut env)?;
            env.locals.push((lookup.name.clone(), row));
        }
        match &command.decide {
            Decide::Rules(rules) => self.rules(rules, aggregate, id, before, &mut env),
            Decide::Rust { .. } => Err(End::Trouble(Trouble::Unknown)),
        }
    }

    fn lookup(&self, lookup: &Lookup) -> Ir {
        let kind = IrKind::Lookup {
            context: self.context.name.clone(),
            source: lookup.replica.clone(),
            keys: lookup.keys.clone(),
        };
        let ty = Type::Option(Box::new(Type::Named(lookup.row)));
        Ir { kind, ty, span: Default::default() }
    }

    fn rules(
        &self,
        rules: &Rules,
        aggregate: &Aggregate,
        id: &Value,
        before: Option<&Stream>,
        env: &mut Env<'_>,
    ) -> Result<Vec<Emitted>, End> {
        for named in &rules.lets {
            let value = eval(&named.value, env)?;
            env.locals.push((named.name.clone(), value));
        }
        if let Some(decision) = decide_rules(&rules.require, env)? {
            return Err(decision.into());
        }
        let mut stream = before.cloned();
        if let Some(stream) = &stream {
            env.roots.insert(Root::After, stream.state.clone());
        }
        let mut folded = Ok(());
        let events = emit(&rules.emit, env, &mut |event, env| {
            let of = EventRef { context: event.context.clone(), name: event.name.clone() };
            match self.fold(&of, id, &event.fields, stream.as_ref()) {
                Ok(after) => {
                    env.roots.insert(Root::After, after.state.clone());
                    stream = Some(after);
                    Ok(())
                }
                Err(trouble) => {
                    folded = Err(trouble);
                    Err(Fault::Arithmetic)
                }
            }
        });
        if let Err(Trouble::Impossible(why)) = folded {
            return Err(End::Trouble(Trouble::Impossible(why)));
        }
        let events = events?;
        if let Some(stream) = &stream
            && !events.is_empty()
        {
            if !self.in_bounds(aggregate, &stream.state) {
                return Err(refused("Invalid"));
            }
            if let Some(decision) = decide_rules(&rules.ensure, env)? {
                return Err(decision.into());
            }
            self.unique(aggregate, id, stream)?;
        }
        Ok(events)
    }

    /// Refuse when another open stream has the same values.
    fn unique(&self, aggregate: &Aggregate, id: &Value, stream: &Stream) -> Result<(), End> {
        for rule in &aggregate.unique {
            let taken = |state: &Value| -> Result<Option<Vec<Value>>, End> {
                let mut env = self.env();
                env.roots.insert(Root::This, state.clone());
                if let Some(cond) = &rule.cond
                    && eval(cond, &mut env)? != Value::Bool(true)
                {
                    return Ok(None);
                }
                let mut values = Vec::new();
                for value in &rule.values {
                    values.push(eval(value, &mut env)?);
                }
                Ok(Some(values).filter(|v| !v.contains(&Value::none())))
            };
            let Some(mine) = taken(&stream.state)? else { continue };
            if stream.closed {
                continue;
            }
            let others: BTreeMap<_, _> = self
                .streams
                .iter()
                .filter(|((name, other), s)| *name == aggregate.name && other != id && !s.closed)
                .collect();
            for other in others.values() {
                if taken(&other.state)?.as_ref() == Some(&mine) {
                    let mut env = self.env();
                    env.roots.insert(Root::This, stream.state.clone());
                    let mut fields = Fields::new();
                    for (name, value) in &rule.refusal.fields {
                        fields.insert(name.clone(), eval(value, &mut env)?);
                    }
                    return Err(End::Refused(rule.refusal.name.clone(), fields));
                }
            }
        }
        Ok(())
    }
}
