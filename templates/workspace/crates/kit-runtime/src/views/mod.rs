//! Views and replicas: rows that follow from events; references: rows that stand in the text.
//!
//! Keeps true: a view writes its own rows and nothing else, rows and cursor commit together, and a
//! rebuild gives equal rows. What a row looks like after an event is decided by the domain's pure
//! folds; conditions of queries become SQL in the store.

mod cond;
mod fold;
mod group;
mod listed;
mod rows;
mod tables;

pub use cond::cond_of;
pub use fold::{Follow, Sheet, Step, ViewDef, follow};
pub use group::Group;
pub use listed::{Differ, differ, list};
pub use rows::{all_rows, key_of, typed};
pub use tables::{Live, Tables, schema_of};
