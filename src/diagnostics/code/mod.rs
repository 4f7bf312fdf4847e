//! The catalogue: every code with its weight, its title, and what `minos explain` says about it.
//!
//! Codes are never reused. Each entry shows text that causes the finding and text that does not.

mod behaviour;
mod contexts;
mod names;
mod syntax;
mod types;

use super::Severity;

/// One code of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The number: 4 is `MN004`.
    pub code: u16,
    /// How much a finding with this code weighs.
    pub severity: Severity,
    /// A few words, in lower case.
    pub title: &'static str,
    /// What it means, why it matters and how to mend it.
    pub text: &'static str,
    /// Domain text that causes it.
    pub wrong: &'static str,
    /// The same, mended.
    pub right: &'static str,
}

const fn error(
    code: u16,
    title: &'static str,
    text: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Entry {
    Entry { code, severity: Severity::Error, title, text, wrong, right }
}

const fn warning(
    code: u16,
    title: &'static str,
    text: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Entry {
    Entry { code, severity: Severity::Warning, title, text, wrong, right }
}

const fn advice(
    code: u16,
    title: &'static str,
    text: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Entry {
    Entry { code, severity: Severity::Advice, title, text, wrong, right }
}

/// The blocks in the order of their numbers, with a heading each.
pub const BLOCKS: [(&str, &[Entry]); 7] = [
    ("Syntax", syntax::ENTRIES),
    ("Names", names::ENTRIES),
    ("Types", types::ENTRIES),
    ("Behaviour", behaviour::ENTRIES),
    ("Messages between contexts", contexts::ENTRIES),
    ("Deployment", contexts::DEPLOYMENT),
    ("Advice", contexts::ADVICE),
];

/// Every code, ascending.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    BLOCKS.iter().flat_map(|(_, entries)| entries.iter())
}

/// The entry of a number.
#[must_use]
pub fn entry(code: u16) -> Option<&'static Entry> {
    all().find(|e| e.code == code)
}

/// The entry of a code as people type it: `MN004`, `mn4`, `4`.
#[must_use]
pub fn find(text: &str) -> Option<&'static Entry> {
    let text = text.trim();
    let digits = text
        .get(..2)
        .filter(|p| p.eq_ignore_ascii_case("mn"))
        .map_or(Some(text), |_| text.get(2..))?;
    entry(digits.parse().ok()?)
}

/// A code as it is shown: `MN004`.
#[must_use]
pub fn name(code: u16) -> String {
    format!("MN{code:03}")
}

impl Severity {
    /// The word that is shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }
}

impl Entry {
    /// What `minos explain` prints, in Markdown.
    #[must_use]
    pub fn explain(&self) -> String {
        let Self { code, severity, title, text, wrong, right } = self;
        format!(
            "{} ({}): {title}\n\n{text}\n\nThis causes it:\n\n```toml\n{wrong}\n```\n\nThis does not:\n\n```toml\n{right}\n```\n",
            name(*code),
            severity.word(),
        )
    }
}
