//! Third pass: identities, statuses, states and entities of aggregates.

use std::collections::BTreeMap;

use super::fields::{Place, fields};
use super::resolver::{Agg, Resolver, record};
use super::types::{Waiting, set_key, unique_names, written};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::Allow;
use crate::lang::tree::{Ident, Path, TypeExpr, TypeKind};
use crate::lang::types::{
    Bounds, EnumOrigin, FieldDef, MemberDef, RecordRole, Type, TypeDef, TypeDefKind, TypeId,
};
use crate::model::IdField;
use crate::names;
use crate::syntax::tree;

/// Every aggregate gets its id type, its status enum and empty records; runs before any field is
/// typed, because fields name these types.
pub(super) fn declare(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    let mut aliases = Vec::new();
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        for aggregate in &context.aggregates {
            let known = r
                .contexts
                .get(name)
                .is_some_and(|c| c.aggregates.contains_key(&aggregate.head.name.text));
            if known || !std::ptr::eq(r.contexts.get(name).map_or(context, |c| c.tree), context) {
                continue;
            }
            generated_names(r, name, aggregate, sink);
            let status = status_enum(r, name, aggregate, sink);
            let named = aggregate.id.as_ref().and_then(|id| match &id.ty.kind {
                TypeKind::Named(path) => Some((path, &id.ty)),
                _ => None,
            });
            let id = identity(r, name, aggregate, named.is_some());
            if let Some((path, ty)) = named {
                aliases.push((name, aggregate, path, ty));
            }
            let head = &aggregate.head;
            let state = record(&head.name.text, Some(name), RecordRole::State, vec![], head.span);
            let state = r.world.types.add(state);
            let entities = entities(r, name, aggregate);
            let agg = Agg { tree: aggregate, id, status, state, entities };
            if let Some(ctx) = r.contexts.get_mut(name) {
                ctx.aggregates.insert(head.name.text.clone(), agg);
            }
        }
    }
    resolve_aliases(r, aliases, sink);
    for ctx in r.contexts.values_mut() {
        for (name, agg) in &ctx.aggregates {
            ctx.ids.entry(agg.id.name.clone()).or_insert_with(|| name.clone());
        }
    }
}

fn generated_names(r: &Resolver<'_>, context: &str, aggregate: &tree::Aggregate, sink: &mut Sink) {
    let name = &aggregate.head.name.text;
    let mut taken = vec![format!("{name}Id")];
    if !aggregate.status.is_empty() {
        taken.push(format!("{name}Status"));
    }
    for taken in taken {
        let id = r.world.types.find(Some(context), &taken);
        if let Some(def) = id.and_then(|id| r.world.types.get(id))
            && def.context.as_deref() == Some(context)
        {
            let found = format!("`{taken}` is a type of aggregate `{name}` already");
            let report = Diagnostic::error(111, def.span, found);
            sink.push(
                report.also(aggregate.head.name.span, "the aggregate").help("take another name"),
            );
        }
    }
}

fn status_enum(
    r: &mut Resolver<'_>,
    context: &str,
    aggregate: &tree::Aggregate,
    sink: &mut Sink,
) -> Option<TypeId> {
    if aggregate.status.is_empty() {
        return None;
    }
    let members = unique_names(aggregate.status.iter(), sink);
    let members =
        members.into_iter().map(|(name, span)| MemberDef { name, props: vec![], span }).collect();
    let name = &aggregate.head.name.text;
    Some(r.world.types.add(TypeDef {
        name: format!("{name}Status"),
        context: Some(context.to_owned()),
        doc: None,
        span: aggregate.head.name.span,
        kind: TypeDefKind::Enum {
            origin: EnumOrigin::Status,
            members,
            fields: vec![],
            ordered: true,
        },
    }))
}

fn identity(
    r: &mut Resolver<'_>,
    context: &str,
    aggregate: &tree::Aggregate,
    alias: bool,
) -> IdField {
    let name = &aggregate.head.name.text;
    let decl = aggregate.id.as_ref();
    let newtype = if alias {
        TypeId(u32::MAX)
    } else {
        let base = if decl.is_some() { Type::Error } else { Type::Uuid };
        add_id(r, context, aggregate, base)
    };
    IdField {
        name: decl.map_or_else(|| format!("{}_id", names::snake(name)), |d| d.name.text.clone()),
        ty: if alias { Type::Error } else { Type::Named(newtype) },
        newtype,
        alias: format!("{name}Id"),
        by_client: decl.is_some_and(|d| d.by_client),
    }
}

