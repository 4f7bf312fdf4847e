//! The four one-line notations of the domain language and their expressions.
//!
//! `tree` is what the parser makes, `types` and `ir` what the checker makes of it. Text is read totally: any input gives a tree and reports.

pub mod check;
pub mod ir;
pub mod tree;
pub mod types;
