//! The canonical form: what clippy would ask for.

use super::lower::{Form, Lowerer};
use crate::lang::ir::{CompareOp, Conversion, Ir, IrArg, IrKind, Literal, Method};
use crate::lang::types::Type;
use crate::layout::Node;

/// The expression with the opposite value, when it can be written without `!`.
#[must_use]
pub fn negated(ir: &Ir) -> Option<Ir> {
    let with = |kind| Some(Ir { kind, ty: Type::Bool, span: ir.span });
    match &ir.kind {
        IrKind::Not(inner) => Some((**inner).clone()),
        IrKind::Lit(Literal::Bool(value)) => with(IrKind::Lit(Literal::Bool(!value))),
        IrKind::Compare { op, left, right } => {
            with(IrKind::Compare { op: opposite(*op), left: left.clone(), right: right.clone() })
        }
        IrKind::Method { method, of, args } => {
            let other = match method {
                Method::IsSome => Method::IsNone,
                Method::IsNone => Method::IsSome,
                Method::IsSomeAnd => return flipped(Method::IsNoneOr, of, args, ir),
                Method::IsNoneOr => return flipped(Method::IsSomeAnd, of, args, ir),
                _ => return None,
            };
            with(IrKind::Method { method: other, of: of.clone(), args: args.clone() })
        }
        IrKind::And(left, right) | IrKind::Or(left, right) => {
            let (l, r) = (negated(left), negated(right));
            if l.is_none() && r.is_none() {
                return None;
            }
            let l = Box::new(l.unwrap_or_else(|| not(left)));
            let r = Box::new(r.unwrap_or_else(|| not(right)));
            with(if matches!(ir.kind, IrKind::And(..)) {
                IrKind::Or(l, r)
            } else {
                IrKind::And(l, r)
            })
        }
        _ => None,
    }
}

fn not(ir: &Ir) -> Ir {
    Ir { kind: IrKind::Not(Box::new(ir.clone())), ty: Type::Bool, span: ir.span }
}

/// `!x.is_some_and(f)` is `x.is_none_or(!f)`, when the closure can be negated.
fn flipped(method: Method, of: &Ir, args: &[IrArg], ir: &Ir) -> Option<Ir> {
    let [IrArg::Closure(params, body)] = args else { return None };
    let args = vec![IrArg::Closure(params.clone(), negated(body)?)];
    let kind = IrKind::Method { method, of: Box::new(of.clone()), args };
    Some(Ir { kind, ty: Type::Bool, span: ir.span })
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Ge => CompareOp::Lt,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Le,
    }
}

fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Ge => CompareOp::Le,
        same => same,
    }
}

/// Comparisons that have a shorter form.
pub(super) fn compared(lowerer: &Lowerer, op: CompareOp, left: &Ir, right: &Ir) -> Option<Node> {
    one_sided(lowerer, op, left, right).or_else(|| one_sided(lowerer, mirrored(op), right, left))
}

fn one_sided(lowerer: &Lowerer, op: CompareOp, left: &Ir, right: &Ir) -> Option<Node> {
    match &right.kind {
        IrKind::Lit(Literal::Bool(value)) => {
            let same = match op {
                CompareOp::Eq => *value,
                CompareOp::Ne => !*value,
                _ => return None,
            };
            Some(if same { lowerer.scalar(left) } else { lowerer.scalar(&not(left)) })
        }
        IrKind::Lit(Literal::None) => {
            let method = match op {
                CompareOp::Eq => "is_none",
                CompareOp::Ne => "is_some",
                _ => return None,
            };
            Some(lowerer.option_of(left).0.method(method, vec![]))
        }
        IrKind::Lit(Literal::Int(n)) => length(lowerer, op, left, *n),
        IrKind::Convert { how: Conversion::Some, of } if !lowerer.is_copy(&of.ty) => {
            let inner = lowerer.lower(of);
            let (left_ref, right_ref) = match inner.form {
                Form::Str => (lowerer.lower(left).node.method("as_deref", vec![]), inner.node),
                Form::Ref => (lowerer.option_of(left).0, inner.node),
                _ => (lowerer.option_of(left).0, inner.node.borrowed()),
            };
            let some = Node::call("Some", vec![right_ref]);
            Some(Node::binary(super::lower::sign(op), left_ref, some))
        }
        _ => None,
    }
}

/// `x.len() == 0` is `x.is_empty()`.
fn length(lowerer: &Lowerer, op: CompareOp, left: &Ir, n: i64) -> Option<Node> {
    let IrKind::Method { method: Method::Len, of, .. } = &left.kind else { return None };
    let empty = match (op, n) {
        (CompareOp::Eq | CompareOp::Le, 0) | (CompareOp::Lt, 1) => true,
        (CompareOp::Ne | CompareOp::Gt, 0) | (CompareOp::Ge, 1) => false,
        _ => return None,
    };
    let test = lowerer.emptiness(of);
    Some(if empty { test } else { Node::prefix("!", test) })
}

/// Whether two expressions name the same place; only names and fields can.
pub(super) fn same_place(a: &Ir, b: &Ir) -> bool {
    match (&a.kind, &b.kind) {
        (IrKind::Local(x), IrKind::Local(y)) => x == y,
        (IrKind::Root(x), IrKind::Root(y)) => x == y,
        (
            IrKind::RootField { root: r, name: n } | IrKind::RootDerived { root: r, name: n },
            IrKind::RootField { root: s, name: m } | IrKind::RootDerived { root: s, name: m },
        ) => r == s && n == m,
        (
            IrKind::Field { of: x, name: n } | IrKind::Derived { of: x, name: n },
            IrKind::Field { of: y, name: m } | IrKind::Derived { of: y, name: m },
        ) => n == m && same_place(x, y),
        (IrKind::Convert { how: h, of: x }, IrKind::Convert { how: i, of: y }) => {
            h == i && same_place(x, y)
        }
        _ => false,
    }
}
