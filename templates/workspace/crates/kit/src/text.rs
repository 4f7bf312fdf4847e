//! Text: the methods that rules use and the standard library lacks. Lengths count characters.

use std::collections::BTreeMap;
use std::sync::{LazyLock, RwLock};

use regex::Regex;

/// Lower case.
#[must_use]
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Upper case.
#[must_use]
pub fn upper(text: &str) -> String {
    text.to_uppercase()
}

/// Without white space at both ends.
#[must_use]
pub fn trim(text: &str) -> String {
    text.trim().to_owned()
}

/// The number of characters.
#[must_use]
pub fn len(text: &str) -> i64 {
    crate::num::count(text.chars().count())
}

/// The parts between white space.
#[must_use]
pub fn tokens(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The texts with a separator between them.
#[must_use]
pub fn join(texts: &[String], separator: &str) -> String {
    texts.join(separator)
}

/// Whether the pattern is found in the text. A pattern that cannot be read matches nothing.
#[must_use]
pub fn matches(text: &str, pattern: &'static str) -> bool {
    static PATTERNS: LazyLock<RwLock<BTreeMap<&'static str, Option<Regex>>>> =
        LazyLock::new(RwLock::default);
    let known = PATTERNS.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return regex.as_ref().is_some_and(|regex| regex.is_match(text));
    }
    drop(known);
    let regex = Regex::new(pattern).ok();
    let found = regex.as_ref().is_some_and(|regex| regex.is_match(text));
    let mut known = PATTERNS.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.insert(pattern, regex);
    found
}

/// A value with zeros before it, so that it has at least this many characters; a sign stays in front.
#[must_use]
pub fn padded(value: impl std::fmt::Display, width: usize) -> String {
    let shown = value.to_string();
    let (sign, digits) = match shown.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", shown.as_str()),
    };
    let missing = width.saturating_sub(shown.chars().count());
    format!("{sign}{}{digits}", "0".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_anywhere_unless_anchored() {
        assert!(matches("xAx", "A"));
        assert!(!matches("xAx", "^A$"));
        assert!(matches("ZH-12", "^[A-Z0-9-]+$"));
        assert!(!matches("zh", "^[A-Z0-9-]+$"));
        assert!(!matches("a", "("));
        assert!(!matches("a", "("));
    }

    #[test]
    fn padding_keeps_the_sign_in_front() {
        assert_eq!(
            (padded(7, 5).as_str(), padded(-7, 5).as_str(), padded(123_456, 5).as_str()),
            ("00007", "-0007", "123456")
        );
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!((len("äö"), tokens(" a  b\n").len()), (2, 2));
    }
}
