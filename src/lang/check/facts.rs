//! What conditions establish about paths, and where it holds.

use crate::lang::ir::{CompareOp, Conversion, Ir, IrKind, Literal, Method};

/// Something known to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    /// The option at this path is some.
    Some(String),
    /// The union at this path is this member.
    Member(String, u32),
    /// The subject exists.
    Exists,
}

/// Facts in the order in which they were learnt; scopes end by truncation.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts(Vec<Fact>);

impl Facts {
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(super) fn forget(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    pub(super) fn exists(&self) -> bool {
        self.0.contains(&Fact::Exists)
    }

    pub(super) fn is_some(&self, path: &str) -> bool {
        self.0.iter().any(|f| matches!(f, Fact::Some(p) if p == path))
    }

    pub(super) fn member(&self, path: &str) -> Option<u32> {
        self.0.iter().rev().find_map(|f| match f {
            Fact::Member(p, index) if p == path => Some(*index),
            _ => None,
        })
    }

    /// Learn what follows from `cond` being `holds`.
    pub(super) fn learn(&mut self, cond: &Ir, holds: bool) {
        match &cond.kind {
            IrKind::Not(of) => self.learn(of, !holds),
            IrKind::And(a, b) if holds => {
                self.learn(a, true);
                self.learn(b, true);
            }
            IrKind::Or(a, b) if !holds => {
                self.learn(a, false);
                self.learn(b, false);
            }
            IrKind::Method { method: Method::IsSome, of, .. } if holds => self.some(of),
            IrKind::Method { method: Method::IsNone, of, .. } if !holds => self.some(of),
            IrKind::Compare { op, left, right } => {
                let differs = match op {
                    CompareOp::Ne => holds,
                    CompareOp::Eq => !holds,
                    _ => return,
                };
                match (is_none(left), is_none(right)) {
                    (false, true) if differs => self.some(left),
                    (true, false) if differs => self.some(right),
                    _ => {}
                }
            }
            IrKind::Is { of, index } if holds => {
                if let Some(path) = path_of(of) {
                    self.0.push(Fact::Member(path, *index));
                }
            }
            IrKind::Exists if holds => self.0.push(Fact::Exists),
            _ => {}
        }
    }

    fn some(&mut self, of: &Ir) {
        if let Some(path) = path_of(of) {
            self.0.push(Fact::Some(path));
        }
    }
}

fn is_none(ir: &Ir) -> bool {
    matches!(ir.kind, IrKind::Lit(Literal::None))
}

/// The path of an expression without calls: what facts are about.
pub(super) fn path_of(ir: &Ir) -> Option<String> {
    match &ir.kind {
        IrKind::Local(name) => Some(name.clone()),
        IrKind::Root(root) => Some(format!("{root:?}")),
        IrKind::RootField { root, name } | IrKind::RootDerived { root, name } => {
            Some(format!("{root:?}.{name}"))
        }
        IrKind::Field { of, name } | IrKind::Derived { of, name } => {
            Some(format!("{}.{name}", path_of(of)?))
        }
        IrKind::Convert { how: Conversion::Narrow | Conversion::NarrowUnion(_), of } => path_of(of),
        _ => None,
    }
}

/// The option behind a narrowed value; anything else as it is.
pub(super) fn widened(ir: Ir) -> Ir {
    match ir.kind {
        IrKind::Convert { how: Conversion::Narrow, of } => *of,
        _ => ir,
    }
}
