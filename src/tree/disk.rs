//! The operations that change a disk. Everything that writes goes through [`Disk`], so that a test
//! can stop a run at each of them.

use std::io;

use camino::Utf8Path;
use fs_err as fs;

use crate::plan::Mode;

/// Operations on files. Each either happens or fails; none follows a link at its last part.
pub trait Disk {
    /// Make a folder and those above it.
    ///
    /// # Errors
    /// As the system says.
    fn make_folder(&self, path: &Utf8Path) -> io::Result<()>;

    /// Write a new file.
    ///
    /// # Errors
    /// As the system says; the file may then be there in part.
    fn write(&self, path: &Utf8Path, bytes: &[u8], mode: Mode) -> io::Result<()>;

    /// Make sure that what was written stays after the power goes.
    ///
    /// # Errors
    /// As the system says.
    fn keep(&self, path: &Utf8Path) -> io::Result<()>;

    /// Move a file or folder, over an existing file.
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()>;

    /// Remove a file.
    ///
    /// # Errors
    /// As the system says.
    fn remove_file(&self, path: &Utf8Path) -> io::Result<()>;

    /// Remove a folder if it is empty.
    ///
    /// # Errors
    /// As the system says, also when it is not empty.
    fn remove_folder(&self, path: &Utf8Path) -> io::Result<()>;

    /// Remove a folder with all that is in it.
    ///
    /// # Errors
    /// As the system says.
    fn remove_all(&self, path: &Utf8Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, path: &Utf8Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn write(&self, path: &Utf8Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
        fs::write(path, bytes)?;
        if mode == Mode::Executable {
            make_executable(path)?;
        }
        Ok(())
    }

    fn keep(&self, path: &Utf8Path) -> io::Result<()> {
        if cfg!(unix) || path.is_file() { fs::File::open(path)?.sync_all() } else { Ok(()) }
    }

    fn rename(&self, from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn remove_all(&self, path: &Utf8Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }
}

#[cfg(unix)]
fn make_executable(path: &Utf8Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut permissions = fs::metadata(path)?.permissions();
    let readable = permissions.mode() & 0o444;
    permissions.set_mode(permissions.mode() | (readable >> 2));
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn make_executable(_: &Utf8Path) -> io::Result<()> {
    Ok(())
}
