//! Exit codes, and how a command says that it could not do its work.

use std::fmt;

/// How a run ends. The numbers are promised: scripts depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done,
    /// The answer is no.
    No,
    /// Wrong flags or arguments.
    Usage,
    /// Done, and something is left that only the user can decide.
    Pending,
    /// Refused, to be safe.
    Refused,
    /// The system refused.
    System,
    /// A mistake of minos.
    Bug,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// All of them, with the number and the meaning that `minos help exit-codes` shows.
    pub const ALL: [(Self, u8, &'static str); 8] = [
        (Self::Done, 0, "done, or nothing to do"),
        (Self::No, 1, "the answer is no: the domain has errors, or `--check` found something"),
        (Self::Usage, 2, "wrong flags or arguments"),
        (
            Self::Pending,
            3,
            "done, but something is pending: an edited file that is no longer wanted",
        ),
        (
            Self::Refused,
            4,
            "refused to be safe: an edited file, a busy project, a question that nobody can answer",
        ),
        (Self::System, 5, "the system refused: reading, writing, permissions"),
        (Self::Bug, 70, "a mistake of minos; a report file was written"),
        (Self::Interrupted, 130, "interrupted"),
    ];

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        Self::ALL.iter().find(|(exit, ..)| *exit == self).map_or(70, |(_, code, _)| *code)
    }

    /// The word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::No => "no",
            Self::Usage => "usage",
            Self::Pending => "pending",
            Self::Refused => "refused",
            Self::System => "system",
            Self::Bug => "bug",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A command could not do its work: the kind fixes the exit code, the hints say what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub exit: Exit,
    /// The cause, in lower case without a full stop.
    pub message: String,
    /// What to do about it, one line each.
    pub hints: Vec<String>,
}

impl Failure {
    /// Without hints.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }

    /// With a line that says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A mistake of minos.
    pub fn bug(cause: &dyn fmt::Display) -> Self {
        Self::new(Exit::Bug, cause.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::System, error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::System, format!("{error:#}"))
    }
}
