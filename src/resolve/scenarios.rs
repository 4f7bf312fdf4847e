//! Scenarios of the model: every message complete, every value constant (§7.16).

use std::collections::BTreeMap;

use super::follow;
use super::literal::{example, literal, zone};
use super::queries;
use super::resolver::Resolver;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Scope, uuid_of};
use crate::lang::eval::{Env, Fields, Value, eval};
use crate::lang::ir::{Ir, Root};
use crate::lang::tree::{Ident, Message, Path};
use crate::lang::types::{FieldDef, Type, TypeId};
use crate::model::{BUILT_IN, Context, EventRef, Expected, Outcome, Row, Scenario, Told, Trigger};
use crate::syntax::tree;

/// The scenarios of a context in text order; broken ones are left out.
pub(super) fn build(
    r: &mut Resolver<'_>,
    context: &str,
    known: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Vec<Scenario> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let tree = ctx.tree;
    let mut out: Vec<Scenario> = Vec::new();
    for scenario in &tree.scenarios {
        let name = &scenario.name;
        if out.iter().any(|s| s.name == name.value) {
            let found = format!("there are two scenarios `{}`", name.value);
            sink.push(Diagnostic::error(111, name.span, found).help("rename one of them"));
            continue;
        }
        let Some(context) = known.get(context) else { continue };
        out.extend(Building::new(r, context, scenario, sink).build());
    }
    out
}

/// The commands that a new database begins with (§7.15), complete like those of a scenario.
pub(super) fn seeds(
    r: &mut Resolver<'_>,
    context: &str,
    known: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Vec<Told> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let (tree, Some(context)) = (ctx.tree, known.get(context)) else { return vec![] };
    let one = |message: &Message| {
        let scenario = tree::Scenario::of(message.clone());
        let before = sink.found().len();
        let mut building = Building::new(r, context, &scenario, sink);
        let _ = building.settings();
        match building.when() {
            Some(Trigger::Command(told)) => Some(told),
            Some(_) => {
                let found =
                    format!("`{}` is not a command of this context", message.path.name.text);
                let help = "send a command; what follows from it, follows by itself";
                sink.push(Diagnostic::error(110, message.path.span(), found).help(help));
                None
            }
            None if sink.found().len() == before => {
                let found = format!("`{}` cannot be sent at the start", message.path.name.text);
                sink.push(Diagnostic::error(110, message.path.span(), found));
                None
            }
            None => None,
        }
    };
    tree.seeds.iter().filter_map(one).collect()
}

struct Building<'b, 't> {
    r: &'b mut Resolver<'t>,
    context: &'b Context,
    tree: &'b tree::Scenario,
    sink: &'b mut Sink,
    now: jiff::Timestamp,
    settings: Value,
}

impl<'b, 't> Building<'b, 't> {
    fn new(
        r: &'b mut Resolver<'t>,
        context: &'b Context,
        tree: &'b tree::Scenario,
        sink: &'b mut Sink,
    ) -> Self {
        let now = tree.now.as_ref().map_or(Env::constant(&r.world).now, |n| n.value);
        let settings = Value::Record(context.settings, Fields::new());
        Self { r, context, tree, sink, now, settings }
    }

