//! Visiting every part of a typed expression.

use super::ir::{Ir, IrArg, IrKind, OutcomeIr, RuleIr};
use super::types::{TypeDef, TypeDefKind};

impl TypeDef {
    /// Every expression of the type itself: rules, derived fields, properties. Defaults belong to
    /// who makes a value, and are constants.
    #[must_use]
    pub fn code(&self) -> Vec<&Ir> {
        match &self.kind {
            TypeDefKind::Newtype { normalise, rules, .. } => {
                normalise.iter().chain(rules.iter().flat_map(of_rule)).collect()
            }
            TypeDefKind::Record { derives, rules, .. } => {
                derives.iter().map(|d| &d.value).chain(rules.iter().flat_map(of_rule)).collect()
            }
            TypeDefKind::Enum { members, .. } => members.iter().flat_map(|m| &m.props).collect(),
            TypeDefKind::Union { .. } => vec![],
        }
    }
}

fn of_rule(rule: &RuleIr) -> impl Iterator<Item = &Ir> {
    let fields = match &rule.outcome {
        OutcomeIr::Refuse(refusal) => refusal.fields.as_slice(),
        OutcomeIr::Ignore | OutcomeIr::Emit(_) => &[],
    };
    std::iter::once(&rule.cond).chain(fields.iter().map(|(_, ir)| ir))
}

impl IrArg {
    /// The value, or the closure's body.
    #[must_use]
    pub fn ir(&self) -> &Ir {
        match self {
            Self::Value(ir) | Self::Closure(_, ir) => ir,
        }
    }
}

impl Ir {
    /// The direct parts, in the order of the text.
    #[must_use]
    pub fn parts(&self) -> Vec<&Ir> {
        match &self.kind {
            IrKind::Error
            | IrKind::Lit(_)
            | IrKind::Local(_)
            | IrKind::Root(_)
            | IrKind::RootField { .. }
            | IrKind::RootDerived { .. }
            | IrKind::Now
            | IrKind::Today
            | IrKind::Exists
            | IrKind::Member { .. } => vec![],
            IrKind::Field { of, .. }
            | IrKind::Derived { of, .. }
            | IrKind::Convert { of, .. }
            | IrKind::Not(of)
            | IrKind::Neg(of)
            | IrKind::Is { of, .. } => vec![of],
            IrKind::Record { fields, .. } | IrKind::Union { fields, .. } => {
                fields.iter().map(|(_, ir)| ir).collect()
            }
            IrKind::List(items) => items.iter().collect(),
            IrKind::And(a, b) | IrKind::Or(a, b) => vec![a, b],
            IrKind::Compare { left, right, .. } | IrKind::Arith { left, right, .. } => {
                vec![left, right]
            }
            IrKind::In { item, list } => vec![item, list],
            IrKind::If { cond, then, otherwise } => vec![cond, then, otherwise],
            IrKind::Index { of, keys } => std::iter::once(&**of).chain(keys).collect(),
            IrKind::Method { of, args, .. } => {
                std::iter::once(&**of).chain(args.iter().map(IrArg::ir)).collect()
            }
            IrKind::Lookup { keys: args, .. }
            | IrKind::Builtin { args, .. }
            | IrKind::Table { args, .. }
            | IrKind::Function { args, .. }
            | IrKind::Format { args, .. } => args.iter().collect(),
            IrKind::Next { part, .. } => part.iter().map(|p| &**p).collect(),
        }
    }

    /// The direct parts, to be changed.
    pub fn parts_mut(&mut self) -> Vec<&mut Ir> {
        match &mut self.kind {
            IrKind::Error
            | IrKind::Lit(_)
            | IrKind::Local(_)
            | IrKind::Root(_)
            | IrKind::RootField { .. }
            | IrKind::RootDerived { .. }
            | IrKind::Now
            | IrKind::Today
            | IrKind::Exists
            | IrKind::Member { .. } => vec![],
            IrKind::Field { of, .. }
            | IrKind::Derived { of, .. }
            | IrKind::Convert { of, .. }
            | IrKind::Not(of)
            | IrKind::Neg(of)
            | IrKind::Is { of, .. } => vec![of],
            IrKind::Record { fields, .. } | IrKind::Union { fields, .. } => {
                fields.iter_mut().map(|(_, ir)| ir).collect()
            }
            IrKind::List(items) => items.iter_mut().collect(),
            IrKind::And(a, b) | IrKind::Or(a, b) => vec![a, b],
            IrKind::Compare { left, right, .. } | IrKind::Arith { left, right, .. } => {
                vec![left, right]
            }
            IrKind::In { item, list } => vec![item, list],
            IrKind::If { cond, then, otherwise } => vec![cond, then, otherwise],
            IrKind::Index { of, keys } => std::iter::once(&mut **of).chain(keys).collect(),
            IrKind::Method { of, args, .. } => std::iter::once(&mut **of)
                .chain(args.iter_mut().map(|arg| match arg {
                    IrArg::Value(ir) | IrArg::Closure(_, ir) => ir,
                }))
                .collect(),
            IrKind::Lookup { keys: args, .. }
            | IrKind::Builtin { args, .. }
            | IrKind::Table { args, .. }
            | IrKind::Function { args, .. }
            | IrKind::Format { args, .. } => args.iter_mut().collect(),
            IrKind::Next { part, .. } => part.iter_mut().map(|p| &mut **p).collect(),
        }
    }

    /// Call `visit` for this expression and for everything inside it.
    pub fn walk(&self, visit: &mut dyn FnMut(&Ir)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }

    /// Whether this or anything inside satisfies `test`.
    pub fn any(&self, test: &mut dyn FnMut(&Ir) -> bool) -> bool {
        test(self) || self.parts().into_iter().any(|p| p.any(test))
    }
}
