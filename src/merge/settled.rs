//! Everything that a run depends on, in two digests: what was in order stays in order while they
//! are the same, and nothing has to be read, rendered or compared to know it.
//!
//! [`merge`](super::merge) is a function of the domain text, the build of minos, the state folder
//! and what stands at each recorded path. A run that ended with nothing to do and nothing to say
//! leaves the digests of these four in `.minos/txn`, which is this machine's and not committed. A
//! later run that finds the same four would come to the same end. Times of files mean nothing.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::Lock;
use crate::plan::{Mode, RelPath, build};
use crate::tree::{Digest, Found, STATE, Snapshot};

const HEAD: &str = "minos settled 1";

/// What was in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Of the domain text, the name of its folder and the build of minos.
    inputs: Digest,
    /// Of the state folder and of what stands at each recorded path.
    disk: Digest,
    /// How many files there are.
    pub files: usize,
}

/// A file as it matters here.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Of its bytes.
    pub digest: &'a Digest,
    /// Whether it may be run.
    pub mode: Mode,
}

/// The digest of the domain text for this build of minos. `folder` gives a system its name when
/// the text does not.
#[must_use]
pub fn inputs<'a>(
    folder: &str,
    files: impl IntoIterator<Item = (&'a Utf8Path, &'a [u8])>,
) -> Digest {
    inputs_of(build(), folder, files)
}

fn inputs_of<'a>(
    build: u64,
    folder: &str,
    files: impl IntoIterator<Item = (&'a Utf8Path, &'a [u8])>,
) -> Digest {
    let mut text = format!("{HEAD}\n{build}\n{folder:?}\n");
    let files: BTreeMap<&Utf8Path, &[u8]> = files.into_iter().collect();
    for (path, bytes) in files {
        text.push_str(&format!("{path:?} {}\n", Digest::of(bytes)));
    }
    Digest::of(text.as_bytes())
}

impl Settled {
    /// Of a project that is in order.
    #[must_use]
    pub fn new<'a>(
        inputs: Digest,
        state: impl IntoIterator<Item = (&'a RelPath, &'a [u8])>,
        files: impl IntoIterator<Item = (&'a RelPath, Seen<'a>)>,
        count: usize,
    ) -> Self {
        let mut text = String::new();
        for (path, bytes) in state {
            if !is_of_this_machine(path) {
                text.push_str(&format!("{path} {}\n", Digest::of(bytes)));
            }
        }
        text.push('\n');
        for (path, seen) in files {
            let mode = if seen.mode == Mode::Executable { 'x' } else { '-' };
            text.push_str(&format!("{path} {mode} {}\n", seen.digest));
        }
        Self { inputs, disk: Digest::of(text.as_bytes()), files: count }
    }

    /// As [`Settled::new`], of what was found on disk: the folder [`STATE`] and the recorded paths.
    /// `None` when something else than files is there.
    #[must_use]
    pub fn of_disk(
        inputs: Digest,
        state: &Snapshot,
        found: &Snapshot,
        count: usize,
    ) -> Option<Self> {
        let mut files = BTreeMap::new();
        for (path, found) in found {
            let Found::File { bytes, mode, .. } = found else { return None };
            files.insert(path, (Digest::of(bytes), *mode));
        }
        let state = state.iter().filter_map(|(path, found)| match found {
            Found::File { bytes, .. } => Some((path, bytes.as_slice())),
            _ => None,
        });
        let seen = files.iter().map(|(path, (digest, mode))| (*path, Seen { digest, mode: *mode }));
        Some(Self::new(inputs, state, seen, count))
    }

    /// Whether it speaks of this domain text and this minos.
    #[must_use]
    pub fn is_of(&self, inputs: &Digest) -> bool {
        self.inputs == *inputs
    }

    /// The paths that the locks of a state folder name, whatever else may be wrong with them.
    #[must_use]
    pub fn recorded(state: &Snapshot) -> Vec<RelPath> {
        let mut paths = Vec::new();
        for (path, found) in state {
            let is_lock = path.as_str().starts_with(&format!("{STATE}/lock/"));
            let (true, Found::File { bytes, .. }) = (is_lock, found) else { continue };
            let text = String::from_utf8_lossy(bytes);
            let names = text.lines().skip(1).filter_map(|line| line.split('\t').next());
            paths.extend(names.filter_map(|name| RelPath::try_new(name).ok()));
        }
        paths
    }

    /// The text of its file.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{HEAD}\n{}\n{}\n{}\n", self.inputs, self.disk, self.files)
    }

    /// From the text of its file; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let [HEAD, inputs, disk, files] = lines.as_slice() else { return None };
        let (inputs, disk) = (Digest::parse(inputs)?, Digest::parse(disk)?);
        Some(Self { inputs, disk, files: files.parse().ok()? })
    }

    /// Where its file is.
    #[must_use]
    pub fn path() -> RelPath {
        RelPath::try_new(format!("{STATE}/txn/settled")).expect("it is a plain path")
    }
}

/// The files of a lock as a run wrote them.
#[must_use]
pub fn as_written(locks: &BTreeMap<String, Lock>) -> BTreeMap<&RelPath, Seen<'_>> {
    let records = locks.values().flatten();
    records.map(|(path, of)| (path, Seen { digest: &of.digest, mode: of.mode })).collect()
}

/// Whether a state file is not part of the project.
pub(super) fn is_of_this_machine(path: &RelPath) -> bool {
    let name = path.as_str().strip_prefix(STATE).unwrap_or_default();
    name.starts_with("/txn/") || name.starts_with("/rescue/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_build_folder_text_or_path_is_another_input() {
        let path = Utf8Path::new;
        let one = inputs_of(1, "p", [(path("minos.toml"), b"a".as_slice())]);
        assert_eq!(one, inputs_of(1, "p", [(path("minos.toml"), b"a".as_slice())]));
        assert_ne!(one, inputs_of(2, "p", [(path("minos.toml"), b"a".as_slice())]));
        assert_ne!(one, inputs_of(1, "q", [(path("minos.toml"), b"a".as_slice())]));
        assert_ne!(one, inputs_of(1, "p", [(path("minos.toml"), b"b".as_slice())]));
        assert_ne!(one, inputs_of(1, "p", [(path("domain/a.toml"), b"a".as_slice())]));
        assert_ne!(one, inputs_of(1, "p", []));
    }

    #[test]
    fn its_text_is_read_back_and_nothing_else_is() {
        let one = Settled::new(Digest::of(b"x"), [], [], 3);
        assert_eq!(Settled::parse(&one.to_text()), Some(one.clone()));
        for broken in ["", "minos settled 2\n", &one.to_text().replace('3', "-"), "x\ny\nz\n1\n"] {
            assert_eq!(Settled::parse(broken), None, "{broken}");
        }
    }
}
