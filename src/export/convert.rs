//! From the model to its exported form.

use std::collections::BTreeMap;

use super::SCHEMA_VERSION;
use super::form;
use super::text;
use crate::lang::ir::{ChangeIr, Ir, MessageIr, RuleIr};
use crate::lang::types::{Bounds, FieldDef, TypeDefKind, TypeId, TypeTable};
use crate::model::{
    Aggregate, Command, CommandKind, Context, ContextKind, Decide, Each, EachSource, Event,
    EventRef, Form, Idempotency, IfMissing, KeySource, Make, Model, Notes, Policy, Projection,
    ProjectionKind, Query, Refusal, Refused, Row, Table, TextPiece,
};

/// A context of a model.
pub(super) fn context(model: &Model, of: &Context) -> form::Context {
    let to = To { model, types: &model.types };
    form::Context {
        schema_version: SCHEMA_VERSION,
        context: of.name.clone(),
        notes: notes(&of.notes),
        kind: of.kind.map(|kind| match kind {
            ContextKind::Core => "core",
            ContextKind::Supporting => "supporting",
            ContextKind::Generic => "generic",
        }),
        time_zone: of.time_zone.clone(),
        idempotency: match of.idempotency {
            Idempotency::Optional => "optional",
            Idempotency::Required => "required",
        },
        deploy: of.split.then_some("split"),
        settings: to.fields(of.settings),
        types: of.types.iter().filter_map(|(n, id)| Some((n.clone(), to.named(*id)?))).collect(),
        tables: map(&of.tables, |t| to.table(t)),
        functions: map(&of.functions, |f| form::Function {
            args: to.list(&f.args),
            returns: text::ty(to.types, &f.returns),
        }),
        refusals: map(&of.refusals, |x| to.refusal(x)),
        aggregates: map(&of.aggregates, |a| to.aggregate(of, a)),
        commands: map(&of.commands, |c| to.command(of, c)),
        events: map(&of.events, |e| to.event(e)),
        publications: map(&of.publications, |p| super::publication::publication(&to, p)),
        replicas: map(&of.replicas, |p| to.projection(p)),
        references: map(&of.references, |p| to.projection(p)),
        views: map(&of.views, |p| to.projection(p)),
        queries: map(&of.queries, |q| to.query(q)),
        policies: map(&of.policies, |p| to.policy(p)),
        sagas: map(&of.sagas, |s| super::saga::saga(&to, s)),
        schedules: map(&of.schedules, |s| super::schedule::schedule(&to, s)),
        seeds: of.seeds.iter().map(|told| told.name.clone()).collect(),
        scenarios: of.scenarios.iter().map(|s| s.name.clone()).collect(),
    }
}

fn map<A, B>(of: &BTreeMap<String, A>, to: impl Fn(&A) -> B) -> BTreeMap<String, B> {
    of.iter().map(|(name, item)| (name.clone(), to(item))).collect()
}

/// Meaning and reserved keys.
pub(super) fn notes(of: &Notes) -> form::Notes {
    form::Notes {
        doc: of.doc.clone(),
        owner: of.owner.clone(),
        tenant: of.tenant.clone(),
        retention: of.retention.clone(),
        deprecated: of.deprecated.clone(),
        slo: of.slo.clone(),
        rate: of.rate.clone(),
        was: of.was.clone(),
    }
}

/// What conversions need.
pub(super) struct To<'m> {
    model: &'m Model,
    pub(super) types: &'m TypeTable,
}

