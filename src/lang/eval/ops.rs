//! Operators, conversions and built-in functions on values.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::env::{Env, Fault, Result};
use super::value::Value;
use super::{num, time};
use crate::lang::ir::{ArithOp, Builtin, CompareOp, Conversion, Literal};
use crate::lang::types::{Scale, Type, TypeDefKind, TypeTable};

pub(super) fn unexpected(what: &str) -> Fault {
    Fault::Unknown(format!("{what} has an unexpected value"))
}

pub(super) fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(n) => Value::Int(*n),
        Literal::Decimal(d) => Value::Decimal(*d),
        Literal::Text(t) => Value::Text(t.clone()),
        Literal::Duration(d) => Value::Duration(*d),
        Literal::Period { months, days } => Value::Period(*months, *days),
        Literal::Date(d) => Value::Date(*d),
        Literal::Time(t) => Value::Time(*t),
        Literal::Uuid(u) => Value::Uuid(*u),
        Literal::None => Value::none(),
    }
}

pub(super) fn compare(op: CompareOp, a: &Value, b: &Value) -> bool {
    match op {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Lt => a.cmp(b) == Ordering::Less,
        CompareOp::Le => a.cmp(b) != Ordering::Greater,
        CompareOp::Gt => a.cmp(b) == Ordering::Greater,
        CompareOp::Ge => a.cmp(b) != Ordering::Less,
    }
}

pub(super) fn arith(op: ArithOp, a: Value, b: Value, env: &Env<'_>) -> Result<Value> {
    use ArithOp::{Add, Div, Mul, Rem, Sub};
    let checked = |v: Option<i64>| v.map(Value::Int).ok_or(Fault::Arithmetic);
    match (a, op, b) {
        (Value::Int(a), Add, Value::Int(b)) => checked(a.checked_add(b)),
        (Value::Int(a), Sub, Value::Int(b)) => checked(a.checked_sub(b)),
        (Value::Int(a), Mul, Value::Int(b)) => checked(a.checked_mul(b)),
        (Value::Int(a), Rem, Value::Int(b)) => num::rem(a, b).map(Value::Int),
        (Value::Int(a), Div, Value::Int(b)) => num::div(a.into(), b.into()).map(Value::Decimal),
        (Value::Decimal(a), op, Value::Decimal(b)) => match op {
            Add => num::add(a, b),
            Sub => num::sub(a, b),
            Mul => num::mul(a, b),
            Div => num::div(a, b),
            Rem => return Err(unexpected("`%`")),
        }
        .map(Value::Decimal),
        (Value::Time(a), Sub, Value::Time(b)) => Ok(Value::Duration(a.duration_since(b))),
        (Value::Date(a), Sub, Value::Date(b)) => Ok(Value::Int(time::days_between(a, b))),
        (Value::Time(a), Add, Value::Duration(b)) => {
            a.checked_add(b).map(Value::Time).map_err(|_| Fault::Arithmetic)
        }
        (Value::Time(a), Sub, Value::Duration(b)) => {
            a.checked_sub(b).map(Value::Time).map_err(|_| Fault::Arithmetic)
        }
        (Value::Time(a), op @ (Add | Sub), Value::Period(m, d)) => {
            time::move_time(a, m, d, sign(op), &env.zone).map(Value::Time)
        }
        (Value::Date(a), op @ (Add | Sub), Value::Period(m, d)) => {
            time::move_date(a, m, d, sign(op)).map(Value::Date)
        }
        (Value::Duration(a), Add, Value::Duration(b)) => {
            a.checked_add(b).map(Value::Duration).ok_or(Fault::Arithmetic)
        }
        (Value::Duration(a), Sub, Value::Duration(b)) => {
            a.checked_sub(b).map(Value::Duration).ok_or(Fault::Arithmetic)
        }
        (Value::Duration(a), Mul, Value::Int(n)) => time::times(a, n).map(Value::Duration),
        (Value::Duration(a), Div, Value::Int(n)) => time::over(a, n).map(Value::Duration),
        _ => Err(unexpected("an operand")),
    }
}

fn sign(op: ArithOp) -> i64 {
    if op == ArithOp::Sub { -1 } else { 1 }
}

pub(super) fn negated(value: Value) -> Result<Value> {
    match value {
        Value::Int(n) => n.checked_neg().map(Value::Int).ok_or(Fault::Arithmetic),
        Value::Decimal(d) => Ok(Value::Decimal(num::neg(d))),
        Value::Duration(d) => d.checked_neg().map(Value::Duration).ok_or(Fault::Arithmetic),
        Value::Period(m, d) => match (m.checked_neg(), d.checked_neg()) {
            (Some(m), Some(d)) => Ok(Value::Period(m, d)),
            _ => Err(Fault::Arithmetic),
        },
        _ => Err(unexpected("`-`")),
    }
}

