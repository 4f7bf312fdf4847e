//! Names and sentences as they stand in Rust files.

use heck::ToTitleCase as _;

pub use crate::lang::to_rust::raw;
use crate::layout;
use crate::names;

/// The time at which tests run unless they say otherwise, in seconds: 2026-01-05T09:00:00Z.
pub const TEST_NOW: i64 = 1_767_603_600;

/// The line on top of owned files, for what `source` says.
#[must_use]
pub fn header(source: &str) -> String {
    format!("// Rendered by minos from {source}; own code goes into extend.rs of the service.")
}

/// The module of a thing: its name in snake case, raw where needed.
#[must_use]
pub fn module(name: &str) -> String {
    raw(&names::snake(name))
}

/// `LendTool` as a title: "Lend tool".
#[must_use]
pub fn title(name: &str) -> String {
    let words = name.to_title_case().to_lowercase();
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// A sentence: first letter large, a full stop at the end.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

/// `Tool` as something one speaks of: "one tool".
#[must_use]
pub fn article(name: &str) -> String {
    format!("one {}", name.to_title_case().to_lowercase())
}

/// A doc comment as lines, without indentation; empty for an empty text.
#[must_use]
pub fn lines(marker: &str, text: &str, indent: usize) -> Vec<String> {
    layout::doc(marker, text, indent).lines().map(|l| l.trim_start().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_titles_and_sentences() {
        assert_eq!(title("LendTool"), "Lend tool");
        assert_eq!(sentence("a car's registration"), "A car's registration.");
        assert_eq!(sentence("What now?"), "What now?");
        assert_eq!(article("LineItem"), "one line item");
        assert_eq!((raw("type").as_str(), module("Match").as_str()), ("r#type", "r#match"));
    }
}