impl To<'_> {
    pub(super) fn fields(&self, id: TypeId) -> Vec<form::Field> {
        self.list(self.types.fields(id))
    }

    fn list(&self, of: &[FieldDef]) -> Vec<form::Field> {
        of.iter().map(|f| self.field(f)).collect()
    }

    fn field(&self, of: &FieldDef) -> form::Field {
        let mut marks = Vec::new();
        if of.marks.personal {
            marks.push("personal".to_owned());
        }
        match of.marks.secret {
            Some(0) => marks.push("secret".to_owned()),
            Some(shown) => marks.push(format!("secret({shown})")),
            None => {}
        }
        if of.marks.deprecated {
            marks.push("deprecated".to_owned());
        }
        marks.extend(of.marks.was.iter().map(|was| format!("was {was}")));
        let bounds: &Bounds = &of.bounds;
        form::Field {
            name: of.name.clone(),
            ty: text::ty(self.types, &of.ty),
            min: bounds.min.map(|n| n.normalize().to_string()),
            max: bounds.max.map(|n| n.normalize().to_string()),
            default: of.default.as_ref().map(|d| self.expr(d)),
            marks,
            doc: of.doc.clone(),
        }
    }

    pub(super) fn expr(&self, of: &Ir) -> String {
        text::expr(self.types, of)
    }

    pub(super) fn message(&self, of: &MessageIr) -> String {
        text::message(self.types, of)
    }

    pub(super) fn changes(&self, of: &[ChangeIr]) -> Vec<String> {
        of.iter().map(|c| text::change(self.types, c)).collect()
    }

    fn rules(&self, of: &[RuleIr]) -> Vec<String> {
        of.iter().map(|rule| text::rule(self.types, rule)).collect()
    }

    fn derives(&self, id: TypeId) -> BTreeMap<String, String> {
        match self.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Record { derives, .. }) => {
                derives.iter().map(|d| (d.name.clone(), self.expr(&d.value))).collect()
            }
            _ => BTreeMap::new(),
        }
    }

    fn members(&self, id: TypeId) -> Vec<String> {
        match self.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => {
                members.iter().map(|m| m.name.clone()).collect()
            }
            _ => vec![],
        }
    }

    fn named(&self, id: TypeId) -> Option<form::TypeForm> {
        Some(match &self.types.get(id)?.kind {
            TypeDefKind::Newtype { base, normalise, rules, .. } => form::TypeForm::Newtype {
                wraps: text::ty(self.types, base),
                normalise: normalise.as_ref().map(|n| self.expr(n)),
                rules: self.rules(rules),
            },
            TypeDefKind::Record { fields, rules, .. } => form::TypeForm::Value {
                fields: self.list(fields),
                derive: self.derives(id),
                rules: self.rules(rules),
            },
            TypeDefKind::Enum { ordered, .. } => {
                form::TypeForm::Enum { members: self.members(id), ordered: *ordered }
            }
            TypeDefKind::Union { members } => form::TypeForm::Union {
                members: members.iter().map(|(n, f)| (n.clone(), self.list(f))).collect(),
            },
        })
    }

    fn table(&self, of: &Table) -> form::Table {
        let row = |case: &crate::model::Case| {
            let cond = case.cond.as_ref().map_or_else(|| "else".to_owned(), |c| self.expr(c));
            format!("{cond} => {}", self.expr(&case.value))
        };
        form::Table {
            args: self.list(&of.args),
            returns: text::ty(self.types, &of.returns),
            rows: of.rows.iter().map(row).collect(),
        }
    }

    fn refusal(&self, of: &Refusal) -> form::Refusal {
        let piece = |p: &TextPiece| match p {
            TextPiece::Text(text) => text.clone(),
            TextPiece::Field(name) => format!("{{{name}}}"),
        };
        form::Refusal {
            status: of.status,
            text: of.text.iter().map(piece).collect(),
            fields: self.list(&of.fields),
        }
    }

    fn aggregate(&self, context: &Context, of: &Aggregate) -> form::Aggregate {
        let entity = |id: &TypeId| Some((self.types.get(*id)?.name.clone(), self.fields(*id)));
        let own = 1 + usize::from(of.status.is_some());
        form::Aggregate {
            notes: notes(&of.notes),
            id: form::Field {
                name: of.id.name.clone(),
                ty: text::ty(self.types, &of.id.ty),
                min: None,
                max: None,
                default: None,
                marks: vec![],
                doc: None,
            },
            by: if of.id.by_client { "client" } else { "server" },
            plural: of.plural.clone(),
            topic: self.model.topic(context, of),
            read: of.read,
            status: of.status.map(|id| self.members(id)).unwrap_or_default(),
            state: self.fields(of.state).into_iter().skip(own).collect(),
            entities: of.entities.iter().filter_map(entity).collect(),
            derive: self.derives(of.state),
            unique: of.unique.iter().map(|u| u.text.clone()).collect(),
        }
    }

    fn command(&self, context: &Context, of: &Command) -> form::Command {
        let from = of.from.as_ref().map(|from| {
            let status = context.aggregates.get(&of.aggregate).and_then(|a| a.status);
            let names = status.map(|id| self.members(id)).unwrap_or_default();
            let name = |i: &u32| names.get(*i as usize).cloned();
            let list: Vec<String> = from.statuses.iter().filter_map(name).collect();
            format!("{} else {}", list.join(", "), text::outcome(self.types, &from.otherwise))
        });
        let lookup = of.lookups.iter().map(|l| {
            let keys: Vec<String> = l.keys.iter().map(|k| self.expr(k)).collect();
            (l.name.clone(), format!("{}[{}]", l.replica, keys.join(", ")))
        });
        let empty = crate::model::Rules::default();
        let (decide, rules) = match &of.decide {
            Decide::Rules(rules) => ("rules", rules),
            Decide::Rust { .. } => ("rust", &empty),
        };
        form::Command {
            notes: notes(&of.notes),
            aggregate: of.aggregate.clone(),
            kind: match of.kind {
                CommandKind::Creates => "creates",
                CommandKind::On(IfMissing::Refuse) => "on",
                CommandKind::On(IfMissing::Ignore) => "on_or_ignore",
                CommandKind::On(IfMissing::Create) => "on_or_create",
            },
            route: format!("{} {}", of.route.method.as_str(), of.route.path),
            written: of.route.terms.is_some(),
            success: of.route.success,
            public: of.public,
            fields: self.fields(of.record),
            from,
            lookup: lookup.collect(),
            lets: rules
                .lets
                .iter()
                .map(|l| format!("{} = {}", l.name, self.expr(&l.value)))
                .collect(),
            decide,
            require: self.rules(&rules.require),
            emit: rules.emit.iter().map(|m| self.message(m)).collect(),
            ensure: self.rules(&rules.ensure),
            events: of.events.iter().cloned().collect(),
            refusals: of.refusals.iter().cloned().collect(),
        }
    }

    fn event(&self, of: &Event) -> form::Event {
        form::Event {
            notes: notes(&of.notes),
            aggregate: of.aggregate.clone(),
            wire: of.wire.clone(),
            version: of.version,
            public: of.public,
            closes: of.closes,
            fields: self.fields(of.record),
            begin: of.begin.as_ref().map(|make| self.make(make)),
            apply: self.changes(&of.apply),
        }
    }

    fn make(&self, of: &Make) -> form::Make {
        let value = |(name, value): &(String, Ir)| format!("{name} = {}", self.expr(value));
        form::Make { values: of.values.iter().map(value).collect(), then: self.changes(&of.then) }
    }

    fn projection(&self, of: &Projection) -> form::Projection {
        let reactions = match &of.form {
            Form::Keyed { reactions } => reactions
                .iter()
                .map(|x| form::Reaction {
                    event: event(&x.event),
                    cond: x.cond.as_ref().map(|c| self.expr(c)),
                    each: x.each.as_ref().map(|e| self.each(e)),
                    key: match &x.key {
                        KeySource::Columns(keys) => keys.iter().map(|k| self.expr(k)).collect(),
                        KeySource::Via(via) => vec![format!("via {}", self.expr(via))],
                    },
                    changes: self.changes(&x.changes),
                    make: x.make.as_ref().map(|m| self.make(m)),
                })
                .collect(),
            Form::Log(log) => log
                .events
                .iter()
                .map(|x| form::Reaction {
                    event: event(&x.event),
                    cond: None,
                    each: None,
                    key: vec![],
                    changes: vec![],
                    make: Some(self.make(&x.make)),
                })
                .collect(),
        };
        form::Projection {
            notes: notes(&of.notes),
            table: of.table.clone(),
            of: of.of.as_ref().map(|(context, name)| format!("{context}.{name}")),
            key: of.key.clone(),
            columns: self.fields(of.row),
            reactions: (of.kind != ProjectionKind::Reference).then_some(reactions),
            rows: of.listed.iter().map(|row| self.row(row)).collect(),
        }
    }

    fn row(&self, of: &Row) -> String {
        let field = |(name, value): &(String, Ir)| format!("{name} = {}", self.expr(value));
        of.fields.iter().map(field).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn each(&self, of: &Each) -> String {
        let source = match &of.source {
            EachSource::Rows { source } => source.clone(),
            EachSource::Elements(value) => self.expr(value),
        };
        let var = of.var.as_ref().map_or_else(String::new, |var| format!("{var} in "));
        let filter: Vec<String> = of.filter.iter().map(|f| self.expr(f)).collect();
        match filter.is_empty() {
            true => format!("{var}{source}"),
            false => format!("{var}{source} where {}", filter.join(" && ")),
        }
    }

    fn query(&self, of: &Query) -> form::Query {
        let order = |o: &crate::model::Order| {
            format!("{}{}", if o.descending { "-" } else { "" }, o.column)
        };
        form::Query {
            notes: notes(&of.notes),
            view: of.view.clone(),
            route: format!("{} {}", of.route.method.as_str(), of.route.path),
            written: of.route.terms.is_some(),
            params: self.fields(of.params),
            filter: of.filter.iter().map(|f| self.expr(f)).collect(),
            order: of.order.iter().map(order).collect(),
            page: [of.page.default, of.page.max],
            one: of.one,
        }
    }

    fn policy(&self, of: &Policy) -> form::Policy {
        form::Policy {
            notes: notes(&of.notes),
            on: of.on.iter().map(event).collect(),
            cond: of.cond.as_ref().map(|c| self.expr(c)),
            each: of.each.as_ref().map(|e| self.each(e)),
            replica: of.replica.clone(),
            send: of.send.iter().map(|m| self.message(m)).collect(),
            refused: match of.refused {
                Refused::Ignore => "ignore",
                Refused::Park => "park",
            },
        }
    }
}

/// `context.Event`
pub(super) fn event(of: &EventRef) -> String {
    format!("{}.{}", of.context, of.name)
}
