//! What came out: changes, notes, and what stands in the way.

use std::borrow::Cow;
use std::fmt;

use super::{Clash, Lock};
use crate::plan::{Mode, RelPath};
use crate::tree::{Digest, Step};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is new.
    Create,
    /// It gets other bytes.
    Update,
    /// It goes; it was as minos wrote it.
    Delete,
}

impl Action {
    /// The sign in front of a path in a listing.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Delete => '-',
        }
    }
}

/// One file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub path: RelPath,
    /// What happens.
    pub action: Action,
    /// Why, in a few words.
    pub reason: String,
    /// The text before, for a diff; empty when there was none.
    pub old: String,
    /// The text after; `None` deletes.
    pub new: Option<Cow<'static, str>>,
    /// Whether it may be run.
    pub mode: Mode,
    /// The bytes that are replaced.
    pub before: Option<Digest>,
    /// Those bytes, when they are not as minos wrote them: someone may miss them.
    pub theirs: Option<Vec<u8>>,
}

impl Change {
    /// The change as a step of a transaction.
    #[must_use]
    pub fn step(&self) -> Step {
        Step {
            path: self.path.clone(),
            before: self.before.clone(),
            after: self.new.as_ref().map(|text| text.as_bytes().to_vec()),
            mode: self.mode,
        }
    }
}

/// A file that the user wrote or edited where minos has another text; it is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where.
    pub path: RelPath,
    /// What minos would have there.
    pub wanted: Cow<'static, str>,
    /// What is there, with Unix line ends.
    pub found: String,
}

/// Something the user should know; nothing was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A file of minos was edited, and minos has nothing new for it.
    Drift(RelPath),
    /// A file of minos that is no longer wanted was edited, so it stays until someone decides.
    Orphan(RelPath),
    /// A file of the user that nothing names any more; it stays.
    Left(RelPath),
    /// A file that was deleted is made again, because others need it.
    Recreated(RelPath),
    /// The user's value of a key stayed.
    Kept(RelPath, Clash),
}

impl Note {
    /// The file it is about.
    #[must_use]
    pub fn path(&self) -> &RelPath {
        match self {
            Self::Drift(path)
            | Self::Orphan(path)
            | Self::Left(path)
            | Self::Recreated(path)
            | Self::Kept(path, _) => path,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drift(path) => {
                write!(f, "{path} was edited; it belongs to minos and is left as it is")
            }
            Self::Orphan(path) => {
                write!(
                    f,
                    "{path} is no longer wanted but was edited; it stays: delete it, or move what you need"
                )
            }
            Self::Left(path) => {
                write!(f, "{path} is yours and nothing names it any more; it is not compiled")
            }
            Self::Recreated(path) => {
                write!(f, "{path} was deleted but is needed; it is made again")
            }
            Self::Kept(path, clash) => {
                write!(f, "{path}: your value of {} stays; minos has {}", clash.key, clash.wanted)
            }
        }
    }
}

/// Why the whole run stops before it writes anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// A file of minos was edited, and minos has a newer one.
    Edited(RelPath),
    /// A file that minos did not write stands where one of its files goes.
    Foreign(RelPath),
    /// A link, or something below one.
    Link(RelPath),
    /// A folder where a file goes, or a file where a folder goes.
    NotAFile(RelPath),
    /// A shared file cannot be read.
    Unreadable(RelPath, String),
}

impl Blocked {
    /// The file it is about.
    #[must_use]
    pub fn path(&self) -> &RelPath {
        match self {
            Self::Edited(path)
            | Self::Foreign(path)
            | Self::Link(path)
            | Self::NotAFile(path)
            | Self::Unreadable(path, _) => path,
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited(path) => {
                write!(f, "{path} was edited by hand, and the domain now asks for other text there")
            }
            Self::Foreign(path) => write!(f, "{path} is in the way: minos did not write it"),
            Self::Link(path) => {
                write!(f, "{path} is a link or below one; minos does not follow it")
            }
            Self::NotAFile(path) => write!(f, "{path} is no ordinary file"),
            Self::Unreadable(path, reason) => write!(f, "{path}: {reason}"),
        }
    }
}

/// What follows from the plan, the locks and the disk.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Files that change, sorted by path.
    pub changes: Vec<Change>,
    /// What the user should know, sorted by path.
    pub notes: Vec<Note>,
    /// Why nothing may be written; empty: go ahead.
    pub blocked: Vec<Blocked>,
    /// The edits that notes and what is blocked speak of, sorted by path.
    pub edits: Vec<Edit>,
    /// Files that stay as they are.
    pub unchanged: usize,
    /// The locks after the changes, by unit.
    pub locks: std::collections::BTreeMap<String, Lock>,
    /// Texts of shared files to remember for the next run, by digest.
    pub bases: std::collections::BTreeMap<String, String>,
}

impl Decision {
    /// Join what was decided for other paths. [`sort`](Self::sort) when nothing more comes.
    pub fn absorb(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.notes.extend(other.notes);
        self.blocked.extend(other.blocked);
        self.edits.extend(other.edits);
        self.unchanged += other.unchanged;
        for (unit, lock) in other.locks {
            self.locks.entry(unit).or_default().extend(lock);
        }
        self.bases.extend(other.bases);
    }

    /// Bring everything into the order of the paths.
    pub fn sort(&mut self) {
        self.changes.sort_by(|a, b| a.path.cmp(&b.path));
        self.notes.sort_by(|a, b| a.path().cmp(b.path()));
        self.blocked.sort_by(|a, b| a.path().cmp(b.path()));
        self.edits.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// How many files get this action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// Whether something is left that only the user can decide.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Note::Orphan(_)))
    }

    /// Whether an owned file was edited.
    #[must_use]
    pub fn has_drift(&self) -> bool {
        self.notes.iter().any(|note| matches!(note, Note::Drift(_)))
    }
}
