//! Several files, all or not at all.
//!
//! 1. The new bytes are staged in `.minos/txn/new/<number>` and made to stay.
//! 2. `.minos/txn/journal.json` is renamed into place: the commit point. A run that dies before it
//!    has changed nothing; one that dies after it is finished by the next run.
//! 3. Each file is carried out: already new, nothing; still old, the staged file is renamed over
//!    it; anything else, somebody edited it in between, and the run stops without touching it.
//! 4. The journal goes, then the staging folder.

use std::fmt;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use super::disk::Disk;
use super::journal::{Entry, parse, to_text};
use super::read::{Found, read_tree};
use super::{Digest, STATE};
use crate::plan::{Mode, RelPath};

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub path: RelPath,
    /// The bytes that the decision saw; `None`: there was no file.
    pub before: Option<Digest>,
    /// The new bytes; `None` deletes.
    pub after: Option<Vec<u8>>,
    /// Whether the file may be run.
    pub mode: Mode,
}

/// Why a change was not carried out to the end.
#[derive(Debug)]
pub enum ApplyError {
    /// The system refused; nothing has changed.
    NotStarted(io::Error),
    /// The system refused after the commit point; the next run goes on.
    NotFinished(io::Error),
    /// A file was edited while the change was going on; it was left alone. Holds its path.
    Edited(RelPath),
    /// The journal of an earlier run cannot be read. Holds the reason.
    Broken(String),
    /// A file of the change stands below a link, or something that is no file is in its place.
    InTheWay(RelPath),
    /// A file of the change may not be written.
    ReadOnly(RelPath),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "nothing was changed: {error}"),
            Self::NotFinished(error) => write!(f, "stopped half way, run it again: {error}"),
            Self::Edited(path) => write!(f, "{path} was edited while files were being written"),
            Self::Broken(reason) => write!(f, "the journal in {STATE}/txn is broken: {reason}"),
            Self::ReadOnly(path) => write!(f, "{path} is read-only; nothing was changed"),
            Self::InTheWay(path) => write!(f, "{path} is not an ordinary file, or below a link"),
        }
    }
}

impl std::error::Error for ApplyError {}

/// What an earlier run had left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// Nothing.
    Nothing,
    /// It had died before its commit point; its files are gone.
    Forgotten,
    /// It had died after its commit point; all its files are now there.
    Finished,
}

/// Carry out the steps, all or none.
///
/// # Errors
/// See [`ApplyError`].
pub fn apply(disk: &dyn Disk, root: &Utf8Path, steps: &[Step]) -> Result<(), ApplyError> {
    if steps.is_empty() {
        return Ok(());
    }
    let state = root.join(STATE);
    let is_project = state.exists();
    let entries: Vec<Entry> = steps.iter().map(entry).collect();
    check_places(root, &entries)?;
    if let Err(error) = stage(disk, root, steps, &entries) {
        let _ = clean(disk, root);
        return Err(ApplyError::NotStarted(error));
    }
    roll_forward(disk, root, &entries)?;
    if !is_project {
        // A description that is only formatted does not become a project: empty folders go.
        let _ = disk.remove_folder(&txn(root)).and_then(|()| disk.remove_folder(&state));
    }
    Ok(())
}

/// What [`recover`] would have to do; leaves no trace.
#[must_use]
pub fn left_over(root: &Utf8Path) -> Recovered {
    let txn = txn(root);
    if txn.join("journal.json").exists() {
        return Recovered::Finished;
    }
    match txn.join("new").exists() || txn.join("journal.part").exists() {
        true => Recovered::Forgotten,
        false => Recovered::Nothing,
    }
}

/// Finish or forget what an earlier run left.
///
/// # Errors
/// See [`ApplyError`].
pub fn recover(disk: &dyn Disk, root: &Utf8Path) -> Result<Recovered, ApplyError> {
    let txn = txn(root);
    let text = match fs::read_to_string(txn.join("journal.json")) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if left_over(root) == Recovered::Nothing {
                return Ok(Recovered::Nothing);
            }
            clean(disk, root).map_err(ApplyError::NotStarted)?;
            return Ok(Recovered::Forgotten);
        }
        Err(error) => return Err(ApplyError::NotStarted(error)),
    };
    let entries = parse(&text).map_err(ApplyError::Broken)?;
    check_places(root, &entries)?;
    roll_forward(disk, root, &entries)?;
    Ok(Recovered::Finished)
}

