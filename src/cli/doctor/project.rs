//! How a project stands: its text, its state, its files, its ports.

use std::net::{Ipv4Addr, TcpListener};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Sheet, State};
use crate::cli::exit::Failure;
use crate::cli::run::Run;
use crate::cli::spine::{self, Checked, Domain};
use crate::cli::sync::state_failure;
use crate::cli::{listing, project};
use crate::diagnostics::render::summary;
use crate::merge::{self, Decision, Note};
use crate::tree::{Recovered, STATE, is_taken, left_over, read_tree, read_under};

/// The project, when there is one. One that was asked for must be there.
pub(super) fn root(run: &Run) -> Result<Option<Utf8PathBuf>, Failure> {
    match project::find(run, None) {
        Ok(root) => Ok(Some(root)),
        Err(failure) if run.global.project.is_some() => Err(failure),
        Err(_) => Ok(None),
    }
}

/// Look at the project.
pub(super) fn look(sheet: &mut Sheet<'_>, root: Option<&Utf8Path>) {
    let Some(root) = root else {
        let message = "there is no minos.toml here or in a folder above";
        let way_out = "minos new project NAME --example minimal, or -C DIR";
        sheet.tell(State::Note, "project", message, way_out);
        return;
    };
    let checked = domain(sheet, root);
    unfinished(sheet, root);
    let state = read_under(root, STATE).map_err(Failure::from);
    let state = state.and_then(|found| merge::load(&found).map_err(state_failure));
    let state = match state {
        Ok(state) => state,
        Err(failure) => {
            let way_out = failure.hints.first().map_or("see the message", String::as_str);
            sheet.tell(State::Broken, "state", failure.message.clone(), way_out);
            return;
        }
    };
    let Some(of) = &state.project else {
        sheet.tell(State::Warning, "state", "nothing was generated yet", "minos sync");
        return;
    };
    sheet.good("state", format!("format {}", of.format));
    match of.generator == env!("CARGO_PKG_VERSION") {
        true => sheet.good("generator", format!("minos {}", of.generator)),
        false => {
            let now = env!("CARGO_PKG_VERSION");
            let message = format!("minos {} wrote it last, this is {now}", of.generator);
            sheet.tell(State::Warning, "generator", message, "minos sync");
        }
    }
    if let Some(checked) = checked {
        match decision(root, checked, &state) {
            Ok(decision) => files(sheet, &decision),
            Err(failure) => {
                let way_out = failure.hints.first().map_or("minos sync says more", String::as_str);
                sheet.tell(State::Broken, "files", failure.message.clone(), way_out);
            }
        }
    }
    ports(sheet, &of.ports);
}

/// The domain, when it can be generated from.
fn domain(sheet: &mut Sheet<'_>, root: &Utf8Path) -> Option<Checked> {
    let domain = match Domain::of_project(root) {
        Ok(domain) => domain,
        Err(failure) => {
            let way_out = "make its files readable, then run minos check";
            sheet.tell(State::Broken, "domain", failure.message, way_out);
            return None;
        }
    };
    let checked = spine::check(&domain);
    let mut found = checked.found.clone();
    found.retain(|d| d.severity != crate::diagnostics::Severity::Advice);
    if spine::has_errors(&found) {
        sheet.tell(State::Broken, "domain", summary(&found), "minos check");
        return None;
    }
    match found.is_empty() {
        true => sheet.good("domain", "in order"),
        false => sheet.tell(State::Note, "domain", summary(&found), "minos check"),
    }
    Some(checked)
}

/// What a run that did not end has left.
fn unfinished(sheet: &mut Sheet<'_>, root: &Utf8Path) {
    if is_taken(root) {
        let way_out = "wait until it has ended";
        sheet.tell(State::Note, "runs", "another minos is at work in this project", way_out);
        return;
    }
    match left_over(root) {
        Recovered::Nothing => sheet.good("runs", "the last one came to its end"),
        Recovered::Forgotten => {
            let message = "one was stopped before it wrote anything";
            sheet.tell(State::Warning, "runs", message, "minos sync cleans up");
        }
        Recovered::Finished => {
            sheet.tell(
                State::Warning,
                "runs",
                "one was stopped half way",
                "minos sync finishes it",
            );
        }
    }
}

/// What a sync would do.
fn decision(root: &Utf8Path, checked: Checked, state: &merge::State) -> Result<Decision, Failure> {
    let Some(mut model) = checked.model else { return Ok(Decision::default()) };
    let applied = spine::pinned(&mut model, state)?;
    let wanted = spine::rendered(&model, &checked.sources, &applied)?;
    let disk = read_tree(root, wanted.keys().chain(state.records().into_keys()))?;
    Ok(merge::merge(wanted, state, &disk))
}

fn files(sheet: &mut Sheet<'_>, decision: &Decision) {
    for blocked in &decision.blocked {
        let way_out = "minos sync shows the ways out";
        sheet.tell(State::Broken, "files", blocked.to_string(), way_out);
    }
    for note in &decision.notes {
        let (state, way_out) = match note {
            Note::Drift(_) => (
                State::Warning,
                "minos sync --diff shows it; take it back, or say it in the domain",
            ),
            Note::Orphan(_) => (State::Warning, "delete it, or move what you need"),
            Note::Left(_) => (State::Note, "delete it when you do not need it"),
            Note::Recreated(_) => (State::Warning, "minos sync"),
            Note::Kept(..) => (State::Note, "take minos' value, or leave yours"),
        };
        sheet.tell(state, "files", note.to_string(), way_out);
    }
    let of_kit =
        |path: &str| ["crates/kit/", "crates/kit-runtime/"].iter().any(|f| path.starts_with(f));
    let kit = decision.changes.iter().filter(|change| of_kit(change.path.as_str())).count();
    match kit {
        0 => sheet.good("kit", format!("that of minos {}", env!("CARGO_PKG_VERSION"))),
        n => {
            let message = format!("not that of this minos: {n} of its files differ");
            sheet.tell(State::Warning, "kit", message, "minos sync");
        }
    }
    if !decision.changes.is_empty() {
        let message = format!("not in line with the domain: {}", listing::counts(decision));
        sheet.tell(State::Warning, "files", message, "minos sync");
    } else if decision.notes.is_empty() && decision.blocked.is_empty() {
        sheet.good("files", format!("in line with the domain: {}", decision.unchanged));
    }
}

/// Whether somebody else listens where the system would.
fn ports(sheet: &mut Sheet<'_>, ports: &std::collections::BTreeMap<String, u16>) {
    let taken = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err();
    let mut busy = false;
    for (context, port) in ports.iter().filter(|(_, port)| taken(**port)) {
        busy = true;
        let message = format!("{port} of {context} is in use");
        let way_out = "stop what listens there, or start the program with another HTTP_ADDR";
        sheet.tell(State::Warning, "ports", message, way_out);
    }
    if !busy {
        let all: Vec<String> = ports.values().map(u16::to_string).collect();
        sheet.good("ports", format!("free: {}", all.join(", ")));
    }
}
