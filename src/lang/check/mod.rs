//! Types every expression and every notation: trees in, typed IR and reports out.
//!
//! A [`Checker`] works at one place, described by a [`Scope`], in a [`World`] that resolve has
//! filled. It never stops: what is broken becomes an error value that agrees with everything, so
//! one mistake is one report. Conversions are written out in the IR; facts that conditions
//! establish (`x.is_some()`) narrow types in what follows.

mod build;
mod call;
mod change;
mod checker;
mod coerce;
mod collection;
mod constant;
mod expr;
mod facts;
mod method;
mod name;
mod operator;
mod scope;
mod show;
mod ty;

pub use build::default_of;
pub use change::touched;
pub use checker::{Allow, Checker, EachIr, EachSourceIr, Target};
pub use expr::uuid_of;
pub use name::LISTED;
pub use scope::{
    CaseIr, Exists, FunctionDef, Local, LocalKind, Lookups, RowKind, RowSource, Scope, Source,
    TableDef, Use, World,
};
pub use show::{example, show};

#[cfg(test)]
mod tests;
