//! The four one-line notations of the domain language and their expressions.
//!
//! `text` knows where a string's bytes stand, `lex` makes tokens, `parse` makes the `tree`;
//! `types` and `ir` are what the checker makes of it.
//! Text is read totally: any input gives a tree or one report.

pub mod check;
pub mod eval;
mod exact;
#[cfg(test)]
mod fixture;
pub mod ir;
mod lex;
pub mod parse;
mod text;
pub mod to_rust;
mod token;
pub mod tree;
pub mod types;
mod walk;

pub use exact::exact;
pub use text::{Quote, SpanMap, Text};
