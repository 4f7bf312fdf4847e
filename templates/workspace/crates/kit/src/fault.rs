//! What keeps a fold or a decision from finishing, other than a refusal.
//!
//! One type for all, so that `?` works everywhere a rule computes. A [`Need`] is not an error of anybody: it asks
//! the runtime to fetch something and to decide again.

use serde_json::Value;

use crate::check::Violations;
use crate::query::Cond;
use crate::refusal::BuiltIn;
use crate::row::Table;

/// The result of folding events.
pub type Folded<T = ()> = Result<T, Fault>;

/// Why a computation has no result.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Overflow, or a division by zero.
    Arithmetic,
    /// A value outside the bounds that its type declares.
    Invalid(Violations),
    /// A refusal of the kit met while something was computed, as that nobody is signed in.
    Refused(BuiltIn),
    /// A stream that starts with an event which cannot come first.
    NoBeginning,
    /// Something from outside is needed first.
    Need(Need),
    /// Stored data that cannot be read, with the reason.
    Data(String),
}

impl Fault {
    /// Stored data that cannot be read or written.
    pub fn data(reason: impl std::fmt::Display) -> Self {
        Self::Data(reason.to_string())
    }

    /// Stored JSON of another form than its type. The text quotes no value, as it may be a secret.
    #[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
    pub fn form(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let names = ["missing field", "unknown field", "duplicate field"];
        if names.iter().any(|start| text.starts_with(start)) {
            return Self::Data(text);
        }
        let expected = text.rsplit_once(", expected ").map_or("another form", |(_, what)| what);
        Self::Data(format!("expected {expected}"))
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Arithmetic => f.write_str("a number overflows, or is divided by zero"),
            Self::Invalid(violations) => write!(f, "{violations}"),
            Self::Refused(refusal) => f.write_str(refusal.parts().2),
            Self::NoBeginning => f.write_str("a stream cannot start with this event"),
            Self::Need(need) => write!(f, "{need:?} is not at hand"),
            Self::Data(reason) => write!(f, "stored data cannot be read: {reason}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<BuiltIn> for Fault {
    fn from(refusal: BuiltIn) -> Self {
        Self::Refused(refusal)
    }
}

/// The value that a rule before has shown to be there.
///
/// # Errors
/// [`Fault::Data`] when it is not there after all.
pub fn known<T>(value: Option<T>) -> Folded<T> {
    value.ok_or_else(|| Fault::data("a value that a rule has checked is missing"))
}

/// What a pure decision asks for; the runtime fetches it and runs the decision again.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// The row of a table under this key (the key column's JSON, or an array of them).
    Row {
        /// Which table.
        table: &'static Table,
        /// Which row.
        key: Value,
    },
    /// All rows of a table for which the condition holds.
    Rows {
        /// Which table.
        table: &'static Table,
        /// Which rows.
        cond: Cond,
    },
    /// The last value taken from a running number; zero before the first.
    Number {
        /// The range's name.
        name: &'static str,
        /// The part of it, such as a year; empty without one.
        part: String,
    },
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn what_is_said_of_stored_json_quotes_no_value() {
        let said = |text: &str| {
            let error = serde_json::from_str::<(i64, std::net::Ipv4Addr)>(text).unwrap_err();
            Fault::form(error).to_string()
        };
        let start = "stored data cannot be read: expected";
        assert_eq!(said(r#"["hunter2", ""]"#), format!("{start} i64 at line 1 column 10"));
        assert_eq!(said(r#"[1, "hunter2"]"#), format!("{start} another form"));
        assert_eq!(said("[1]"), format!("{start} a tuple of size 2 at line 1 column 3"));
    }
}
