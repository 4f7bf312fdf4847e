//! Publications of the model (§7.14): what other contexts see instead of an event.

use super::events::wire;
use super::fields::{Place, fields as typed};
use super::follow;
use super::messages::set_event;
use super::resolver::{Evt, Resolver};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Source, Target};
use crate::lang::ir::Root;
use crate::lang::tree::{
    AssignOp, Bind, Change, ChangeKind, Expr, ExprKind, Ident, Message, Path, When,
};
use crate::lang::types::{FieldDef, Type};
use crate::model::{Event, Publication};
use crate::syntax::tree;

/// What each publication is made of; MN111 at a second one of the same event.
pub(super) fn owners(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let own = context.head.name.text.as_str();
        for publication in &context.publications {
            if !is_this(r, own, publication) {
                continue;
            }
            let name = publication.head.name.text.clone();
            let on = publication.on.as_ref().and_then(|path| of_event(r, own, path, sink));
            let aggregate = on.as_ref().and_then(|on| replaced(r, own, &name, on, sink));
            let Some(ctx) = r.contexts.get_mut(own) else { continue };
            if let Some(aggregate) = &aggregate {
                ctx.events_of.entry(aggregate.clone()).or_default().push(name.clone());
            }
            if let Some(entry) = ctx.events.get_mut(&name) {
                entry.broken = aggregate.is_none();
                entry.aggregate = aggregate;
            }
        }
    }
}

fn is_this(r: &Resolver<'_>, context: &str, tree: &tree::Publication) -> bool {
    let known = r.contexts.get(context).and_then(|c| c.events.get(&tree.head.name.text));
    known.and_then(|e| e.publishes).is_some_and(|p| std::ptr::eq(p, tree))
}

/// The own event that a publication is made of.
fn of_event(r: &mut Resolver<'_>, own: &str, path: &Path, sink: &mut Sink) -> Option<String> {
    if let Some(other) = path.context.as_ref().filter(|c| c.text != own) {
        let found = format!("event `{}` belongs to context `{}`", path.name.text, other.text);
        let help = "publish an event of this context";
        sink.push(Diagnostic::error(316, path.span(), found).help(help));
        return None;
    }
    follow::event(r, own, path, sink).map(|event| event.name)
}

/// Note what takes the place of an event; its aggregate.
fn replaced(
    r: &mut Resolver<'_>,
    own: &str,
    name: &str,
    on: &str,
    sink: &mut Sink,
) -> Option<String> {
    let ctx = r.contexts.get_mut(own)?;
    let event = ctx.events.get_mut(on)?;
    let aggregate = event.aggregate.clone();
    let Some(first) = event.published_as.replace(name.to_owned()) else { return aggregate };
    event.published_as = Some(first.clone());
    let at = |name: &str| ctx.events.get(name).map(|e| e.span).unwrap_or_default();
    let found = format!("event `{on}` is published as `{first}` already");
    sink.push(
        Diagnostic::error(111, at(name), found)
            .also(at(&first), "the other publication")
            .help("publish an event in one form; give that form what all readers need"),
    );
    aggregate
}

/// The fields of publications: bare names are typed by the event, then by the state.
pub(super) fn fields(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let own = context.head.name.text.as_str();
        for publication in context.publications.iter() {
            let name = &publication.head.name.text;
            if !is_this(r, own, publication) {
                continue;
            }
            let agg = r.aggregate_of_event(own, name);
            let on = publication.on.as_ref().map(|path| path.name.text.as_str());
            let event = on.and_then(|on| r.contexts.get(own)?.events.get(on)).map(|e| e.scope);
            let place = Place {
                what: "a publication",
                typed_by: event.into_iter().chain(agg.map(|a| a.state)).collect(),
                taken: &agg.iter().map(|a| a.id.name.clone()).collect::<Vec<_>>(),
                later: agg.is_none(),
                defaults: true,
                ..Place::default()
            };
            let found = typed(r, Some(own), &publication.fields, &place, sink);
            set_event(r, own, name, found.fields);
        }
    }
}

/// The publications of a context.
pub(super) fn build(
    r: &mut Resolver<'_>,
    context: &str,
    events: &[Event],
    sink: &mut Sink,
) -> Vec<Publication> {
    let Some(ctx) = r.contexts.get(context) else { return vec![] };
    let trees: Vec<&tree::Publication> = ctx.tree.publications.iter().collect();
    trees.into_iter().filter_map(|tree| one(r, context, tree, events, sink)).collect()
}

