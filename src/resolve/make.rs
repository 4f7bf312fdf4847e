//! How something that did not exist is made from an event: the first values, and the changes that
//! remain.

use std::collections::BTreeMap;

use super::values::default_of;
use super::walk;
use crate::lang::ir::{ChangeIr, Ir, IrKind, Root};
use crate::lang::types::{FieldDef, Type};
use crate::model::Make;

/// Values for every field: those given, then what changes set without reading the thing itself,
/// then defaults.
///
/// # Errors
/// The fields that nothing gives a value.
pub(super) fn make(
    fields: &[FieldDef],
    given: &[(String, Ir)],
    changes: &[ChangeIr],
) -> Result<Make, Vec<String>> {
    let mut values: BTreeMap<&str, Ir> =
        given.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let mut then: Vec<ChangeIr> = Vec::new();
    for change in changes {
        match change {
            ChangeIr::Set { field, value }
                if !reads_itself(value)
                    && !matches!(value.ty, Type::Patch(_))
                    && !then.iter().any(|c| mentions(c, field)) =>
            {
                values.insert(field, value.clone());
            }
            _ => then.push(change.clone()),
        }
    }
    let mut missing = Vec::new();
    let mut out = Vec::new();
    for field in fields {
        match values.remove(field.name.as_str()).or_else(|| default_of(field)) {
            Some(value) => out.push((field.name.clone(), value)),
            None => missing.push(field.name.clone()),
        }
    }
    if missing.is_empty() { Ok(Make { values: out, then }) } else { Err(missing) }
}

/// Whether an expression reads the thing itself.
pub(super) fn reads_itself(value: &Ir) -> bool {
    walk::any(value, |ir| {
        matches!(
            ir.kind,
            IrKind::RootField { root: Root::This, .. }
                | IrKind::RootDerived { root: Root::This, .. }
                | IrKind::Root(Root::This)
                | IrKind::Exists
        )
    })
}

/// Whether a change reads or writes a field. A derived value may read any.
fn mentions(change: &ChangeIr, field: &str) -> bool {
    if walk::written(change) == Some(field) {
        return true;
    }
    walk::of_change(change).into_iter().any(|value| {
        walk::any(value, |ir| match &ir.kind {
            IrKind::RootField { root: Root::This, name } => name == field,
            IrKind::RootDerived { root: Root::This, .. } | IrKind::Root(Root::This) => true,
            _ => false,
        })
    })
}