fn add_id(r: &mut Resolver<'_>, context: &str, aggregate: &tree::Aggregate, base: Type) -> TypeId {
    let name = &aggregate.head.name.text;
    r.world.types.add(TypeDef {
        name: format!("{name}Id"),
        context: Some(context.to_owned()),
        doc: None,
        span: aggregate.head.name.span,
        kind: TypeDefKind::Newtype {
            base,
            bounds: Bounds::default(),
            normalise: None,
            rules: vec![],
            id_of: Some(name.clone()),
        },
    })
}

fn entities(r: &mut Resolver<'_>, context: &str, aggregate: &tree::Aggregate) -> Vec<TypeId> {
    let add = |(name, _): &(Ident, _)| {
        let def = record(&name.text, Some(context), RecordRole::Entity, vec![], name.span);
        r.world.types.add(def)
    };
    aggregate.entities.iter().map(add).collect()
}

/// Ids whose type is a newtype already are aliases of it, perhaps of another aggregate's id that is
/// an alias itself: until nothing moves any more.
fn resolve_aliases(
    r: &mut Resolver<'_>,
    mut open: Vec<(&str, &tree::Aggregate, &Path, &TypeExpr)>,
    sink: &mut Sink,
) {
    loop {
        let before = open.len();
        open.retain(|(context, aggregate, path, _)| {
            let of = path.context.as_ref().map_or(*context, |c| c.text.as_str());
            let Some(id) = r.world.types.find(Some(of), &path.name.text) else { return true };
            if !matches!(r.world.types.get(id).map(|d| &d.kind), Some(TypeDefKind::Newtype { .. }))
            {
                return true;
            }
            alias(r, context, aggregate, id);
            false
        });
        if open.len() == before {
            break;
        }
    }
    for (context, aggregate, path, ty) in open {
        let (found, _) = written(r, Some(context), ty, "an id", sink);
        let found = meant(r, context, path).filter(|_| found == Type::Error).unwrap_or(found);
        let newtype = match found {
            Type::Named(id) => {
                let kind = r.world.types.get(id).map(|d| &d.kind);
                matches!(kind, Some(TypeDefKind::Newtype { .. })).then_some(id)
            }
            _ => None,
        };
        if let Some(id) = newtype {
            alias(r, context, aggregate, id);
            continue;
        }
        if found != Type::Error {
            let report = format!("`{}` cannot be an id: it is not a newtype", path.name.text);
            sink.push(
                Diagnostic::error(14, ty.span, report).help("take a newtype or a scalar type"),
            );
        }
        let id = add_id(r, context, aggregate, Type::Error);
        alias(r, context, aggregate, id);
    }
}

/// The newtype that a misspelt one most likely means.
fn meant(r: &Resolver<'_>, context: &str, path: &Path) -> Option<Type> {
    let of = path.context.as_ref().map_or(context, |c| c.text.as_str());
    let own = r.world.types.iter().filter(|(_, d)| {
        d.context.as_deref() == Some(of) && matches!(d.kind, TypeDefKind::Newtype { .. })
    });
    let name = super::words::only(&path.name.text, own.map(|(_, d)| d.name.as_str()))?;
    r.world.types.find(Some(of), &name).map(Type::Named)
}

fn alias(r: &mut Resolver<'_>, context: &str, aggregate: &tree::Aggregate, id: TypeId) {
    let name = &aggregate.head.name.text;
    r.world.types.alias(Some(context), &format!("{name}Id"), id);
    if let Some(agg) = r.contexts.get_mut(context).and_then(|c| c.aggregates.get_mut(name)) {
        agg.id.newtype = id;
        agg.id.ty = Type::Named(id);
    }
}

/// Bases of ids, fields of entities and states.
pub(super) fn contents<'t>(r: &mut Resolver<'t>, waiting: &mut Waiting<'t>, sink: &mut Sink) {
    let tree = r.tree;
    for context in &tree.contexts {
        let name = context.head.name.text.as_str();
        let known: BTreeMap<String, (TypeId, IdField, Option<TypeId>)> = r
            .contexts
            .get(name)
            .map(|c| c.aggregates.iter())
            .into_iter()
            .flatten()
            .map(|(n, a)| (n.clone(), (a.state, a.id.clone(), a.status)))
            .collect();
        for aggregate in &context.aggregates {
            let Some((state, id, status)) = known.get(&aggregate.head.name.text) else { continue };
            id_base(r, name, aggregate, id, sink);
            for (entity, list) in &aggregate.entities {
                let place = Place { what: "an entity", ..Place::default() };
                let found = fields(r, Some(name), list, &place, sink);
                if let Some(id) = r.world.types.find(Some(name), &entity.text) {
                    waiting.fill(r, Some(name), id, found);
                }
            }
            state_fields(r, name, aggregate, (*state, id, *status), waiting, sink);
            entity_keys(r, name, aggregate, sink);
        }
    }
}

