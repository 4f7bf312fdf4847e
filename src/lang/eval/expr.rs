//! Evaluation, one arm per form.

use super::env::{Env, Fault, Result};
use super::method::method;
use super::ops::{arith, builtin, compare, convert, literal, negated, unexpected};
use super::time;
use super::value::{Fields, Value};
use crate::lang::ir::{Ir, IrArg, IrKind, Piece, Root};
use crate::lang::types::{Type, TypeDefKind, TypeId};

/// Derived values and tables nest at most this deep; the checker refuses cycles.
const MAX_DEPTH: u32 = 128;

/// The value of an expression.
///
/// # Errors
/// The fault that ends the evaluation.
pub fn eval(ir: &Ir, env: &mut Env<'_>) -> Result<Value> {
    match &ir.kind {
        IrKind::Error => Err(Fault::Unknown("a broken expression has no value".into())),
        IrKind::Lit(_) if matches!(ir.ty, Type::Patch(_)) => Ok(Value::Patch(None)),
        IrKind::Lit(l) => Ok(literal(l)),
        IrKind::Local(name) => {
            env.local(name).cloned().ok_or_else(|| Fault::Unknown(format!("`{name}` has no value")))
        }
        IrKind::Root(root) => env.root(*root).cloned(),
        IrKind::RootField { root, name } => env.root_field(*root, name),
        IrKind::RootDerived { root, name } => {
            let of = env.root(*root)?.clone();
            derived(of, name, env)
        }
        IrKind::Field { of, name } => {
            let ty = of.ty.clone();
            let of = eval(of, env)?;
            field(&of, &ty, name, env)
        }
        IrKind::Derived { of, name } => {
            let of = eval(of, env)?;
            derived(of, name, env)
        }
        IrKind::Now => Ok(Value::Time(env.now)),
        IrKind::Today => Ok(Value::Date(time::date(env.now, &env.zone))),
        IrKind::Exists => Ok(Value::Bool(env.exists)),
        IrKind::Member { index, .. } => Ok(Value::Member(*index)),
        IrKind::Record { ty, fields } => Ok(Value::Record(*ty, evaluated(fields, env)?)),
        IrKind::Union { index, fields, .. } => Ok(Value::Union(*index, evaluated(fields, env)?)),
        IrKind::List(items) => list(items, &ir.ty, env),
        IrKind::Convert { how, of } => {
            let value = eval(of, env)?;
            convert(*how, value, &ir.ty, env.types())
        }
        IrKind::Not(of) => Ok(Value::Bool(!truth(of, env)?)),
        // `-(-x)` is `x`, as it is written into Rust.
        IrKind::Neg(of) => match &of.kind {
            IrKind::Neg(inner) => eval(inner, env),
            _ => negated(eval(of, env)?),
        },
        IrKind::And(a, b) => Ok(Value::Bool(truth(a, env)? && truth(b, env)?)),
        IrKind::Or(a, b) => Ok(Value::Bool(truth(a, env)? || truth(b, env)?)),
        IrKind::Compare { op, left, right } => {
            let (a, b) = (eval(left, env)?, eval(right, env)?);
            Ok(Value::Bool(compare(*op, &a, &b)))
        }
        IrKind::Arith { op, left, right } => {
            let (a, b) = (eval(left, env)?, eval(right, env)?);
            arith(*op, a, b, env)
        }
        IrKind::In { item, list } => {
            let (item, list) = (eval(item, env)?, eval(list, env)?);
            Ok(Value::Bool(list.elements().contains(&item)))
        }
        IrKind::Is { of, index } => match eval(of, env)? {
            Value::Union(is, _) => Ok(Value::Bool(is == *index)),
            _ => Err(unexpected("`is`")),
        },
        IrKind::If { cond, then, otherwise } => {
            if truth(cond, env)? {
                eval(then, env)
            } else {
                eval(otherwise, env)
            }
        }
        IrKind::Index { of, keys } => {
            let of = eval(of, env)?;
            let key = key(keys, env)?;
            match of {
                Value::Map(mut entries) => Ok(Value::Option(entries.remove(&key).map(Box::new))),
                _ => Err(unexpected("`[..]`")),
            }
        }
        IrKind::Lookup { context, source, keys } => {
            let key = key(keys, env)?;
            let rows = env.rows.get(&(context.clone(), source.clone()));
            Ok(Value::Option(rows.and_then(|r| r.get(&key)).cloned().map(Box::new)))
        }
        IrKind::Method { method: m, of, args } => method(*m, of, args, &ir.ty, env),
        IrKind::Builtin { function, args } => {
            let args = all(args, env)?;
            builtin(*function, args, env)
        }
        IrKind::Table { context, name, args } => {
            let args = all(args, env)?;
            table((context.clone(), name.clone()), args, env)
        }
        IrKind::Function { name, .. } => {
            Err(Fault::Unknown(format!("function `{name}` is written by hand")))
        }
        IrKind::Format { pieces, args } => {
            let args = args
                .iter()
                .map(|a| {
                    let value = eval(a, env)?;
                    Ok(printed(&value, &a.ty, env))
                })
                .collect::<Result<Vec<_>>>()?;
            Ok(Value::Text(format(pieces, &args)))
        }
        IrKind::Next { name, part } => {
            let part = match part {
                Some(part) => {
                    let value = eval(part, env)?;
                    printed(&value, &part.ty, env)
                }
                None => String::new(),
            };
            env.next(name, part)
        }
    }
}

pub(super) fn all(irs: &[Ir], env: &mut Env<'_>) -> Result<Vec<Value>> {
    irs.iter().map(|ir| eval(ir, env)).collect()
}

