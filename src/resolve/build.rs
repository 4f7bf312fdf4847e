//! Last passes: contexts of the model put together from what the earlier passes know.

use std::collections::BTreeMap;

use super::refusals::Uses;
use super::resolver::Resolver;
use super::{
    commands, compose, deploy, events, examples, listed, policies, projections, publications,
    queries, refusals, routes, run, sagas, scenarios, schedules, told, written,
};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{CaseIr, Scope, Source};
use crate::lang::ir::{Ir, IrKind, OutcomeIr, Root};
use crate::lang::tree::{Refusal, Unique};
use crate::lang::types::{Type, TypeId, TypeTable};
use crate::model::{
    Aggregate, Case, Command, Context, ContextKind, Decide, Examples, Function, Idempotency, Model,
    Projection, ProjectionKind, Saga, Table, UniqueRule,
};
use crate::source::Span;
use crate::syntax::tree;

/// Every context, and from them the model.
pub(super) fn model(r: &mut Resolver<'_>, sink: &mut Sink) -> Model {
    let names: Vec<String> = r.contexts.keys().cloned().collect();
    let mut contexts: BTreeMap<String, Context> = BTreeMap::new();
    for name in &names {
        contexts.extend(context(r, name, sink).map(|built| (name.clone(), built)));
    }
    for name in &names {
        let built = sagas::build(r, name, &contexts, sink);
        if let Some(context) = contexts.get_mut(name) {
            context.sagas = by_name(built, |s| &s.name);
        }
    }
    for name in &names {
        let built = scenarios::build(r, name, &contexts, sink);
        let seeds = scenarios::seeds(r, name, &contexts, sink);
        let listed = listed::rows(r, name, &contexts, sink);
        if let Some(context) = contexts.get_mut(name) {
            context.scenarios = built;
            context.seeds = seeds;
            for row in listed {
                let reference = context.references.get_mut(&row.source);
                reference.into_iter().for_each(|it| it.listed.push(row.clone()));
            }
        }
    }
    let told_names = told::names(r, &contexts);
    if !sink.has_errors() {
        for context in contexts.values_mut() {
            context.examples = examples::of(&r.world, context);
        }
        for name in &names {
            let Some(context) = contexts.get(name) else { continue };
            let play = |(name, saga): (&String, &Saga)| {
                Some((name.clone(), run::saga_example(&r.world, &contexts, context, saga)?))
            };
            let sagas = context.sagas.iter().filter_map(play).collect();
            if let Some(context) = contexts.get_mut(name) {
                context.examples.sagas = sagas;
            }
        }
    }
    if !sink.has_errors() && !r.tree.broken {
        let writer = run::Writer { types: &r.world.types, names: &told_names };
        for context in contexts.values() {
            for scenario in &context.scenarios {
                run::run(&r.world, &contexts, context, scenario, writer, sink);
            }
        }
    }
    let uses = Uses::collect(r, None, &[], &[]);
    let shared_refusals = refusals::build(r, None, &uses, sink);
    let (shared_tables, shared_functions) = functions(r, None);
    let places = written::apply(r, &mut contexts, sink);
    let compositions = compose::build(r, &contexts, sink);
    let routes = routes::all(&contexts, &compositions, &places, sink);
    let gateway = compose::gateway(r, sink);
    let deploy = deploy::build(r, &contexts, sink);
    let project = &r.tree.project;
    Model {
        system: project.name.as_ref().map_or_else(String::new, |n| n.value.clone()),
        doc: project.doc.as_ref().map(|d| d.value.clone()),
        // Taken over from the resolver when nobody asks it any more.
        types: TypeTable::default(),
        contexts,
        told_names,
        shared_tables,
        shared_functions,
        shared_refusals,
        routes,
        compositions,
        gateway,
        deploy,
    }
}

