//! Small typed values that passes write themselves.

use crate::lang::ir::{Ir, IrKind, Literal, Root};
use crate::lang::types::{FieldDef, Type, TypeId};
use crate::source::Span;

/// A typed expression of this kind.
pub(super) fn ir(kind: IrKind, ty: Type, span: Span) -> Ir {
    Ir { kind, ty, span }
}

/// A field of a root.
pub(super) fn root_field(root: Root, name: &str, ty: Type, span: Span) -> Ir {
    ir(IrKind::RootField { root, name: name.to_owned() }, ty, span)
}

/// A member of an enum.
pub(super) fn member(ty: TypeId, index: u32, span: Span) -> Ir {
    ir(IrKind::Member { ty, index }, Type::Named(ty), span)
}

/// What a field is when nothing gives it: its default, `none`, an empty collection.
pub(super) fn default_of(field: &FieldDef) -> Option<Ir> {
    if let Some(value) = &field.default {
        return Some(value.clone());
    }
    let kind = match field.ty {
        Type::Option(_) | Type::Patch(_) => IrKind::Lit(Literal::None),
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => IrKind::List(vec![]),
        Type::Error => IrKind::Error,
        _ => return None,
    };
    Some(ir(kind, field.ty.clone(), field.span))
}
