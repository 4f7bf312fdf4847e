//! A new project: built beside its place, moved there at once.

use std::borrow::Borrow;
use std::fmt;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use super::disk::Disk;
use crate::plan::{Mode, RelPath};

/// Why a project was not made. Nothing is left behind.
#[derive(Debug)]
pub enum CreateError {
    /// Something is there already. Holds a name of what is in the way.
    InTheWay(String),
    /// The system refused.
    System(io::Error),
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InTheWay(what) => write!(f, "{what} is in the way"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CreateError {}

impl From<io::Error> for CreateError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Make a project at `target` from these files. They are written into a folder beside it, which is
/// renamed once: `target` is there completely or not at all. An empty folder at `target` is taken.
///
/// # Errors
/// See [`CreateError`].
pub fn create<P: Borrow<RelPath>, B: AsRef<[u8]>>(
    disk: &dyn Disk,
    target: &Utf8Path,
    files: impl IntoIterator<Item = (P, B, Mode)>,
) -> Result<(), CreateError> {
    let mut creation = Creation::begin(disk, target)?;
    for (path, bytes, mode) in files {
        creation.write(path.borrow(), bytes.as_ref(), mode)?;
    }
    creation.finish()
}

/// A project in the making. Dropped before its end, it leaves nothing behind.
pub struct Creation<'d> {
    disk: &'d dyn Disk,
    target: Utf8PathBuf,
    /// The folder beside it, where everything is written.
    part: Utf8PathBuf,
    is_empty_folder: bool,
    /// The folder of the file before.
    last: String,
    ended: bool,
}

impl<'d> Creation<'d> {
    /// Look whether `target` is free.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub fn begin(disk: &'d dyn Disk, target: &Utf8Path) -> Result<Self, CreateError> {
        let is_empty_folder = look_at(target)?;
        let part = beside(target);
        if part.exists() {
            // Left by a run that was killed; the name is ours alone.
            disk.remove_all(&part)?;
        }
        let (target, last) = (target.to_owned(), String::new());
        let creation = Self { disk, target, part, is_empty_folder, last, ended: false };
        disk.make_folder(&creation.part)?;
        Ok(creation)
    }

    /// Write one file. Files of one folder should follow each other.
    ///
    /// # Errors
    /// As the system says.
    pub fn write(&mut self, path: &RelPath, bytes: &[u8], mode: Mode) -> io::Result<()> {
        let folder = path.folders().next().unwrap_or("");
        if folder != self.last {
            self.disk.make_folder(&self.part.join(folder))?;
            folder.clone_into(&mut self.last);
        }
        self.disk.write(&self.part.join(path.as_str()), bytes, mode)
    }

    /// Put the folder where it belongs.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub fn finish(mut self) -> Result<(), CreateError> {
        if self.is_empty_folder {
            self.disk.remove_folder(&self.target)?;
        }
        self.disk.rename(&self.part, &self.target)?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Creation<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.disk.remove_all(&self.part);
        }
    }
}

/// Whether an empty folder is there; an error when anything else is.
fn look_at(target: &Utf8Path) -> Result<bool, CreateError> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
        Ok(data) if data.is_dir() => {
            let mut names: Vec<String> = fs::read_dir(target)?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect();
            names.sort();
            match names.first() {
                None => Ok(true),
                Some(name) => Err(CreateError::InTheWay(format!("{name} in the folder"))),
            }
        }
        Ok(_) => Err(CreateError::InTheWay("a file of that name".to_owned())),
    }
}

fn beside(target: &Utf8Path) -> Utf8PathBuf {
    let name = target.file_name().unwrap_or("project");
    target.with_file_name(format!(".{name}.minos-part"))
}
