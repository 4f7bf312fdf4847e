//! Which rows of tables earlier rows cover.

use rust_decimal::Decimal;

use crate::lang::check::CaseIr;
use crate::lang::ir::{CompareOp, Ir, IrKind, Literal};

/// What a row asks for, where it is simple enough to compare with others.
enum Ask<'i> {
    /// `else`
    Always,
    /// A name against a number.
    Bound(&'i str, CompareOp, Decimal),
    /// Anything else.
    Other,
}

/// The earlier row that takes everything that the row at `index` could take.
pub(super) fn covering(rows: &[CaseIr], index: usize) -> Option<usize> {
    let later = ask(rows.get(index)?.cond.as_ref());
    rows.iter().take(index).position(|row| covers(&ask(row.cond.as_ref()), &later))
}

fn ask(cond: Option<&Ir>) -> Ask<'_> {
    let Some(cond) = cond else { return Ask::Always };
    let IrKind::Compare { op, left, right } = &cond.kind else { return Ask::Other };
    match (name(left), number(right), name(right), number(left)) {
        (Some(name), Some(n), ..) => Ask::Bound(name, *op, n),
        (_, _, Some(name), Some(n)) => Ask::Bound(name, turned(*op), n),
        _ => Ask::Other,
    }
}

fn name(ir: &Ir) -> Option<&str> {
    match &ir.kind {
        IrKind::Local(name) => Some(name),
        IrKind::Convert { of, .. } => name(of),
        _ => None,
    }
}

fn number(ir: &Ir) -> Option<Decimal> {
    match &ir.kind {
        IrKind::Lit(Literal::Int(n)) => Some(Decimal::from(*n)),
        IrKind::Lit(Literal::Decimal(d)) => Some(*d),
        IrKind::Convert { of, .. } => number(of),
        IrKind::Neg(of) => number(of).map(|n| -n),
        _ => None,
    }
}

/// The comparison with its sides swapped.
fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
        same => same,
    }
}

/// Whether everything that the later row takes was taken by the earlier one.
fn covers(earlier: &Ask<'_>, later: &Ask<'_>) -> bool {
    use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    let (a, a_op, a_n, b, b_op, b_n) = match (earlier, later) {
        (Ask::Always, _) => return true,
        (Ask::Bound(a, a_op, a_n), Ask::Bound(b, b_op, b_n)) => (a, a_op, a_n, b, b_op, b_n),
        _ => return false,
    };
    a == b
        && match (a_op, b_op) {
            (Ge, Ge | Eq) | (Gt, Gt) => b_n >= a_n,
            (Ge, Gt) => b_n >= a_n,
            (Gt, Ge | Eq) => b_n > a_n,
            (Le, Le | Eq) | (Lt, Lt) => b_n <= a_n,
            (Le, Lt) => b_n <= a_n,
            (Lt, Le | Eq) => b_n < a_n,
            (Eq, Eq) | (Ne, Ne) => a_n == b_n,
            _ => false,
        }
}
