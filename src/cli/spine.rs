//! The walk that all commands share: domain files → findings and model → plan → rendered files.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Check;
use super::exit::{Exit, Failure};
use super::prompt::standard_input;
use super::run::Run;
use super::{project, reports};
use crate::diagnostics::{Diagnostic, Severity};
use crate::export::{self, Pins};
use crate::merge::{self, Applied, State};
use crate::model::Model;
use crate::names::is_system_name;
use crate::plan::{Plan, system_in_parts};
use crate::render::{RenderedTree, Rendering};
use crate::source::Sources;
use crate::syntax::tree::Tree;
use crate::syntax::{load, read_dir, read_path};
use crate::tree::{Digest, STATE};

/// Domain files with their paths relative to the project, and the name of its folder.
pub(super) struct Domain {
    pub(super) files: Vec<(Utf8PathBuf, Vec<u8>)>,
    pub(super) folder: String,
}

impl Domain {
    /// The files of a project.
    pub(super) fn of_project(root: &Utf8Path) -> Result<Self, Failure> {
        Ok(Self { files: read_dir(root)?, folder: project::name_of(root) })
    }

    /// Stands for the text, and for the minos that reads it.
    pub(super) fn inputs(&self) -> Digest {
        let files = self.files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice()));
        merge::inputs(&self.folder, files)
    }

    /// A file, a folder, or `-` for standard input.
    pub(super) fn of_path(path: &Utf8Path) -> Result<Self, Failure> {
        if path == "-" {
            let files = vec![(Utf8PathBuf::from("minos.toml"), standard_input()?)];
            return Ok(Self { files, folder: "system".to_owned() });
        }
        if !path.exists() {
            return Err(Failure::new(Exit::Usage, format!("there is no file or folder {path}")));
        }
        let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
        let folder = if folder == "" { Utf8Path::new(".") } else { folder };
        Ok(Self { files: read_path(path)?, folder: project::name_of(folder) })
    }
}

/// What the domain says, and what is wrong with it.
pub(super) struct Checked {
    pub(super) sources: Sources,
    pub(super) tree: Tree,
    pub(super) found: Vec<Diagnostic>,
    /// Missing when there are errors.
    pub(super) model: Option<Model>,
}

/// Read and resolve; all findings at once, sorted by place.
pub(super) fn check(domain: &Domain) -> Checked {
    let (sources, tree, mut sink) = load(domain.files.clone());
    let mut model = crate::resolve::resolve(&tree, &sources, &mut sink);
    if let Some(model) = &mut model
        && model.system.is_empty()
    {
        model.system = system_name(&domain.folder);
    }
    Checked { sources, tree, found: sink.finish(), model }
}

impl Checked {
    /// The model; with errors, they are shown and the run ends.
    pub(super) fn model(self, run: &Run) -> Result<Result<Model, Exit>, Failure> {
        match self.model {
            Some(model) if !has_errors(&self.found) => Ok(Ok(model)),
            _ => {
                let errors: Vec<Diagnostic> =
                    self.found.into_iter().filter(|d| d.severity == Severity::Error).collect();
                reports::show(run, &Check::plain(), &errors, &self.sources)?;
                Ok(Err(Exit::No))
            }
        }
    }
}

pub(super) fn has_errors(found: &[Diagnostic]) -> bool {
    found.iter().any(|d| d.severity == Severity::Error)
}

/// What the last run pinned, by context.
fn pins(state: &State) -> Result<BTreeMap<String, Pins>, Failure> {
    let mut pins = BTreeMap::new();
    for (context, text) in &state.models {
        let read = Pins::read(text).map_err(|e| {
            let newer = e.to_string().contains("newer");
            let exit = if newer { Exit::Refused } else { Exit::No };
            Failure::new(exit, format!("{STATE}/model/{context}.json: {e:#}"))
                .hint("take the file back from version control; nothing was changed")
        })?;
        pins.insert(context.clone(), read);
    }
    Ok(pins)
}

/// What is said about events that the text no longer has, and of which something may be stored.
pub(super) fn lost_events(model: &Model, state: &State) -> Result<Vec<String>, Failure> {
    let words = |(context, event): (String, String)| {
        format!(
            "{context} no longer has the event {event}: what is stored of it cannot be read any more; if it only has \
             another name, name it as before, sync, and rename it with `was = \"{event}\"`"
        )
    };
    Ok(export::lost(model, &pins(state)?).into_iter().map(words).collect())
}

/// What the last run pinned wins over what names would give today. Gives what this run leaves
/// behind in turn.
pub(super) fn pinned(model: &mut Model, state: &State) -> Result<Applied, Failure> {
    let pins = pins(state)?;
    export::pin(model, &pins);
    let mut project = state.project.clone().unwrap_or_default();
    project.pin_ports(model.contexts.keys().map(String::as_str));
    project.generator = env!("CARGO_PKG_VERSION").to_owned();
    let models = model.contexts.iter();
    let models = models.map(|(name, of)| (name.clone(), export::context_text(model, of))).collect();
    Ok(Applied { project, models })
}

/// Every file that the model asks for.
pub(super) fn plan(model: &Model, sources: &Sources, applied: &Applied) -> Result<Plan, Failure> {
    crate::plan::system(model, sources, &applied.project.ports).map_err(|e| Failure::bug(&e))
}

/// Every file that the model asks for, in its final form.
pub(super) fn rendered(
    model: &Model,
    sources: &Sources,
    applied: &Applied,
) -> Result<RenderedTree, Failure> {
    let mut tree = RenderedTree::new();
    rendered_in_parts(model, sources, applied, |mut part| {
        tree.append(&mut part);
        Ok(())
    })?;
    Ok(tree)
}

/// The same in parts, so that nobody has to hold all texts at once.
pub(super) fn rendered_in_parts(
    model: &Model,
    sources: &Sources,
    applied: &Applied,
    mut take: impl FnMut(RenderedTree) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut rendering = Rendering::try_new().map_err(|e| Failure::bug(&e))?;
    let all = system_in_parts(model, sources, &applied.project.ports, |part| -> Result<(), Bug> {
        for (path, file) in part {
            rendering.add(path, file)?;
        }
        take(rendering.take()).map_err(Bug)
    });
    all.map_err(|Bug(failure)| failure)?;
    take(rendering.finish())
}

/// A mistake of minos while files are planned or rendered.
struct Bug(Failure);

impl<E: std::error::Error> From<E> for Bug {
    fn from(error: E) -> Self {
        Self(Failure::bug(&error))
    }
}

/// Most letters of a folder's name that become the system's.
const LONGEST_FOLDER: usize = 40;

/// A system's name from a folder's name: what is not allowed becomes a dash.
fn system_name(folder: &str) -> String {
    let mut out = String::new();
    for c in folder.to_lowercase().chars() {
        match c {
            'a'..='z' => out.push(c),
            '0'..='9' if !out.is_empty() => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    // A long one is cut, so that the ending below always fits.
    out.truncate(LONGEST_FOLDER);
    let name = out.trim_end_matches('-');
    match name {
        "" => "system".to_owned(),
        name if is_system_name(name) => name.to_owned(),
        name => format!("{name}-system"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_gives_the_name_of_a_program() {
        let long = "very-long-".repeat(20);
        for folder in
            ["build", "deps", "examples", "incremental", "1st", "ä", "-", "", "a b", &long]
        {
            let name = system_name(folder);
            assert!(is_system_name(&name), "{folder}: {name}");
        }
        assert_eq!(system_name("build"), "build-system");
        assert_eq!(system_name("My Shop"), "my-shop");
    }
}
