//! Types, tables and functions: what both a context and the shared kernel may declare.

use super::Head;
use crate::lang::tree::{Case, Expr, Field, Ident, MemberDecl, Rule, TypeExpr};

/// The declarations that a context and the kernel have in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Types {
    /// `[newtype.X]`.
    pub newtypes: Vec<Newtype>,
    /// `[value.X]`.
    pub values: Vec<Value>,
    /// `[enum.X]`.
    pub enums: Vec<EnumDecl>,
    /// `[union.X]`.
    pub unions: Vec<Union>,
    /// `[table.x]`.
    pub tables: Vec<Table>,
    /// `[function.x]`.
    pub functions: Vec<Function>,
}

/// A scalar with rules of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Newtype {
    /// Name and common keys.
    pub head: Head,
    /// What it wraps.
    pub ty: TypeExpr,
    /// Applied to `value` before the rules.
    pub normalise: Option<Expr>,
    /// Refuse only.
    pub require: Vec<Rule>,
}

/// A record without identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Name and common keys.
    pub head: Head,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Refuse only.
    pub require: Vec<Rule>,
    /// Computed, never stored.
    pub derive: Vec<(Ident, Expr)>,
}

/// A closed list of names, perhaps with properties.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumDecl {
    /// Name and common keys.
    pub head: Head,
    /// In the order of the text.
    pub members: Vec<MemberDecl>,
    /// The types of the properties.
    pub fields: Vec<Field>,
    /// `<` follows the order of the text.
    pub ordered: bool,
}

/// One of several records.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// Name and common keys.
    pub head: Head,
    /// Its members.
    pub members: Vec<UnionMember>,
}

/// A member of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionMember {
    /// Its name, `snake_case`.
    pub name: Ident,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A decision table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Name and common keys.
    pub head: Head,
    /// Positional arguments, bare names in the rows.
    pub args: Vec<Field>,
    /// The type of the result.
    pub returns: TypeExpr,
    /// The first that matches decides.
    pub rows: Vec<Case>,
}

/// A pure function written in Rust.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Name and common keys.
    pub head: Head,
    /// Positional arguments.
    pub args: Vec<Field>,
    /// The type of the result.
    pub returns: TypeExpr,
}
