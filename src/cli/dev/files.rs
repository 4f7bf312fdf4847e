//! What a build depends on: the files of the user and those that minos rendered.

use std::collections::BTreeMap;
use std::time::SystemTime;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Names that end so are text that a build may read.
const KINDS: [&str; 7] = ["rs", "toml", "sql", "css", "html", "json", "txt"];

/// When a file was changed last, and its length.
type Stamp = (Option<SystemTime>, u64);

/// The files of a project at one moment. Equal ones build alike, as cargo sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Files(BTreeMap<Utf8PathBuf, Stamp>);

impl Files {
    /// Look at the project in `root`; what cannot be read is not there.
    pub fn look(root: &Utf8Path) -> Self {
        let walk = WalkDir::new(root).follow_links(true).into_iter();
        let entries = walk.filter_entry(|entry| entry.depth() == 0 || !is_foreign(entry)).flatten();
        let files = entries.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
            let path = Utf8Path::from_path(entry.path())?.strip_prefix(root).ok()?.to_owned();
            let counts = path.extension().is_some_and(|it| KINDS.contains(&it));
            let meta = entry.metadata().ok().filter(|_| counts)?;
            Some((path, (meta.modified().ok(), meta.len())))
        });
        Self(files.collect())
    }

    /// The paths that differ, sorted.
    pub fn differ<'a>(&'a self, other: &'a Self) -> Vec<&'a Utf8Path> {
        let here = self.0.iter().filter(|(path, stamp)| other.0.get(*path) != Some(stamp));
        let gone = other.0.keys().filter(|path| !self.0.contains_key(*path));
        let mut paths: Vec<_> =
            here.map(|(path, _)| path).chain(gone).map(Utf8PathBuf::as_path).collect();
        paths.sort_unstable();
        paths
    }

    /// Only the domain: what `sync` reads.
    pub fn domain(&self) -> Self {
        let is_domain = |path: &Utf8Path| {
            path == "minos.toml" || path.starts_with("domain") || path.starts_with("shared")
        };
        Self(
            self.0
                .iter()
                .filter(|(path, _)| is_domain(path))
                .map(|(p, s)| (p.clone(), *s))
                .collect(),
        )
    }
}

/// The folders below `root` that hold such files.
pub(super) fn folders(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let walk = WalkDir::new(root).min_depth(1).max_depth(1).sort_by_file_name().into_iter();
    let entries = walk.filter_entry(|entry| !is_foreign(entry)).flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).ok()).collect()
}

/// What is hidden, and what tools keep for themselves: cargo marks its folders.
fn is_foreign(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.') || entry.path().join("CACHEDIR.TAG").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_build_folders_and_other_kinds_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let put = |path: &str, text: &str| {
            let path = root.join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        put("minos.toml", "a");
        put("domain/a.toml", "a");
        put("services/a/src/lib.rs", "a");
        let before = Files::look(root);
        put(".data/a.toml", "a");
        put("target/CACHEDIR.TAG", "");
        put("target/debug/a.rs", "a");
        put("a.log", "a");
        put("domain/.a.toml.swp", "a");
        assert_eq!(Files::look(root), before);
        put("domain/b.toml", "b");
        put("services/a/src/lib.rs", "bb");
        fs_err::remove_file(root.join("domain/a.toml")).unwrap();
        let after = Files::look(root);
        assert_eq!(
            after.differ(&before),
            ["domain/a.toml", "domain/b.toml", "services/a/src/lib.rs"]
        );
        assert_eq!(after.domain().differ(&before.domain()), ["domain/a.toml", "domain/b.toml"]);
        let watched = folders(root);
        assert_eq!(watched, [root.join("domain"), root.join("services")]);
    }
}
