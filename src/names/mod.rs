//! Names that are legal in every target, in every case.
//!
//! `case` spells one name in all the ways that targets want, `plural` makes plurals for paths, `past`
//! says what has happened when a command was carried out,
//! `reserved` knows the words that must not be names, `check` reports about the names that a tree
//! declares. A name that passed the check survives every conversion and comes back unchanged.

mod case;
mod check;
mod past;
mod plural;
mod reserved;

pub use case::{kebab, pascal, rust_field, screaming, snake, words};
pub use check::{Kind, check, flaw, is_system_name};
pub use past::event_of;
pub use plural::{plural, plural_kebab};
pub use reserved::{is_reserved_context, is_reserved_type, is_rust_keyword};
