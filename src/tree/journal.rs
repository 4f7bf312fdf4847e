//! The list of what a committed change still has to do.

use serde::{Deserialize, Serialize};

use super::Digest;
use crate::plan::{Mode, RelPath};

/// The format of the journal; a run that finds another one stops.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalText {
    format: u32,
    steps: Vec<EntryText>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    path: String,
    before: Option<String>,
    after: Option<String>,
    executable: bool,
}

/// One file: from which bytes to which. The new bytes are staged under the entry's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: RelPath,
    /// The bytes that are replaced; `None`: no file.
    pub(super) before: Option<Digest>,
    /// The new bytes; `None`: no file.
    pub(super) after: Option<Digest>,
    pub(super) mode: Mode,
}

pub(super) fn to_text(entries: &[Entry]) -> String {
    let digest = |d: &Option<Digest>| d.as_ref().map(|d| d.as_str().to_owned());
    let steps = entries
        .iter()
        .map(|e| EntryText {
            path: e.path.as_str().to_owned(),
            before: digest(&e.before),
            after: digest(&e.after),
            executable: e.mode == Mode::Executable,
        })
        .collect();
    let text = serde_json::to_string_pretty(&JournalText { format: FORMAT, steps });
    text.expect("strings and numbers have a JSON form")
}

/// Read a journal. It is untrusted: paths and digests are checked.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let journal: JournalText = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if journal.format != FORMAT {
        return Err(format!("format {} is not known", journal.format));
    }
    let digest = |text: Option<String>| match text {
        None => Ok(None),
        Some(text) => Digest::parse(&text).map(Some).ok_or("a digest is broken".to_owned()),
    };
    let mut entries = Vec::with_capacity(journal.steps.len());
    for step in journal.steps {
        entries.push(Entry {
            path: RelPath::try_new(step.path).map_err(|e| e.to_string())?,
            before: digest(step.before)?,
            after: digest(step.after)?,
            mode: if step.executable { Mode::Executable } else { Mode::Plain },
        });
    }
    Ok(entries)
}