fn id_base(
    r: &mut Resolver<'_>,
    context: &str,
    aggregate: &tree::Aggregate,
    id: &IdField,
    sink: &mut Sink,
) {
    let Some(decl) = &aggregate.id else { return };
    if matches!(decl.ty.kind, TypeKind::Named(_)) {
        if !decl.by_client {
            // The server can make uuids and numbers only.
            let ok = match r.world.types.get(id.newtype).map(|d| &d.kind) {
                Some(TypeDefKind::Newtype { base, .. }) => {
                    matches!(base, Type::Uuid | Type::Int | Type::Error)
                }
                _ => true,
            };
            if !ok {
                server_made(decl, sink);
            }
        }
        return;
    }
    let (ty, limits) = written(r, Some(context), &decl.ty, "an id", sink);
    let fits = match ty {
        Type::Error | Type::Uuid | Type::Int => true,
        Type::Text | Type::Date => {
            if !decl.by_client {
                server_made(decl, sink);
            }
            true
        }
        _ => false,
    };
    if !fits {
        let found = format!("`{}` cannot be an id of this type", decl.name.text);
        sink.push(
            Diagnostic::error(214, decl.ty.span, found).help("take uuid, int, string or date"),
        );
    }
    if let Some(TypeDefKind::Newtype { base, bounds, .. }) =
        r.world.types.get_mut(id.newtype).map(|d| &mut d.kind)
    {
        *base = if fits { ty } else { Type::Error };
        *bounds = limits;
    }
}

fn server_made(decl: &crate::lang::tree::IdDecl, sink: &mut Sink) {
    let found =
        format!("`{}` cannot be made by the server: it makes uuids and ints", decl.name.text);
    sink.push(Diagnostic::error(14, decl.ty.span, found).help("write `by client`"));
}

fn state_fields<'t>(
    r: &mut Resolver<'t>,
    context: &str,
    aggregate: &'t tree::Aggregate,
    (state, id, status): (TypeId, &IdField, Option<TypeId>),
    waiting: &mut Waiting<'t>,
    sink: &mut Sink,
) {
    let mut first = vec![FieldDef::plain(&id.name, id.ty.clone(), aggregate.head.name.span)];
    if let Some(status) = status {
        first.push(FieldDef::plain("status", Type::Named(status), aggregate.head.name.span));
    }
    let taken: Vec<String> = first.iter().map(|f| f.name.clone()).collect();
    let allow = Allow { entities: true, ..Allow::default() };
    let place = Place { what: "a state", taken: &taken, allow, ..Place::default() };
    let mut found = fields(r, Some(context), &aggregate.state, &place, sink);
    let offset = first.len();
    for (index, _) in &mut found.defaults {
        *index += offset;
    }
    first.append(&mut found.fields);
    found.fields = first;
    waiting.fill(r, Some(context), state, found);
    set_key(r, state, vec![id.name.clone()]);
}

/// The key of an entity is said where the collection is declared.
fn entity_keys(r: &mut Resolver<'_>, context: &str, aggregate: &tree::Aggregate, sink: &mut Sink) {
    for field in &aggregate.state {
        let Some(TypeKind::Entities { entity, by }) = field.typed.ty.as_ref().map(|t| &t.kind)
        else {
            continue;
        };
        let Some(id) = r.world.types.find(Some(context), &entity.text) else { continue };
        for name in by {
            let fields = r.world.types.fields(id);
            if !fields.is_empty() && !fields.iter().any(|f| f.name == name.text) {
                let known: Vec<String> = fields.iter().map(|f| f.name.clone()).collect();
                let found = format!("entity `{}` has no field `{}`", entity.text, name.text);
                let found = Diagnostic::error(103, name.span, found);
                let found =
                    r.suggest(found, name.span, &name.text, known.iter().map(String::as_str));
                sink.push(found);
            }
        }
        set_key(r, id, by.iter().map(|n| n.text.clone()).collect());
    }
}
