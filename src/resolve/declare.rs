//! First pass: every declared name gets its entry, whatever is wrong with the rest of it.
//!
//! Reports names declared twice (MN111) and old names that are in use (MN117).

use std::collections::{BTreeMap, BTreeSet};

use super::resolver::{Cmd, Ctx, Evt, Proj, Resolver, record, scope_record};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::Ident;
use crate::lang::types::{EnumOrigin, MemberDef, RecordRole, Type, TypeDef, TypeDefKind, TypeId};
use crate::model::BUILT_IN;
use crate::source::Span;
use crate::syntax::tree;

/// Names of one namespace with what they are and where.
type Namespace<'t> = BTreeMap<String, (&'static str, Span)>;

pub(super) fn declare<'t>(r: &mut Resolver<'t>, sink: &mut Sink) {
    weekday(r);
    let tree = r.tree;
    let mut kernel = Namespace::new();
    declare_types(r, None, &tree.kernel, &mut kernel, sink);
    for context in &tree.contexts {
        declare_context(r, context, &kernel, sink);
    }
}

fn weekday(r: &mut Resolver<'_>) {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let members =
        days.map(|d| MemberDef { name: d.to_owned(), props: vec![], span: Span::default() });
    r.world.types.add(TypeDef {
        name: "Weekday".to_owned(),
        context: None,
        doc: Some("A day of the week.".to_owned()),
        span: Span::default(),
        kind: TypeDefKind::Enum {
            origin: EnumOrigin::Weekday,
            members: members.into(),
            fields: vec![],
            ordered: true,
        },
    });
}

fn declare_context<'t>(
    r: &mut Resolver<'t>,
    context: &'t tree::Context,
    kernel: &Namespace<'t>,
    sink: &mut Sink,
) {
    let name = context.head.name.text.as_str();
    r.world.contexts.insert(name.to_owned());
    let settings = r.world.types.add(scope_record("settings", Some(name), vec![]));
    let mut types = kernel.clone();
    declare_types(r, Some(name), &context.types, &mut types, sink);
    for aggregate in &context.aggregates {
        let head = &aggregate.head.name;
        // Parts of one aggregate under a misspelt header, which is reported.
        if r.tree.broken && types.get(&head.text).is_some_and(|(what, _)| *what == "an aggregate") {
            continue;
        }
        once(&mut types, head, "an aggregate", sink);
        for (entity, _) in &aggregate.entities {
            once(&mut types, entity, "an entity", sink);
        }
    }
    let mut messages: Namespace<'_> = BUILT_IN
        .iter()
        .map(|b| (b.name.to_owned(), ("a refusal of the language", Span::default())))
        .collect();
    let mut ctx = Ctx {
        tree: context,
        settings,
        aggregates: BTreeMap::new(),
        ids: BTreeMap::new(),
        events_of: BTreeMap::new(),
        commands: BTreeMap::new(),
        events: BTreeMap::new(),
        misspelt: BTreeMap::new(),
        refusals: BTreeMap::new(),
        refusal_fields: BTreeMap::new(),
        projections: BTreeMap::new(),
        not_yet: context.not_yet.iter().map(|n| n.text.clone()).collect(),
    };
    messages_of(r, context, &mut ctx, &mut messages, sink);
    projections_of(r, context, &mut ctx, sink);
    for (heads, what) in [
        (context.queries.iter().map(|q| &q.head).collect::<Vec<_>>(), "a query"),
        (context.policies.iter().map(|p| &p.head).collect(), "a policy"),
        (context.sagas.iter().map(|s| &s.head).collect(), "a saga"),
        (context.schedules.iter().map(|s| &s.head).collect(), "a schedule"),
    ] {
        let mut seen = Namespace::new();
        for head in heads {
            once(&mut seen, &head.name, what, sink);
        }
    }
    was_alive(context, sink);
    r.contexts.insert(name.to_owned(), ctx);
}

fn messages_of<'t>(
    r: &mut Resolver<'t>,
    context: &'t tree::Context,
    ctx: &mut Ctx<'t>,
    messages: &mut Namespace<'t>,
    sink: &mut Sink,
) {
    let name = context.head.name.text.as_str();
    for command in &context.commands {
        let head = &command.head;
        if !once(messages, &head.name, "a command", sink) {
            continue;
        }
        let empty = |role| record(&head.name.text, Some(name), role, vec![], head.span);
        let fields = r.world.types.add(empty(RecordRole::Command));
        let scope = r.world.types.add(empty(RecordRole::Scope));
        let entry = Cmd { tree: command, aggregate: None, record: fields, scope };
        ctx.commands.insert(head.name.text.clone(), entry);
    }
    for event in &context.events {
        if once(messages, &event.head.name, "an event", sink) {
            let entry = new_event(r, name, &event.head.name, Some(event));
            ctx.events.insert(event.head.name.text.clone(), entry);
        }
    }
    for publication in &context.publications {
        if once(messages, &publication.head.name, "a publication", sink) {
            let mut entry = new_event(r, name, &publication.head.name, None);
            (entry.publishes, entry.emitted) = (Some(publication), true);
            ctx.events.insert(publication.head.name.text.clone(), entry);
        }
    }
    for refusal in &context.refusals {
        if once(messages, &refusal.head.name, "a refusal", sink) {
            ctx.refusals.insert(refusal.head.name.text.clone(), refusal);
        }
    }
}

