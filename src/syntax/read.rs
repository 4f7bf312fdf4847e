//! The files of a project from the disk. The only place of this room that touches it.

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

/// The files of the project in `folder`: `minos.toml`, `domain/*.toml`, `shared/*.toml`, with
/// paths relative to it. Errors name the path: no such folder, no `minos.toml`, not readable, a
/// folder where a file should be, a name that is not UTF-8.
pub fn read_dir(folder: &Utf8Path) -> Result<Vec<(Utf8PathBuf, Vec<u8>)>> {
    if !folder.exists() {
        bail!("there is no folder `{folder}`");
    }
    let main = folder.join("minos.toml");
    if !main.exists() {
        bail!("there is no `minos.toml` in `{folder}`");
    }
    read_file(&main)
}

/// A project whose own file is `path`, with the `domain/` and `shared/` folders beside it.
pub fn read_file(path: &Utf8Path) -> Result<Vec<(Utf8PathBuf, Vec<u8>)>> {
    let name = path.file_name().unwrap_or("minos.toml");
    let mut files = vec![(Utf8PathBuf::from(name), read_bytes(path)?)];
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    for part in ["domain", "shared"] {
        let part_folder = folder.join(part);
        if !part_folder.is_dir() {
            continue;
        }
        for entry in fs_err::read_dir(&part_folder)? {
            let found = Utf8PathBuf::try_from(entry?.path()).context("a file name is not UTF-8")?;
            if found.extension() == Some("toml") {
                let name = found.file_name().unwrap_or_default();
                files.push((Utf8Path::new(part).join(name), read_bytes(&found)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A folder, or the project's own file.
pub fn read_path(path: &Utf8Path) -> Result<Vec<(Utf8PathBuf, Vec<u8>)>> {
    if path.is_file() { read_file(path) } else { read_dir(path) }
}

fn read_bytes(path: &Utf8Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        bail!("`{path}` is a folder, not a file");
    }
    Ok(fs_err::read(path)?)
}
