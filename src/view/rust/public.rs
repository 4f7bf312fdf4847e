//! The published language: which named types public messages bring with them.

use std::collections::BTreeSet;

use crate::lang::types::{EnumOrigin, FieldDef, RecordRole, Type, TypeDef, TypeDefKind, TypeId};
use crate::model::{Model, ReplyKind};

/// Every named type that a public event or command of the system uses, ids of their aggregates
/// included. These types live in the contracts crate.
#[must_use]
pub fn public_types(model: &Model) -> BTreeSet<TypeId> {
    let mut found = BTreeSet::new();
    for context in model.contexts.values() {
        let published = context.publications.values().map(|it| &it.event);
        let events = context.events.values().filter(|e| e.public).chain(published);
        let events = events.map(|e| (&e.aggregate, e.record));
        let commands =
            context.commands.values().filter(|c| c.public).map(|c| (&c.aggregate, c.record));
        for (aggregate, record) in events.chain(commands) {
            if let Some(aggregate) = context.aggregates.get(aggregate) {
                add(model, aggregate.id.newtype, &mut found);
            }
            fields(model, model.types.fields(record), &mut found);
        }
    }
    for record in replies(model) {
        fields(model, model.types.fields(record), &mut found);
    }
    found
}

/// What public commands answer the sagas of other contexts.
fn replies(model: &Model) -> Vec<TypeId> {
    let sagas = model.contexts.values().flat_map(|context| {
        let steps = context.sagas.values().flat_map(|saga| &saga.steps);
        steps.filter(|step| step.send.context != context.name)
    });
    let records = sagas.flat_map(|step| {
        let of = model.contexts.get(&step.send.context);
        step.replies.iter().filter_map(move |reply| match reply.kind {
            ReplyKind::Event => Some(of?.events.get(&reply.name)?.record),
            ReplyKind::Refusal => Some(of?.refusals.get(&reply.name)?.record),
        })
    });
    records.collect()
}

fn fields(model: &Model, fields: &[FieldDef], found: &mut BTreeSet<TypeId>) {
    for field in fields {
        ty(model, &field.ty, found);
    }
}

fn ty(model: &Model, of: &Type, found: &mut BTreeSet<TypeId>) {
    match of {
        Type::Named(id) | Type::Entities(id) => add(model, *id, found),
        Type::Option(t) | Type::Patch(t) | Type::List(t) | Type::Set(t) => ty(model, t, found),
        Type::Map(key, value) => {
            ty(model, key, found);
            ty(model, value, found);
        }
        _ => {}
    }
}

fn add(model: &Model, id: TypeId, found: &mut BTreeSet<TypeId>) {
    if !found.insert(id) {
        return;
    }
    let Some(def) = model.types.get(id) else { return };
    match &def.kind {
        TypeDefKind::Record { fields: defs, .. } | TypeDefKind::Enum { fields: defs, .. } => {
            fields(model, defs, found);
        }
        TypeDefKind::Union { members } => {
            for (_, defs) in members {
                fields(model, defs, found);
            }
        }
        TypeDefKind::Newtype { .. } => {}
    }
    // What its code names has to be there too.
    for ir in def.code() {
        ir.walk(&mut |part| ty(model, &part.ty, found));
    }
}

/// Whether a type has text of its own in a crate of types: messages, rows and groups of names have
/// not.
#[must_use]
pub fn is_declared(def: &TypeDef) -> bool {
    match &def.kind {
        TypeDefKind::Record { role, .. } => matches!(role, RecordRole::Value | RecordRole::Entity),
        TypeDefKind::Enum { origin, .. } => *origin != EnumOrigin::Weekday,
        TypeDefKind::Newtype { .. } | TypeDefKind::Union { .. } => true,
    }
}
