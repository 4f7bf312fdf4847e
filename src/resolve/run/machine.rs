//! The state of a running scenario: streams, rows, messages sent.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::lang::check::World;
use crate::lang::eval::{Emitted, Env, Fault, Fields, Value, apply, eval, made};
use crate::lang::ir::{Ir, Root};
use crate::lang::types::{TypeDefKind, TypeId};
use crate::model::{Aggregate, Context, Event, EventRef, Row, Scenario, Told};
use crate::resolve::literal::{within, zone};

/// Why a scenario cannot go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The interpreter does not know it.
    Unknown,
    /// It cannot be, with the reason.
    Impossible(String),
}

impl From<Fault> for Trouble {
    fn from(_: Fault) -> Self {
        Self::Unknown
    }
}

/// A stream's state.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    pub state: Value,
    pub version: i64,
    pub closed: bool,
}

/// What an event is known by in views and policies.
pub(super) struct Happened {
    pub event: EventRef,
    /// The id and the payload.
    pub ev: Value,
    pub meta: Value,
}

/// A running scenario.
pub(super) struct Machine<'a> {
    pub world: &'a World,
    pub contexts: &'a BTreeMap<String, Context>,
    pub context: &'a Context,
    pub scenario: &'a Scenario,
    /// By aggregate and id.
    pub streams: BTreeMap<(String, Value), Stream>,
    /// By context and source, then key.
    pub rows: BTreeMap<(String, String), BTreeMap<Value, Value>>,
    /// Commands that policies and sagas sent.
    pub sent: Vec<Emitted>,
    /// What other contexts see instead of events.
    pub published: Vec<Emitted>,
}

impl<'a> Machine<'a> {
    pub fn new(
        world: &'a World,
        contexts: &'a BTreeMap<String, Context>,
        context: &'a Context,
        scenario: &'a Scenario,
    ) -> Self {
        let (streams, rows) = (BTreeMap::new(), BTreeMap::new());
        let (sent, published) = (vec![], vec![]);
        let mut all = Self { world, contexts, context, scenario, streams, rows, sent, published };
        for reference in context.references.values() {
            let _broken = all.rows_of(&reference.listed);
        }
        all
    }

