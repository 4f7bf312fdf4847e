//! Types every expression and every notation: trees in, typed IR and reports out.
//!
//! A [`Checker`] works at one place, described by a [`Scope`], in a [`World`] that resolve has
//! filled. It never stops: what is broken becomes an error value that agrees with everything, so
//! one mistake is one report. Conversions are written out in the IR; facts that conditions
//! establish (`x.is_some()`) narrow types in what follows.

mod checker;
mod scope;

pub use checker::{Allow, Checker, EachIr, EachSourceIr, Target};
pub use scope::{
    CaseIr, Exists, FunctionDef, Local, LocalKind, Lookups, RowKind, RowSource, Scope, Source,
    TableDef, World,
};
