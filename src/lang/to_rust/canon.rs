//! Rewrites to the form that clippy would ask for; the meaning stays.

use crate::lang::ir::{CompareOp, Conversion, Ir, IrArg, IrKind, Literal, Method, Root};
use crate::lang::types::Type;

/// The canonical form of an expression and of everything inside it.
#[must_use]
pub fn canonical(ir: &Ir) -> Ir {
    let mut ir = ir.clone();
    descend(&mut ir);
    ir
}

fn descend(ir: &mut Ir) {
    ir.parts_mut().into_iter().for_each(descend);
    if let Some(better) = rewritten(ir) {
        *ir = better;
    }
}

fn at(ir: &Ir, kind: IrKind) -> Ir {
    Ir { kind, ty: Type::Bool, span: ir.span }
}

fn truth(ir: &Ir) -> Option<bool> {
    match ir.kind {
        IrKind::Lit(Literal::Bool(b)) => Some(b),
        _ => None,
    }
}

/// The better form of a node whose parts are canonical; it is canonical itself.
fn rewritten(ir: &Ir) -> Option<Ir> {
    match &ir.kind {
        IrKind::Not(of) => negated(of).or_else(|| Some(at(ir, IrKind::Not(of.clone())))),
        IrKind::Neg(of) => match &of.kind {
            IrKind::Neg(inner) => Some((**inner).clone()),
            _ => None,
        },
        IrKind::And(a, b) => match (truth(a), truth(b)) {
            (Some(true), _) => Some((**b).clone()),
            (Some(false), _) => Some((**a).clone()),
            (_, Some(true)) => Some((**a).clone()),
            (_, Some(false)) if is_place(a) => Some((**b).clone()),
            _ if same(a, b) => Some((**a).clone()),
            _ => None,
        },
        IrKind::Or(a, b) => match (truth(a), truth(b)) {
            (Some(false), _) => Some((**b).clone()),
            (Some(true), _) => Some((**a).clone()),
            (_, Some(false)) => Some((**a).clone()),
            (_, Some(true)) if is_place(a) => Some((**b).clone()),
            _ if same(a, b) => Some((**a).clone()),
            _ => None,
        },
        IrKind::Compare { op, left, right } => compared(ir, *op, left, right),
        IrKind::If { cond, then, otherwise } => chosen(ir, cond, then, otherwise),
        IrKind::Method { method, of, args } => called(ir, *method, of, args),
        IrKind::Convert { how: Conversion::Some, of } => match &of.kind {
            IrKind::Convert { how: Conversion::Narrow, of } if of.ty == ir.ty => {
                Some((**of).clone())
            }
            _ => None,
        },
        _ => None,
    }
}

/// `!of` without the `!`, where there is such a form.
#[must_use]
pub fn negated(of: &Ir) -> Option<Ir> {
    let method = |method: Method, on: &Ir| {
        at(of, IrKind::Method { method, of: Box::new(on.clone()), args: vec![] })
    };
    Some(match &of.kind {
        IrKind::Lit(Literal::Bool(b)) => at(of, IrKind::Lit(Literal::Bool(!b))),
        IrKind::Not(inner) => (**inner).clone(),
        IrKind::Method { method: Method::IsSome, of, .. } => method(Method::IsNone, of),
        IrKind::Method { method: Method::IsNone, of, .. } => method(Method::IsSome, of),
        IrKind::Method { method: m @ (Method::IsSomeAnd | Method::IsNoneOr), of: on, args } => {
            let [IrArg::Closure(params, body)] = args.as_slice() else { return None };
            let one_word = |m: &Method| matches!(m, Method::IsSome | Method::IsNone);
            match &body.kind {
                IrKind::Compare { .. } | IrKind::Not(_) => {}
                IrKind::Method { method, .. } if one_word(method) => {}
                _ => return None,
            }
            let other = if *m == Method::IsSomeAnd { Method::IsNoneOr } else { Method::IsSomeAnd };
            let args = vec![IrArg::Closure(params.clone(), not(body))];
            at(of, IrKind::Method { method: other, of: on.clone(), args })
        }
        IrKind::Compare { op, left, right } => {
            let op = match op {
                CompareOp::Eq => CompareOp::Ne,
                CompareOp::Ne => CompareOp::Eq,
                CompareOp::Lt => CompareOp::Ge,
                CompareOp::Ge => CompareOp::Lt,
                CompareOp::Gt => CompareOp::Le,
                CompareOp::Le => CompareOp::Gt,
            };
            at(of, IrKind::Compare { op, left: left.clone(), right: right.clone() })
        }
        IrKind::And(a, b) => {
            let [a, b] = [a, b].map(|x| Box::new(not(x)));
            at(of, IrKind::Or(a, b))
        }
        IrKind::Or(a, b) => {
            let [a, b] = [a, b].map(|x| Box::new(not(x)));
            at(of, IrKind::And(a, b))
        }
        _ => return None,
    })
}

