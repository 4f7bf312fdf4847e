//! Values as constant expressions, and example values (§7.16).

use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::values::ir;
use crate::lang::check::{World, uuid_of};
use crate::lang::eval::{Env, Fields, Value, eval};
use crate::lang::ir::{Conversion, Ir, IrKind, Literal, Root, RuleIr};
use crate::lang::types::{Bounds, FieldDef, Scale, Type, TypeDefKind, TypeId};
use crate::names;
use crate::source::Span;

/// Types nest at most this deep in values; deeper ones are recursive and reported.
const DEEPEST: u32 = 32;

/// A value as an expression without names; `None` for maps with entries, which have no literal.
pub(super) fn literal(world: &World, value: &Value, ty: &Type, span: Span) -> Option<Ir> {
    let lit = |l: Literal| Some(ir(IrKind::Lit(l), ty.clone(), span));
    let convert =
        |how, of: Ir| Some(ir(IrKind::Convert { how, of: Box::new(of) }, ty.clone(), span));
    match (value, ty) {
        (_, Type::Named(id)) => named(world, value, *id, span),
        (Value::Bool(b), _) => lit(Literal::Bool(*b)),
        (Value::Int(n), _) => lit(Literal::Int(*n)),
        (Value::Decimal(d), _) => lit(Literal::Decimal(*d)),
        (Value::Text(t), _) => lit(Literal::Text(t.clone())),
        (Value::Uuid(u), _) => lit(Literal::Uuid(*u)),
        (Value::Date(d), _) => lit(Literal::Date(*d)),
        (Value::Time(t), _) => lit(Literal::Time(*t)),
        (Value::Duration(d), _) => lit(Literal::Duration(*d)),
        (Value::Period(months, days), _) => lit(Literal::Period { months: *months, days: *days }),
        (Value::Option(None), _) | (Value::Patch(None), _) => lit(Literal::None),
        (Value::Option(Some(v)), Type::Option(inner)) => {
            convert(Conversion::Some, literal(world, v, inner, span)?)
        }
        (Value::Patch(Some(v)), Type::Patch(inner)) => {
            let of = Type::Option(inner.clone());
            convert(Conversion::ToPatch, literal(world, &Value::Option(v.clone()), &of, span)?)
        }
        (Value::List(items), Type::List(of)) => list(world, items.iter(), of, ty, span),
        (Value::Set(items), Type::Set(of)) => list(world, items.iter(), of, ty, span),
        (Value::Map(entries), Type::Entities(id)) => {
            list(world, entries.values(), &Type::Named(*id), ty, span)
        }
        (Value::Map(entries), Type::Map(..)) if entries.is_empty() => {
            Some(ir(IrKind::List(vec![]), ty.clone(), span))
        }
        _ => None,
    }
}

fn list<'v>(
    world: &World,
    items: impl Iterator<Item = &'v Value>,
    of: &Type,
    ty: &Type,
    span: Span,
) -> Option<Ir> {
    let items = items.map(|v| literal(world, v, of, span)).collect::<Option<Vec<_>>>()?;
    Some(ir(IrKind::List(items), ty.clone(), span))
}

fn named(world: &World, value: &Value, id: TypeId, span: Span) -> Option<Ir> {
    let ty = Type::Named(id);
    let all = |fields: &[FieldDef], values: &Fields| {
        let one = |f: &FieldDef| {
            Some((f.name.clone(), literal(world, values.get(&f.name)?, &f.ty, span)?))
        };
        fields.iter().map(one).collect::<Option<Vec<_>>>()
    };
    match (&world.types.get(id)?.kind, value) {
        (TypeDefKind::Newtype { base, .. }, _) => {
            let of = Box::new(literal(world, value, base, span)?);
            Some(ir(IrKind::Convert { how: Conversion::Wrap, of }, ty, span))
        }
        (TypeDefKind::Enum { .. }, Value::Member(index)) => {
            Some(ir(IrKind::Member { ty: id, index: *index }, ty, span))
        }
        (TypeDefKind::Record { fields, .. }, Value::Record(_, values)) => {
            Some(ir(IrKind::Record { ty: id, fields: all(fields, values)? }, ty, span))
        }
        (TypeDefKind::Union { members }, Value::Union(index, values)) => {
            let fields = all(&members.get(*index as usize)?.1, values)?;
            Some(ir(IrKind::Union { ty: id, index: *index, fields }, ty, span))
        }
        _ => None,
    }
}

/// The example of a field that nobody mentions; `None` when its type refuses the example.
pub(super) fn example(env: &Env<'_>, field: &FieldDef) -> Option<Value> {
    if let Some(default) = &field.default
        && let Ok(value) = eval(default, &mut env.clone())
    {
        return Some(value);
    }
    of_type(env, &field.name, &field.ty, &field.bounds, 0)
}

