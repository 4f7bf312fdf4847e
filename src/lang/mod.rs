//! The four one-line notations of the domain language and their expressions.
//!
//! `tree` is what the parser makes. Text is read totally: any input gives a tree and reports.

pub mod tree;
