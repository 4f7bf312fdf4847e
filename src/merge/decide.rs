//! The decision tables, one function per class.
//!
//! B is what the last run recorded, D what is on disk, N what this run rendered. Two texts are
//! equal when their bytes are, line ends aside, or when they differ in layout only.

use std::borrow::Cow;

use super::decision::{Action, Blocked, Change, Decision, Edit, Note};
use super::{Record, State, merge_keys};
use crate::plan::{Class, Mode, RelPath};
use crate::render::{RenderedFile, RenderedTree};
use crate::tree::{Digest, Found, Snapshot, loose, normal};

/// Decide what happens to every path that was written or is wanted.
#[must_use]
pub fn merge(rendered: RenderedTree, state: &State, disk: &Snapshot) -> Decision {
    let recorded = state.records();
    let unwanted: Vec<&RelPath> =
        recorded.keys().copied().filter(|path| !rendered.contains_key(path)).collect();
    let mut unwanted = unwanted.into_iter().peekable();
    let mut decision = Decision::default();
    let mut decide = |path: &RelPath, new: Option<RenderedFile>| {
        let (unit, record) = recorded.get(path).copied().unzip();
        let case = Case { path, record, disk: disk.get(path), state };
        case.decide(unit.unwrap_or("project"), new, &mut decision);
    };
    for (path, new) in rendered {
        while let Some(earlier) = unwanted.next_if(|other| **other < path) {
            decide(earlier, None);
        }
        decide(&path, Some(new));
    }
    unwanted.for_each(|path| decide(path, None));
    decision
}

/// One path with all that is known about it.
struct Case<'a> {
    path: &'a RelPath,
    record: Option<&'a Record>,
    disk: Option<&'a Found>,
    state: &'a State,
}

/// A file on disk.
#[derive(Clone, Copy)]
struct Current<'a> {
    bytes: &'a [u8],
    mode: Mode,
}

