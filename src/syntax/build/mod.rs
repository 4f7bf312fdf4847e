//! From checked rows to the structs of the tree. Nothing is reported here.

mod behaviour;
mod context;
mod deploy;
mod edge;
mod flow;
mod reading;
mod types;

pub(super) use context::{context, keys, project};
pub(super) use deploy::deploy;
pub(super) use edge::gateway;
pub(super) use types::types;

use super::lower::Row;
use super::tree::{Head, Reserved};
use crate::lang::tree::{Ident, TypeExpr, TypeKind};
use crate::shapes::Shape;
use crate::source::Span;

/// The name and the common keys of a named table.
fn head(name: Ident, row: &mut Row, shape: &Shape) -> Head {
    Head {
        doc: row.text("doc"),
        was: row.idents("was").unwrap_or_default(),
        reserved: reserved(row, shape),
        span: row.span,
        name,
    }
}

fn reserved(row: &mut Row, shape: &Shape) -> Vec<Reserved> {
    let keys = shape.keys().filter(|key| key.reserved).map(|key| key.name);
    let found = row.reserved(keys);
    found.into_iter().map(|(key, value)| Reserved { key, value }).collect()
}

/// Build one struct per table of a construct.
fn each<T>(row: &mut Row, key: &str, build: impl Fn(Ident, Row) -> T) -> Vec<T> {
    let rows = row.named(key).unwrap_or_default();
    rows.into_iter().map(|(name, row)| build(name, row)).collect()
}

fn flag(row: &mut Row, key: &str) -> bool {
    row.flag(key).is_some_and(|flag| flag.value)
}

/// The type, or the one that agrees with everything.
fn type_or_error(row: &mut Row, key: &str) -> TypeExpr {
    let span: Span = row.place(key).unwrap_or(row.span);
    row.ty(key).unwrap_or(TypeExpr { kind: TypeKind::Error, span })
}