fn not(ir: &Ir) -> Ir {
    negated(ir).unwrap_or_else(|| at(ir, IrKind::Not(Box::new(ir.clone()))))
}

fn compared(ir: &Ir, op: CompareOp, left: &Ir, right: &Ir) -> Option<Ir> {
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    // Decimals are compared by value; bringing them to one scale could only overflow.
    let bare = |side: &Ir| match &side.kind {
        IrKind::Convert { how: Conversion::Rescale, of } => Some((**of).clone()),
        _ => None,
    };
    if bare(left).is_some() || bare(right).is_some() {
        let kind = IrKind::Compare {
            op,
            left: Box::new(bare(left).unwrap_or_else(|| left.clone())),
            right: Box::new(bare(right).unwrap_or_else(|| right.clone())),
        };
        let better = at(ir, kind);
        return Some(rewritten(&better).unwrap_or(better));
    }
    if is_place(left) && same(left, right) {
        let equal = matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge);
        return Some(at(ir, IrKind::Lit(Literal::Bool(equal))));
    }
    if equality {
        let wanted = op == CompareOp::Eq;
        let on = |side: &Ir, truth: bool| if truth == wanted { side.clone() } else { not(side) };
        match (truth(left), truth(right)) {
            (_, Some(b)) => return Some(on(left, b)),
            (Some(b), _) => return Some(on(right, b)),
            _ => {}
        }
        let none = |side: &Ir| matches!(side.kind, IrKind::Lit(Literal::None));
        let tested = match (none(left), none(right)) {
            (false, true) => Some(left),
            (true, false) => Some(right),
            _ => None,
        };
        if let Some(of) = tested {
            let method = if wanted { Method::IsNone } else { Method::IsSome };
            let better = at(ir, IrKind::Method { method, of: Box::new(of.clone()), args: vec![] });
            return Some(rewritten(&better).unwrap_or(better));
        }
    }
    if let (IrKind::Lit(a), IrKind::Lit(b)) = (&left.kind, &right.kind)
        && let Some(order) = ordered(a, b)
    {
        let holds = match op {
            CompareOp::Eq => order.is_eq(),
            CompareOp::Ne => order.is_ne(),
            CompareOp::Lt => order.is_lt(),
            CompareOp::Le => order.is_le(),
            CompareOp::Gt => order.is_gt(),
            CompareOp::Ge => order.is_ge(),
        };
        return Some(at(ir, IrKind::Lit(Literal::Bool(holds))));
    }
    if equality
        && let IrKind::List(items) = &right.kind
        && items.is_empty()
        && matches!(left.ty, Type::List(_) | Type::Set(_) | Type::Map(..))
    {
        let of = Box::new(left.clone());
        let empty = at(ir, IrKind::Method { method: Method::IsEmpty, of, args: vec![] });
        let empty = rewritten(&empty).unwrap_or(empty);
        return Some(if op == CompareOp::Eq { empty } else { not(&empty) });
    }
    // A literal stands on the right.
    let literal = |side: &Ir| matches!(side.kind, IrKind::Lit(_) | IrKind::Member { .. });
    if literal(left) && !literal(right) {
        let op = match op {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Ge => CompareOp::Le,
            op => op,
        };
        let kind =
            IrKind::Compare { op, left: Box::new(right.clone()), right: Box::new(left.clone()) };
        let better = at(ir, kind);
        return Some(rewritten(&better).unwrap_or(better));
    }
    emptiness(ir, op, left, right)
}

