//! Refusals: the ways in which a command says no.

use super::Notes;
use crate::lang::types::{FieldDef, TypeId};
use crate::source::Span;

/// A piece of a refusal's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPiece {
    /// As it is.
    Text(String),
    /// The value of a field.
    Field(String),
}

/// Where a refusal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalOrigin {
    /// `[refusal.X]`
    Declared,
    /// Named in a rule only.
    Named,
    /// Part of the language.
    BuiltIn,
}

/// A refusal.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// Where it comes from.
    pub origin: RefusalOrigin,
    /// HTTP status.
    pub status: u16,
    /// What the caller reads.
    pub text: Vec<TextPiece>,
    /// What it carries.
    pub fields: Vec<FieldDef>,
    /// The record of `fields`, as a reply.
    pub record: TypeId,
    /// Where it is declared or first named.
    pub span: Span,
}

/// A refusal of the language itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What the caller reads.
    pub text: &'static str,
}

const fn built_in(name: &'static str, status: u16, text: &'static str) -> BuiltIn {
    BuiltIn { name, status, text }
}

/// The refusals of the language itself, sorted by name.
pub const BUILT_IN: [BuiltIn; 11] = [
    built_in("AlreadyExists", 409, "it exists already"),
    built_in("Arithmetic", 422, "a number is too large, or divided by zero"),
    built_in("Closed", 410, "it is closed"),
    built_in("Contention", 503, "too many changes at once, try again"),
    built_in("Forbidden", 403, "not allowed"),
    built_in("Invalid", 422, "a value is out of its bounds"),
    built_in("NotFound", 404, "it does not exist"),
    built_in("NotImplemented", 501, "this is not written yet"),
    built_in("Unauthenticated", 401, "nobody is signed in"),
    built_in("VersionMismatch", 412, "it was changed since it was read"),
    built_in("WrongStatus", 409, "not possible in this status"),
];
