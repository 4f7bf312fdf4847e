//! Spellings that do not depend on the place.

use heck::ToPascalCase as _;

use crate::lang::types::{Type, TypeDefKind, TypeTable};

/// A member's variant: `in_work` → `InWork`.
pub(super) fn variant(member: &str) -> String {
    member.to_pascal_case()
}

/// A Rust identifier for a name of the domain: keywords become raw.
#[must_use]
pub fn raw(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
        "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
        "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
        "unsized", "use", "virtual", "where", "while", "yield",
    ];
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// Whether values of this type are copied rather than cloned.
#[must_use]
pub fn is_copy(types: &TypeTable, ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Int
        | Type::Decimal(_)
        | Type::Uuid
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::Period
        | Type::None => true,
        Type::Named(id) => match types.get(*id).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { .. }) => true,
            Some(kind) => is_uuid_id(kind),
            None => false,
        },
        Type::Option(inner) | Type::Patch(inner) => is_copy(types, inner),
        _ => false,
    }
}

/// Whether a newtype is an id made by the kit's `id!`: it wraps a uuid openly.
pub(super) fn is_uuid_id(kind: &TypeDefKind) -> bool {
    matches!(kind, TypeDefKind::Newtype { base: Type::Uuid, id_of: Some(_), .. })
}
