//! One finding.

use crate::source::Span;

/// How much a finding weighs. `check` fails on errors only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be generated.
    Error,
    /// Probably a mistake; `--deny warnings` makes it an error.
    Warning,
    /// A hint about design, shown with `--advise`.
    Advice,
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// Replace the bytes of `span` by `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A finding: a code of the catalogue (`MN004`), a message in lower case without a full stop, the
/// place, further places, one line of help, and a patch when the help can be applied by a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The number in the catalogue: 4 is `MN004`.
    pub code: u16,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Where else to look ("the event is defined here").
    pub secondary: Vec<Label>,
    /// What to type.
    pub help: Option<String>,
    /// The help as edits; applying all of them makes this diagnostic disappear and adds none.
    pub patch: Vec<Edit>,
}

impl Diagnostic {
    /// An error with this code at this place.
    #[must_use]
    pub fn error(code: u16, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            help: None,
            patch: Vec::new(),
        }
    }

    /// A warning with this code at this place.
    #[must_use]
    pub fn warning(code: u16, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Advice with this code at this place.
    #[must_use]
    pub fn advice(code: u16, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Advice, ..Self::error(code, span, message) }
    }

    /// With words at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// With a second place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// With a line of help.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With an edit that carries out the help.
    #[must_use]
    pub fn patch(mut self, span: Span, text: impl Into<String>) -> Self {
        self.patch.push(Edit { span, text: text.into() });
        self
    }
}
