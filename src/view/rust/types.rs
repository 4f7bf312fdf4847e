//! Types of the model as Rust types.

use crate::lang::types::{Type, TypeDefKind, TypeTable};

use super::homes::{Home, Homes};
use super::imports::Imports;

/// Spells types in one file.
#[derive(Debug)]
pub struct Rust<'a, 'm> {
    /// Where types live.
    pub homes: &'a Homes<'m>,
    /// What the file imports.
    pub imports: &'a Imports,
}

impl Rust<'_, '_> {
    /// The Rust type.
    #[must_use]
    pub fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Error | Type::None | Type::Period => "()".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Int => "i64".to_owned(),
            Type::Decimal(_) => "Decimal".to_owned(),
            Type::Text => "String".to_owned(),
            Type::Uuid => "Uuid".to_owned(),
            Type::Date => "Date".to_owned(),
            Type::Time => "Timestamp".to_owned(),
            Type::Duration => "SignedDuration".to_owned(),
            Type::Named(id) => self.named(*id),
            Type::Option(inner) => format!("Option<{}>", self.ty(inner)),
            Type::Patch(inner) => format!("Patch<{}>", self.ty(inner)),
            Type::List(inner) => format!("Vec<{}>", self.ty(inner)),
            Type::Set(inner) => format!("BTreeSet<{}>", self.ty(inner)),
            Type::Map(key, value) => format!("BTreeMap<{}, {}>", self.ty(key), self.ty(value)),
            Type::Entities(id) => format!("Entities<{}>", self.named(*id)),
        }
    }

    /// The name of a named type.
    #[must_use]
    pub fn named(&self, id: crate::lang::types::TypeId) -> String {
        self.homes.find(id).map_or_else(String::new, |home| self.spell(&home))
    }

    /// The name of something that lives there, as this file writes it.
    #[must_use]
    pub fn spell(&self, home: &Home) -> String {
        if self.homes.is_ours_too(home) {
            return self.imports.path(home);
        }
        self.imports.spell(home)
    }

    /// The key type of an entity: one field's type, or a tuple.
    #[must_use]
    pub fn entity_key(&self, id: crate::lang::types::TypeId) -> String {
        let types = &self.homes.model().types;
        let Some(TypeDefKind::Record { fields, key, .. }) = types.get(id).map(|d| &d.kind) else {
            return String::new();
        };
        let of = |name: &String| {
            fields.iter().find(|f| f.name == *name).map_or_else(String::new, |f| self.ty(&f.ty))
        };
        match key.as_slice() {
            [one] => of(one),
            many => format!("({})", many.iter().map(of).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Whether values of the type are `Copy` in Rust.
#[must_use]
pub fn is_copy(types: &TypeTable, ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::Decimal(_) | Type::Uuid => true,
        Type::Date | Type::Time | Type::Duration | Type::Period | Type::None => true,
        Type::Named(id) => matches!(
            types.get(*id).map(|d| &d.kind),
            Some(
                TypeDefKind::Enum { .. }
                    | TypeDefKind::Newtype { base: Type::Uuid, id_of: Some(_), .. }
            )
        ),
        Type::Option(inner) | Type::Patch(inner) => is_copy(types, inner),
        _ => false,
    }
}
