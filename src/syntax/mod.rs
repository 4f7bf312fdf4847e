//! From domain files to one spanned tree, lowered by the table of shapes.
//!
//! Reading is total: any bytes give a tree, and what is wrong with them is reported. Nothing is
//! looked up here; that names mean something is decided by `resolve`.

pub mod tree;
