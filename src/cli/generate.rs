//! `minos gen TARGET`: the run of `sync`, limited to the files of one target.

use std::collections::BTreeSet;

use super::args::{Gen, GenTarget};
use super::exit::{Exit, Failure};
use super::project;
use super::run::Run;
use super::spine::{self, Domain};
use super::sync::{pins_stay, show_only, state_failure, steps_of, take, write};
use super::ui::Tone;
use crate::merge::{load, merge};
use crate::plan::{RelPath, Target};
use crate::tree::{STATE, read_tree, read_under};

/// Which files a run is about.
pub(super) enum Scope {
    /// All.
    Everything,
    /// Those of one target.
    Target(Target),
    /// All, for a system that is built and started at once.
    Dev,
    /// All, with an addition to the domain; this is the whole command.
    Addition(String),
}

impl Scope {
    /// The command's first word, for tools.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Everything | Self::Dev => "sync",
            Self::Target(_) => "gen",
            Self::Addition(_) => "add",
        }
    }

    /// What to do with the written files.
    pub(super) fn next(&self) -> &'static str {
        match self {
            Self::Everything | Self::Addition(_) => "cargo test",
            Self::Dev => "building it",
            Self::Target(Target::Docker) => "docker build .",
            Self::Target(Target::Compose) => "docker compose up --build --wait",
            Self::Target(Target::OpenApi) => "read contracts/openapi.json",
            Self::Target(Target::K8s) => "kubectl apply -k deploy/k8s/overlays/dev",
        }
    }

    /// The whole command.
    pub(super) fn command(&self) -> String {
        match self {
            Self::Everything | Self::Dev => "minos sync".to_owned(),
            Self::Target(target) => format!("minos gen {}", target.word()),
            Self::Addition(line) => line.clone(),
        }
    }
}

/// Bring the files of a target in line with the domain.
pub(super) fn generate(run: &Run, args: &Gen) -> Result<Exit, Failure> {
    let target = match args.target {
        GenTarget::Docker => Target::Docker,
        GenTarget::Compose => Target::Compose,
        GenTarget::K8s => Target::K8s,
        GenTarget::Openapi => Target::OpenApi,
    };
    let unit = target.unit();
    let root = project::find(run, args.how.path.as_deref())?;
    let reads_only = args.how.check || args.how.dry_run || args.how.diff;
    let checked = spine::check(&Domain::of_project(&root)?);
    let sources = checked.sources.clone();
    let mut model = match checked.model(run)? {
        Ok(model) => model,
        Err(exit) => return Ok(exit),
    };
    let _guard = if reads_only { None } else { Some(take(run, &root)?) };
    let state = load(&read_under(&root, STATE)?).map_err(state_failure)?;
    let mut applied = spine::pinned(&mut model, &state)?;
    let wanted = spine::rendered(&model, &sources, &applied)?;
    let mine = wanted.iter().filter(|(_, file)| file.unit == unit);
    let mine: BTreeSet<RelPath> = mine.map(|(path, _)| path.clone()).collect();
    let disk = read_tree(&root, wanted.keys().chain(state.records().into_keys()))?;
    let decision = merge(wanted, &state, &disk);
    let all = decision.changes.len();
    let decision = decision.only(&unit, &mine, &state);
    // What the domain says in other files is not applied yet.
    applied.models.clone_from(&state.models);
    elsewhere(run, all - decision.changes.len());
    let steps = steps_of(&state, &applied, &decision);
    if args.how.locked {
        pins_stay(&steps)?;
    }
    let how = (&args.how, &Scope::Target(target));
    if reads_only {
        return Ok(show_only(run, how, &decision, &steps));
    }
    write(run, how, &root, &decision, steps)
}

/// What a run within a scope leaves undone.
fn elsewhere(run: &Run, changes: usize) {
    let files = match changes {
        0 => return,
        1 => "1 other file is".to_owned(),
        n => format!("{n} other files are"),
    };
    let note = run.ui.toned(Tone::Change, "note:");
    run.ui.say(&format!("{note} {files} not in line with the domain; for all: minos sync\n"));
}