fn of_type(env: &Env<'_>, name: &str, ty: &Type, bounds: &Bounds, depth: u32) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    let least = bounds.min.unwrap_or(Decimal::ZERO);
    let start = match bounds.max {
        Some(max) if max < least => max,
        _ => least,
    };
    let count = || least.ceil().to_usize().unwrap_or(0);
    let element = |of: &Type| {
        let inner = bounds.inner.as_deref().cloned().unwrap_or_default();
        of_type(env, name, of, &inner, depth + 1)
    };
    Some(match ty {
        Type::Bool => Value::Bool(false),
        Type::Int => Value::Int(start.ceil().to_i64()?),
        Type::Decimal(Scale::Fixed(scale)) => {
            let mut value = start;
            value.rescale(u32::from(*scale));
            Value::Decimal(value)
        }
        Type::Text => Value::Text("A".repeat(count().clamp(1, 10_000))),
        Type::Uuid => Value::Uuid(uuid_of(name)),
        Type::Date => Value::Date(env.zone.to_datetime(env.now).date()),
        Type::Time => Value::Time(env.now),
        Type::Duration => Value::Duration(jiff::SignedDuration::ZERO),
        Type::Option(_) => Value::none(),
        Type::Patch(_) => Value::Patch(None),
        Type::List(of) => {
            let items = (0..count().min(1_000)).map(|_| element(of)).collect::<Option<_>>()?;
            Value::List(items)
        }
        Type::Set(of) => match count() {
            0 => Value::Set(Default::default()),
            1 => Value::Set([element(of)?].into()),
            _ => return None,
        },
        Type::Map(..) if count() > 0 => return None,
        Type::Map(..) | Type::Entities(_) => Value::Map(Default::default()),
        Type::Named(id) => of_named(env, name, *id, depth)?,
        Type::Error | Type::None | Type::Period | Type::Decimal(Scale::Free) => return None,
    })
}

fn of_named(env: &Env<'_>, name: &str, id: TypeId, depth: u32) -> Option<Value> {
    let all = |fields: &[FieldDef]| {
        let one = |f: &FieldDef| {
            let given = f.default.as_ref().and_then(|d| eval(d, &mut env.clone()).ok());
            let value = match given {
                Some(value) => value,
                None => of_type(env, &f.name, &f.ty, &f.bounds, depth + 1)?,
            };
            Some((f.name.clone(), value))
        };
        fields.iter().map(one).collect::<Option<Fields>>()
    };
    match &env.world.types.get(id)?.kind {
        TypeDefKind::Newtype { base: Type::Uuid, id_of: Some(aggregate), .. } => {
            Some(Value::Uuid(uuid_of(&names::snake(aggregate))))
        }
        TypeDefKind::Newtype { base, bounds, normalise, rules, .. } => {
            let mut value = of_type(env, name, base, bounds, depth + 1)?;
            let mut inside = env.clone();
            inside.roots.insert(Root::Value, value.clone());
            if let Some(normalise) = normalise {
                value = eval(normalise, &mut inside).unwrap_or(value);
                inside.roots.insert(Root::Value, value.clone());
            }
            let refused = |r: &RuleIr| eval(&r.cond, &mut inside) == Ok(Value::Bool(false));
            let good = !rules.iter().any(refused);
            (good && within(&value, bounds)).then_some(value)
        }
        TypeDefKind::Enum { members, .. } => (!members.is_empty()).then_some(Value::Member(0)),
        TypeDefKind::Record { fields, rules, .. } => {
            let value = Value::Record(id, all(fields)?);
            let mut inside = env.clone();
            inside.roots.insert(Root::This, value.clone());
            let refused = |r: &RuleIr| eval(&r.cond, &mut inside) == Ok(Value::Bool(false));
            (!rules.iter().any(refused)).then_some(value)
        }
        TypeDefKind::Union { members } => Some(Value::Union(0, all(&members.first()?.1)?)),
    }
}

/// Whether a value, its length and everything inside lie within bounds.
pub(super) fn within(value: &Value, bounds: &Bounds) -> bool {
    let size = match value {
        Value::Int(n) => Some(Decimal::from(*n)),
        Value::Decimal(d) => Some(*d),
        Value::Text(t) => Some(Decimal::from(t.chars().count())),
        Value::List(items) => Some(Decimal::from(items.len())),
        Value::Set(items) => Some(Decimal::from(items.len())),
        Value::Map(entries) => Some(Decimal::from(entries.len())),
        _ => None,
    };
    let fits = size.is_none_or(|n| {
        bounds.min.is_none_or(|min| n >= min) && bounds.max.is_none_or(|max| n <= max)
    });
    let Some(inner) = &bounds.inner else { return fits };
    fits && match value {
        Value::Option(Some(v)) | Value::Patch(Some(Some(v))) => within(v, inner),
        Value::List(items) => items.iter().all(|v| within(v, inner)),
        Value::Set(items) => items.iter().all(|v| within(v, inner)),
        Value::Map(entries) => entries.values().all(|v| within(v, inner)),
        _ => true,
    }
}

/// The zone of a context; UTC for an unknown one, which is reported elsewhere.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}
