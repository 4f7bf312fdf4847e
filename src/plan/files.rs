//! The plan itself.

use std::collections::btree_map::BTreeMap;
use std::fmt;

use super::RelPath;

/// Who may change a file once it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// minos alone: written anew on each change, never over an edit.
    Owned,
    /// The user: written when absent, then left alone.
    Seed,
    /// Both, key by key: only the keys that minos set are kept up to date.
    Keyed,
    /// Both: written when absent, then left alone until files can be merged line by line.
    CreateOnce,
}

impl Class {
    /// The word in lock files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owned => "owned",
            Self::Seed => "seed",
            Self::Keyed => "keyed",
            Self::CreateOnce => "merged",
        }
    }

    /// The class that a lock file's word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Owned, Self::Seed, Self::Keyed, Self::CreateOnce]
            .into_iter()
            .find(|c| c.as_str() == word)
    }
}

/// Whether a file may be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Mode {
    /// An ordinary file.
    #[default]
    Plain,
    /// A script.
    Executable,
}

/// Where the text of a file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// An embedded file as it is, by its id: kit sources, configuration.
    Verbatim(&'static str),
    /// Text that is ready.
    Text(String),
    /// The lock file: the embedded entries with this id, and those of the rendered members.
    Lock(&'static str),
    /// An embedded template, by its id, with the view it prints.
    Template {
        /// The path below `templates/`, with the suffix `.tera`.
        id: &'static str,
        /// A map of plain data in which every spelling is ready.
        view: serde_json::Value,
    },
}

/// One file of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedFile {
    /// Who may change it.
    pub class: Class,
    /// The part of the domain it belongs to; names its lock (`project`, `desk`, `desk.tool`).
    pub unit: String,
    /// Where its text comes from.
    pub content: Content,
    /// Whether it may be run.
    pub mode: Mode,
    /// Whether other generated files do not compile without it: a deleted seed is then made again.
    pub needed: bool,
}

impl PlannedFile {
    /// An ordinary file.
    pub fn new(class: Class, unit: impl Into<String>, content: Content) -> Self {
        Self { class, unit: unit.into(), content, mode: Mode::Plain, needed: false }
    }

    /// A file that minos alone writes.
    pub fn owned(unit: impl Into<String>, content: Content) -> Self {
        Self::new(Class::Owned, unit, content)
    }

    /// A file that becomes the user's.
    pub fn seed(unit: impl Into<String>, content: Content) -> Self {
        Self::new(Class::Seed, unit, content)
    }

    /// May be run.
    #[must_use]
    pub fn executable(self) -> Self {
        Self { mode: Mode::Executable, ..self }
    }

    /// Other files do not compile without it.
    #[must_use]
    pub fn needed(self) -> Self {
        Self { needed: true, ..self }
    }
}

/// Two files want one path: a mistake of minos, never of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError(String);

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlanError {}

/// Every file of a run, by path.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    files: BTreeMap<RelPath, PlannedFile>,
    taken: BTreeMap<String, Taken>,
}

/// What stands at a path, spelled without regard to case.
#[derive(Debug, Clone)]
enum Taken {
    File(RelPath),
    Folder,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Folder => f.write_str("a folder"),
        }
    }
}

impl Plan {
    /// A plan without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Add a file.
    ///
    /// # Errors
    /// When the path leads out of the project, is planned already (also in another case), or is a
    /// folder of another file.
    pub fn add(&mut self, path: &str, file: PlannedFile) -> Result<(), PlanError> {
        let path = RelPath::try_new(path).map_err(|e| PlanError(e.to_string()))?;
        let folded = path.folded();
        if let Some(other) = self.taken.get(&folded) {
            return Err(PlanError(format!("{path} is planned twice, also as {other}")));
        }
        for (end, _) in folded.rmatch_indices('/') {
            let folder = folded.get(..end).unwrap_or_default();
            match self.taken.get(folder) {
                Some(Taken::File(other)) => {
                    return Err(PlanError(format!("{other} is a folder of {path}")));
                }
                Some(Taken::Folder) => break,
                None => self.taken.insert(folder.to_owned(), Taken::Folder),
            };
        }
        self.taken.insert(folded, Taken::File(path.clone()));
        self.files.insert(path, file);
        Ok(())
    }

    /// Take out what was planned so far. The paths stay taken.
    pub fn take(&mut self) -> BTreeMap<RelPath, PlannedFile> {
        std::mem::take(&mut self.files)
    }

    /// The files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&RelPath, &PlannedFile)> {
        self.files.iter()
    }

    /// The file at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&PlannedFile> {
        RelPath::try_new(path).ok().and_then(|path| self.files.get(&path))
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