fn context(r: &mut Resolver<'_>, name: &str, sink: &mut Sink) -> Option<Context> {
    let ctx = r.contexts.get(name)?;
    let (tree, settings) = (ctx.tree, ctx.settings);
    let mut commands = commands::build(r, name, sink);
    let targets = events::targets(r, name, sink);
    let events = events::build(r, name, &targets, sink);
    commands::folding(r, name, &mut commands, &events);
    let mut aggregates = aggregates(r, name, &commands, &events, sink);
    let publications = publications::build(r, name, &events, sink);
    let projections = projections::build(r, name, sink);
    let queries = queries::build(r, name, sink);
    let policies = policies::build(r, name, sink);
    let schedules = schedules::build(r, name, sink);
    let uses = Uses::collect(r, Some(name), &commands, &aggregates);
    let known = refusals::build(r, Some(name), &uses, sink);
    sort_refusals(&mut commands, &mut aggregates, &known);
    if !r.tree.broken && !sink.has_errors() {
        events::unreached(r, name, &events, sink);
    }
    let of = |kind| {
        let kept = projections.iter().filter(move |p| p.kind == kind).cloned();
        by_name(kept.collect(), |p: &Projection| &p.name)
    };
    let (replicas, references) = (of(ProjectionKind::Replica), of(ProjectionKind::Reference));
    let views = of(ProjectionKind::View);
    let (tables, functions) = functions(r, Some(name));
    Some(Context {
        name: name.to_owned(),
        notes: super::notes::notes(&tree.head),
        kind: tree.kind.as_ref().map(|k| match k.value {
            tree::ContextKind::Core => ContextKind::Core,
            tree::ContextKind::Supporting => ContextKind::Supporting,
            tree::ContextKind::Generic => ContextKind::Generic,
        }),
        topic: tree.topic.as_ref().map(|t| t.value.clone()),
        time_zone: time_zone(tree, sink),
        split: tree.split,
        idempotency: match tree.idempotency.as_ref().map(|i| i.value) {
            Some(tree::Idempotency::Required) => Idempotency::Required,
            _ => Idempotency::Optional,
        },
        settings,
        types: declared_types(r, tree),
        refusals: known,
        tables,
        functions,
        aggregates: by_name(aggregates, |a| &a.name),
        commands: by_name(commands, |c| &c.name),
        events: by_name(events, |e| &e.name),
        publications: by_name(publications, |p| &p.event.name),
        replicas,
        references,
        views,
        queries: by_name(queries, |q| &q.name),
        policies: by_name(policies, |p| &p.name),
        sagas: BTreeMap::new(),
        schedules: by_name(schedules, |s| &s.name),
        seeds: vec![],
        scenarios: vec![],
        examples: Examples::default(),
    })
}

fn by_name<T>(list: Vec<T>, name: impl Fn(&T) -> &String) -> BTreeMap<String, T> {
    list.into_iter().map(|item| (name(&item).clone(), item)).collect()
}

fn time_zone(tree: &tree::Context, sink: &mut Sink) -> String {
    match &tree.time_zone {
        Some(zone) => self::zone(zone, sink),
        None => "UTC".to_owned(),
    }
}

/// A time zone as written; MN019 when there is none of this name.
pub(super) fn zone(zone: &tree::Spanned<String>, sink: &mut Sink) -> String {
    if jiff::tz::TimeZone::get(&zone.value).is_err() {
        let found = format!("there is no time zone `{}`", zone.value);
        sink.push(
            Diagnostic::error(19, zone.span, found).help("write an IANA name: `Europe/Zurich`"),
        );
    }
    zone.value.clone()
}

fn declared_types(r: &Resolver<'_>, tree: &tree::Context) -> BTreeMap<String, TypeId> {
    let types = &tree.types;
    let heads = types
        .newtypes
        .iter()
        .map(|x| &x.head)
        .chain(types.values.iter().map(|x| &x.head))
        .chain(types.enums.iter().map(|x| &x.head))
        .chain(types.unions.iter().map(|x| &x.head));
    let context = Some(tree.head.name.text.as_str());
    heads
        .filter_map(|h| Some((h.name.text.clone(), r.world.types.find(context, &h.name.text)?)))
        .collect()
}

fn functions(
    r: &Resolver<'_>,
    context: Option<&str>,
) -> (BTreeMap<String, Table>, BTreeMap<String, Function>) {
    let types = match context {
        None => &r.tree.kernel,
        Some(name) => match r.contexts.get(name) {
            Some(ctx) => &ctx.tree.types,
            None => return Default::default(),
        },
    };
    let key = |name: &str| (context.map(str::to_owned), name.to_owned());
    let tables = types.tables.iter().filter_map(|t| {
        let def = r.world.tables.get(&key(&t.head.name.text))?;
        let case = |row: &CaseIr| Case { cond: row.cond.clone(), value: row.value.clone() };
        let table = Table {
            name: t.head.name.text.clone(),
            notes: super::notes::notes(&t.head),
            args: def.args.clone(),
            returns: def.returns.clone(),
            bounds: def.bounds.clone(),
            rows: def.rows.iter().map(case).collect(),
            span: t.head.name.span,
        };
        Some((table.name.clone(), table))
    });
    let functions = types.functions.iter().filter_map(|f| {
        let def = r.world.functions.get(&key(&f.head.name.text))?;
        let function = Function {
            name: f.head.name.text.clone(),
            notes: super::notes::notes(&f.head),
            args: def.args.clone(),
            returns: def.returns.clone(),
            span: f.head.name.span,
        };
        Some((function.name.clone(), function))
    });
    (tables.collect(), functions.collect())
}

