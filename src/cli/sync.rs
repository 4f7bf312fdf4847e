//! `minos sync`: bring the generated files in line with the domain.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::args::Sync;
use super::exit::{Exit, Failure};
use super::generate::Scope;
use super::interrupt::without_interruption;
use super::run::Run;
use super::spine::{self, Checked, Domain};
use super::ui::Tone;
use super::{listing, project, vcs};
use crate::merge::{
    Action, Applied, Change, Decision, Settled, State, StateError, load, merge, state_steps,
};
use crate::plan::{Mode, RelPath};
use crate::tree::{
    ApplyError, Digest, Disk as _, Found, Guard, RealDisk, Recovered, STATE, Snapshot, Step, apply,
    guard, read_tree, read_under, recover,
};

/// Sync the project.
pub(super) fn sync(run: &Run, args: &Sync) -> Result<Exit, Failure> {
    sync_in(run, args, &Scope::Everything)
}

/// Sync the project, as part of other work.
pub(super) fn sync_in(run: &Run, args: &Sync, scope: &Scope) -> Result<Exit, Failure> {
    let root = project::find(run, args.path.as_deref())?;
    let reads_only = args.check || args.dry_run || args.diff;
    let domain = Domain::of_project(&root)?;
    let inputs = domain.inputs();
    let known = settled(&root).filter(|known| known.is_of(&inputs));
    let mut guard = None;
    if let Some(known) = &known {
        if !reads_only {
            guard = Some(take(run, &root)?);
        }
        if still(&root, &inputs, known)? {
            run.ui.detail("all is as the last run left it\n");
            let decision = Decision { unchanged: known.files, ..Decision::default() };
            return match reads_only {
                true => Ok(show_only(run, (args, scope), &decision, &[])),
                false => write(run, (args, scope), &root, &decision, vec![]),
            };
        }
    }
    let checked = spine::check(&domain);
    bring(run, (args, scope), &root, &domain, checked, (guard, Vec::new()))
}

/// Bring all files of a project in line with a domain. `edits` made it from what is on the disk; they
/// are written with the files that follow from it, or not at all.
pub(super) fn bring(
    run: &Run,
    how: (&Sync, &Scope),
    root: &Utf8Path,
    domain: &Domain,
    checked: Checked,
    (mut guard, edits): (Option<Guard>, Vec<Change>),
) -> Result<Exit, Failure> {
    let reads_only = how.0.check || how.0.dry_run || how.0.diff;
    let sources = checked.sources.clone();
    let mut model = match checked.model(run)? {
        Ok(model) => model,
        Err(exit) => return Ok(exit),
    };
    if !reads_only && guard.is_none() {
        guard = Some(take(run, root)?);
    }
    let state = load(&read_under(root, STATE)?).map_err(state_failure)?;
    let applied = spine::pinned(&mut model, &state)?;
    for lost in spine::lost_events(&model, &state)? {
        run.ui.say(&format!("{} {lost}\n", run.ui.toned(Tone::Change, "note:")));
    }
    let wanted = spine::rendered(&model, &sources, &applied)?;
    let paths = wanted.keys().chain(state.records().into_keys());
    let disk = read_tree(root, paths)?;
    let mut decision = merge(wanted, &state, &disk);
    let edited: BTreeSet<RelPath> = edits.iter().map(|edit| edit.path.clone()).collect();
    decision.changes.extend(edits);
    decision.changes.sort_by(|a, b| a.path.cmp(&b.path));
    let steps = steps_of(&state, &applied, &decision);
    if how.0.locked {
        pins_stay(&steps)?;
    }
    if reads_only {
        return Ok(show_only(run, how, &decision, &steps));
    }
    let exit = write(run, how, root, &decision, steps)?;
    decision.changes.retain(|change| !edited.contains(&change.path));
    if decision.blocked.is_empty() && decision.notes.is_empty() {
        settle(root, domain.inputs(), disk, decision)?;
    }
    drop(guard);
    Ok(exit)
}

