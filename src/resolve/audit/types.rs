//! MN215: types that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::types::{RecordRole, Type, TypeDef, TypeDefKind, TypeId};
use crate::resolve::cycles::cycles;
use crate::resolve::resolver::Resolver;

/// Report each group of types that contain each other, and break it.
pub(in crate::resolve) fn recursive(r: &mut Resolver<'_>, sink: &mut Sink) {
    let edges: BTreeMap<TypeId, BTreeSet<TypeId>> =
        r.world.types.iter().map(|(id, def)| (id, parts(def))).collect();
    for group in cycles(&edges) {
        let defs = group.iter().filter_map(|id| r.world.types.get(*id));
        let mut places: Vec<_> = defs.map(|def| (def.span, def.name.clone())).collect();
        places.sort();
        if let Some((span, name)) = places.first() {
            let found = format!("type `{name}` contains itself");
            let report = places.iter().skip(1).fold(
                Diagnostic::error(215, *span, found).label("never ends"),
                |report, (span, name)| report.also(*span, format!("by way of `{name}`")),
            );
            sink.push(report.help("keep the inner one's id instead, or a list beside it"));
        }
        for id in &group {
            cut(r, *id, &group);
        }
    }
}

/// The values, entities and unions that a type holds.
fn parts(def: &TypeDef) -> BTreeSet<TypeId> {
    let mut found = BTreeSet::new();
    match &def.kind {
        TypeDefKind::Record { role: RecordRole::Value | RecordRole::Entity, fields, .. } => {
            fields.iter().for_each(|field| named(&field.ty, &mut found));
        }
        TypeDefKind::Union { members } => {
            let fields = members.iter().flat_map(|member| &member.1);
            fields.for_each(|field| named(&field.ty, &mut found));
        }
        _ => {}
    }
    found
}

/// The named types inside a type.
pub(super) fn named(ty: &Type, found: &mut BTreeSet<TypeId>) {
    match ty {
        Type::Named(id) | Type::Entities(id) => {
            found.insert(*id);
        }
        Type::Option(of) | Type::Patch(of) | Type::List(of) | Type::Set(of) => named(of, found),
        Type::Map(key, value) => {
            named(key, found);
            named(value, found);
        }
        _ => {}
    }
}

fn cut(r: &mut Resolver<'_>, id: TypeId, group: &[TypeId]) {
    let Some(def) = r.world.types.get_mut(id) else { return };
    let inside = |ty: &Type| {
        let mut found = BTreeSet::new();
        named(ty, &mut found);
        found.iter().any(|id| group.contains(id))
    };
    let fields: Vec<&mut crate::lang::types::FieldDef> = match &mut def.kind {
        TypeDefKind::Record { fields, .. } => fields.iter_mut().collect(),
        TypeDefKind::Union { members } => members.iter_mut().flat_map(|m| &mut m.1).collect(),
        _ => return,
    };
    for field in fields {
        if inside(&field.ty) {
            field.ty = Type::Error;
        }
    }
}
