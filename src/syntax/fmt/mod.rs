//! One spelling for the same text: spacing, line breaks, commas.
//!
//! Keeps every comment, the order of everything, the author's line breaks inside arrays and the
//! text of every value. Formatting twice is formatting once. The mistakes of text that is
//! not TOML are for `check`.

mod cst;
mod print;

pub(super) use cst::{Item, Value, read_placed};

/// The text in its canonical form; unchanged when it is not TOML.
#[must_use]
pub fn fmt(text: &str) -> String {
    match toml::de::DeTable::parse(text).ok().and_then(|_| cst::read(text)) {
        Some(items) => print::print(&items),
        None => text.to_owned(),
    }
}
