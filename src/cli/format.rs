//! In which form a run answers.

use clap::ValueEnum;

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// One JSON document
    Json,
    /// One JSON value per line
    JsonLines,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of a forge
    Github,
    /// JUnit XML, for build servers
    Junit,
}

impl Format {
    /// Whether the answer is JSON of one kind or the other.
    pub(super) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonLines)
    }
}