    fn env(&self) -> Env<'_> {
        let mut env = Env::constant(&self.r.world);
        env.now = self.now;
        env.zone = zone(&self.context.time_zone);
        env.roots.insert(Root::Settings, self.settings.clone());
        env
    }

    fn build(mut self) -> Option<Scenario> {
        let settings = self.settings();
        let given: Vec<_> = self.tree.given.iter().map(|m| self.given(m)).collect();
        let rows: Vec<_> = self.tree.rows.iter().map(|m| self.row(m)).collect();
        let when = self.when();
        let then = self.then();
        let sends = self
            .tree
            .then_sends
            .as_ref()
            .map(|list| list.iter().map(|m| self.sent(m)).collect::<Vec<_>>());
        let publishes = self.tree.then_publishes.as_ref();
        let publishes: Option<Vec<_>> =
            publishes.map(|list| list.iter().map(|m| self.published(m)).collect());
        let rows_after: Vec<_> = self.tree.then_rows.iter().map(|m| self.row_after(m)).collect();
        let actor = self.tree.actor.as_ref().map_or("actor", |a| a.text.as_str());
        let when = when?;
        let event = match &when {
            Trigger::Event(told) => {
                Some(EventRef { context: told.context.clone(), name: told.name.clone() })
            }
            Trigger::Command(_) | Trigger::Schedule(_) | Trigger::Nothing => None,
        };
        Some(Scenario {
            name: self.tree.name.value.clone(),
            given: given.into_iter().collect::<Option<_>>()?,
            rows: rows.into_iter().collect::<Option<_>>()?,
            now: self.now,
            actor: uuid_of(actor),
            roles: self.tree.roles.iter().map(|n| n.text.clone()).collect(),
            settings: settings?,
            when,
            then: then?,
            sends: match sends {
                Some(list) => Some(list.into_iter().collect::<Option<_>>()?),
                None => None,
            },
            publishes: match publishes {
                Some(list) => Some(list.into_iter().collect::<Option<_>>()?),
                None => None,
            },
            rows_after: rows_after.into_iter().collect::<Option<_>>()?,
            event,
            span: self.tree.name.span,
        })
    }

    /// Defaults, and what the scenario says instead.
    fn settings(&mut self) -> Option<Vec<(String, Ir)>> {
        let fields = self.r.world.types.fields(self.context.settings).to_vec();
        let mut values = Fields::new();
        for (name, expr) in &self.tree.settings {
            let Some(field) = fields.iter().find(|f| f.name == name.text) else {
                let found = format!("there is no setting `{}`", name.text);
                let report = Diagnostic::error(103, name.span, found);
                let known = fields.iter().map(|f| f.name.as_str());
                let report = self.r.suggest(report, name.span, &name.text, known);
                self.sink.push(report);
                continue;
            };
            let scope = Scope::new("a scenario");
            let value = self.r.check(Some(&self.context.name), scope, self.sink, |_, c| {
                c.value(expr, &field.ty, &field.bounds)
            });
            let value = eval(&value, &mut self.env()).ok()?;
            values.insert(name.text.clone(), value);
        }
        for field in &fields {
            if !values.contains_key(&field.name) {
                let value = field.default.as_ref().and_then(|d| eval(d, &mut self.env()).ok())?;
                values.insert(field.name.clone(), value);
            }
        }
        self.settings = Value::Record(self.context.settings, values.clone());
        let one = |f: &FieldDef| {
            let value = values.get(&f.name)?;
            Some((f.name.clone(), literal(&self.r.world, value, &f.ty, f.span)?))
        };
        fields.iter().map(one).collect()
    }

    /// What is written, as constant values by name.
    fn written(&mut self, message: &Message, fields: &[FieldDef]) -> Option<Fields> {
        let mut scope = Scope::new("a scenario").clock();
        scope.actors = true;
        let name = &message.path.name;
        let before = self.sink.found().len();
        let given = self.r.check(Some(&self.context.name), scope, self.sink, |_, c| {
            c.given(&message.binds, name, fields)
        });
        if self.sink.found().len() > before {
            return None;
        }
        let mut env = self.env();
        let mut out = Fields::new();
        for (name, value) in given {
            out.insert(name, eval(&value, &mut env).ok()?);
        }
        Some(out)
    }

    /// Every field: what is written, else an example; MN337 when there is none.
    fn complete(&mut self, message: &Message, fields: &[FieldDef]) -> Option<Vec<(String, Ir)>> {
        let given = self.written(message, fields)?;
        if fields.iter().any(|f| f.ty == Type::Error) {
            return None;
        }
        let mut out = Vec::new();
        let mut missing: Vec<&str> = Vec::new();
        for field in fields {
            let value = given.get(&field.name).cloned().or_else(|| example(&self.env(), field));
            match value.and_then(|v| literal(&self.r.world, &v, &field.ty, message.span)) {
                Some(value) => out.push((field.name.clone(), value)),
                None => missing.push(&field.name),
            }
        }
        if missing.is_empty() {
            return Some(out);
        }
        let name = &message.path.name;
        let found = format!(
            "there is no example value for {} of `{}`",
            list(missing.iter().copied()),
            name.text
        );
        let args = missing.iter().map(|m| format!("{m} = ..")).collect::<Vec<_>>().join(", ");
        self.sink.push(
            Diagnostic::error(337, name.span, found)
                .help(format!("give it: `{}({args})`", name.text)),
        );
        None
    }

    /// Only what is written.
    fn mentioned(&mut self, message: &Message, fields: &[FieldDef]) -> Option<Vec<(String, Ir)>> {
        let given = self.written(message, fields)?;
        let one = |f: &FieldDef| {
            let value = given.get(&f.name)?;
            Some((f.name.clone(), literal(&self.r.world, value, &f.ty, message.span)?))
        };
        Some(fields.iter().filter_map(one).collect())
    }

    fn event_fields(&self, event: &EventRef) -> Vec<FieldDef> {
        let entry = self.r.contexts.get(&event.context).and_then(|c| c.events.get(&event.name));
        entry.map(|e| self.r.world.types.fields(e.scope).to_vec()).unwrap_or_default()
    }

    /// A complete message; its first field is the id.
    fn told(
        &mut self,
        message: &Message,
        (context, aggregate): (&str, &str),
        fields: &[FieldDef],
    ) -> Option<Told> {
        let mut fields = self.complete(message, fields)?.into_iter();
        let (_, stream) = fields.next()?;
        Some(Told {
            context: context.to_owned(),
            name: message.path.name.text.clone(),
            aggregate: aggregate.to_owned(),
            stream,
            fields: fields.collect(),
            span: message.span,
        })
    }

    fn told_event(&mut self, message: &Message, event: &EventRef) -> Option<Told> {
        let fields = self.event_fields(event);
        let agg = self.r.aggregate_of_event(&event.context, &event.name)?;
        let aggregate = agg.tree.head.name.text.clone();
        self.told(message, (&event.context, &aggregate), &fields)
    }

    fn given(&mut self, message: &Message) -> Option<Told> {
        let event = follow::event(self.r, &self.context.name, &message.path, self.sink)?;
        if event.context != self.context.name {
            let found = format!("`given` lists events of this context, not of `{}`", event.context);
            let help = "give rows of a replica or view instead: `rows = \"..\"`";
            self.sink.push(Diagnostic::error(110, message.path.span(), found).help(help));
            return None;
        }
        self.told_event(message, &event)
    }

    fn source(&mut self, path: &Path) -> Option<(String, TypeId)> {
        let name = queries::source(self.r, &self.context.name, path, self.sink)?;
        let projection = self.r.contexts.get(&self.context.name)?.projections.get(&name)?;
        (!projection.broken).then_some((name, projection.row))
    }

    fn row(&mut self, message: &Message) -> Option<Row> {
        let (source, row) = self.source(&message.path)?;
        let fields = self.r.world.types.fields(row).to_vec();
        Some(Row { source, fields: self.complete(message, &fields)?, span: message.span })
    }

    fn row_after(&mut self, message: &Message) -> Option<Expected> {
        let (name, row) = self.source(&message.path)?;
        let fields = self.r.world.types.fields(row).to_vec();
        let fields = self.mentioned(message, &fields)?;
        Some(Expected { context: self.context.name.clone(), name, fields, span: message.span })
    }

    fn when(&mut self) -> Option<Trigger> {
        let message = match self.tree.when.as_ref()? {
            tree::Trigger::Message(message) => message,
            tree::Trigger::Schedule(name) => return self.schedule(name),
            tree::Trigger::Timer(_) => return None,
        };
        let own = message.path.context.as_ref().is_none_or(|c| c.text == self.context.name);
        let name = &message.path.name;
        let ctx = self.r.contexts.get(&self.context.name)?;
        let Some(cmd) = ctx.commands.get(&name.text).filter(|_| own) else {
            if own && !ctx.events.contains_key(&name.text) {
                self.unknown(&message.path, "command or event");
                return None;
            }
            let event = follow::event(self.r, &self.context.name, &message.path, self.sink)?;
            return self.told_event(message, &event).map(Trigger::Event);
        };
        let aggregate = cmd.aggregate.clone()?;
        let fields = self.r.world.types.fields(cmd.scope).to_vec();
        let name = self.context.name.clone();
        self.told(message, (&name, &aggregate), &fields).map(Trigger::Command)
    }

    fn schedule(&mut self, name: &Ident) -> Option<Trigger> {
        let tree = self.r.contexts.get(&self.context.name)?.tree;
        let known = || tree.schedules.iter().map(|it| it.head.name.text.as_str());
        if !known().any(|it| it == name.text) {
            let found = format!("there is no schedule `{}`", name.text);
            let report = Diagnostic::error(104, name.span, found);
            let report = self.r.suggest(report, name.span, &name.text, known());
            let help = format!("declare it: `[schedule.{}]`", name.text);
            self.sink.push(if report.help.is_some() { report } else { report.help(help) });
            return None;
        }
        Some(Trigger::Schedule(name.text.clone()))
    }

    fn unknown(&mut self, path: &Path, what: &str) {
        let Some(ctx) = self.r.contexts.get(&self.context.name) else { return };
        let known: Vec<String> = ctx
            .commands
            .keys()
            .chain(ctx.events.keys())
            .chain(self.context.refusals.keys())
            .cloned()
            .collect();
        let name = &path.name;
        let found = format!("there is no {what} `{}`", name.text);
        let report = Diagnostic::error(104, name.span, found);
        let report =
            self.r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
        self.sink.push(report);
    }

    /// What is unknown stays expected by its name.
    fn then(&mut self) -> Option<Outcome> {
        let Some(messages) = &self.tree.then else { return Some(Outcome::Unsaid) };
        if let [only] = messages.as_slice()
            && only.path.context.is_none()
        {
            let name = &only.path.name.text;
            let event = self.context.events.contains_key(name);
            let built_in = BUILT_IN.iter().any(|b| b.name == name);
            if !event && (built_in || self.context.refusals.contains_key(name)) {
                return self.refused(only);
            }
        }
        let mut out = Vec::new();
        for message in messages {
            let known = self.r.contexts.get(&self.context.name);
            let own = message.path.context.as_ref().is_none_or(|c| c.text == self.context.name);
            let name = &message.path.name.text;
            let is_event = known.is_some_and(|c| c.events.contains_key(name));
            if own && !is_event && self.context.refusals.contains_key(name) {
                let found = format!("refusal `{name}` stands beside other outcomes");
                let help = "write events, or one refusal";
                self.sink.push(Diagnostic::error(16, message.span, found).help(help));
                return None;
            }
            if own && !is_event && !known.is_some_and(|c| c.commands.contains_key(name)) {
                self.unknown(&message.path, "event or refusal");
                let (name, span) = (name.clone(), message.span);
                if messages.len() == 1 {
                    return Some(Outcome::Refusal { name, fields: vec![], span });
                }
                let context = self.context.name.clone();
                out.push(Expected { context, name, fields: vec![], span });
                continue;
            }
            let event = follow::event(self.r, &self.context.name, &message.path, self.sink)?;
            let fields = self.event_fields(&event);
            let fields = self.mentioned(message, &fields)?;
            let (context, name) = (event.context, event.name);
            out.push(Expected { context, name, fields, span: message.span });
        }
        Some(Outcome::Events(out))
    }

    fn refused(&mut self, message: &Message) -> Option<Outcome> {
        let name = message.path.name.text.clone();
        let fields = self.context.refusals.get(&name).map(|x| x.fields.clone()).unwrap_or_default();
        let fields = self.mentioned(message, &fields)?;
        Some(Outcome::Refusal { name, fields, span: message.span })
    }

    fn sent(&mut self, message: &Message) -> Option<Expected> {
        let target = super::policies::target(self.r, &self.context.name, message, self.sink)?;
        let fields = self.mentioned(message, &target.fields)?;
        let (context, name) = (target.context, target.name);
        Some(Expected { context, name, fields, span: message.span })
    }

    /// A publication of the own context.
    fn published(&mut self, message: &Message) -> Option<Expected> {
        let own = message.path.context.as_ref().is_none_or(|c| c.text == self.context.name);
        let name = &message.path.name;
        let ctx = self.r.contexts.get(&self.context.name)?;
        let entry = ctx.events.get(&name.text).filter(|e| own && e.publishes.is_some());
        let Some(entry) = entry else {
            let made = ctx.events.iter().filter(|(_, e)| e.publishes.is_some());
            let known: Vec<String> = made.map(|(name, _)| name.clone()).collect();
            let found = format!("there is no publication `{}`", name.text);
            let report = Diagnostic::error(104, name.span, found);
            let known = known.iter().map(String::as_str);
            let report = self.r.suggest(report, name.span, &name.text, known);
            let help = format!("declare it: `[public.{}]`", name.text);
            self.sink.push(if report.help.is_some() { report } else { report.help(help) });
            return None;
        };
        let fields = self.r.world.types.fields(entry.scope).to_vec();
        let fields = self.mentioned(message, &fields)?;
        let context = self.context.name.clone();
        Some(Expected { context, name: name.text.clone(), fields, span: message.span })
    }
}
