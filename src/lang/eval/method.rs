//! Methods on values.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::env::{Env, Fault, Result};
use super::expr::{closure, eval};
use super::ops::unexpected;
use super::value::Value;
use super::{num, time};
use crate::lang::ir::{Ir, IrArg, Method};
use crate::lang::types::{Scale, Type};

thread_local! {
    static PATTERNS: RefCell<BTreeMap<String, Option<regex::Regex>>> =
        const { RefCell::new(BTreeMap::new()) };
}

pub(super) fn method(
    method: Method,
    of: &Ir,
    args: &[IrArg],
    ty: &Type,
    env: &mut Env<'_>,
) -> Result<Value> {
    let value = eval(of, env)?;
    match (value, &of.ty) {
        (Value::Option(value), _) => option(method, value, args, ty, env),
        (value, Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_)) => {
            collection(method, value, &of.ty, args, ty, env)
        }
        (Value::Text(text), _) => self::text(method, &text, args, env),
        (Value::Int(n), _) => int(method, n, args, env),
        (Value::Decimal(d), _) => decimal(method, d, args, ty, env),
        (Value::Time(t), _) => Ok(match method {
            Method::Date => Value::Date(time::date(t, &env.zone)),
            Method::Hour => Value::Int(time::hour(t, &env.zone)),
            _ => Value::Int(time::minute(t, &env.zone)),
        }),
        (Value::Date(d), _) => date(method, d, args, env),
        (Value::Duration(d), _) => Ok(Value::Int(match method {
            Method::Minutes => d.as_mins(),
            Method::Hours => d.as_hours(),
            _ => d.as_hours() / 24,
        })),
        _ => Err(unexpected("a method")),
    }
}

fn value_arg(args: &[IrArg], index: usize, env: &mut Env<'_>) -> Result<Value> {
    match args.get(index) {
        Some(IrArg::Value(ir)) => eval(ir, env),
        _ => Err(unexpected("an argument")),
    }
}

fn closure_arg(args: &[IrArg]) -> Result<&IrArg> {
    args.last().ok_or_else(|| unexpected("a closure"))
}

fn holds(args: &[IrArg], values: Vec<Value>, env: &mut Env<'_>) -> Result<bool> {
    match closure(closure_arg(args)?, values, env)? {
        Value::Bool(b) => Ok(b),
        _ => Err(unexpected("a closure")),
    }
}

fn option(
    method: Method,
    value: Option<Box<Value>>,
    args: &[IrArg],
    ty: &Type,
    env: &mut Env<'_>,
) -> Result<Value> {
    match (method, value) {
        (Method::IsSome, v) => Ok(Value::Bool(v.is_some())),
        (Method::IsNone, v) => Ok(Value::Bool(v.is_none())),
        (Method::IsSomeAnd, Some(v)) => Ok(Value::Bool(holds(args, vec![*v], env)?)),
        (Method::IsSomeAnd, None) => Ok(Value::Bool(false)),
        (Method::IsNoneOr, Some(v)) => Ok(Value::Bool(holds(args, vec![*v], env)?)),
        (Method::IsNoneOr, None) => Ok(Value::Bool(true)),
        (Method::Map, Some(v)) => {
            let arg = closure_arg(args)?;
            let out = closure(arg, vec![*v], env)?;
            let flat = arg.ir().ty == *ty;
            Ok(if flat { out } else { out.some() })
        }
        (Method::Map, None) => Ok(Value::none()),
        (Method::MapOr, Some(v)) => closure(closure_arg(args)?, vec![*v], env),
        (Method::UnwrapOr, Some(v)) => Ok(*v),
        (Method::MapOr | Method::UnwrapOr, None) => value_arg(args, 0, env),
        _ => Err(unexpected("a method")),
    }
}

/// The arguments of a closure for each element, with the element itself.
fn rounds(value: &Value, ty: &Type) -> Vec<(Vec<Value>, Value)> {
    match (value, ty) {
        (Value::Map(entries), Type::Map(..)) => {
            entries.iter().map(|(k, v)| (vec![k.clone(), v.clone()], v.clone())).collect()
        }
        _ => value.elements().into_iter().map(|v| (vec![v.clone()], v)).collect(),
    }
}

