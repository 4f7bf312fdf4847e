//! Arithmetic: the kit's checked operations.

use super::code::{Code, tried};
use super::list::int;
use super::lower::Lower;
use crate::lang::ir::{ArithOp, Builtin, Ir, IrKind, Literal};
use crate::lang::types::Type;
use crate::layout::Node;

impl Lower<'_> {
    pub(super) fn arith(&mut self, op: ArithOp, left: &Ir, right: &Ir) -> Code {
        use ArithOp::{Add, Div, Mul, Rem, Sub};
        let (function, fails) = match (op, &left.ty, &right.ty) {
            (Sub, Type::Time, Type::Time) => ("time::between", false),
            (Sub, Type::Date, Type::Date) => ("time::days_between", false),
            (Add, Type::Time, Type::Period) => ("time::plus_period", true),
            (Sub, Type::Time, Type::Period) => ("time::minus_period", true),
            (Add, Type::Time, _) => ("time::plus", true),
            (Sub, Type::Time, _) => ("time::minus", true),
            (Add, Type::Date, _) => ("time::date_plus", true),
            (Sub, Type::Date, _) => ("time::date_minus", true),
            (Add, Type::Duration, _) => ("time::duration_plus", true),
            (Sub, Type::Duration, _) => ("time::duration_minus", true),
            (Mul, Type::Duration, _) => ("time::duration_times", true),
            (Div, Type::Duration, _) => ("time::duration_over", true),
            (Add, ..) => ("num::add", true),
            (Sub, ..) => ("num::sub", true),
            (Mul, ..) => ("num::mul", true),
            (Div, ..) => ("num::div", true),
            (Rem, ..) => ("num::rem", true),
        };
        let mut args = vec![self.owned(left), self.owned(right)];
        if (&left.ty, &right.ty) == (&Type::Time, &Type::Period) {
            args.push(self.names.zone());
        }
        let node = Node::call(function, args);
        Code::owned(if fails { node.tried() } else { node })
    }

    pub(super) fn negated(&mut self, of: &Ir) -> Code {
        if let IrKind::Lit(Literal::Int(n)) = of.kind
            && n >= 0
        {
            return Code::owned(int(-n));
        }
        let value = self.owned(of);
        Code::owned(match of.ty {
            Type::Duration => {
                let zero = Node::atom("SignedDuration::ZERO");
                tried(Node::call("time::duration_minus", vec![zero, value]))
            }
            _ => tried(Node::call("num::neg", vec![value])),
        })
    }

    pub(super) fn builtin(&mut self, function: Builtin, args: &[Ir]) -> Code {
        let (path, fails) = match function {
            Builtin::Minutes => ("time::minutes", true),
            Builtin::Hours => ("time::hours", true),
            Builtin::Days => ("time::days", false),
            Builtin::Weeks => ("time::weeks", true),
            Builtin::Months => ("time::months", false),
            Builtin::Years => ("time::years", true),
            Builtin::Dates => ("time::dates", true),
            Builtin::YearsBetween => ("time::years_between", false),
            Builtin::Tokens => ("text::tokens", false),
            Builtin::RandomDigits => return self.random("random_digits", args),
            Builtin::RandomLetters => return self.random("random_letters", args),
            Builtin::RandomUuid => return self.random("random_uuid", args),
        };
        let args = args
            .iter()
            .map(|arg| {
                let code = self.lower(arg);
                if arg.ty == Type::Text {
                    self.handed(code, &arg.ty)
                } else {
                    self.own(code, &arg.ty)
                }
            })
            .collect();
        let node = Node::call(path, args);
        Code::owned(if fails { node.tried() } else { node })
    }

    fn random(&mut self, method: &str, args: &[Ir]) -> Code {
        let args = args.iter().map(|a| self.owned(a)).collect();
        Code::owned(Node::atom("cx").method(method, args))
    }
}
