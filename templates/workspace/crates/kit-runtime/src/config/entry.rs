//! The settings a service knows, each with its default and its meaning.

use std::fmt::Write as _;

/// One setting: its name in file and environment, its default, its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name in the file and in the environment, such as `HTTP_ADDR`.
    pub name: String,
    /// The value when nobody gives one; empty means that there is none.
    pub default: String,
    /// What it does, with its unit.
    pub doc: String,
}

impl Entry {
    /// An entry from its three texts.
    #[must_use]
    pub fn new(name: &str, default: &str, doc: &str) -> Self {
        Self { name: name.to_owned(), default: default.to_owned(), doc: doc.to_owned() }
    }

    /// The flag of this setting: `HTTP_ADDR` is `--http-addr`.
    #[must_use]
    pub fn flag(&self) -> String {
        format!("--{}", self.name.to_ascii_lowercase().replace('_', "-"))
    }

    /// The settings every process has, whatever it serves.
    #[must_use]
    pub fn common() -> Vec<Self> {
        [
            ("LOG_FORMAT", "json", "`json`: one object per line; `text`: `[id] METHOD path`"),
            ("LOG_LEVEL", "info", "which log lines are written, such as `info,kit_runtime=debug`"),
            ("MAX_BODY_BYTES", "1048576", "longest request body that is read, in bytes"),
            ("HEADER_TIMEOUT", "10s", "longest wait for the head of a request"),
            (
                "WRITE_TIMEOUT",
                "30s",
                "longest wait for a caller to take 16 KiB of an answer, or its rest",
            ),
            (
                "MAX_ITEMS",
                "10000",
                "most elements of a list, or members of an object, in a request body",
            ),
            ("LOG_TOKEN", "", "what the services of a system show each other to read their logs"),
            ("DRAIN_WAIT", "5s", "time between being unready and refusing commands"),
            ("DRAIN_TIMEOUT", "20s", "longest wait for running requests and units of work"),
            ("IDEMPOTENCY_KEEP", "24h", "how long the answer to an `Idempotency-Key` is kept"),
            ("VIEW_POLL_MIN", "50ms", "shortest pause between two looks at the log"),
            ("VIEW_POLL_MAX", "1s", "longest pause between two looks at an idle log"),
        ]
        .into_iter()
        .map(|(name, default, doc)| Self::new(name, default, doc))
        .collect()
    }
}

/// The table of settings as Markdown, in the order given.
#[must_use]
pub fn table(entries: &[Entry]) -> String {
    let mut out = String::from("| setting | flag | default | meaning |\n|---|---|---|---|\n");
    for entry in entries {
        let default = match entry.default.as_str() {
            "" => "–".to_owned(),
            text => format!("`{text}`"),
        };
        let _ =
            writeln!(out, "| `{}` | `{}` | {default} | {} |", entry.name, entry.flag(), entry.doc);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_the_name_in_kebab_case() {
        assert_eq!(Entry::new("HTTP_ADDR", "", "").flag(), "--http-addr");
    }

    #[test]
    fn the_table_names_every_setting_once() {
        let text = table(&Entry::common());
        for entry in Entry::common() {
            assert_eq!(text.matches(&format!("| `{}` |", entry.name)).count(), 1, "{text}");
        }
    }
}