/// An entry for an event, declared or emitted for the first time.
pub(super) fn new_event<'t>(
    r: &mut Resolver<'t>,
    context: &str,
    name: &Ident,
    tree: Option<&'t tree::Event>,
) -> Evt<'t> {
    let empty = |role| record(&name.text, Some(context), role, vec![], name.span);
    Evt {
        tree,
        publishes: None,
        published_as: None,
        aggregate: None,
        record: r.world.types.add(empty(RecordRole::Event)),
        scope: r.world.types.add(empty(RecordRole::Scope)),
        broken: false,
        emitted: false,
        creating: false,
        follows: false,
        span: name.span,
    }
}

fn projections_of<'t>(
    r: &mut Resolver<'t>,
    context: &'t tree::Context,
    ctx: &mut Ctx<'t>,
    sink: &mut Sink,
) {
    let name = context.head.name.text.as_str();
    let mut seen = Namespace::new();
    let replicas =
        context.replicas.iter().map(|x| (Proj { replica: Some(x), ..Proj::none() }, &x.head));
    let references =
        context.references.iter().map(|x| (Proj { reference: Some(x), ..Proj::none() }, &x.head));
    let views = context.views.iter().map(|x| (Proj { view: Some(x), ..Proj::none() }, &x.head));
    for (proj, head) in replicas.chain(references).chain(views) {
        let what = proj.what();
        if once(&mut seen, &head.name, what, sink) {
            let row = record(&head.name.text, Some(name), RecordRole::Row, vec![], head.span);
            let row = r.world.types.add(row);
            ctx.projections.insert(head.name.text.clone(), Proj { row, ..proj });
        }
    }
}

fn declare_types<'t>(
    r: &mut Resolver<'t>,
    context: Option<&str>,
    types: &'t tree::Types,
    seen: &mut Namespace<'t>,
    sink: &mut Sink,
) {
    let mut add = |head: &tree::Head, what, kind| {
        if once(seen, &head.name, what, sink) {
            add_type(r, context, head, kind);
        }
    };
    for x in &types.newtypes {
        let (base, bounds) = (Type::Error, crate::lang::types::Bounds::default());
        let kind =
            TypeDefKind::Newtype { base, bounds, normalise: None, rules: vec![], id_of: None };
        add(&x.head, "a newtype", kind);
    }
    for x in &types.values {
        let kind = TypeDefKind::Record {
            role: RecordRole::Value,
            fields: vec![],
            derives: vec![],
            rules: vec![],
            key: vec![],
        };
        add(&x.head, "a value", kind);
    }
    for x in &types.enums {
        let (origin, ordered) = (EnumOrigin::Declared, x.ordered);
        let kind = TypeDefKind::Enum { origin, members: vec![], fields: vec![], ordered };
        add(&x.head, "an enum", kind);
    }
    for x in &types.unions {
        add(&x.head, "a union", TypeDefKind::Union { members: vec![] });
    }
    let mut called = Namespace::new();
    for (head, what) in types
        .tables
        .iter()
        .map(|t| (&t.head, "a table"))
        .chain(types.functions.iter().map(|f| (&f.head, "a function")))
    {
        once(&mut called, &head.name, what, sink);
    }
}

fn add_type(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    head: &tree::Head,
    kind: TypeDefKind,
) -> TypeId {
    r.world.types.add(TypeDef {
        name: head.name.text.clone(),
        context: context.map(str::to_owned),
        doc: head.doc.as_ref().map(|d| d.value.clone()),
        span: head.name.span,
        kind,
    })
}

/// Whether a name is new in its namespace; else MN111.
fn once(seen: &mut Namespace<'_>, name: &Ident, what: &'static str, sink: &mut Sink) -> bool {
    if name.text == "Weekday" {
        let found = "`Weekday` is a type of the language".to_owned();
        sink.push(Diagnostic::error(111, name.span, found).help("take another name"));
        return false;
    }
    if let Some((other, at)) = seen.get(&name.text) {
        let found = format!("`{}` is already {other}", name.text);
        let mut found = Diagnostic::error(111, name.span, found).help("take another name");
        if *at != Span::default() {
            found = found.also(*at, format!("{other} of this name is here"));
        }
        sink.push(found);
        return false;
    }
    seen.insert(name.text.clone(), (what, name.span));
    true
}

/// MN117: an old name that is still in use.
fn was_alive(context: &tree::Context, sink: &mut Sink) {
    let groups: [Vec<&tree::Head>; 11] = [
        context.aggregates.iter().map(|x| &x.head).collect(),
        context.commands.iter().map(|x| &x.head).collect(),
        context.events.iter().map(|x| &x.head).collect(),
        context.publications.iter().map(|x| &x.head).collect(),
        context.replicas.iter().map(|x| &x.head).collect(),
        context.references.iter().map(|x| &x.head).collect(),
        context.views.iter().map(|x| &x.head).collect(),
        context.queries.iter().map(|x| &x.head).collect(),
        context.policies.iter().map(|x| &x.head).collect(),
        context.sagas.iter().map(|x| &x.head).collect(),
        context.schedules.iter().map(|x| &x.head).collect(),
    ];
    for group in groups {
        let alive: BTreeSet<&str> = group.iter().map(|h| h.name.text.as_str()).collect();
        for was in group.iter().flat_map(|h| &h.was).filter(|w| alive.contains(w.text.as_str())) {
            still_used(was, sink);
        }
    }
}

/// MN117 at an old name.
pub(super) fn still_used(was: &Ident, sink: &mut Sink) {
    let found = format!("`{}` is said to be an old name, but it is in use", was.text);
    sink.push(Diagnostic::error(117, was.span, found).help("an old name may not be in use again"));
}