fn txn(root: &Utf8Path) -> Utf8PathBuf {
    root.join(STATE).join("txn")
}

fn entry(step: &Step) -> Entry {
    Entry {
        path: step.path.clone(),
        before: step.before.clone(),
        after: step.after.as_ref().map(|bytes| Digest::of(bytes)),
        mode: step.mode,
    }
}

fn check_places(root: &Utf8Path, entries: &[Entry]) -> Result<(), ApplyError> {
    let found = read_tree(root, entries.iter().map(|e| &e.path)).map_err(ApplyError::NotStarted)?;
    for (path, found) in found {
        match found {
            Found::File { read_only: false, .. } => {}
            Found::File { .. } => return Err(ApplyError::ReadOnly(path)),
            _ => return Err(ApplyError::InTheWay(path)),
        }
    }
    Ok(())
}

fn stage(disk: &dyn Disk, root: &Utf8Path, steps: &[Step], entries: &[Entry]) -> io::Result<()> {
    let txn = txn(root);
    let new = txn.join("new");
    disk.make_folder(&new)?;
    for (number, step) in steps.iter().enumerate() {
        if let Some(bytes) = &step.after {
            let staged = new.join(number.to_string());
            disk.write(&staged, bytes, step.mode)?;
            disk.keep(&staged)?;
        }
    }
    disk.keep(&new)?;
    let part = txn.join("journal.part");
    disk.write(&part, to_text(entries).as_bytes(), Mode::Plain)?;
    disk.keep(&part)?;
    disk.rename(&part, &txn.join("journal.json"))?;
    disk.keep(&txn)
}

fn roll_forward(disk: &dyn Disk, root: &Utf8Path, entries: &[Entry]) -> Result<(), ApplyError> {
    // What was edited is found before anything is touched.
    let found =
        read_tree(root, entries.iter().map(|e| &e.path)).map_err(ApplyError::NotFinished)?;
    let current = |entry: &Entry| match found.get(&entry.path) {
        Some(Found::File { bytes, .. }) => Some(Digest::of(bytes)),
        _ => None,
    };
    let mut todo = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let now = current(entry);
        let done = now == entry.after && !staged(root, number).exists();
        if done && entry.after.is_some() {
            continue;
        }
        if !done && now != entry.before {
            return Err(ApplyError::Edited(entry.path.clone()));
        }
        todo.push((number, entry, done));
    }
    for (number, entry, done) in todo {
        carry_out(disk, root, number, entry, done).map_err(ApplyError::NotFinished)?;
    }
    clean(disk, root).map_err(ApplyError::NotFinished)
}

fn staged(root: &Utf8Path, number: usize) -> Utf8PathBuf {
    txn(root).join("new").join(number.to_string())
}

/// `gone`: the file was deleted already, perhaps not its folder.
fn carry_out(
    disk: &dyn Disk,
    root: &Utf8Path,
    number: usize,
    entry: &Entry,
    gone: bool,
) -> io::Result<()> {
    let target = root.join(entry.path.as_str());
    if entry.after.is_some() {
        if let Some(folder) = target.parent().filter(|folder| !folder.is_dir()) {
            disk.make_folder(folder)?;
        }
        return disk.rename(&staged(root, number), &target);
    }
    if !gone {
        disk.remove_file(&target)?;
    }
    prune(disk, root, &entry.path)
}

/// Remove the folders above a deleted file that are empty now.
fn prune(disk: &dyn Disk, root: &Utf8Path, path: &RelPath) -> io::Result<()> {
    for folder in path.folders() {
        let at = root.join(folder);
        if !at.is_dir() {
            continue;
        }
        if fs::read_dir(&at)?.next().is_some() {
            break;
        }
        disk.remove_folder(&at)?;
    }
    Ok(())
}

/// Remove the journal, then what was staged.
fn clean(disk: &dyn Disk, root: &Utf8Path) -> io::Result<()> {
    let txn = txn(root);
    for name in ["journal.json", "journal.part"] {
        let file = txn.join(name);
        if file.exists() {
            disk.remove_file(&file)?;
        }
    }
    let new = txn.join("new");
    if new.exists() { disk.remove_all(&new) } else { Ok(()) }
}
