//! `each`, and what several events have in common.

use super::resolver::{Resolver, scope_record};
use crate::lang::check::{Checker, EachIr, EachSourceIr, Local, LocalKind};
use crate::lang::ir::{Ir, IrKind};
use crate::lang::tree;
use crate::lang::types::{FieldDef, Type, TypeId};
use crate::model::{Each, EachSource, EventRef};
use crate::source::Span;

/// A typed `each` of the model; its name stays known. `None` when it is broken.
pub(super) fn each(c: &mut Checker<'_>, written: &tree::Each) -> Option<Each> {
    // The key of a row may have the name of the element: the row is not known before.
    let subject = c.scope.subject.take();
    let EachIr { var, source, cond, .. } = c.each(written);
    c.scope.subject = subject;
    if let Some((name, ty)) = &var {
        let kind = LocalKind::Each;
        c.scope.locals.push(Local { name: name.clone(), ty: ty.clone(), kind });
    }
    let source = match source {
        EachSourceIr::Rows { name, .. } => EachSource::Rows { source: name },
        EachSourceIr::Elements(of, _) => EachSource::Elements(of),
        EachSourceIr::Error => return None,
    };
    let filter = cond.map(|cond| conjuncts(&cond)).unwrap_or_default();
    Some(Each { var: var.map(|(name, _)| name), source, filter })
}

/// A condition split at `&&`, in text order.
pub(super) fn conjuncts(cond: &Ir) -> Vec<Ir> {
    let mut out = Vec::new();
    let mut open = vec![cond];
    while let Some(ir) = open.pop() {
        match &ir.kind {
            IrKind::And(a, b) => open.extend([&**b, &**a]),
            _ => out.push(ir.clone()),
        }
    }
    out
}

/// A record of the fields that all these events have, ids included, in the order of the first.
pub(super) fn common(
    r: &mut Resolver<'_>,
    context: &str,
    events: &[EventRef],
    span: Span,
) -> TypeId {
    let scopes: Vec<Vec<FieldDef>> = events
        .iter()
        .filter_map(|e| r.contexts.get(&e.context)?.events.get(&e.name))
        .map(|e| r.world.types.fields(e.scope).to_vec())
        .collect();
    let has = |fields: &[FieldDef], of: &FieldDef| {
        let same = |f: &FieldDef| f.ty == of.ty || f.ty == Type::Error || of.ty == Type::Error;
        fields.iter().any(|f| f.name == of.name && same(f))
    };
    let fields = match scopes.split_first() {
        Some((first, rest)) => {
            first.iter().filter(|f| rest.iter().all(|other| has(other, f))).cloned().collect()
        }
        None => vec![],
    };
    let mut def = scope_record("ev", Some(context), fields);
    def.span = span;
    r.world.types.add(def)
}