/// A value in the form of its new type.
pub(super) fn convert(
    how: Conversion,
    value: Value,
    to: &Type,
    types: &TypeTable,
) -> Result<Value> {
    match (how, value) {
        (Conversion::IntToDecimal, Value::Int(n)) => Ok(Value::Decimal(Decimal::from(n))),
        (Conversion::Some, value) => Ok(value.some()),
        (Conversion::Wrap | Conversion::Unwrap | Conversion::NarrowUnion(_), value) => Ok(value),
        (Conversion::ToPatch, Value::Option(value)) => Ok(Value::Patch(Some(value))),
        (Conversion::Narrow, Value::Option(Some(value))) => Ok(*value),
        (Conversion::Narrow, _) => Err(unexpected("an option that was tested")),
        (Conversion::Rescale | Conversion::Reshape | Conversion::Inner, value) => {
            fit(value, to, types, 0)
        }
        _ => Err(unexpected("a conversion")),
    }
}

/// A value rebuilt so that everything inside has the form of `to`.
pub(super) fn fit(value: Value, to: &Type, types: &TypeTable, depth: u8) -> Result<Value> {
    if depth > 32 {
        return Err(unexpected("a deep value"));
    }
    let inner = |v: Value, t: &Type| fit(v, t, types, depth + 1);
    Ok(match (value, to) {
        (Value::Int(n), Type::Decimal(Scale::Fixed(s))) => {
            Value::Decimal(num::widen(Decimal::from(n), u32::from(*s))?)
        }
        (Value::Int(n), Type::Decimal(Scale::Free)) => Value::Decimal(Decimal::from(n)),
        (Value::Decimal(d), Type::Decimal(Scale::Fixed(s))) => {
            Value::Decimal(num::widen(d, u32::from(*s))?)
        }
        (Value::Option(Some(v)), Type::Option(t)) => inner(*v, t)?.some(),
        (Value::Option(None), Type::Option(_)) => Value::none(),
        (v, Type::Option(t)) => inner(v, t)?.some(),
        (Value::List(items), Type::List(t)) => {
            Value::List(items.into_iter().map(|v| inner(v, t)).collect::<Result<_>>()?)
        }
        (Value::Set(items), Type::Set(t)) => {
            Value::Set(items.into_iter().map(|v| inner(v, t)).collect::<Result<_>>()?)
        }
        (Value::Map(entries), Type::Map(k, v)) => Value::Map(
            entries
                .into_iter()
                .map(|(a, b)| Ok((inner(a, k)?, inner(b, v)?)))
                .collect::<Result<_>>()?,
        ),
        (Value::Record(_, mut fields), Type::Named(id)) => {
            for f in types.fields(*id) {
                if let Some(v) = fields.remove(&f.name) {
                    fields.insert(f.name.clone(), inner(v, &f.ty)?);
                }
            }
            Value::Record(*id, fields)
        }
        (Value::Union(index, mut fields), Type::Named(id)) => {
            if let Some(TypeDefKind::Union { members }) = types.get(*id).map(|d| &d.kind)
                && let Some((_, defs)) = members.get(index as usize)
            {
                for f in defs {
                    if let Some(v) = fields.remove(&f.name) {
                        fields.insert(f.name.clone(), inner(v, &f.ty)?);
                    }
                }
            }
            Value::Union(index, fields)
        }
        (v, _) => v,
    })
}

pub(super) fn builtin(function: Builtin, args: Vec<Value>, env: &mut Env<'_>) -> Result<Value> {
    let mut args = args.into_iter();
    match (function, args.next(), args.next()) {
        (Builtin::Minutes, Some(Value::Int(n)), _) => {
            time::units(n, 60_000_000).map(Value::Duration)
        }
        (Builtin::Hours, Some(Value::Int(n)), _) => {
            time::units(n, 3_600_000_000).map(Value::Duration)
        }
        (Builtin::Days, Some(Value::Int(n)), _) => Ok(Value::Period(0, n)),
        (Builtin::Weeks, Some(Value::Int(n)), _) => {
            n.checked_mul(7).map(|d| Value::Period(0, d)).ok_or(Fault::Arithmetic)
        }
        (Builtin::Months, Some(Value::Int(n)), _) => Ok(Value::Period(n, 0)),
        (Builtin::Years, Some(Value::Int(n)), _) => {
            n.checked_mul(12).map(|m| Value::Period(m, 0)).ok_or(Fault::Arithmetic)
        }
        (Builtin::Dates, Some(Value::Date(a)), Some(Value::Date(b))) => {
            Ok(Value::List(time::dates(a, b)?.into_iter().map(Value::Date).collect()))
        }
        (Builtin::YearsBetween, Some(Value::Date(a)), Some(Value::Date(b))) => {
            Ok(Value::Int(time::years_between(a, b)))
        }
        (Builtin::Tokens, Some(Value::Text(t)), _) => {
            Ok(Value::List(t.split_whitespace().map(|t| Value::Text(t.to_owned())).collect()))
        }
        (Builtin::RandomDigits, Some(Value::Int(n)), _) => {
            Ok(Value::Text(env.random_text(n, b"0123456789")))
        }
        (Builtin::RandomLetters, Some(Value::Int(n)), _) => {
            Ok(Value::Text(env.random_text(n, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
        }
        (Builtin::RandomUuid, ..) => Ok(Value::Uuid(env.random_uuid())),
        _ => Err(unexpected("an argument")),
    }
}
