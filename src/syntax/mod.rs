//! From domain files to one spanned tree, lowered by the table of shapes.
//!
//! `read` fetches files, `toml` makes nodes of them, `lower` checks every table against its shape
//! and parses the notations, `build` fills the structs of `tree`, `load` puts the files together,
//! `insert` adds tables to the text of one.
//! Reading is total: any bytes give a tree, and what is wrong with them is reported, one report
//! per mistake. Nothing is looked up here; that names mean something is decided by `resolve`.

mod build;
mod fmt;
mod insert;
mod load;
mod lost;
mod lower;
mod project;
mod read;
mod toml;
pub mod tree;

pub use fmt::fmt;
pub use insert::{Content, InTheWay, NewTable, Order, insert};
pub use load::{load, load_text};
pub use lost::Lost;
pub use read::{read_dir, read_file, read_path};
