//! Changes that are killed at each operation, and what the next run makes of them.

use std::cell::Cell;
use std::io;

use camino::Utf8Path;
use minos::plan::{Class, Mode};
use minos::render::RenderedTree;
use minos::tree::{ApplyError, Disk, RealDisk, Recovered, apply, create, recover};

use super::{MANIFEST, all_files, decide, files, make, put, steps_of, sync, temp, tree};

/// A disk that dies at an operation: a write then happens by half, and nothing after it.
struct Dying {
    left: Cell<usize>,
    dead: Cell<bool>,
    /// Whether it works again after the one operation that failed.
    recovers: bool,
}

impl Dying {
    fn at(operation: usize) -> Self {
        Self { left: Cell::new(operation), dead: Cell::new(false), recovers: false }
    }

    /// A disk that refuses one operation, as one that is full for a moment.
    fn refusing(operation: usize) -> Self {
        Self { recovers: true, ..Self::at(operation) }
    }

    fn alive(&self) -> io::Result<()> {
        match self.left.get() {
            0 if self.recovers && self.dead.get() => Ok(()),
            0 => {
                self.dead.set(true);
                Err(io::Error::other("killed"))
            }
            n => {
                self.left.set(n - 1);
                Ok(())
            }
        }
    }
}

impl Disk for Dying {
    fn make_folder(&self, path: &Utf8Path) -> io::Result<()> {
        self.alive().and_then(|()| RealDisk.make_folder(path))
    }

    fn write(&self, path: &Utf8Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
        let was_dead = self.dead.get();
        if let Err(killed) = self.alive() {
            if !was_dead {
                RealDisk.write(path, &bytes[..bytes.len() / 2], mode)?;
            }
            return Err(killed);
        }
        RealDisk.write(path, bytes, mode)
    }

    fn keep(&self, path: &Utf8Path) -> io::Result<()> {
        self.alive().and_then(|()| RealDisk.keep(path))
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        self.alive().and_then(|()| RealDisk.rename(from, to))
    }

    fn remove_file(&self, path: &Utf8Path) -> io::Result<()> {
        self.alive().and_then(|()| RealDisk.remove_file(path))
    }

    fn remove_folder(&self, path: &Utf8Path) -> io::Result<()> {
        self.alive().and_then(|()| RealDisk.remove_folder(path))
    }

    fn remove_all(&self, path: &Utf8Path) -> io::Result<()> {
        self.alive().and_then(|()| RealDisk.remove_all(path))
    }
}

pub(super) fn versions() -> (RenderedTree, RenderedTree) {
    let v1 = tree(&[
        (Class::Owned, "x/a.rs", "a1\n"),
        (Class::Owned, "gone/deep/b.rs", "b1\n"),
        (Class::Keyed, "Cargo.toml", MANIFEST),
        (Class::Seed, "x/mine.rs", "seed\n"),
    ]);
    let v2 = tree(&[
        (Class::Owned, "x/a.rs", "a2\n"),
        (Class::Owned, "come/deep/c.rs", "c2\n"),
        (Class::Keyed, "Cargo.toml", "[workspace]\nmembers = [\"app\"]\n"),
        (Class::Seed, "x/mine.rs", "other seed\n"),
    ]);
    (v1, v2)
}

#[test]
fn a_sync_killed_at_any_operation_is_all_or_nothing() {
    let (v1, v2) = versions();
    let mut reached = 0;
    let (mut old_seen, mut new_seen) = (0, 0);
    for operation in 0.. {
        let (_keep, root) = temp();
        let root = root.join("p");
        make(&root, &v1);
        let old = files(&root);
        let (state, decision) = decide(&root, &v2);
        let steps = steps_of(&state, &decision);
        let disk = Dying::at(operation);
        let result = apply(&disk, &root, &steps);
        recover(&RealDisk, &root).unwrap();
        let after = files(&root);
        sync(&root, &v2);
        let new = files(&root);
        assert!(!root.join("gone").exists());
        assert!(!root.join(".minos/txn/new").exists());
        match after {
            files if files == old => old_seen += 1,
            files if files == new => new_seen += 1,
            files => panic!("operation {operation} leaves a mixture: {files:#?}"),
        }
        if result.is_ok() {
            reached = operation;
            break;
        }
    }
    assert!(reached > 20, "{reached} operations");
    assert!(old_seen > 5 && new_seen > 5, "{old_seen} old, {new_seen} new");
}

#[test]
fn an_edit_between_the_kill_and_the_recovery_is_kept() {
    let (v1, v2) = versions();
    let mut stopped = 0;
    for operation in 0..60 {
        let (_keep, root) = temp();
        let root = root.join("p");
        make(&root, &v1);
        let (state, decision) = decide(&root, &v2);
        if apply(&Dying::at(operation), &root, &steps_of(&state, &decision)).is_ok() {
            break;
        }
        put(&root, "x/a.rs", "mine\n");
        match recover(&RealDisk, &root) {
            Ok(Recovered::Nothing | Recovered::Forgotten) => {}
            Ok(Recovered::Finished) => panic!("operation {operation} overwrote an edit"),
            Err(ApplyError::Edited(path)) => {
                assert_eq!(path.as_str(), "x/a.rs");
                stopped += 1;
            }
            Err(other) => panic!("{other}"),
        }
        assert_eq!(std::fs::read_to_string(root.join("x/a.rs")).unwrap(), "mine\n");
    }
    assert!(stopped > 5, "{stopped}");
}

#[test]
fn a_new_project_killed_at_any_operation_is_not_there() {
    let (v1, _) = versions();
    let all = all_files(v1);
    let list = || all.iter().map(|(path, (text, mode))| (path, text.as_bytes(), *mode));
    for operation in 0.. {
        let (_keep, root) = temp();
        let target = root.join("p");
        if operation % 2 == 0 {
            std::fs::create_dir(&target).unwrap();
        }
        if create(&Dying::at(operation), &target, list()).is_ok() {
            assert!(operation > 10);
            break;
        }
        let left = target.exists() && target.read_dir_utf8().unwrap().next().is_some();
        assert!(!left, "operation {operation} leaves a part");
        create(&RealDisk, &target, list()).unwrap();
        assert_eq!(root.read_dir_utf8().unwrap().count(), 1, "nothing is left beside it");
    }
}

#[test]
fn a_new_project_that_cannot_be_written_leaves_nothing_behind() {
    let (v1, _) = versions();
    let all = all_files(v1);
    let list = || all.iter().map(|(path, (text, mode))| (path, text.as_bytes(), *mode));
    for operation in 0.. {
        let (_keep, root) = temp();
        if create(&Dying::refusing(operation), &root.join("p"), list()).is_ok() {
            assert!(operation > 10);
            break;
        }
        let left: Vec<_> = root.read_dir_utf8().unwrap().collect();
        assert!(left.is_empty(), "operation {operation} leaves {left:?}");
    }
}
