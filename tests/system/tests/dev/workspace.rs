//! The workspace that is edited. It stays where it is, so that little is compiled again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A generated workspace, and the folder it is built in.
pub struct Workspace {
    pub folder: PathBuf,
    pub target: PathBuf,
}

fn named(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable);
    value.map(PathBuf::from).expect("run `scripts/dev`, which says where everything is")
}

/// The command-line program.
pub fn program() -> PathBuf {
    named("MINOS_DEV_PROGRAM")
}

impl Workspace {
    /// As it comes from the example, without data.
    pub fn fresh() -> Self {
        let folder = named("MINOS_DEV_WORKSPACE");
        let made = tempfile::tempdir().unwrap();
        let fresh = made.path().join("dev");
        let status = Command::new(program())
            .args(["new", "project", "--example", "minimal", "--quiet"])
            .arg(&fresh)
            .status();
        assert!(status.unwrap().success());
        let wanted = files(&fresh);
        for path in files(&folder).difference(&wanted) {
            fs::remove_file(folder.join(path)).unwrap();
        }
        for path in &wanted {
            let text = fs::read(fresh.join(path)).unwrap();
            let there = folder.join(path);
            if fs::read(&there).ok().as_ref() != Some(&text) {
                fs::create_dir_all(there.parent().unwrap()).unwrap();
                fs::write(&there, text).unwrap();
            }
        }
        Self { folder, target: named("MINOS_DEV_TARGET") }
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.join(path), text).unwrap();
    }

    /// What is left of the programs that were started.
    pub fn copies(&self) -> Vec<String> {
        let found = fs::read_dir(self.target.join("debug")).unwrap();
        let names = found.map(|it| it.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".dev-")).collect()
    }
}

fn files(root: &Path) -> BTreeSet<PathBuf> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned());
            }
        }
    }
    found
}
