//! The folder `.minos`: reading it, and what to write into it.

use std::collections::BTreeMap;
use std::fmt;

use super::Decision;
use super::lock::{Lock, Record, parse, to_text};
use super::project::Project;
use super::settled::is_of_this_machine;
use crate::plan::{Mode, RelPath};
use crate::tree::{Digest, Found, STATE, Snapshot, Step};

/// What git should not see of the folder.
const IGNORE: &str = "txn/\nrescue/\n";

/// What the last run left behind.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Format, generator and ports; `None` when there is no state.
    pub project: Option<Project>,
    /// The records, by unit.
    pub locks: BTreeMap<String, Lock>,
    /// Texts of shared files as they were written, by digest.
    pub bases: BTreeMap<String, String>,
    /// The exported models that were applied last, by context: they pin the names on the wire.
    pub models: BTreeMap<String, String>,
    files: BTreeMap<RelPath, Vec<u8>>,
}

/// What a run leaves for the next one besides its locks.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// Format, generator and ports.
    pub project: Project,
    /// The exported models, by context.
    pub models: BTreeMap<String, String>,
}

/// A state file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateError {
    /// It is broken or was tampered with.
    Broken(String),
    /// It was written by a newer minos.
    Newer(String),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(text) | Self::Newer(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for StateError {}

impl State {
    /// Every record with its unit, by path.
    #[must_use]
    pub fn records(&self) -> BTreeMap<&RelPath, (&str, &Record)> {
        let mut all = BTreeMap::new();
        for (unit, lock) in &self.locks {
            all.extend(lock.iter().map(|(path, record)| (path, (unit.as_str(), record))));
        }
        all
    }
}

/// Read the state from what lies in `.minos`.
///
/// # Errors
/// When a file cannot be used: it is untrusted input.
pub fn load(found: &Snapshot) -> Result<State, StateError> {
    let mut state = State::default();
    for (path, found) in found {
        let Found::File { bytes, .. } = found else { continue };
        let Some(name) = path.as_str().strip_prefix(STATE).and_then(|n| n.strip_prefix('/')) else {
            continue;
        };
        if is_of_this_machine(path) {
            continue;
        }
        state.files.insert(path.clone(), bytes.clone());
        let broken = |reason: &str| match reason.contains("written by") {
            true => StateError::Newer(format!("{path} {reason}")),
            false => StateError::Broken(format!("{path}: {reason}")),
        };
        let text = String::from_utf8(bytes.clone()).map_err(|_| broken("is not UTF-8"))?;
        let text = text.replace("\r\n", "\n");
        if name == "project.toml" {
            state.project = Some(Project::parse(&text).map_err(|e| broken(&e))?);
        } else if let Some(unit) = name.strip_prefix("lock/").and_then(|n| n.strip_suffix(".lock"))
        {
            state.locks.insert(unit.to_owned(), parse(&text).map_err(|e| broken(&e))?);
        } else if let Some(of) = name.strip_prefix("model/").and_then(|n| n.strip_suffix(".json")) {
            state.models.insert(of.to_owned(), text);
        } else if name.starts_with("base/") {
            let digest = path.file_name().to_owned();
            if Digest::of(text.as_bytes()).as_str() == digest {
                state.bases.insert(digest, text);
            }
        }
    }
    check_once(&state)?;
    Ok(state)
}

/// A path in two locks, or in two spellings, would be written twice.
fn check_once(state: &State) -> Result<(), StateError> {
    let mut seen = BTreeMap::new();
    for (unit, lock) in &state.locks {
        for path in lock.keys() {
            if path.as_str() == STATE || path.as_str().starts_with(&format!("{STATE}/")) {
                let text = format!("{STATE}/lock/{unit}.lock: {path} is state, not output");
                return Err(StateError::Broken(text));
            }
            if let Some(other) = seen.insert(path.folded(), unit) {
                let text = format!("{path} is in {STATE}/lock/{unit}.lock and in {other}.lock");
                return Err(StateError::Broken(text));
            }
        }
    }
    Ok(())
}

/// The steps that bring `.minos` in line with a decision; only files that change. Locks come last.
#[must_use]
pub fn state_steps(state: &State, applied: &Applied, decision: &Decision) -> Vec<Step> {
    let wanted = state_files(applied.clone(), &decision.locks, decision.bases.clone());
    let mut steps = Vec::new();
    for (path, text) in &wanted {
        let before = state.files.get(path);
        if before.is_some_and(|bytes| crate::tree::normal(bytes) == text.as_bytes()) {
            continue;
        }
        steps.push(Step {
            path: path.clone(),
            before: before.map(|bytes| Digest::of(bytes)),
            after: Some(text.clone().into_bytes()),
            mode: Mode::Plain,
        });
    }
    let is_stale = |path: &RelPath| {
        let folder = path.folders().next().unwrap_or("");
        let of_unit =
            [format!("{STATE}/lock"), format!("{STATE}/model")].contains(&folder.to_owned());
        of_unit && !wanted.contains_key(path)
    };
    for (path, bytes) in state.files.iter().filter(|(path, _)| is_stale(path)) {
        let before = Some(Digest::of(bytes));
        steps.push(Step { path: path.clone(), before, after: None, mode: Mode::Plain });
    }
    steps.sort_by_key(|step| (step.path.as_str().contains("/lock/"), step.path.clone()));
    steps
}

/// The state of a new project. The texts to remember are taken out of the decision.
#[must_use]
pub fn initial_state(decision: &mut Decision, applied: Applied) -> BTreeMap<RelPath, String> {
    state_files(applied, &decision.locks, std::mem::take(&mut decision.bases))
}

fn state_files(
    applied: Applied,
    locks: &BTreeMap<String, Lock>,
    bases: BTreeMap<String, String>,
) -> BTreeMap<RelPath, String> {
    let mut files = BTreeMap::new();
    let mut add = |name: &str, text: String| {
        if let Ok(path) = RelPath::try_new(format!("{STATE}/{name}")) {
            files.insert(path, text);
        }
    };
    add(".gitignore", IGNORE.to_owned());
    add("project.toml", applied.project.to_text());
    for (context, text) in applied.models {
        add(&format!("model/{context}.json"), text);
    }
    for (digest, text) in bases {
        add(&format!("base/{}/{digest}", digest.get(..2).unwrap_or("xx")), text);
    }
    for (unit, lock) in locks {
        add(&format!("lock/{unit}.lock"), to_text(lock));
    }
    files
}