/// Fails when a step would change the state of minos.
pub(super) fn pins_stay(steps: &[Step]) -> Result<(), Failure> {
    let folder = format!("{STATE}/");
    let changed = steps.iter().find(|step| step.path.as_str().starts_with(&folder));
    match changed {
        Some(step) => {
            let text =
                format!("nothing was written: {} would change, and --locked forbids it", step.path);
            Err(Failure::new(Exit::No, text)
                .hint("run minos sync without --locked and commit .minos"))
        }
        None => Ok(()),
    }
}

/// What an earlier run left in order.
fn settled(root: &Utf8Path) -> Option<Settled> {
    let text = fs_err::read_to_string(root.join(Settled::path().as_str())).ok()?;
    Settled::parse(&text)
}

/// Whether everything is as that run left it.
fn still(root: &Utf8Path, inputs: &Digest, known: &Settled) -> Result<bool, Failure> {
    let state = read_under(root, STATE)?;
    let found = read_tree(root, &Settled::recorded(&state))?;
    let now = Settled::of_disk(inputs.clone(), &state, &found, known.files);
    Ok(now.as_ref() == Some(known))
}

/// Remember that everything is in order: `disk` was before the changes of the decision.
fn settle(
    root: &Utf8Path,
    inputs: Digest,
    mut disk: Snapshot,
    decision: Decision,
) -> Result<(), Failure> {
    let files = decision.unchanged + decision.changes.len() - decision.count(Action::Delete);
    for change in decision.changes {
        match change.new {
            None => disk.remove(&change.path),
            Some(text) => {
                let bytes = text.into_owned().into_bytes();
                let file = Found::File { bytes, mode: change.mode, read_only: false };
                disk.insert(change.path, file)
            }
        };
    }
    let state = read_under(root, STATE)?;
    let recorded: BTreeSet<RelPath> = Settled::recorded(&state).into_iter().collect();
    disk.retain(|path, _| recorded.contains(path));
    let Some(now) = Settled::of_disk(inputs, &state, &disk, files) else { return Ok(()) };
    if settled(root).as_ref() == Some(&now) {
        return Ok(());
    }
    let file = root.join(Settled::path().as_str());
    let part = file.with_extension("part");
    RealDisk.write(&part, now.to_text().as_bytes(), Mode::Plain)?;
    RealDisk.rename(&part, &file)?;
    Ok(())
}

/// One run at a time; and what an earlier one left is settled first.
pub(super) fn take(run: &Run, root: &Utf8Path) -> Result<Guard, Failure> {
    let Some(guard) = guard(root)? else {
        return Err(Failure::new(Exit::Refused, "another minos is at work in this project")
            .hint("wait until it has ended, then run this again"));
    };
    match recover(&RealDisk, root).map_err(apply_failure)? {
        Recovered::Nothing => {}
        Recovered::Forgotten => {
            run.ui.say("an earlier run was stopped before it wrote anything; cleaned up\n");
        }
        Recovered::Finished => run.ui.say("an earlier run was stopped half way; finished it\n"),
    }
    Ok(guard)
}

pub(super) fn steps_of(state: &State, applied: &Applied, decision: &Decision) -> Vec<Step> {
    let mut steps: Vec<Step> = decision.changes.iter().map(Change::step).collect();
    steps.extend(state_steps(state, applied, decision));
    steps
}

pub(super) fn show_only(
    run: &Run,
    (args, scope): (&Sync, &Scope),
    decision: &Decision,
    steps: &[Step],
) -> Exit {
    let ui = run.ui;
    if run.format.is_json() {
        ui.result(&format!("{}\n", listing::json(scope.word(), decision, false)));
    } else if args.diff {
        ui.result(&listing::diff(decision));
    } else {
        ui.list(&listing::changes(ui, &decision.changes, run.global.verbose > 0));
    }
    notes(run, decision);
    ui.error(&listing::blocked(ui, &decision.blocked));
    let stale = !steps.is_empty();
    let counts = listing::counts(decision);
    if !decision.blocked.is_empty() {
        ui.error(&refusal(decision).message);
        ui.error("\n");
        return if args.check { Exit::No } else { Exit::Refused };
    }
    if args.check && (stale || decision.has_drift() || decision.is_pending()) {
        ui.error(&match (stale, decision.has_drift()) {
            (true, _) => format!("generated files are not in line with the domain: {counts}; run: {}\n", scope.command()),
            (false, true) => format!("generated files were edited: {counts}; take the edits back, or say them in the domain\n"),
            (false, false) => format!("something is pending: {counts}; see the notes above\n"),
        });
        return Exit::No;
    }
    let line = match (stale, args.check) {
        (true, _) => format!("would do: {counts}; to do it: {}\n", scope.command()),
        (false, _) => format!("in line with the domain: {counts}\n"),
    };
    ui.say(&line);
    Exit::Done
}

