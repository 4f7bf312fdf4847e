//! Random values of every type, and their JSON form.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use minos::lang::check::World;
use minos::lang::eval::Value;
use minos::lang::types::{Scale, Type, TypeDefKind, TypeTable};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use super::random::Random;
use super::world::named;

/// What one evaluation reads.
pub struct Values {
    pub this: Value,
    pub cmd: Value,
    pub settings: Value,
    pub part: Value,
    pub twice: Value,
    pub now: Timestamp,
    /// Who is signed in, if anybody is.
    pub actor: Option<uuid::Uuid>,
}

impl Values {
    pub fn random(random: &mut Random, world: &World) -> Self {
        let types = &world.types;
        let named = |name| Type::Named(named(world, name));
        Self {
            this: value(random, &named("Thing"), types),
            cmd: value(random, &named("Change"), types),
            settings: value(random, &named("Settings"), types),
            part: value(random, &Type::Option(Box::new(named("PartPrice"))), types),
            twice: value(random, &Type::Int, types),
            now: moment(random),
            actor: (!random.one_in(3)).then(|| uuid::Uuid::from_u128(random.below(3) as u128)),
        }
    }

    /// As the generated crate reads it.
    pub fn json(&self, world: &World) -> Json {
        let named = |name| Type::Named(named(world, name));
        let mut out = Map::new();
        out.insert("this".into(), json(&self.this, &named("Thing"), world));
        out.insert("cmd".into(), json(&self.cmd, &named("Change"), world));
        out.insert("settings".into(), json(&self.settings, &named("Settings"), world));
        let part = Type::Option(Box::new(named("PartPrice")));
        out.insert("part".into(), json(&self.part, &part, world));
        out.insert("twice".into(), json(&self.twice, &Type::Int, world));
        out.insert("now".into(), Json::String(self.now.to_string()));
        out.insert("actor".into(), self.actor.map_or(Json::Null, |id| id.to_string().into()));
        Json::Object(out)
    }
}

const WORDS: [&str; 10] = ["", "a", "abc", "Zürich", " x y ", "a-b", "B1", "LONG text", "ß", "12"];

fn int(random: &mut Random) -> i64 {
    match random.below(12) {
        0 => i64::MAX,
        1 => i64::MIN,
        2 => 3_037_000_500,
        3 => 0,
        n => i64::try_from(n).unwrap() - 6 + i64::try_from(random.below(20)).unwrap(),
    }
}

fn decimal(random: &mut Random, scale: u32) -> Decimal {
    let digits = match random.below(10) {
        0 => 79_228_162_514_264_337_593_543_950_335,
        1 => -79_228_162_514_264_337_593_543_950_335,
        2 => 12_345_678_901_234_567_890,
        3 => 0,
        _ => i128::from(random.next() % 200_000) - 100_000,
    };
    Decimal::from_i128_with_scale(digits, scale)
}

fn day(random: &mut Random) -> Date {
    match random.below(12) {
        0 => Date::MIN,
        1 => Date::MAX,
        2 => Date::constant(2024, 2, 29),
        3 => Date::constant(2026, 3, 29),
        n => {
            let month = i8::try_from(n).unwrap();
            Date::constant(2026, month, 28).checked_add(jiff::Span::new().days(3)).unwrap()
        }
    }
}

fn moment(random: &mut Random) -> Timestamp {
    match random.below(10) {
        0 => "9999-12-29T00:00:00Z".parse().unwrap(),
        1 => "-009999-01-05T00:00:00Z".parse().unwrap(),
        2 => "2026-03-29T01:30:00Z".parse().unwrap(),
        _ => Timestamp::from_microsecond(
            1_767_603_600_000_000 + i64::try_from(random.next() % 40_000_000_000_000).unwrap(),
        )
        .unwrap(),
    }
}

fn length(random: &mut Random) -> SignedDuration {
    match random.below(8) {
        0 => SignedDuration::from_micros(i64::MAX),
        1 => SignedDuration::from_micros(i64::MIN),
        2 => SignedDuration::ZERO,
        _ => SignedDuration::from_micros(
            i64::try_from(random.next() % 900_000_000_000).unwrap() - 450_000_000_000,
        ),
    }
}

