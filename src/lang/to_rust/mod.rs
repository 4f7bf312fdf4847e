//! Typed expressions as Rust, through the layout printer.
//!
//! The text is what clippy asks for, whatever the author wrote: no needless clones, borrows,
//! closures or parentheses. Arithmetic is checked through the helpers of the kit; what can fail
//! carries a `?`, so lowered code stands in functions that return the kit's results. How a root is
//! spelled (`self`, `cmd`, `ev`) is the caller's business: it implements [`Names`].

mod api;
mod arith;
mod canon;
mod code;
mod collection;
mod compare;
mod convert;
mod iter;
mod list;
mod lits;
mod logic;
mod lower;
mod names;
mod option;
mod scalar;
#[cfg(test)]
mod tests;

pub use api::{Form, Lowered, Lowerer, in_ok};
pub use canon::negated;
pub use code::has_try as fallible;
pub use lits::{decimal, grouped, literal};
pub use logic::{choice, combined, constant};
pub use names::{is_copy, raw};

use super::ir::{Ir, Root};
use super::types::{TypeId, TypeTable};
use crate::layout::Node;

/// How names are spelled at the place for which code is written.
pub trait Names {
    /// All types.
    fn types(&self) -> &TypeTable;

    /// The path of a named type here.
    fn ty(&self, id: TypeId) -> String;

    /// A root as a whole: `self`, `cmd`, `ev`, and whether that is a reference.
    fn root(&self, root: Root) -> Lowered;

    /// A field of a root, when it is spelled in another way than `root.field` (`cx.actor.id()?`,
    /// `event.stream`).
    fn root_field(&self, root: Root, name: &str) -> Option<Lowered> {
        let _ = (root, name);
        None
    }

    /// Whether a derived value can fail to be computed; of a root's thing, or of a record's.
    fn derived_fails(&self, root: Option<Root>, record: Option<TypeId>, name: &str) -> bool;

    /// A local by its name: a `let`, a lookup, an `each` name.
    fn local(&self, name: &str) -> Lowered;

    /// The name under which an option's value is at hand, when a rule above has bound it.
    fn narrowed(&self, option: &Ir) -> Option<Lowered> {
        let _ = option;
        None
    }

    /// `now`.
    fn now(&self) -> Node {
        Node::atom("cx").field("now")
    }

    /// `today`.
    fn today(&self) -> Node {
        Node::atom("cx").method("today", vec![])
    }

    /// `exists`.
    fn exists(&self) -> Node {
        Node::atom("true")
    }

    /// The time zone of the context, as a reference.
    fn zone(&self) -> Node;

    /// The function behind a `[table.x]`.
    fn table(&self, context: Option<&str>, name: &str) -> String;

    /// The function behind a `[function.x]`.
    fn function(&self, context: Option<&str>, name: &str) -> String;

    /// The row of a replica or view under a key: an expression of type `Option<Row>`, `?` included.
    fn lookup(&self, context: &str, source: &str, keys: Vec<Node>) -> Node;
}