fn count(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn boxed(value: Option<Value>) -> Value {
    Value::Option(value.map(Box::new))
}

fn collection(
    method: Method,
    of: Value,
    of_ty: &Type,
    args: &[IrArg],
    ty: &Type,
    env: &mut Env<'_>,
) -> Result<Value> {
    match method {
        Method::Len => return Ok(count(of.elements().len())),
        Method::IsEmpty => return Ok(Value::Bool(of.elements().is_empty())),
        Method::Contains => {
            let item = value_arg(args, 0, env)?;
            return Ok(Value::Bool(of.elements().contains(&item)));
        }
        Method::ContainsKey => return contains_key(&of, args, env),
        Method::Keys => {
            let Value::Map(entries) = of else { return Err(unexpected("`keys`")) };
            return Ok(Value::List(entries.into_keys().collect()));
        }
        Method::Values => return Ok(Value::List(of.elements())),
        Method::First => return Ok(boxed(of.elements().into_iter().next())),
        Method::Last => return Ok(boxed(of.elements().pop())),
        Method::Min => return Ok(boxed(first_by(keyed(of.elements()), false))),
        Method::Max => return Ok(boxed(first_by(keyed(of.elements()), true))),
        Method::Join => {
            let Value::Text(separator) = value_arg(args, 0, env)? else {
                return Err(unexpected("`join`"));
            };
            let texts: Vec<String> = of
                .elements()
                .into_iter()
                .filter_map(|v| if let Value::Text(t) = v { Some(t) } else { None })
                .collect();
            return Ok(Value::Text(texts.join(&separator)));
        }
        _ => {}
    }
    walked(method, rounds(&of, of_ty), args, ty, env)
}

fn keyed(items: Vec<Value>) -> Vec<(Value, Value)> {
    items.into_iter().map(|v| (v.clone(), v)).collect()
}

/// The first element with the least or greatest key.
fn first_by(items: Vec<(Value, Value)>, greatest: bool) -> Option<Value> {
    let mut best: Option<(Value, Value)> = None;
    for (key, item) in items {
        let better = best.as_ref().is_none_or(|(k, _)| if greatest { key > *k } else { key < *k });
        if better {
            best = Some((key, item));
        }
    }
    best.map(|(_, item)| item)
}

fn walked(
    method: Method,
    rounds: Vec<(Vec<Value>, Value)>,
    args: &[IrArg],
    ty: &Type,
    env: &mut Env<'_>,
) -> Result<Value> {
    match method {
        Method::Any => {
            for (values, _) in rounds {
                if holds(args, values, env)? {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        Method::All => {
            for (values, _) in rounds {
                if !holds(args, values, env)? {
                    return Ok(Value::Bool(false));
                }
            }
            Ok(Value::Bool(true))
        }
        Method::Find => {
            for (values, item) in rounds {
                if holds(args, values, env)? {
                    return Ok(item.some());
                }
            }
            Ok(Value::none())
        }
        Method::Count | Method::Filter => {
            let mut kept = Vec::new();
            for (values, item) in rounds {
                if holds(args, values, env)? {
                    kept.push(item);
                }
            }
            Ok(match (method, ty) {
                (Method::Count, _) => count(kept.len()),
                (_, Type::Set(_)) => Value::Set(kept.into_iter().collect::<BTreeSet<_>>()),
                _ => Value::List(kept),
            })
        }
        Method::Sum => sum(rounds, args, ty, env),
        _ => made(method, rounds, args, env),
    }
}

/// Methods whose closure makes something for every element.
fn made(
    method: Method,
    rounds: Vec<(Vec<Value>, Value)>,
    args: &[IrArg],
    env: &mut Env<'_>,
) -> Result<Value> {
    let arg = closure_arg(args)?;
    let mut out = Vec::new();
    for (values, item) in rounds {
        out.push((closure(arg, values, env)?, item));
    }
    Ok(match method {
        Method::Map => Value::List(out.into_iter().map(|(v, _)| v).collect()),
        Method::FlatMap => Value::List(out.into_iter().flat_map(|(v, _)| v.elements()).collect()),
        Method::MinBy => boxed(first_by(out, false)),
        Method::MaxBy => boxed(first_by(out, true)),
        Method::SortBy => {
            out.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::List(out.into_iter().map(|(_, v)| v).collect())
        }
        _ => return Err(unexpected("a method")),
    })
}

fn sum(
    rounds: Vec<(Vec<Value>, Value)>,
    args: &[IrArg],
    ty: &Type,
    env: &mut Env<'_>,
) -> Result<Value> {
    let places = match ty {
        Type::Decimal(Scale::Fixed(s)) => u32::from(*s),
        _ => 0,
    };
    let mut ints = 0i64;
    let mut decimals = Decimal::new(0, places);
    for (values, item) in rounds {
        let value = match args {
            [] => item,
            _ => closure(closure_arg(args)?, values, env)?,
        };
        match value {
            Value::Int(n) => ints = ints.checked_add(n).ok_or(Fault::Arithmetic)?,
            Value::Decimal(d) => decimals = num::add(decimals, d)?,
            _ => return Err(unexpected("`sum`")),
        }
    }
    Ok(if *ty == Type::Int { Value::Int(ints) } else { Value::Decimal(decimals) })
}

fn contains_key(of: &Value, args: &[IrArg], env: &mut Env<'_>) -> Result<Value> {
    let mut keys = (0..args.len()).map(|i| value_arg(args, i, env)).collect::<Result<Vec<_>>>()?;
    let key = if keys.len() == 1 { keys.pop() } else { Some(Value::List(keys)) };
    match (of, key) {
        (Value::Map(entries), Some(key)) => Ok(Value::Bool(entries.contains_key(&key))),
        _ => Err(unexpected("`contains_key`")),
    }
}

fn text(method: Method, text: &str, args: &[IrArg], env: &mut Env<'_>) -> Result<Value> {
    let arg = match args.first() {
        Some(IrArg::Value(ir)) => match eval(ir, env)? {
            Value::Text(t) => t,
            _ => return Err(unexpected("an argument")),
        },
        _ => String::new(),
    };
    Ok(match method {
        Method::Lower => Value::Text(text.to_lowercase()),
        Method::Upper => Value::Text(text.to_uppercase()),
        Method::Trim => Value::Text(text.trim().to_owned()),
        Method::Len => count(text.chars().count()),
        Method::IsEmpty => Value::Bool(text.is_empty()),
        Method::Contains => Value::Bool(text.contains(&arg)),
        Method::StartsWith => Value::Bool(text.starts_with(&arg)),
        Method::EndsWith => Value::Bool(text.ends_with(&arg)),
        Method::Matches => Value::Bool(matches(&arg, text)),
        _ => return Err(unexpected("a method")),
    })
}

/// Whether a pattern matches; patterns are compiled once.
fn matches(pattern: &str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|known| {
        let regex =
            known.entry(pattern.to_owned()).or_insert_with(|| regex::Regex::new(pattern).ok());
        regex.as_ref().is_some_and(|r| r.is_match(text))
    })
}

fn int(method: Method, n: i64, args: &[IrArg], env: &mut Env<'_>) -> Result<Value> {
    match method {
        Method::Abs => n.checked_abs().map(Value::Int).ok_or(Fault::Arithmetic),
        Method::Min | Method::Max => match value_arg(args, 0, env)? {
            Value::Int(m) if method == Method::Min => Ok(Value::Int(n.min(m))),
            Value::Int(m) => Ok(Value::Int(n.max(m))),
            _ => Err(unexpected("an argument")),
        },
        _ => Err(unexpected("a method")),
    }
}

fn decimal(
    method: Method,
    d: Decimal,
    args: &[IrArg],
    ty: &Type,
    env: &mut Env<'_>,
) -> Result<Value> {
    match method {
        Method::Abs => Ok(Value::Decimal(d.abs())),
        Method::Min | Method::Max => match value_arg(args, 0, env)? {
            Value::Decimal(m) if method == Method::Min => Ok(Value::Decimal(d.min(m))),
            Value::Decimal(m) => Ok(Value::Decimal(d.max(m))),
            _ => Err(unexpected("an argument")),
        },
        Method::Round => match ty {
            Type::Decimal(Scale::Fixed(s)) => num::round(d, u32::from(*s)).map(Value::Decimal),
            _ => num::round_int(d).map(Value::Int),
        },
        Method::Floor => num::floor(d).map(Value::Int),
        Method::Ceil => num::ceil(d).map(Value::Int),
        _ => Err(unexpected("a method")),
    }
}

fn date(method: Method, d: jiff::civil::Date, args: &[IrArg], env: &mut Env<'_>) -> Result<Value> {
    Ok(match method {
        Method::Year => Value::Int(i64::from(d.year())),
        Method::Month => Value::Int(i64::from(d.month())),
        Method::Day => Value::Int(i64::from(d.day())),
        Method::Weekday => {
            let index = d.weekday().to_monday_zero_offset();
            Value::Member(u32::try_from(index).unwrap_or_default())
        }
        Method::StartOfMonth => Value::Date(d.first_of_month()),
        Method::EndOfMonth => Value::Date(d.last_of_month()),
        Method::At => match (value_arg(args, 0, env)?, value_arg(args, 1, env)?) {
            (Value::Int(h), Value::Int(m)) => Value::Time(time::at(d, h, m, &env.zone)?),
            _ => return Err(unexpected("`at`")),
        },
        _ => return Err(unexpected("a method")),
    })
}
