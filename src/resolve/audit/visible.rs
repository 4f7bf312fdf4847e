//! What contexts may see of each other: MN403 for types that no public message carries,
//! MN414 for code of public types that needs what is private, MN505 for
//! two contexts on one topic.

use std::collections::{BTreeMap, BTreeSet};

use super::types::named;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::ir::IrKind;
use crate::lang::tree::{Field, Path, TypeExpr, TypeKind};
use crate::lang::types::{TypeDef, TypeDefKind, TypeId};
use crate::resolve::resolver::Resolver;
use crate::source::Span;
use crate::syntax::tree::{Context, Types};

/// MN403 in every field list.
pub(super) fn foreign_types(r: &Resolver<'_>, sink: &mut Sink) {
    let seen = public(r);
    for context in &r.tree.contexts {
        let own = context.head.name.text.as_str();
        let mut paths = Vec::new();
        for field in fields(context) {
            if let Some(ty) = &field.typed.ty {
                written(ty, &mut paths);
            }
        }
        for path in paths {
            let Some(of) = path.context.as_ref().filter(|c| c.text != own) else { continue };
            let Some(id) = r.world.types.find(Some(&of.text), &path.name.text) else { continue };
            let Some(def) = r.world.types.get(id) else { continue };
            if seen.contains(&id) || def.context.is_none() || is_entity(&def.kind) {
                continue;
            }
            let found = format!("type `{}` is private to context `{}`", def.name, of.text);
            sink.push(
                Diagnostic::error(403, path.span(), found)
                    .label("no public event or command carries it")
                    .also(def.span, "declared here")
                    .help("declare an own type of the same shape, or move it to `shared/`"),
            );
        }
    }
}

/// MN414: code of a type that goes to other contexts, which calls what does not: tables and
/// functions are compiled into the domain crates, those of the shared kernel too.
pub(super) fn private_code(r: &Resolver<'_>, sink: &mut Sink) {
    let public = public(r);
    let types = r.world.types.iter();
    for (_, def) in types.filter(|(id, def)| def.context.is_none() || public.contains(id)) {
        for ir in def.code() {
            ir.walk(&mut |part| {
                let (word, name) = match &part.kind {
                    IrKind::Table { name, .. } => ("table", name),
                    IrKind::Function { name, .. } => ("function", name),
                    _ => return,
                };
                let found = format!("type `{}` is public, {word} `{name}` is not", def.name);
                sink.push(
                    Diagnostic::error(414, part.span, found)
                        .label("a public type goes to other contexts with its code")
                        .also(def.span, "declared here")
                        .help("compute it where the value is used, in a `let` or a derived field"),
                );
            });
        }
    }
}

fn is_entity(kind: &TypeDefKind) -> bool {
    matches!(kind, TypeDefKind::Record { role: crate::lang::types::RecordRole::Entity, .. })
}

/// The types that public messages carry, and those inside them.
fn public(r: &Resolver<'_>) -> BTreeSet<TypeId> {
    let mut open = BTreeSet::new();
    for ctx in r.contexts.values() {
        let events = ctx.events.values().filter(|e| e.is_public()).map(|e| e.scope);
        let commands = ctx.commands.values().filter(|c| c.tree.public).map(|c| c.scope);
        for record in events.chain(commands) {
            r.world.types.fields(record).iter().for_each(|f| named(&f.ty, &mut open));
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop_first() {
        if !seen.insert(id) {
            continue;
        }
        match r.world.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Union { members }) => {
                members.iter().flat_map(|m| &m.1).for_each(|f| named(&f.ty, &mut open));
            }
            _ => r.world.types.fields(id).iter().for_each(|f| named(&f.ty, &mut open)),
        }
        for ir in r.world.types.get(id).map(TypeDef::code).into_iter().flatten() {
            ir.walk(&mut |part| named(&part.ty, &mut open));
        }
    }
    seen
}

fn fields(context: &Context) -> impl Iterator<Item = &Field> {
    let aggregates = context
        .aggregates
        .iter()
        .flat_map(|a| a.state.iter().chain(a.entities.iter().flat_map(|(_, fields)| fields)));
    let events = context.events.iter().flat_map(|e| e.fields.iter().flatten());
    let refusals = context.refusals.iter().flat_map(|x| x.fields.iter().flatten());
    context
        .settings
        .iter()
        .chain(of_types(&context.types))
        .chain(aggregates)
        .chain(context.commands.iter().flat_map(|c| &c.fields))
        .chain(events)
        .chain(context.publications.iter().flat_map(|x| &x.fields))
        .chain(refusals)
        .chain(context.replicas.iter().flat_map(|x| &x.columns))
        .chain(context.references.iter().flat_map(|x| &x.fields))
        .chain(context.views.iter().flat_map(|v| &v.columns))
        .chain(context.queries.iter().flat_map(|q| &q.params))
        .chain(context.sagas.iter().flat_map(|s| &s.state))
}

fn of_types(types: &Types) -> impl Iterator<Item = &Field> {
    let unions = types.unions.iter().flat_map(|u| u.members.iter().flat_map(|m| &m.fields));
    types
        .values
        .iter()
        .flat_map(|v| &v.fields)
        .chain(types.enums.iter().flat_map(|e| &e.fields))
        .chain(unions)
        .chain(types.tables.iter().flat_map(|t| &t.args))
        .chain(types.functions.iter().flat_map(|f| &f.args))
}

/// The named types of a written type.
fn written<'t>(ty: &'t TypeExpr, paths: &mut Vec<&'t Path>) {
    match &ty.kind {
        TypeKind::Named(path) => paths.push(path),
        TypeKind::List(of, _)
        | TypeKind::Set(of, _)
        | TypeKind::Patch(of)
        | TypeKind::Option(of) => written(of, paths),
        TypeKind::Map(key, value) => {
            written(key, paths);
            written(value, paths);
        }
        _ => {}
    }
}

/// MN505.
pub(super) fn topics(r: &Resolver<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for topic in r.tree.contexts.iter().filter_map(|c| c.topic.as_ref()) {
        let Some(first) = seen.get(topic.value.as_str()) else {
            seen.insert(&topic.value, topic.span);
            continue;
        };
        let found = format!("topic `{}` belongs to another context already", topic.value);
        sink.push(
            Diagnostic::error(505, topic.span, found)
                .also(*first, "the other one")
                .help("give each context a topic of its own, or leave `topic` out"),
        );
    }
}