    /// What every expression may read.
    pub fn env(&self) -> Env<'a> {
        let mut env = Env::constant(self.world);
        env.now = self.scenario.now;
        env.zone = zone(&self.context.time_zone);
        env.rows = self.rows.clone();
        let settings = self.values(&self.scenario.settings, &mut env);
        env.roots.insert(Root::Settings, Value::Record(self.context.settings, settings));
        let roles = self.scenario.roles.iter().map(|r| Value::Text(r.clone())).collect();
        let actor = [
            ("id".to_owned(), Value::Uuid(self.scenario.actor)),
            ("roles".to_owned(), Value::Set(roles)),
        ];
        env.roots.insert(Root::Actor, Value::Record(TypeId(u32::MAX), actor.into()));
        env
    }

    fn values(&self, list: &[(String, Ir)], env: &mut Env<'_>) -> Fields {
        let one = |(name, value): &(String, Ir)| Some((name.clone(), eval(value, env).ok()?));
        list.iter().filter_map(one).collect()
    }

    /// The rows that are there beforehand.
    pub fn rows_of(&mut self, rows: &[Row]) -> Result<(), Trouble> {
        for row in rows {
            let mut env = self.env();
            let fields = self.values(&row.fields, &mut env);
            let projection = self.context.projection(&row.source).ok_or(Trouble::Unknown)?;
            let key = key_of(&projection.key, &fields).ok_or(Trouble::Unknown)?;
            let source = (self.context.name.clone(), row.source.clone());
            let value = Value::Record(projection.row, fields);
            self.rows.entry(source).or_default().insert(key, value);
        }
        Ok(())
    }

    /// The id and the fields of a told message, as values.
    pub fn told(&self, told: &Told) -> Result<(Value, Fields), Trouble> {
        let mut env = self.env();
        let id = eval(&told.stream, &mut env)?;
        let mut fields = Fields::new();
        for (name, value) in &told.fields {
            fields.insert(name.clone(), eval(value, &mut env)?);
        }
        Ok((id, fields))
    }

    pub fn aggregate(&self, context: &str, name: &str) -> Result<&'a Aggregate, Trouble> {
        let context = self.contexts.get(context).ok_or(Trouble::Unknown)?;
        context.aggregates.get(name).ok_or(Trouble::Unknown)
    }

    pub fn event(&self, of: &EventRef) -> Result<&'a Event, Trouble> {
        let context = self.contexts.get(&of.context).ok_or(Trouble::Unknown)?;
        context.happening(&of.name).ok_or(Trouble::Unknown)
    }

    /// An event that the scenario tells: into its stream when it is an own one, then to views and
    /// policies.
    pub fn happened(&mut self, told: &Told, own: bool) -> Result<(), Trouble> {
        let of = EventRef { context: told.context.clone(), name: told.name.clone() };
        let (id, fields) = self.told(told)?;
        if !own {
            return self.spread(&of, &id, &fields, 1, None);
        }
        let key = (told.aggregate.clone(), id.clone());
        let before = self.streams.get(&key).cloned();
        self.possible(&of, before.as_ref())?;
        let after = self.fold(&of, &id, &fields, before.as_ref())?;
        let (version, status) = (after.version, self.status(&after.state));
        self.publish(&of, &id, &fields, &after)?;
        self.streams.insert(key, after);
        self.spread(&of, &id, &fields, version, status)
    }

    /// What other contexts see instead of an own event.
    pub fn publish(
        &mut self,
        of: &EventRef,
        id: &Value,
        fields: &Fields,
        after: &Stream,
    ) -> Result<(), Trouble> {
        let Some(publication) = self.context.publication_of(&of.name) else { return Ok(()) };
        let event = self.event(of)?;
        let aggregate = self.aggregate(&of.context, &event.aggregate)?;
        let mut env = self.env();
        env.roots.insert(Root::Ev, self.ev(event, aggregate, id, fields));
        let meta = self.meta(&of.name, id, after.version, self.status(&after.state));
        env.roots.insert(Root::Meta, meta);
        env.roots.insert(Root::This, after.state.clone());
        if let Some(cond) = &publication.cond
            && eval(cond, &mut env)? != Value::Bool(true)
        {
            return Ok(());
        }
        let mut made = Fields::from([(aggregate.id.name.clone(), id.clone())]);
        for (name, value) in &publication.fields {
            made.insert(name.clone(), eval(value, &mut env)?);
        }
        let (context, name) = (of.context.clone(), publication.event.name.clone());
        self.published.push(Emitted { context, name, fields: made });
        Ok(())
    }

    /// Whether a told event can follow this state.
    fn possible(&self, of: &EventRef, before: Option<&Stream>) -> Result<(), Trouble> {
        let event = self.event(of)?;
        let no = |why: String| Err(Trouble::Impossible(why));
        match before {
            None if event.begin.is_none() => {
                no(format!("no `{}` was made before", event.aggregate))
            }
            None => Ok(()),
            Some(stream) if stream.closed => no(format!("the `{}` is closed", event.aggregate)),
            Some(_) if !event.follows => no(format!("the `{}` exists already", event.aggregate)),
            Some(stream) => {
                let Some(status) = self.status(&stream.state) else { return Ok(()) };
                let Value::Member(index) = status else { return Ok(()) };
                let mut emitting = self
                    .context
                    .commands
                    .values()
                    .filter(|c| c.events.contains(&of.name))
                    .peekable();
                let none = emitting.peek().is_none();
                let fits = emitting
                    .any(|c| c.from.as_ref().is_none_or(|from| from.statuses.contains(&index)));
                if none || fits {
                    return Ok(());
                }
                let name = self.status_name(&event.aggregate, index);
                no(format!("the status is `{name}`, and no command gives it then"))
            }
        }
    }

    pub fn status_name(&self, aggregate: &str, index: u32) -> String {
        let status = self.context.aggregates.get(aggregate).and_then(|a| a.status);
        match status.and_then(|id| self.world.types.get(id)).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => {
                members.get(index as usize).map_or_else(String::new, |m| m.name.clone())
            }
            _ => String::new(),
        }
    }

    pub fn status(&self, state: &Value) -> Option<Value> {
        state.fields()?.get("status").cloned()
    }

    /// The state after an event.
    pub fn fold(
        &self,
        of: &EventRef,
        id: &Value,
        fields: &Fields,
        before: Option<&Stream>,
    ) -> Result<Stream, Trouble> {
        let event = self.event(of)?;
        let aggregate = self.aggregate(&of.context, &event.aggregate)?;
        let version = before.map_or(0, |s| s.version) + 1;
        let mut env = self.env();
        env.roots.insert(Root::Ev, self.ev(event, aggregate, id, fields));
        match (before, &event.begin) {
            (Some(stream), _) => {
                env.roots.insert(Root::This, stream.state.clone());
                apply(&event.apply, &mut env)?;
            }
            (None, Some(begin)) => {
                let state = made(aggregate.state, &begin.values, &mut env)?;
                env.roots.insert(Root::This, state);
                apply(&begin.then, &mut env)?;
            }
            (None, None) => {
                let why = format!("no `{}` was made before", event.aggregate);
                return Err(Trouble::Impossible(why));
            }
        }
        let state = env.roots.remove(&Root::This).ok_or(Trouble::Unknown)?;
        let closed = event.closes || before.is_some_and(|s| s.closed);
        Ok(Stream { state, version, closed })
    }

    /// Whether every field of a state lies within its bounds.
    pub fn in_bounds(&self, aggregate: &Aggregate, state: &Value) -> bool {
        let Some(values) = state.fields() else { return true };
        self.world
            .types
            .fields(aggregate.state)
            .iter()
            .all(|f| values.get(&f.name).is_none_or(|v| within(v, &f.bounds)))
    }

    pub fn ev(&self, event: &Event, aggregate: &Aggregate, id: &Value, fields: &Fields) -> Value {
        let mut fields = fields.clone();
        fields.insert(aggregate.id.name.clone(), id.clone());
        Value::Record(event.record, fields)
    }

    pub fn meta(&self, event: &str, id: &Value, version: i64, status: Option<Value>) -> Value {
        let name = format!("{event}/{}/{version}", shown(id));
        let unique = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        let mut fields = Fields::from([
            ("id".to_owned(), Value::Uuid(unique)),
            ("event".to_owned(), Value::Text(event.to_owned())),
            ("stream".to_owned(), Value::Text(shown(id))),
            ("version".to_owned(), Value::Int(version)),
            ("time".to_owned(), Value::Time(self.scenario.now)),
            ("actor".to_owned(), Value::Uuid(self.scenario.actor).some()),
            ("correlation_id".to_owned(), Value::Uuid(unique)),
            ("causation_id".to_owned(), Value::none()),
        ]);
        if let Some(status) = status {
            fields.insert("status".to_owned(), status);
        }
        Value::Record(TypeId(u32::MAX), fields)
    }
}

/// An id as text.
fn shown(id: &Value) -> String {
    match id {
        Value::Uuid(u) => u.to_string(),
        Value::Text(t) => t.clone(),
        Value::Int(n) => n.to_string(),
        Value::Date(d) => d.to_string(),
        other => format!("{other:?}"),
    }
}

/// The key of a row: one value, or the list of several.
pub(super) fn key_of(key: &[String], fields: &Fields) -> Option<Value> {
    let mut parts = key.iter().map(|k| fields.get(k).cloned()).collect::<Option<Vec<_>>>()?;
    if parts.len() == 1 { parts.pop() } else { Some(Value::List(parts)) }
}