impl Case<'_> {
    /// `recorded` is the unit whose lock names the path.
    fn decide(&self, recorded: &str, new: Option<RenderedFile>, out: &mut Decision) {
        let unit = new.as_ref().map_or_else(|| recorded.to_owned(), |new| new.unit.clone());
        let unit = unit.as_str();
        let current = match self.disk {
            None => None,
            Some(Found::File { bytes, mode, .. }) => Some(Current { bytes, mode: *mode }),
            Some(other) => {
                self.decide_in_the_way(other, new.as_ref(), unit, out);
                return;
            }
        };
        let Some(new) = new else {
            self.unwanted(current, unit, out);
            return;
        };
        match new.class {
            Class::Owned => self.owned(current, new, unit, out),
            Class::Seed | Class::CreateOnce => self.once(current, new, unit, out),
            Class::Keyed => self.keyed(current, new, unit, out),
        }
    }

    fn decide_in_the_way(
        &self,
        found: &Found,
        new: Option<&RenderedFile>,
        unit: &str,
        out: &mut Decision,
    ) {
        let path = self.path.clone();
        let Some(new) = new else {
            // Nothing of minos is there any more.
            out.notes.push(Note::Left(path));
            return;
        };
        if let (Some(record), true) = (self.record, new.class == Class::Seed) {
            self.keep(unit, record.clone(), out);
            out.unchanged += 1;
            return;
        }
        out.blocked.push(match found {
            Found::Link => Blocked::Link(path),
            _ => Blocked::NotAFile(path),
        });
    }

    fn owned(
        &self,
        current: Option<Current<'_>>,
        new: RenderedFile,
        unit: &str,
        out: &mut Decision,
    ) {
        let next = self.next(&new);
        let Some(current) = current else {
            let reason = if self.record.is_some() { "was deleted" } else { "new" };
            if self.record.is_some() {
                out.notes.push(Note::Recreated(self.path.clone()));
            }
            self.write(None, new, reason, out);
            self.keep(unit, next, out);
            return;
        };
        let asked = self.record.is_none_or(|record| record.digest != next.digest);
        let is_new = current.bytes == new.text.as_bytes() || self.equal(current, &next);
        let pristine = match asked {
            true => self.record.is_some_and(|record| self.equal(current, record)),
            false => is_new,
        };
        match (is_new, pristine, asked) {
            (true, ..) => self.same(current, new, unit, next, out),
            (false, true, true) => {
                self.write(Some(current), new, "changed", out);
                self.keep(unit, next, out);
            }
            (false, true, false) => self.same(current, new, unit, next, out),
            (false, false, true) => {
                out.blocked.push(match self.record {
                    Some(_) => Blocked::Edited(self.path.clone()),
                    None => Blocked::Foreign(self.path.clone()),
                });
                out.edits.push(self.edit(current, new));
            }
            (false, false, false) => {
                out.notes.push(Note::Drift(self.path.clone()));
                out.edits.push(self.edit(current, new));
                out.unchanged += 1;
                self.keep(unit, next, out);
            }
        }
    }

    /// The text is right; the right to run it may not be.
    fn same(
        &self,
        current: Current<'_>,
        new: RenderedFile,
        unit: &str,
        next: Record,
        out: &mut Decision,
    ) {
        let asked = self.record.is_some_and(|record| record.mode != new.mode);
        if asked && cfg!(unix) && current.mode != new.mode {
            self.write(Some(current), new, "may be run now, or no longer", out);
        } else {
            out.unchanged += 1;
        }
        self.keep(unit, next, out);
    }

    /// Seeds, and shared files that cannot be merged yet: written when absent, then left.
    fn once(
        &self,
        current: Option<Current<'_>>,
        new: RenderedFile,
        unit: &str,
        out: &mut Decision,
    ) {
        match (self.record, current) {
            (None, None) => {
                self.keep(unit, self.next(&new), out);
                self.write(None, new, "new", out);
            }
            (Some(_), None) if new.needed => {
                out.notes.push(Note::Recreated(self.path.clone()));
                self.keep(unit, self.next(&new), out);
                self.write(None, new, "was deleted but is needed", out);
            }
            (record, _) => {
                out.unchanged += 1;
                self.keep(unit, record.cloned().unwrap_or_else(|| self.next(&new)), out);
            }
        }
    }

    fn keyed(
        &self,
        current: Option<Current<'_>>,
        new: RenderedFile,
        unit: &str,
        out: &mut Decision,
    ) {
        let next = self.next(&new);
        out.bases.insert(next.digest.as_str().to_owned(), new.text.clone().into_owned());
        let Some(current) = current else {
            if self.record.is_some() {
                out.notes.push(Note::Recreated(self.path.clone()));
            }
            self.write(None, new, "new", out);
            self.keep(unit, next, out);
            return;
        };
        let base = self.record.and_then(|r| self.state.bases.get(r.digest.as_str()));
        let normal = normal(current.bytes);
        let merged = std::str::from_utf8(&normal)
            .map_err(|_| "is not UTF-8".to_owned())
            .and_then(|disk| merge_keys(base.map(String::as_str), disk, &new.text));
        let (text, clashes) = match merged {
            Ok(merged) => merged,
            Err(reason) => {
                out.blocked.push(Blocked::Unreadable(self.path.clone(), reason));
                return;
            }
        };
        out.notes.extend(clashes.into_iter().map(|clash| Note::Kept(self.path.clone(), clash)));
        if text.as_bytes() == &*normal {
            out.unchanged += 1;
        } else {
            let merged = RenderedFile { text: Cow::Owned(text), ..new };
            self.write(Some(current), merged, "keys of minos changed", out);
        }
        self.keep(unit, next, out);
    }

    /// Nobody asks for the file any more.
    fn unwanted(&self, current: Option<Current<'_>>, unit: &str, out: &mut Decision) {
        let (Some(record), Some(current)) = (self.record, current) else { return };
        if self.equal(current, record) {
            out.changes.push(Change {
                path: self.path.clone(),
                action: Action::Delete,
                reason: "no longer in the domain".to_owned(),
                old: String::from_utf8_lossy(current.bytes).into_owned(),
                new: None,
                mode: current.mode,
                before: Some(Digest::of(current.bytes)),
                theirs: self.theirs(current),
            });
            return;
        }
        if record.class == Class::CreateOnce || record.class == Class::Keyed {
            // The user has made it theirs.
            return;
        }
        out.notes.push(match record.class {
            Class::Seed => Note::Left(self.path.clone()),
            _ => Note::Orphan(self.path.clone()),
        });
        self.keep(unit, record.clone(), out);
    }

    /// What will be recorded. The digest without layout is only computed for a new text.
    fn next(&self, new: &RenderedFile) -> Record {
        let digest = Digest::of(new.text.as_bytes());
        let loose = match self.record.filter(|record| record.digest == digest) {
            Some(record) => record.loose.clone(),
            None => loose(self.path.as_str(), new.text.as_bytes()),
        };
        let (class, template, mode) = (new.class, new.template.to_owned(), new.mode);
        Record { class, template, digest, loose, mode }
    }

    fn equal(&self, current: Current<'_>, record: &Record) -> bool {
        let bytes = normal(current.bytes);
        Digest::of(&bytes) == record.digest
            || (record.loose.is_some() && loose(self.path.as_str(), &bytes) == record.loose)
    }

    fn edit(&self, current: Current<'_>, new: RenderedFile) -> Edit {
        let found = String::from_utf8_lossy(&normal(current.bytes)).into_owned();
        Edit { path: self.path.clone(), wanted: new.text, found }
    }

    fn write(
        &self,
        current: Option<Current<'_>>,
        new: RenderedFile,
        reason: &str,
        out: &mut Decision,
    ) {
        let crlf = current.is_some_and(|c| mostly_crlf(c.bytes));
        let text = if crlf { Cow::Owned(new.text.replace('\n', "\r\n")) } else { new.text };
        out.changes.push(Change {
            path: self.path.clone(),
            action: if current.is_some() { Action::Update } else { Action::Create },
            reason: reason.to_owned(),
            old: current.map_or(String::new(), |c| String::from_utf8_lossy(c.bytes).into_owned()),
            new: Some(text),
            mode: new.mode,
            before: current.map(|c| Digest::of(c.bytes)),
            theirs: current.and_then(|c| self.theirs(c)),
        });
    }

    /// The bytes on disk, when they are not as minos wrote them.
    fn theirs(&self, current: Current<'_>) -> Option<Vec<u8>> {
        let written = self.record.is_some_and(|r| Digest::of(&normal(current.bytes)) == r.digest);
        (!written).then(|| current.bytes.to_vec())
    }

    fn keep(&self, unit: &str, record: Record, out: &mut Decision) {
        out.locks.entry(unit.to_owned()).or_default().insert(self.path.clone(), record);
    }
}

fn mostly_crlf(bytes: &[u8]) -> bool {
    let crlf = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let all = bytes.iter().filter(|b| **b == b'\n').count();
    crlf * 2 > all
}