fn one(
    r: &mut Resolver<'_>,
    context: &str,
    tree: &tree::Publication,
    events: &[Event],
    sink: &mut Sink,
) -> Option<Publication> {
    if !is_this(r, context, tree) {
        return None;
    }
    let name = tree.head.name.text.as_str();
    let on = events.iter().find(|e| Some(&e.name) == tree.on.as_ref().map(|p| &p.name.text))?;
    let entry = r.contexts.get(context)?.events.get(name).filter(|e| e.is_known())?;
    let record = entry.record;
    let ev = r.contexts.get(context)?.events.get(&on.name)?.scope;
    let agg = r.aggregate(context, &on.aggregate)?;
    let (state, status) = (agg.state, agg.status);
    let meta = r.meta(status);
    let scope = r
        .scope(context, "a publication")
        .subject(Root::This, state)
        .root(Root::Ev, ev)
        .root(Root::Meta, meta);
    let fields = r.world.types.fields(record).to_vec();
    let mut binds: Vec<Bind> = tree.changes.iter().filter_map(|it| bind(it, sink)).collect();
    let derives = r.world.types.derives(state).iter().map(|it| it.name.clone());
    let plain = [ev, state].into_iter().flat_map(|record| r.world.types.fields(record));
    let known: Vec<String> = plain.map(|it| it.name.clone()).chain(derives).collect();
    binds.extend(missing(tree, &fields, &known, &binds, sink));
    let message = Message {
        path: Path { context: None, name: tree.head.name.clone() },
        binds,
        when: When::Always,
        span: tree.head.name.span,
    };
    let (cond, filled) = r.check(Some(context), scope, sink, |_, c| {
        let cond = tree.cond.as_ref().map(|e| c.condition(e));
        if let Some(cond) = &cond {
            c.assume(cond);
        }
        let target = Target { context, name, fields: &fields };
        (cond, c.message(&message, &target, &[Source::Root(Root::Ev), Source::Root(Root::This)]))
    });
    Some(Publication {
        event: Event {
            name: name.to_owned(),
            notes: super::notes::notes(&tree.head),
            aggregate: on.aggregate.clone(),
            record,
            apply: vec![],
            begin: None,
            follows: on.follows,
            to: on.to,
            closes: on.closes,
            public: true,
            declared_fields: true,
            wire: wire(name, Some(&tree.head)),
            version: 1,
            span: tree.head.name.span,
        },
        on: on.name.clone(),
        cond,
        fields: filled.fields,
    })
}

/// MN302 at fields that nothing fills; they are as good as given afterwards.
fn missing(
    tree: &tree::Publication,
    fields: &[FieldDef],
    known: &[String],
    binds: &[Bind],
    sink: &mut Sink,
) -> Vec<Bind> {
    let filled = |field: &&FieldDef| {
        field.default.is_some()
            || matches!(field.ty, Type::Option(_) | Type::List(_) | Type::Set(_) | Type::Map(..))
            || known.contains(&field.name)
            || binds.iter().any(|bind| bind.name.text == field.name)
    };
    let lacking: Vec<&FieldDef> = fields.iter().filter(|field| !filled(field)).collect();
    for field in &lacking {
        let found = format!("nothing fills `{}` of `{}`", field.name, tree.head.name.text);
        sink.push(
            Diagnostic::error(302, field.span, found)
                .label("neither the event nor the state has this name")
                .help(format!("set it in `do`: `{} = ..`", field.name)),
        );
    }
    let unknown = |field: &FieldDef| Bind {
        name: Ident { text: field.name.clone(), span: field.span },
        value: Some(Expr { kind: ExprKind::Error, span: field.span }),
    };
    lacking.into_iter().map(unknown).collect()
}

/// `field = expr` as an argument; everything else is MN017.
fn bind(change: &Change, sink: &mut Sink) -> Option<Bind> {
    match &change.kind {
        ChangeKind::Assign(assign) if assign.op == AssignOp::Set => {
            Some(Bind { name: assign.name.clone(), value: Some(assign.value.clone()) })
        }
        ChangeKind::Error => None,
        _ => {
            let found = "a publication only sets its fields".to_owned();
            sink.push(Diagnostic::error(17, change.span, found).help("write `field = expr`"));
            None
        }
    }
}

/// MN110: a publication of the own context, which has the event itself.
pub(super) fn own(entry: &Evt<'_>, path: &Path) -> Diagnostic {
    let name = &path.name;
    let found = format!("`{}` is what other contexts see, not an event", name.text);
    let report = Diagnostic::error(110, name.span, found).also(entry.span, "declared here");
    match entry.publishes.and_then(|p| p.on.as_ref()) {
        Some(on) => report
            .help(format!("write `{}`, of which it is made", on.name.text))
            .patch(name.span, on.name.text.clone()),
        None => report.help("write the name of an event"),
    }
}
