//! Operators: the table of language.md 5.3.

use super::checker::{Checker, error};
use super::coerce::{base_of, convert};
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{ArithOp, CompareOp, Conversion, Ir, IrKind, Literal};
use crate::lang::tree::{BinaryOp, Expr, ExprKind, Lit};
use crate::lang::types::{EnumOrigin, Scale, Type, TypeDefKind};
use crate::source::Span;

/// The largest scale of a stored or computed decimal.
const MAX_SCALE: u8 = 12;

impl Checker<'_> {
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        sides: (&Expr, &Expr),
        span: Span,
        hint: Option<&Type>,
    ) -> Ir {
        let (left, right) = sides;
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let left = self.expr_as(left, &Type::Bool);
                let mark = self.facts.mark();
                self.facts.learn(&left, op == BinaryOp::And);
                let right = self.expr_as(right, &Type::Bool);
                self.facts.forget(mark);
                let (left, right) = (Box::new(left), Box::new(right));
                let kind = match op {
                    BinaryOp::And => IrKind::And(left, right),
                    _ => IrKind::Or(left, right),
                };
                Ir { kind, ty: Type::Bool, span }
            }
            BinaryOp::In => self.contained(left, right, span),
            BinaryOp::Eq => self.compare(CompareOp::Eq, left, right, span),
            BinaryOp::Ne => self.compare(CompareOp::Ne, left, right, span),
            BinaryOp::Lt => self.compare(CompareOp::Lt, left, right, span),
            BinaryOp::Le => self.compare(CompareOp::Le, left, right, span),
            BinaryOp::Gt => self.compare(CompareOp::Gt, left, right, span),
            BinaryOp::Ge => self.compare(CompareOp::Ge, left, right, span),
            BinaryOp::Add => self.arith(ArithOp::Add, op_span, left, right, span, hint),
            BinaryOp::Sub => self.arith(ArithOp::Sub, op_span, left, right, span, hint),
            BinaryOp::Mul => self.arith(ArithOp::Mul, op_span, left, right, span, hint),
            BinaryOp::Div => self.arith(ArithOp::Div, op_span, left, right, span, hint),
            BinaryOp::Rem => self.arith(ArithOp::Rem, op_span, left, right, span, hint),
        }
    }

    /// Whether an expression can only be typed by its other side.
    pub(super) fn needs_hint(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Lit(Lit::None | Lit::Days(_)) => true,
            ExprKind::Name(name) => !self.is_known(name),
            ExprKind::List(items) => items.iter().all(|i| self.needs_hint(i)),
            ExprKind::If { then, otherwise, .. } => {
                self.needs_hint(then) && self.needs_hint(otherwise)
            }
            _ => false,
        }
    }

    /// Both sides, the one that stands alone first.
    fn both(&mut self, left: &Expr, right: &Expr) -> (Ir, Ir) {
        if self.needs_hint(left) && !self.needs_hint(right) {
            let right = self.infer(right, None);
            let left = self.infer(left, Some(&right.ty));
            return (left, right);
        }
        let left = self.infer(left, None);
        let right = self.infer(right, Some(&left.ty));
        (left, right)
    }

    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr, span: Span) -> Ir {
        let (left, right) = self.both(left, right);
        let broken = error(span);
        if left.ty == Type::Error || right.ty == Type::Error {
            return broken;
        }
        let ordering = !matches!(op, CompareOp::Eq | CompareOp::Ne);
        if ordering && (self.untested(&left) || self.untested(&right)) {
            return broken;
        }
        let (left, right) = match (&left.ty, &right.ty) {
            (Type::Decimal(_), Type::Int | Type::Decimal(_)) | (Type::Int, Type::Decimal(_)) => {
                (whole(left), whole(right))
            }
            _ => self.unify(left, right),
        };
        if left.ty == Type::Error || right.ty == Type::Error {
            return broken;
        }
        if left.ty == Type::Period {
            self.report_not(&left, "values that can be compared");
            return broken;
        }
        if ordering && !self.is_ordered(&left.ty) {
            let is = show(&self.world.types, &left.ty);
            self.report(
                Diagnostic::error(206, span, format!("values of {is} have no order"))
                    .label("cannot be compared this way")
                    .help("compare with `==`, or write `ordered = true` at the enum"),
            );
            return broken;
        }
        let kind = IrKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Ir { kind, ty: Type::Bool, span }
    }

    fn untested(&mut self, ir: &Ir) -> bool {
        let optional = matches!(ir.ty, Type::Option(_) | Type::None);
        if optional {
            self.report_not(ir, "a value with an order");
        }
        optional
    }

    /// Whether `<` is known for a type.
    pub(super) fn is_ordered(&self, ty: &Type) -> bool {
        match base_of(&self.world.types, ty) {
            Type::Error
            | Type::Int
            | Type::Decimal(_)
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Duration => true,
            Type::Named(id) => match self.world.types.get(*id).map(|d| &d.kind) {
                Some(TypeDefKind::Enum { origin, ordered, .. }) => {
                    *ordered || *origin != EnumOrigin::Declared
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Both as one type; a report when there is none. Decimals of different scales stay as they
    /// are: they are compared by value, and their common type is the larger scale.
    pub(super) fn unify(&mut self, left: Ir, right: Ir) -> (Ir, Ir) {
        if left.ty == right.ty || left.ty == Type::Error || right.ty == Type::Error {
            return (left, right);
        }
        let want = right.ty.clone();
        let left = match self.try_coerce(left, &want) {
            Ok(left) => return (left, right),
            Err(left) => left,
        };
        let want = left.ty.clone();
        let right = match self.try_coerce(right, &want) {
            Ok(right) => return (left, right),
            Err(right) => right,
        };
        if let (Type::None, inner) | (inner, Type::None) = (&left.ty, &right.ty) {
            let want = Type::Option(Box::new(inner.clone()));
            return (self.coerce(left, &want), self.coerce(right, &want));
        }
        if let (Type::Option(a), Type::Option(b)) = (&left.ty, &right.ty)
            && let (Type::Int | Type::Decimal(_), Type::Int | Type::Decimal(_)) = (&**a, &**b)
        {
            let want = Type::Option(Box::new(wider(a, b)));
            return (self.coerce(left, &want), self.coerce(right, &want));
        }
        self.report_mismatch(&right, &left.ty);
        let span = right.span;
        (left, error(span))
    }

    fn contained(&mut self, left: &Expr, right: &Expr, span: Span) -> Ir {
        let broken = error(span);
        let (item, list) = if self.needs_hint(left) {
            let list = self.infer(right, None);
            let item = self.infer(left, element(&list.ty).as_ref());
            (item, list)
        } else {
            let item = self.infer(left, None);
            let hint = Type::List(Box::new(item.ty.clone()));
            let list = self.infer(right, Some(&hint));
            (item, list)
        };
        if item.ty == Type::Error || list.ty == Type::Error {
            return broken;
        }
        if let Type::Option(inner) = &item.ty {
            let d = super::coerce::option_untested(&self.world.types, &item, inner);
            self.report(d);
            return broken;
        }
        let Some(of) = element(&list.ty) else {
            self.report_not(&list, "a list or set");
            return broken;
        };
        let (item, list) = match self.try_coerce(item, &of) {
            Ok(item) => (item, list),
            Err(item) => {
                let want = Type::List(Box::new(item.ty.clone()));
                let list = self.coerce(list, &want);
                (item, list)
            }
        };
        if list.ty == Type::Error || matches!(list.kind, IrKind::Error) {
            return broken;
        }
        let kind = IrKind::In { item: Box::new(item), list: Box::new(list) };
        Ir { kind, ty: Type::Bool, span }
    }

    fn arith(
        &mut self,
        op: ArithOp,
        op_span: Span,
        left: &Expr,
        right: &Expr,
        span: Span,
        hint: Option<&Type>,
    ) -> Ir {
        let hint = hint.filter(|h| matches!(h, Type::Period));
        let left = self.infer(left, hint);
        let date = matches!(left.ty, Type::Date | Type::Period);
        let right = self.infer(right, if date { Some(&Type::Date) } else { hint });
        self.arith_of(op, op_span, left, right, span)
    }

    /// An operation on typed operands.
    pub(super) fn arith_of(
        &mut self,
        op: ArithOp,
        op_span: Span,
        left: Ir,
        right: Ir,
        span: Span,
    ) -> Ir {
        if left.ty == Type::Error || right.ty == Type::Error {
            return error(span);
        }
        for side in [&left, &right] {
            if matches!(side.ty, Type::Option(_)) {
                self.report_not(side, "a number");
                return error(span);
            }
        }
        let Some((left, right, ty)) = result(op, left.clone(), right.clone()) else {
            self.report_operands(op, op_span, &left, &right);
            return error(span);
        };
        if let Type::Decimal(Scale::Fixed(n)) = ty
            && n > MAX_SCALE
        {
            self.report(
                Diagnostic::error(
                    212,
                    span,
                    format!("the result has {n} places, at most {MAX_SCALE} are possible"),
                )
                .label("too many places")
                .help("round one side before: `.round(2)`"),
            );
            return error(span);
        }
        let kind = IrKind::Arith { op, left: Box::new(left), right: Box::new(right) };
        Ir { kind, ty, span }
    }

    fn report_operands(&mut self, op: ArithOp, op_span: Span, left: &Ir, right: &Ir) {
        let types = &self.world.types;
        let (l, r) = (show(types, &left.ty), show(types, &right.ty));
        let sign = match op {
            ArithOp::Add => "+",
            ArithOp::Sub => "-",
            ArithOp::Mul => "*",
            ArithOp::Div => "/",
            ArithOp::Rem => "%",
        };
        let d = Diagnostic::error(201, op_span, format!("`{sign}` does not fit {l} and {r}"))
            .label("no such operation");
        let text = left.ty == Type::Text || right.ty == Type::Text;
        self.report(if text {
            d.help("texts are joined with `format('{}{}', a, b)`")
        } else {
            d.help("numbers, durations, dates and periods can be computed with")
        });
    }
}

fn element(ty: &Type) -> Option<Type> {
    match ty {
        Type::List(t) | Type::Set(t) => Some((**t).clone()),
        _ => None,
    }
}

/// The common type of two numbers.
fn wider(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Decimal(Scale::Fixed(x)), Type::Decimal(Scale::Fixed(y))) => {
            Type::Decimal(Scale::Fixed(*x.max(y)))
        }
        (Type::Int, Type::Int) => Type::Int,
        (Type::Decimal(x), Type::Int) | (Type::Int, Type::Decimal(x)) => Type::Decimal(*x),
        _ => Type::Decimal(Scale::Free),
    }
}

/// Operands with their conversions and the result's type; `None` when the table has no such row.
fn result(op: ArithOp, left: Ir, right: Ir) -> Option<(Ir, Ir, Type)> {
    use ArithOp::{Add, Div, Mul, Rem, Sub};
    let ty = match (&left.ty, op, &right.ty) {
        (Type::Int, Add | Sub | Mul | Rem, Type::Int) => Type::Int,
        (Type::Int, Div, Type::Int) => Type::Decimal(Scale::Free),
        (Type::Int | Type::Decimal(_), Add | Sub | Mul | Div, Type::Int | Type::Decimal(_)) => {
            return Some(decimals(op, left, right));
        }
        (Type::Time, Sub, Type::Time) => Type::Duration,
        (Type::Date, Sub, Type::Date) => Type::Int,
        (Type::Time, Add | Sub, Type::Duration | Type::Period) => Type::Time,
        (Type::Date, Add | Sub, Type::Period) => Type::Date,
        (Type::Duration, Add | Sub, Type::Duration) | (Type::Duration, Mul | Div, Type::Int) => {
            Type::Duration
        }
        _ => return None,
    };
    Some((left, right, ty))
}

fn decimals(op: ArithOp, left: Ir, right: Ir) -> (Ir, Ir, Type) {
    let [left, right] = [left, right].map(whole);
    let ty = match (op, &left.ty, &right.ty) {
        (ArithOp::Div, ..) => Type::Decimal(Scale::Free),
        (ArithOp::Mul, Type::Decimal(Scale::Fixed(a)), Type::Decimal(Scale::Fixed(b))) => {
            Type::Decimal(Scale::Fixed(a.saturating_add(*b)))
        }
        (_, a, b) => wider(a, b),
    };
    (left, right, ty)
}

/// An int as a `decimal(0)`.
fn whole(ir: Ir) -> Ir {
    match (&ir.kind, &ir.ty) {
        (IrKind::Lit(Literal::Int(n)), Type::Int) => Ir {
            kind: IrKind::Lit(Literal::Decimal((*n).into())),
            ty: Type::Decimal(Scale::Fixed(0)),
            span: ir.span,
        },
        (_, Type::Int) => convert(ir, Conversion::IntToDecimal, Type::Decimal(Scale::Fixed(0))),
        _ => ir,
    }
}
