//! Mutants as generated text, for `scripts/domain-mutants`: it compiles each and runs its tests.
//!
//! Into the folder that `MINOS_MUTANTS` names: per example the whole workspace as it is (`as-it-is`),
//! per mutant the files that differ from it, and `list` with a line per mutant.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Fate, Files, Texts, Tried, paths, texts, tried};
use crate::golden::Tree;

/// Every file of the workspace, whatever the scenarios say of it.
fn generated(files: Files) -> Tree {
    let (sources, tree, mut sink) = minos::syntax::load(files);
    let model = minos::resolve::as_far_as_sound(&tree, &sources, &mut sink);
    crate::golden::rendered(&model, &sources)
}

fn write(folder: &Path, files: &Tree) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("it is made");
        fs::write(&path, text).expect("it is written");
    }
}

fn folder() -> (PathBuf, Option<tempfile::TempDir>) {
    if let Some(folder) = std::env::var_os("MINOS_MUTANTS") {
        return (folder.into(), None);
    }
    let made = tempfile::tempdir().expect("there is room for a folder");
    (made.path().to_owned(), Some(made))
}

/// Without the variable, only the smallest example, into a folder that goes away.
#[test]
fn mutants_are_written_as_generated_text() {
    let (folder, goes_away) = folder();
    for path in paths() {
        let name = path.file_name().unwrap_or_default();
        if goes_away.is_some() && name != super::TUTORIAL {
            continue;
        }
        let texts = texts(&path);
        let Texts { files, sources, mutants, .. } = &texts;
        let base = generated(files.clone());
        write(&folder.join(name).join("as-it-is"), &base);
        let mut list = String::new();
        for (number, mutant) in mutants.iter().enumerate() {
            let Tried { place, kind, edit, fate } = tried(&texts, mutant);
            if fate == Fate::Invalid {
                continue;
            }
            let mut changed = generated(super::with(files, sources, mutant));
            assert!(base.keys().all(|path| changed.contains_key(path)), "{place}: a file is gone");
            changed.retain(|path, text| base.get(path) != Some(text));
            write(&folder.join(name).join(number.to_string()), &changed);
            writeln!(list, "{number}\t{place} {kind}: {edit}").expect("text can be written");
        }
        assert!(list.lines().count() > 5, "{name}: {list}");
        fs::write(folder.join(name).join("list"), list).expect("it is written");
    }
}
