//! Which derived values can fail to be computed: those that do arithmetic.

use std::collections::BTreeSet;

use crate::lang::ir::{Conversion, Ir, IrKind, Method, Root};
use crate::lang::types::{Type, TypeDefKind, TypeId};
use crate::model::Model;

/// The derived values that can fail, by record and name.
#[derive(Debug, Clone, Default)]
pub struct Fallible(BTreeSet<(TypeId, String)>);

impl Fallible {
    /// Those of a model, to a fixed point: what uses a fallible one is fallible too.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let mut known = Self::default();
        loop {
            let before = known.0.len();
            for (id, def) in model.types.iter() {
                let TypeDefKind::Record { derives, .. } = &def.kind else { continue };
                for derive in derives {
                    if known.fails(&derive.value, id) {
                        known.0.insert((id, derive.name.clone()));
                    }
                }
            }
            if known.0.len() == before {
                return known;
            }
        }
    }

    /// Whether this one can fail.
    #[must_use]
    pub fn contains(&self, record: TypeId, name: &str) -> bool {
        self.0.contains(&(record, name.to_owned()))
    }

    fn fails(&self, ir: &Ir, this: TypeId) -> bool {
        ir.any(&mut |node| match &node.kind {
            IrKind::Arith { left, right, .. } => {
                // Differences of points in time cannot overflow.
                !(matches!(left.ty, Type::Time | Type::Date) && left.ty == right.ty)
            }
            IrKind::Neg(of) => !matches!(of.kind, IrKind::Lit(_)),
            IrKind::Table { .. } => true,
            IrKind::Convert { how, of } => match how {
                Conversion::Rescale => !matches!(of.kind, IrKind::Lit(_)),
                Conversion::Narrow => true,
                Conversion::IntToDecimal => {
                    let whole =
                        matches!(node.ty, Type::Decimal(crate::lang::types::Scale::Fixed(0)));
                    !whole && !matches!(of.kind, IrKind::Lit(_))
                }
                _ => false,
            },
            IrKind::Method { method, of, .. } => match method {
                Method::Sum | Method::MinBy | Method::MaxBy | Method::SortBy => true,
                Method::Round | Method::Floor | Method::Ceil | Method::At => true,
                Method::Abs => of.ty != Type::Duration,
                _ => false,
            },
            IrKind::Builtin { function, .. } => {
                use crate::lang::ir::Builtin as B;
                matches!(function, B::Minutes | B::Hours | B::Weeks | B::Years | B::Dates)
            }
            IrKind::RootDerived { root: Root::This, name } => self.contains(this, name),
            IrKind::Derived { of, name } => {
                matches!(&of.ty, Type::Named(id) if self.contains(*id, name))
            }
            IrKind::Field { of, .. } => {
                matches!(&of.kind, IrKind::Convert { how: Conversion::NarrowUnion(_), .. })
            }
            _ => false,
        })
    }
}