pub(super) fn write(
    run: &Run,
    (args, scope): (&Sync, &Scope),
    root: &Utf8Path,
    decision: &Decision,
    mut steps: Vec<Step>,
) -> Result<Exit, Failure> {
    let ui = run.ui;
    if !decision.blocked.is_empty() {
        notes(run, decision);
        if run.format.is_json() {
            ui.result(&format!("{}\n", listing::json(scope.word(), decision, false)));
            return Ok(Exit::Refused);
        }
        ui.error(&listing::blocked(ui, &decision.blocked));
        return Err(refusal(decision));
    }
    if !decision.changes.is_empty() {
        steps.extend(vcs::rescued(run, root, &decision.changes, args.allow_dirty)?);
    }
    without_interruption(|| apply(&RealDisk, root, &steps)).map_err(apply_failure)?;
    if run.format.is_json() {
        ui.result(&format!("{}\n", listing::json(scope.word(), decision, true)));
    } else {
        ui.list(&listing::changes(ui, &decision.changes, run.global.verbose > 0));
    }
    notes(run, decision);
    let counts = listing::counts(decision);
    let line = match (decision.changes.is_empty(), decision.notes.is_empty()) {
        (true, true) if matches!(scope, Scope::Dev) => return Ok(Exit::Done),
        (true, true) => format!("nothing to do: {counts}\n"),
        (true, false) => format!("nothing written: {counts}; see the notes above\n"),
        (false, false) => {
            format!("synced with notes: {counts}; read them above, then: {}\n", scope.next())
        }
        (false, true) => {
            format!("{}: {counts}; next: {}\n", ui.toned(Tone::Good, "synced"), scope.next())
        }
    };
    ui.say(&line);
    Ok(if decision.is_pending() { Exit::Pending } else { Exit::Done })
}

fn notes(run: &Run, decision: &Decision) {
    for note in &decision.notes {
        run.ui.say(&format!("{} {note}\n", run.ui.toned(Tone::Change, "note:")));
    }
}

fn refusal(decision: &Decision) -> Failure {
    let files = match decision.blocked.len() {
        1 => "1 file is".to_owned(),
        n => format!("{n} files are"),
    };
    Failure::new(Exit::Refused, format!("nothing was written: {files} in the way"))
}

pub(super) fn apply_failure(error: ApplyError) -> Failure {
    let exit = match &error {
        ApplyError::NotStarted(_) | ApplyError::NotFinished(_) | ApplyError::ReadOnly(_) => {
            Exit::System
        }
        ApplyError::Edited(_) | ApplyError::InTheWay(_) => Exit::Refused,
        ApplyError::Broken(_) => Exit::No,
    };
    let hint = match &error {
        ApplyError::Edited(path) => Some(format!(
            "your version stays; {} has what minos wanted for {path}",
            path_of_staged()
        )),
        ApplyError::NotFinished(_) => Some("the next minos sync goes on".to_owned()),
        ApplyError::Broken(_) => Some("delete that file to forget the earlier run".to_owned()),
        _ => None,
    };
    let failure = Failure::new(exit, error.to_string());
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn path_of_staged() -> RelPath {
    RelPath::try_new(format!("{STATE}/txn/new")).expect("it is a plain path")
}

pub(super) fn state_failure(error: StateError) -> Failure {
    let exit = match error {
        StateError::Broken(_) => Exit::No,
        StateError::Newer(_) => Exit::Refused,
    };
    let hint = match exit {
        Exit::Refused => "install that version of minos, or a newer one",
        _ => "take the file back from version control; nothing was changed",
    };
    Failure::new(exit, error.to_string()).hint(hint)
}
