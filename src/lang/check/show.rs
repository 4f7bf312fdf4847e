//! Types as a domain file writes them, for reports, and example values for patches.

use rust_decimal::Decimal;

use crate::lang::types::{Bounds, Scale, Type, TypeDefKind, TypeTable};

/// The type in the words of the language.
#[must_use]
pub fn show(types: &TypeTable, ty: &Type) -> String {
    let inner = |t: &Type| show(types, t);
    match ty {
        Type::Error => "?".into(),
        Type::None => "none".into(),
        Type::Bool => "bool".into(),
        Type::Int => "int".into(),
        Type::Decimal(Scale::Fixed(n)) => format!("decimal({n})"),
        Type::Decimal(Scale::Free) => "decimal(*)".into(),
        Type::Text => "string".into(),
        Type::Uuid => "uuid".into(),
        Type::Date => "date".into(),
        Type::Time => "time".into(),
        Type::Duration => "duration".into(),
        Type::Period => "period".into(),
        Type::Named(id) => name(types, *id),
        Type::Option(t) => format!("{}?", inner(t)),
        Type::Patch(t) => format!("patch {}?", inner(t)),
        Type::List(t) => format!("list<{}>", inner(t)),
        Type::Set(t) => format!("set<{}>", inner(t)),
        Type::Map(k, v) => format!("map<{}, {}>", inner(k), inner(v)),
        Type::Entities(id) => format!("entities<{}>", name(types, *id)),
    }
}

fn name(types: &TypeTable, id: crate::lang::types::TypeId) -> String {
    types.get(id).map_or_else(|| "?".into(), |d| d.name.clone())
}

/// An expression of this type inside its bounds, as simple as can be, for patches; `None` where
/// there is none that is right for certain.
#[must_use]
pub fn example(types: &TypeTable, ty: &Type, bounds: &Bounds) -> Option<String> {
    let least = bounds.min.or(bounds.max).unwrap_or_default();
    let near_zero = match (bounds.min, bounds.max) {
        (Some(min), _) if min > Decimal::ZERO => min,
        (_, Some(max)) if max < Decimal::ZERO => max,
        _ => Decimal::ZERO,
    };
    Some(match ty {
        Type::Bool => "false".into(),
        Type::Int | Type::Decimal(_) => near_zero.normalize().to_string(),
        Type::Text => {
            let length = usize::try_from(near_zero).ok().filter(|n| *n <= 40)?;
            format!("'{}'", "A".repeat(length))
        }
        Type::Date => "2026-01-05".into(),
        Type::Time => "2026-01-05T09:00:00Z".into(),
        Type::Duration => "1h".into(),
        Type::Option(_) | Type::Patch(_) => "none".into(),
        Type::List(_) | Type::Set(_) if least > Decimal::ZERO => return None,
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => "[]".into(),
        Type::Named(id) => match types.get(*id).map(|d| (&d.kind, &d.name))? {
            (TypeDefKind::Enum { members, .. }, name) => {
                format!("{name}.{}", members.first()?.name)
            }
            (TypeDefKind::Newtype { base, bounds, rules, .. }, _) if rules.is_empty() => {
                example(types, base, bounds)?
            }
            _ => return None,
        },
        _ => return None,
    })
}
