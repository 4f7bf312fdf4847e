//! Keys that many tables share.

use super::{Form, Key};

/// The business meaning, for tables without a name of their own.
pub const DOC: &[Key] = &[Key::absent(
    "doc",
    Form::Text,
    r#""What it is for.""#,
    "The business meaning; it becomes the documentation of the generated code.",
)];

/// The keys of every named table.
pub const NAMED: &[Key] = &[
    Key::absent(
        "doc",
        Form::Text,
        r#""What it is for.""#,
        "The business meaning; it becomes the documentation of the generated code.",
    ),
    Key::absent("was", Form::Was, r#""OldName""#, "The old name, or several of them."),
    Key::reserved("kind", r#""core""#, "A word of your own about what kind of thing this is."),
    Key::reserved("owner", r#""team-workshop""#, "Who answers for it."),
    Key::reserved("contact", r##""#team-workshop""##, "Where to ask about it."),
    Key::reserved("tenant", r#""garage_id""#, "What separates one customer's data from another's."),
    Key::reserved("retention", r#""10 years""#, "How long its data must be kept."),
    Key::reserved("deprecated", r#""use FinishWork""#, "It will be removed; what to use instead."),
    Key::reserved("slo", r#""99.9% below 200ms""#, "The promise about its availability and speed."),
    Key::reserved("rate", r#""50/s""#, "How often it may be used."),
];