/// Named expressions, evaluated.
pub(super) fn evaluated(fields: &[(String, Ir)], env: &mut Env<'_>) -> Result<Fields> {
    fields.iter().map(|(name, ir)| Ok((name.clone(), eval(ir, env)?))).collect()
}

/// A key: one value, or a list of several.
pub(super) fn key(keys: &[Ir], env: &mut Env<'_>) -> Result<Value> {
    match keys {
        [one] => eval(one, env),
        several => Ok(Value::List(all(several, env)?)),
    }
}

/// A condition's value.
pub(super) fn truth(ir: &Ir, env: &mut Env<'_>) -> Result<bool> {
    match eval(ir, env)? {
        Value::Bool(b) => Ok(b),
        _ => Err(unexpected("a condition")),
    }
}

fn list(items: &[Ir], ty: &Type, env: &mut Env<'_>) -> Result<Value> {
    let items = all(items, env)?;
    Ok(match ty {
        Type::Set(_) => Value::Set(items.into_iter().collect()),
        Type::Map(..) | Type::Entities(_) => Value::Map(std::collections::BTreeMap::new()),
        _ => Value::List(items),
    })
}

fn field(of: &Value, ty: &Type, name: &str, env: &mut Env<'_>) -> Result<Value> {
    if let Value::Member(index) = of
        && let Type::Named(id) = ty
    {
        return property(*id, *index, name, env);
    }
    of.fields()
        .and_then(|f| f.get(name))
        .cloned()
        .ok_or_else(|| Fault::Unknown(format!("`{name}` has no value")))
}

/// A property of an enum's member.
fn property(id: TypeId, index: u32, name: &str, env: &mut Env<'_>) -> Result<Value> {
    if let Some(TypeDefKind::Enum { members, fields, .. }) = env.types().get(id).map(|d| &d.kind)
        && let Some(at) = fields.iter().position(|f| f.name == name)
        && let Some(value) = members.get(index as usize).and_then(|m| m.props.get(at))
    {
        return eval(value, env);
    }
    Err(unexpected("a property"))
}

/// Evaluate where only `roots` and the clock are known.
pub(super) fn apart<T>(
    env: &mut Env<'_>,
    roots: Vec<(Root, Value)>,
    locals: Vec<(String, Value)>,
    work: impl FnOnce(&mut Env<'_>) -> Result<T>,
) -> Result<T> {
    if env.depth >= MAX_DEPTH {
        return Err(unexpected("a deep computation"));
    }
    let mut inner = env.roots.clone();
    inner.extend(roots);
    let roots = std::mem::replace(&mut env.roots, inner);
    let locals = std::mem::replace(&mut env.locals, locals);
    env.depth += 1;
    let out = work(env);
    env.depth -= 1;
    env.roots = roots;
    env.locals = locals;
    out
}

/// A derived value of a record.
fn derived(of: Value, name: &str, env: &mut Env<'_>) -> Result<Value> {
    let Value::Record(id, _) = &of else { return Err(unexpected("a derived value")) };
    let types = env.types();
    let Some(TypeDefKind::Record { derives, .. }) = types.get(*id).map(|d| &d.kind) else {
        return Err(unexpected("a derived value"));
    };
    let Some(derive) = derives.iter().find(|d| d.name == name) else {
        return Err(unexpected("a derived value"));
    };
    apart(env, vec![(Root::This, of)], vec![], |env| eval(&derive.value, env))
}

fn table(at: (Option<String>, String), args: Vec<Value>, env: &mut Env<'_>) -> Result<Value> {
    let world = env.world;
    let Some(def) = world.tables.get(&at) else {
        return Err(unexpected("a table"));
    };
    let locals = def.args.iter().map(|a| a.name.clone()).zip(args).collect();
    apart(env, vec![], locals, |env| {
        for row in &def.rows {
            let holds = match &row.cond {
                Some(cond) => truth(cond, env)?,
                None => true,
            };
            if holds {
                return eval(&row.value, env);
            }
        }
        Err(unexpected("a table without `else`"))
    })
}

/// A value as text in `format`.
pub(super) fn printed(value: &Value, ty: &Type, env: &Env<'_>) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Decimal(d) => d.to_string(),
        Value::Text(t) => t.clone(),
        Value::Uuid(u) => u.to_string(),
        Value::Date(d) => d.to_string(),
        Value::Time(t) => t.to_string(),
        Value::Duration(d) => d.to_string(),
        Value::Member(index) => {
            let def = match ty {
                Type::Named(id) => env.types().get(*id),
                _ => None,
            };
            match def.map(|d| &d.kind) {
                Some(TypeDefKind::Enum { members, .. }) => {
                    members.get(*index as usize).map_or_else(String::new, |m| m.name.clone())
                }
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

fn format(pieces: &[Piece], args: &[String]) -> String {
    let mut out = String::new();
    let mut args = args.iter();
    for piece in pieces {
        match piece {
            Piece::Text(t) => out.push_str(t),
            Piece::Arg(width) => {
                let arg = args.next().map_or("", String::as_str);
                match width {
                    Some(width) => out.push_str(&padded(arg, *width as usize)),
                    None => out.push_str(arg),
                }
            }
        }
    }
    out
}

/// A number with zeros in front; the sign stays first.
fn padded(number: &str, width: usize) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    format!("{sign}{digits:0>width$}", width = width.saturating_sub(sign.len()))
}

/// The value of a closure for these arguments.
pub(super) fn closure(arg: &IrArg, values: Vec<Value>, env: &mut Env<'_>) -> Result<Value> {
    let IrArg::Closure(params, body) = arg else { return Err(unexpected("a closure")) };
    let before = env.locals.len();
    env.locals.extend(params.iter().cloned().zip(values));
    let out = eval(body, env);
    env.locals.truncate(before);
    out
}
