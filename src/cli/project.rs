//! Which project a command is about.

use camino::{Utf8Path, Utf8PathBuf};

use super::exit::{Exit, Failure};
use super::run::Run;

/// The folder of the project, as a path relative to where the command runs: the argument, else
/// `--project`, else the nearest folder upwards that has a `minos.toml`.
pub(super) fn find(run: &Run, named: Option<&Utf8Path>) -> Result<Utf8PathBuf, Failure> {
    if let Some(path) = named {
        return at(run, path, "the argument");
    }
    if let Some(folder) = &run.global.project {
        return at(run, folder, "--project");
    }
    let depth = here()?.components().count();
    let mut folder = Utf8PathBuf::from(".");
    for level in 0..depth {
        if folder.join("minos.toml").is_file() {
            let shown = if level == 0 {
                Utf8Path::new("minos.toml").to_owned()
            } else {
                folder.join("minos.toml")
            };
            run.ui.detail(&format!("project: {shown}\n"));
            return Ok(folder);
        }
        folder = if level == 0 { Utf8PathBuf::from("..") } else { folder.join("..") };
    }
    Err(Failure::new(Exit::Usage, "there is no minos.toml here or in a folder above")
        .hint("minos new project NAME --example minimal")
        .hint("or say where it is: --project DIR"))
}

/// The project in a folder, which may be named by its `minos.toml`. `who` names it.
fn at(run: &Run, path: &Utf8Path, who: &str) -> Result<Utf8PathBuf, Failure> {
    let folder = match path.file_name() {
        Some("minos.toml") if path.is_file() => path.parent().unwrap_or(path),
        _ => path,
    };
    let folder = if folder == "" { Utf8Path::new(".") } else { folder };
    if !folder.join("minos.toml").is_file() {
        return Err(Failure::new(Exit::Usage, format!("{path} has no minos.toml"))
            .hint(format!("{who} names a folder that has one")));
    }
    run.ui.detail(&format!("project: {folder}/minos.toml, as {who} says\n"));
    Ok(folder.to_owned())
}

/// The name of a folder, also of `.` and `..`.
pub(super) fn name_of(folder: &Utf8Path) -> String {
    let full = folder.canonicalize_utf8().unwrap_or_else(|_| folder.to_owned());
    full.file_name().unwrap_or("system").to_owned()
}

fn here() -> Result<Utf8PathBuf, Failure> {
    let here = std::env::current_dir()?;
    Utf8PathBuf::from_path_buf(here)
        .map_err(|_| Failure::new(Exit::System, "the name of this folder is not UTF-8"))
}