/// A random value; collections have up to three elements.
pub fn value(random: &mut Random, ty: &Type, types: &TypeTable) -> Value {
    let count = random.below(4);
    match ty {
        Type::Bool => Value::Bool(random.one_in(2)),
        Type::Int => Value::Int(int(random)),
        Type::Decimal(Scale::Fixed(s)) => Value::Decimal(decimal(random, u32::from(*s))),
        Type::Text => Value::Text((*random.pick(&WORDS)).to_owned()),
        Type::Uuid => Value::Uuid(uuid::Uuid::from_u128(random.below(3) as u128)),
        Type::Date => Value::Date(day(random)),
        Type::Time => Value::Time(moment(random)),
        Type::Duration => Value::Duration(length(random)),
        Type::Option(t) if random.one_in(2) => value(random, t, types).some(),
        Type::Option(_) => Value::none(),
        Type::List(t) => Value::List((0..count).map(|_| value(random, t, types)).collect()),
        Type::Set(t) => {
            Value::Set((0..count).map(|_| value(random, t, types)).collect::<BTreeSet<_>>())
        }
        Type::Map(k, v) => Value::Map(
            (0..count).map(|_| (value(random, k, types), value(random, v, types))).collect(),
        ),
        Type::Entities(id) => {
            let mut entries = BTreeMap::new();
            for _ in 0..count {
                let element = value(random, &Type::Named(*id), types);
                let Some(TypeDefKind::Record { key, .. }) = types.get(*id).map(|d| &d.kind) else {
                    panic!("an entity is a record")
                };
                let mut parts: Vec<Value> =
                    key.iter().map(|k| element.fields().unwrap()[k].clone()).collect();
                let key = if parts.len() == 1 { parts.remove(0) } else { Value::List(parts) };
                entries.insert(key, element);
            }
            Value::Map(entries)
        }
        Type::Named(id) => match &types.get(*id).unwrap().kind {
            TypeDefKind::Newtype { base, .. } => value(random, base, types),
            TypeDefKind::Enum { members, .. } => {
                Value::Member(u32::try_from(random.below(members.len())).unwrap())
            }
            TypeDefKind::Record { fields, .. } => Value::Record(
                *id,
                fields.iter().map(|f| (f.name.clone(), value(random, &f.ty, types))).collect(),
            ),
            TypeDefKind::Union { members } => {
                let index = random.below(members.len());
                let fields = members[index].1.iter();
                Value::Union(
                    u32::try_from(index).unwrap(),
                    fields.map(|f| (f.name.clone(), value(random, &f.ty, types))).collect(),
                )
            }
        },
        other => panic!("no values of {other:?}"),
    }
}

/// The JSON form of a value.
pub fn json(value: &Value, ty: &Type, world: &World) -> Json {
    let types = &world.types;
    match (value, ty) {
        (Value::Bool(b), _) => Json::Bool(*b),
        (Value::Int(n), _) => Json::from(*n),
        (Value::Decimal(d), _) => Json::String(d.to_string()),
        (Value::Text(t), _) => Json::String(t.clone()),
        (Value::Uuid(u), _) => Json::String(u.to_string()),
        (Value::Date(d), _) => Json::String(d.to_string()),
        (Value::Time(t), _) => Json::String(t.to_string()),
        (Value::Duration(d), _) => Json::String(d.to_string()),
        (Value::Option(None), _) => Json::Null,
        (Value::Option(Some(v)), Type::Option(t)) => json(v, t, world),
        (Value::List(items), Type::List(t)) => items.iter().map(|v| json(v, t, world)).collect(),
        (Value::Set(items), Type::Set(t)) => items.iter().map(|v| json(v, t, world)).collect(),
        (Value::Map(entries), Type::Map(k, v)) => {
            let pair = |(a, b): (&Value, &Value)| {
                let key = match json(a, k, world) {
                    Json::String(s) => s,
                    other => other.to_string(),
                };
                (key, json(b, v, world))
            };
            Json::Object(entries.iter().map(pair).collect())
        }
        (Value::Map(entries), Type::Entities(id)) => {
            entries.values().map(|v| json(v, &Type::Named(*id), world)).collect()
        }
        (Value::Member(index), Type::Named(id)) => match &types.get(*id).unwrap().kind {
            TypeDefKind::Enum { members, .. } => {
                Json::String(members[*index as usize].name.clone())
            }
            other => panic!("{other:?} is no enum"),
        },
        (Value::Record(_, fields), Type::Named(id)) => Json::Object(
            types
                .fields(*id)
                .iter()
                .map(|f| (f.name.clone(), json(&fields[&f.name], &f.ty, world)))
                .collect(),
        ),
        (Value::Union(index, fields), Type::Named(id)) => match &types.get(*id).unwrap().kind {
            TypeDefKind::Union { members } => {
                let (name, defs) = &members[*index as usize];
                let mut out = Map::new();
                out.insert("type".into(), Json::String(name.clone()));
                for f in defs {
                    out.insert(f.name.clone(), json(&fields[&f.name], &f.ty, world));
                }
                Json::Object(out)
            }
            other => panic!("{other:?} is no union"),
        },
        (other, ty) => panic!("{other:?} is no {ty:?}"),
    }
}
