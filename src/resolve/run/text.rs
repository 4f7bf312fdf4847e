//! Values as one would write them in a scenario, for the reports of those that fail.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::lang::eval::{Fields, Value};
use crate::lang::types::{FieldDef, Type, TypeDefKind, TypeId, TypeTable};

/// Knows the types, and the `@name` behind each uuid that the domain text mentions.
#[derive(Clone, Copy)]
pub(in crate::resolve) struct Writer<'a> {
    pub types: &'a TypeTable,
    pub names: &'a BTreeMap<Uuid, String>,
}

impl<'a> Writer<'a> {
    /// `Name(field = value, …)`, in backticks.
    pub fn message(self, name: &str, values: &Fields, defs: &[FieldDef]) -> String {
        match values.is_empty() {
            true => format!("`{name}`"),
            false => format!("`{name}({})`", self.fields(values, defs)),
        }
    }

    /// A value of a type; without one, what can be said of it.
    pub fn value(self, value: &Value, ty: Option<&Type>) -> String {
        let inner = match ty {
            Some(
                Type::Option(inner) | Type::Patch(inner) | Type::List(inner) | Type::Set(inner),
            ) => Some(inner.as_ref()),
            Some(Type::Map(_, inner)) => Some(inner.as_ref()),
            Some(Type::Entities(_)) => None,
            other => other,
        };
        match value {
            Value::Bool(b) => b.to_string(),
            Value::Int(n) => n.to_string(),
            Value::Decimal(d) => d.to_string(),
            Value::Text(t) => format!("'{t}'"),
            Value::Uuid(u) => {
                self.names.get(u).map_or_else(|| u.to_string(), |name| format!("@{name}"))
            }
            Value::Date(d) => d.to_string(),
            Value::Time(t) => t.to_string(),
            Value::Duration(d) => d.to_string(),
            Value::Period(months, days) => format!("{months} months {days} days"),
            Value::Member(index) => self.member(*index, ty),
            Value::Record(id, fields) => {
                let name = self.types.get(*id).map_or("", |def| def.name.as_str());
                format!("{name}({})", self.fields(fields, self.types.fields(*id)))
            }
            Value::Union(index, fields) => self.case(*index, fields, ty),
            Value::Option(None) | Value::Patch(Some(None)) => "none".to_owned(),
            Value::Patch(None) => "not given".to_owned(),
            Value::Option(Some(v)) | Value::Patch(Some(Some(v))) => self.value(v, inner),
            Value::List(items) => self.list(items.iter(), inner),
            Value::Set(items) => self.list(items.iter(), inner),
            Value::Map(entries) => self.list(entries.values(), inner),
        }
    }

    fn list<'v>(self, items: impl Iterator<Item = &'v Value>, ty: Option<&Type>) -> String {
        let items: Vec<String> = items.map(|v| self.value(v, ty)).collect();
        format!("[{}]", items.join(", "))
    }

    /// In the order of the text; the id, which is no declared field of an event, comes first.
    fn fields(self, values: &Fields, defs: &[FieldDef]) -> String {
        let place = |name: &String| defs.iter().position(|d| d.name == *name);
        let mut sorted: Vec<(&String, &Value)> = values.iter().collect();
        sorted.sort_by_key(|(name, _)| place(name));
        let one = |(name, value): &(&String, &Value)| {
            let ty = defs.iter().find(|d| d.name == **name).map(|d| &d.ty);
            format!("{name} = {}", self.value(value, ty))
        };
        sorted.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn kind(self, ty: Option<&Type>) -> Option<(TypeId, &'a TypeDefKind)> {
        match ty {
            Some(Type::Named(id)) => self.types.get(*id).map(|def| (*id, &def.kind)),
            _ => None,
        }
    }

    fn member(self, index: u32, ty: Option<&Type>) -> String {
        match self.kind(ty) {
            Some((_, TypeDefKind::Enum { members, .. })) => {
                members.get(index as usize).map_or_else(|| index.to_string(), |m| m.name.clone())
            }
            Some((_, TypeDefKind::Newtype { base, .. })) => self.member(index, Some(base)),
            _ => format!("member {}", index + 1),
        }
    }

    fn case(self, index: u32, fields: &Fields, ty: Option<&Type>) -> String {
        let Some((id, TypeDefKind::Union { members, .. })) = self.kind(ty) else {
            return format!("({})", self.fields(fields, &[]));
        };
        let union = self.types.get(id).map_or("", |def| def.name.as_str());
        match members.get(index as usize) {
            Some((name, defs)) => format!("{union}.{name}({})", self.fields(fields, defs)),
            None => format!("{union}({})", self.fields(fields, &[])),
        }
    }
}
