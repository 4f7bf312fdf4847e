//! Words that must not be names.

/// The words of Rust, of edition 2024, that need `r#`; and those that cannot be names at all.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Names that a context cannot have: words of the language, packages of the generated workspace,
/// packages that its code uses.
const CONTEXTS: &[&str] = &[
    "alloc",
    "app",
    "axum",
    "bytes",
    "contracts",
    "core",
    "futures",
    "gateway",
    "http",
    "hyper",
    "hyper_util",
    "jiff",
    "kit",
    "kit_runtime",
    "main",
    "minos",
    "project",
    "rdkafka",
    "regex",
    "reply",
    "rusqlite",
    "rust_decimal",
    "serde",
    "serde_json",
    "shared",
    "sha2",
    "std",
    "tempfile",
    "test",
    "thiserror",
    "timer",
    "tokio",
    "tokio_postgres",
    "tower",
    "tower_http",
    "tracing",
    "tracing_subscriber",
    "uuid",
];

/// Names that a type, event, command or refusal cannot have: the generated code uses them.
const TYPES: &[&str] = &[
    "Aggregate",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Check",
    "Clone",
    "Command",
    "Context",
    "Copy",
    "Create",
    "Date",
    "Debug",
    "Decide",
    "Decimal",
    "Decision",
    "Default",
    "Deserialize",
    "Eq",
    "Err",
    "Events",
    "Fault",
    "Filter",
    "Fold",
    "Folded",
    "From",
    "Into",
    "None",
    "Ok",
    "Option",
    "Ord",
    "Patch",
    "Query",
    "Recorded",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "SignedDuration",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "Upsert",
    "Uuid",
    "Vec",
    "View",
    "Violations",
    "Weekday",
];

/// Whether Rust needs `r#` in front of this name.
#[must_use]
pub fn is_rust_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// Whether not even `r#` helps.
pub(super) fn is_never_a_name(name: &str) -> bool {
    matches!(name, "self" | "Self" | "super" | "crate")
}

/// Whether a context cannot have this name.
#[must_use]
pub fn is_reserved_context(name: &str) -> bool {
    CONTEXTS.contains(&name) || is_rust_keyword(name) || name.ends_with("_domain")
}

/// Whether a type or message cannot have this name.
#[must_use]
pub fn is_reserved_type(name: &str) -> bool {
    TYPES.contains(&name)
}

/// Whether each domain crate may have a module of this name already, beside its aggregates.
pub(super) fn is_module_of_a_domain(name: &str) -> bool {
    const NAMES: [&str; 8] =
        ["custom", "functions", "lib", "references", "replicas", "settings", "tables", "values"];
    NAMES.contains(&name)
}

/// Whether each aggregate has a module of this name already, beside its commands.
pub(super) fn is_module_of_an_aggregate(name: &str) -> bool {
    matches!(name, "event" | "refusal" | "tests")
}

/// Whether the files of a service import something of this name beside aggregates and commands.
pub(super) fn is_wired(name: &str) -> bool {
    matches!(name, "Builder" | "Router" | "Service")
}

/// Whether the file of a view, query, policy or command uses something of this name itself.
pub(super) fn is_reserved_reader(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "Actor",
        "Column",
        "Cond",
        "Document",
        "Entities",
        "Event",
        "Id",
        "IfMissing",
        "Ignore",
        "Instead",
        "Json",
        "Kind",
        "Message",
        "Newtype",
        "Order",
        "Page",
        "Policy",
        "Refused",
        "Row",
        "Settings",
        "Table",
        "Unique",
    ];
    is_wired(name) || NAMES.contains(&name)
}
