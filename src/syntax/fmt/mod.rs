//! One spelling for the same text: spacing, line breaks, commas.
//!
//! Keeps every comment, the order of everything, the author's line breaks inside arrays and the
//! text of every value. Formatting twice is formatting once. Text that is not TOML stays as it is:
//! its mistakes are for `check`.

mod cst;
mod print;

/// The text in its canonical form; unchanged when it is not TOML.
#[must_use]
pub fn fmt(text: &str) -> String {
    if toml::de::DeTable::parse(text).is_err() {
        return text.to_owned();
    }
    match cst::read(text) {
        Some(items) => print::print(&items),
        None => text.to_owned(),
    }
}
