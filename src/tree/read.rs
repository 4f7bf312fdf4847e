//! What is on disk.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use fs_err as fs;

use crate::plan::{Mode, RelPath};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file with its bytes.
    File {
        /// All of them.
        bytes: Vec<u8>,
        /// Whether it may be run.
        mode: Mode,
        /// Whether the system would refuse to change it.
        read_only: bool,
    },
    /// A folder, where a file was expected.
    Folder,
    /// A link, or a path below one: never followed for writing.
    Link,
    /// A file stands where one of the folders above should be.
    Blocked,
}

/// What stands at the paths that were asked for; a path without an entry is free.
pub type Snapshot = BTreeMap<RelPath, Found>;

/// Look at these paths.
///
/// # Errors
/// When the system refuses to say.
pub fn read_tree<'a>(
    root: &Utf8Path,
    paths: impl IntoIterator<Item = &'a RelPath>,
) -> io::Result<Snapshot> {
    let mut folders = BTreeMap::new();
    let mut found = Snapshot::new();
    for path in paths {
        if let Some(at) = look(root, path, &mut folders)? {
            found.insert(path.clone(), at);
        }
    }
    Ok(found)
}

/// All files below a folder of the project, links and what is not UTF-8 left out.
///
/// # Errors
/// When the system refuses to say.
pub fn read_under(root: &Utf8Path, folder: &str) -> io::Result<Snapshot> {
    let mut found = Snapshot::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let at = root.join(&folder);
        if !is_real_folder(&at)? {
            continue;
        }
        for entry in fs::read_dir(&at)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let path = format!("{folder}/{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_file()
                && let Ok(path) = RelPath::try_new(path)
            {
                let file = read_file(&root.join(path.as_str()))?;
                found.insert(path, file);
            }
        }
    }
    Ok(found)
}

fn is_real_folder(path: &Utf8Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(data) => Ok(data.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What a folder above a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Above {
    Folder,
    Missing,
    Link,
    File,
}

fn look<'a>(
    root: &Utf8Path,
    path: &'a RelPath,
    folders: &mut BTreeMap<&'a str, Above>,
) -> io::Result<Option<Found>> {
    let above: Vec<&str> = path.folders().collect();
    for folder in above.into_iter().rev() {
        let kind = match folders.get(folder) {
            Some(kind) => *kind,
            None => {
                let kind = kind_of(&root.join(folder))?;
                folders.insert(folder, kind);
                kind
            }
        };
        match kind {
            Above::Folder => {}
            Above::Missing => return Ok(None),
            Above::Link => return Ok(Some(Found::Link)),
            Above::File => return Ok(Some(Found::Blocked)),
        }
    }
    let at = root.join(path.as_str());
    match fs::symlink_metadata(&at) {
        Ok(data) if data.is_symlink() => Ok(Some(Found::Link)),
        Ok(data) if data.is_dir() => Ok(Some(Found::Folder)),
        Ok(data) => Ok(Some(file(&at, &data)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn kind_of(path: &Utf8Path) -> io::Result<Above> {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_symlink() => Ok(Above::Link),
        Ok(data) if data.is_dir() => Ok(Above::Folder),
        Ok(_) => Ok(Above::File),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Above::Missing),
        Err(error) => Err(error),
    }
}

fn read_file(path: &Utf8Path) -> io::Result<Found> {
    file(path, &fs::metadata(path)?)
}

fn file(path: &Utf8Path, data: &std::fs::Metadata) -> io::Result<Found> {
    let permissions = data.permissions();
    Ok(Found::File {
        bytes: fs::read(path)?,
        mode: mode_of(&permissions),
        read_only: permissions.readonly(),
    })
}

#[cfg(unix)]
fn mode_of(permissions: &std::fs::Permissions) -> Mode {
    use std::os::unix::fs::PermissionsExt as _;

    if permissions.mode() & 0o100 == 0 { Mode::Plain } else { Mode::Executable }
}

#[cfg(not(unix))]
fn mode_of(_: &std::fs::Permissions) -> Mode {
    Mode::Plain
}
