//! A decision about some files only.

use std::collections::BTreeSet;

use super::{Action, Decision, State};
use crate::plan::RelPath;

impl Decision {
    /// The part that is about the files of one unit, of which `wanted` are rendered. What is
    /// recorded of the others stays as the last run left it, so that the next whole run decides
    /// about them as if this one had not been.
    #[must_use]
    pub fn only(mut self, unit: &str, wanted: &BTreeSet<RelPath>, state: &State) -> Self {
        let known = state.locks.get(unit).cloned().unwrap_or_default();
        let about = |path: &RelPath| wanted.contains(path) || known.contains_key(path);
        self.changes.retain(|change| about(&change.path));
        self.notes.retain(|note| about(note.path()));
        self.blocked.retain(|blocked| about(blocked.path()));
        self.edits.retain(|edit| about(&edit.path));
        self.bases.clear();
        let next = self.locks.remove(unit).unwrap_or_default();
        let written = self.count(Action::Create) + self.count(Action::Update);
        self.unchanged = next.len().saturating_sub(written);
        self.locks.clone_from(&state.locks);
        self.locks.remove(unit);
        // An older minos may have kept a file of this unit in another lock.
        for lock in self.locks.values_mut() {
            lock.retain(|path, _| !next.contains_key(path));
        }
        if !next.is_empty() {
            self.locks.insert(unit.to_owned(), next);
        }
        self
    }
}