/// How two literals of one type compare.
fn ordered(a: &Literal, b: &Literal) -> Option<std::cmp::Ordering> {
    Some(match (a, b) {
        (Literal::Int(a), Literal::Int(b)) => a.cmp(b),
        (Literal::Decimal(a), Literal::Decimal(b)) => a.cmp(b),
        (Literal::Text(a), Literal::Text(b)) => a.cmp(b),
        (Literal::Date(a), Literal::Date(b)) => a.cmp(b),
        (Literal::Time(a), Literal::Time(b)) => a.cmp(b),
        (Literal::Duration(a), Literal::Duration(b)) => a.cmp(b),
        _ => return None,
    })
}

/// `x.len() == 0`, `x.count(f) > 0` and the like.
fn emptiness(ir: &Ir, op: CompareOp, left: &Ir, right: &Ir) -> Option<Ir> {
    let (IrKind::Method { method, of, args }, IrKind::Lit(Literal::Int(n))) =
        (&left.kind, &right.kind)
    else {
        return None;
    };
    let none = match (op, n) {
        (CompareOp::Eq | CompareOp::Le, 0) | (CompareOp::Lt, 1) => true,
        (CompareOp::Ne | CompareOp::Gt, 0) | (CompareOp::Ge, 1) => false,
        _ => return None,
    };
    let call = |method, args| at(ir, IrKind::Method { method, of: of.clone(), args });
    let better = match method {
        Method::Len if none => call(Method::IsEmpty, vec![]),
        Method::Len => at(ir, IrKind::Not(Box::new(call(Method::IsEmpty, vec![])))),
        Method::Count if none => at(ir, IrKind::Not(Box::new(call(Method::Any, args.clone())))),
        Method::Count => call(Method::Any, args.clone()),
        _ => return None,
    };
    Some(rewritten(&better).unwrap_or(better))
}

fn chosen(ir: &Ir, cond: &Ir, then: &Ir, otherwise: &Ir) -> Option<Ir> {
    match truth(cond) {
        Some(true) => return Some(then.clone()),
        Some(false) => return Some(otherwise.clone()),
        None => {}
    }
    if is_sure(cond) && same(then, otherwise) {
        return Some(then.clone());
    }
    match (truth(then), truth(otherwise)) {
        (Some(true), Some(false)) => Some(cond.clone()),
        (Some(false), Some(true)) => Some(not(cond)),
        _ => match &cond.kind {
            // `if !c { a } else { b }`
            IrKind::Not(inner) => Some(Ir {
                kind: IrKind::If {
                    cond: inner.clone(),
                    then: Box::new(otherwise.clone()),
                    otherwise: Box::new(then.clone()),
                },
                ..ir.clone()
            }),
            _ => None,
        },
    }
}

fn called(ir: &Ir, method: Method, of: &Ir, args: &[IrArg]) -> Option<Ir> {
    let call = |method, of: &Ir, args: Vec<IrArg>| Ir {
        kind: IrKind::Method { method, of: Box::new(of.clone()), args },
        ..ir.clone()
    };
    let inner = match &of.kind {
        IrKind::Method { method, of, args } => Some((*method, of, args)),
        _ => None,
    };
    let better = match (method, inner) {
        (Method::First, Some((Method::Filter, of, f))) => call(Method::Find, of, f.clone()),
        (Method::Len, Some((Method::Filter, of, f))) => call(Method::Count, of, f.clone()),
        (Method::IsNone, Some((Method::First | Method::Last, of, _))) => {
            call(Method::IsEmpty, of, vec![])
        }
        (Method::IsSome, Some((Method::First | Method::Last, of, _))) => {
            at(ir, IrKind::Not(Box::new(call(Method::IsEmpty, of, vec![]))))
        }
        (Method::IsEmpty, Some((Method::Filter, of, f))) => {
            at(ir, IrKind::Not(Box::new(call(Method::Any, of, f.clone()))))
        }
        (Method::IsSome, Some((Method::Find, of, f))) => call(Method::Any, of, f.clone()),
        (Method::IsNone, Some((Method::Find, of, f))) => {
            at(ir, IrKind::Not(Box::new(call(Method::Any, of, f.clone()))))
        }
        (Method::IsEmpty, _) => match &of.kind {
            IrKind::Lit(Literal::Text(t)) => at(ir, IrKind::Lit(Literal::Bool(t.is_empty()))),
            _ => return None,
        },
        (Method::Min | Method::Max, _) => match (&of.kind, args) {
            (IrKind::Lit(Literal::Int(a)), [IrArg::Value(b)]) => match b.kind {
                IrKind::Lit(Literal::Int(b)) => {
                    let n = if method == Method::Min { *a.min(&b) } else { *a.max(&b) };
                    Ir { kind: IrKind::Lit(Literal::Int(n)), ..ir.clone() }
                }
                _ => return None,
            },
            _ => return None,
        },
        (Method::IsSome | Method::IsNone, _) => return index_tested(ir, method, of),
        (Method::MapOr, _) => return map_or(ir, of, args),
        (Method::Map, _) if is_identity(args) && of.ty == ir.ty => of.clone(),
        _ => return None,
    };
    Some(rewritten(&better).unwrap_or(better))
}