fn aggregates(
    r: &mut Resolver<'_>,
    context: &str,
    commands: &[Command],
    events: &[crate::model::Event],
    sink: &mut Sink,
) -> Vec<Aggregate> {
    let names: Vec<String> =
        r.contexts.get(context).map(|c| c.aggregates.keys().cloned().collect()).unwrap_or_default();
    let mut events_of: BTreeMap<&str, Vec<&crate::model::Event>> = BTreeMap::new();
    for event in events {
        events_of.entry(&event.aggregate).or_default().push(event);
    }
    let mut commands_of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for command in commands {
        commands_of.entry(&command.aggregate).or_default().push(command.name.clone());
    }
    let one = |name: String| {
        let events = events_of.remove(name.as_str()).unwrap_or_default();
        let agg = r.aggregate(context, &name)?;
        let (tree, id, status, state) = (agg.tree, agg.id.clone(), agg.status, agg.state);
        let entities = agg.entities.clone();
        created(r, &name, tree, &events, sink);
        let unique =
            tree.unique.iter().filter_map(|u| unique(r, context, state, u, sink)).collect();
        Some(Aggregate {
            notes: super::notes::notes(&tree.head),
            plural: routes::plural_of(r, context, &name),
            topic: None,
            read: tree.read.as_ref().is_none_or(|x| x.value),
            id,
            status,
            state,
            entities,
            unique,
            events: events.iter().map(|e| e.name.clone()).collect(),
            commands: commands_of.remove(name.as_str()).unwrap_or_default(),
            span: tree.head.name.span,
            name,
        })
    };
    names.into_iter().filter_map(one).collect()
}

/// MN312: an aggregate that no command can make.
fn created(
    r: &Resolver<'_>,
    name: &str,
    tree: &tree::Aggregate,
    events: &[&crate::model::Event],
    sink: &mut Sink,
) {
    let made = events.iter().any(|e| e.begin.is_some());
    if !made && !sink.has_errors() && !r.tree.broken {
        let found = format!("no command creates aggregate `{name}`");
        sink.push(
            Diagnostic::error(312, tree.head.name.span, found)
                .help(format!("add a command with `creates = \"{name}\"`")),
        );
    }
}

fn unique(
    r: &mut Resolver<'_>,
    context: &str,
    state: TypeId,
    written: &Unique,
    sink: &mut Sink,
) -> Option<UniqueRule> {
    let mut fields = Vec::new();
    let mut values = Vec::new();
    for name in &written.names {
        let found = super::fields::member(r, state, &name.text);
        let Some(field) = found else {
            let known: Vec<String> =
                r.world.types.fields(state).iter().map(|f| f.name.clone()).collect();
            let found = format!("the state has no field `{}`", name.text);
            let report = Diagnostic::error(103, name.span, found);
            let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
            sink.push(report);
            continue;
        };
        let inner = match &field.ty {
            Type::Option(inner) => inner.as_ref(),
            ty => ty,
        };
        if !super::rows::is_key(r, inner) {
            let found = format!("`{}` cannot be unique: it is not a simple value", name.text);
            sink.push(
                Diagnostic::error(318, name.span, found)
                    .help("make a simple field unique, or an aggregate of each element"),
            );
        }
        values.push(of_state(r, state, &name.text, field.ty, name.span));
        fields.push(name.text.clone());
    }
    let scope = Scope::new("`unique`").subject(Root::This, state);
    let (cond, refusal) = r.check(Some(context), scope, sink, |r, c| {
        let cond = written.cond.as_ref().map(|e| c.condition(e));
        let refused =
            Refusal { name: written.refusal.clone(), binds: vec![], span: written.refusal.span };
        (cond, super::rules::refusal(r, c, &refused, &[Source::Root(Root::This)]))
    });
    Some(UniqueRule { fields, values, cond, refusal, text: r.text(written.span).to_owned() })
}

/// A field or derived value of a state as an expression.
fn of_state(r: &Resolver<'_>, state: TypeId, name: &str, ty: Type, span: Span) -> Ir {
    let stored = r.world.types.fields(state).iter().any(|f| f.name == name);
    let (root, name) = (Root::This, name.to_owned());
    let kind = match stored {
        true => IrKind::RootField { root, name },
        false => IrKind::RootDerived { root, name },
    };
    Ir { kind, ty, span }
}

fn sort_refusals(
    commands: &mut [Command],
    aggregates: &mut [Aggregate],
    known: &BTreeMap<String, crate::model::Refusal>,
) {
    let sort = |outcome: &mut OutcomeIr| {
        if let OutcomeIr::Refuse(refusal) = outcome {
            refusals::sort(refusal, known);
        }
    };
    for command in commands {
        if let Some(from) = &mut command.from {
            sort(&mut from.otherwise);
        }
        if let Decide::Rules(rules) = &mut command.decide {
            let all = rules.require.iter_mut().chain(&mut rules.ensure);
            all.for_each(|rule| sort(&mut rule.outcome));
        }
    }
    for unique in aggregates.iter_mut().flat_map(|a| &mut a.unique) {
        refusals::sort(&mut unique.refusal, known);
    }
}