/// `x[k].is_some()`
fn index_tested(ir: &Ir, method: Method, of: &Ir) -> Option<Ir> {
    let IrKind::Index { of, keys } = &of.kind else { return None };
    let args = keys.iter().cloned().map(IrArg::Value).collect();
    let found = at(ir, IrKind::Method { method: Method::ContainsKey, of: of.clone(), args });
    Some(if method == Method::IsSome { found } else { at(ir, IrKind::Not(Box::new(found))) })
}

fn map_or(ir: &Ir, of: &Ir, args: &[IrArg]) -> Option<Ir> {
    let [IrArg::Value(default), closure] = args else { return None };
    let call = |method, args| Ir {
        kind: IrKind::Method { method, of: Box::new(of.clone()), args },
        ..ir.clone()
    };
    match truth(default) {
        Some(true) => Some(call(Method::IsNoneOr, vec![closure.clone()])),
        Some(false) => Some(call(Method::IsSomeAnd, vec![closure.clone()])),
        None if is_identity(std::slice::from_ref(closure)) => {
            Some(call(Method::UnwrapOr, vec![IrArg::Value(default.clone())]))
        }
        None => None,
    }
}

/// Whether the only argument is `|x| x`.
fn is_identity(args: &[IrArg]) -> bool {
    match args {
        [IrArg::Closure(params, body)] => {
            matches!((&params[..], &body.kind), ([p], IrKind::Local(n)) if p == n)
        }
        _ => false,
    }
}

/// Whether an expression only names a value: it cannot fail.
fn is_place(ir: &Ir) -> bool {
    match &ir.kind {
        // It refuses when nobody is signed in.
        IrKind::RootField { root: Root::Actor, name } => name != "id",
        IrKind::Lit(_)
        | IrKind::Member { .. }
        | IrKind::Local(_)
        | IrKind::Root(_)
        | IrKind::RootField { .. }
        | IrKind::Now
        | IrKind::Today => true,
        IrKind::Field { of, .. }
        | IrKind::Convert { how: Conversion::Some | Conversion::Wrap | Conversion::Unwrap, of } => {
            is_place(of)
        }
        _ => false,
    }
}

/// Whether an expression gives a value in any case.
fn is_sure(ir: &Ir) -> bool {
    let here = match &ir.kind {
        IrKind::Method { method, .. } => matches!(
            method,
            Method::IsSome
                | Method::IsNone
                | Method::IsSomeAnd
                | Method::IsNoneOr
                | Method::Any
                | Method::All
                | Method::IsEmpty
                | Method::Contains
                | Method::ContainsKey
                | Method::StartsWith
                | Method::EndsWith
        ),
        IrKind::Not(_) | IrKind::And(..) | IrKind::Or(..) | IrKind::Is { .. } => true,
        IrKind::Compare { .. } | IrKind::In { .. } | IrKind::List(_) => true,
        _ => is_place(ir),
    };
    here && ir.parts().into_iter().all(is_sure)
}

/// Whether two expressions are the same text.
pub(super) fn same(a: &Ir, b: &Ir) -> bool {
    blank(a) == blank(b)
}

fn blank(ir: &Ir) -> Ir {
    let mut ir = ir.clone();
    erase(&mut ir);
    ir
}

fn erase(ir: &mut Ir) {
    ir.span = crate::source::Span::default();
    ir.parts_mut().into_iter().for_each(erase);
}
