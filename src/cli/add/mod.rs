//! `minos add`: a new item in the domain files, and all that follows from it.
//!
//! The flags of each kind are the keys of its table, made from the table of shapes; their values are
//! the notations of the language. What is missing is asked on a terminal (`fill`), what has a default
//! gets it and says so (`defaults`), `table` puts it into tables and `write` adds their lines. Then the
//! domain is judged as a whole and everything is written in one transaction, the domain file with it:
//! an addition that does not fit changes nothing.

mod args;
mod columns;
mod defaults;
mod fill;
mod kind;
mod known;
mod table;
#[cfg(test)]
mod tests;
mod wish;
mod write;

pub(super) use args::Add;

use super::args::Sync;
use super::exit::{Exit, Failure};
use super::generate::Scope;
use super::prompt::Terminal;
use super::run::Run;
use super::spine::{self, Checked, Domain};
use super::sync::{bring, take};
use super::ui::Tone;
use super::{project, reports};
use crate::diagnostics::{Diagnostic, Severity, code};
use fill::Talk;
use known::Known;
use wish::Wish;

/// Add what was asked for.
pub(super) fn add(run: &Run, args: &Add) -> Result<Exit, Failure> {
    let root = project::find(run, None)?;
    let domain = Domain::of_project(&root)?;
    let before = spine::check(&domain);
    if spine::has_errors(&before.found) {
        show_errors(run, &before)?;
        run.ui.error("nothing was added: the domain has errors already; mend them first\n");
        return Ok(Exit::No);
    }
    let known = Known::new(&before);
    let mut wish = Wish::new(args)?;
    let mut terminal = Terminal { run };
    let mut talk = Talk::new(&mut terminal);
    fill::fill(&mut wish, &known, &mut talk)?;
    known.is_free(&wish)?;
    let line = wish.line();
    defaults::fill(&mut wish, &known, &mut talk)?;
    let added = write::write(&domain, &known, &wish)?;
    let after = spine::check(&added.domain);
    if spine::has_errors(&after.found) {
        show_errors(run, &after)?;
        run.ui
            .error("nothing was added: the domain would have errors, shown as if it were there\n");
        return Ok(Exit::No);
    }
    for note in &talk.notes {
        run.ui.say(&format!("{} {note}\n", run.ui.toned(Tone::Change, "note:")));
    }
    warn(run, &before.found, &after.found);
    let how = Sync {
        path: None,
        check: false,
        dry_run: args.dry_run,
        diff: args.diff,
        allow_dirty: args.allow_dirty,
        locked: false,
    };
    let reads_only = args.dry_run || args.diff;
    let guard = if reads_only { None } else { Some(take(run, &root)?) };
    if Domain::of_project(&root)?.files != domain.files {
        let text = "nothing was added: the domain was edited in the meantime";
        return Err(Failure::new(Exit::Refused, text).hint("run it again"));
    }
    if talk.asked {
        run.ui.say(&format!("the same without questions: {line}\n"));
    }
    let scope = Scope::Addition(line);
    bring(run, (&how, &scope), &root, &added.domain, after, (guard, added.changes))
}

fn show_errors(run: &Run, checked: &Checked) -> Result<(), Failure> {
    let errors = checked.found.iter().filter(|d| d.severity == Severity::Error);
    let errors: Vec<Diagnostic> = errors.cloned().collect();
    reports::show(run, &super::args::Check::plain(), &errors, &checked.sources)
}

/// Say what the addition leaves open: warnings that were not there before.
fn warn(run: &Run, before: &[Diagnostic], after: &[Diagnostic]) {
    let key = |found: &Diagnostic| (found.code, found.message.clone());
    let old: Vec<_> = before.iter().map(key).collect();
    let new = after.iter().filter(|d| d.severity == Severity::Warning && !old.contains(&key(d)));
    for found in new {
        let help = found.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        let head = run.ui.toned(Tone::Change, &format!("warning[{}]:", code::name(found.code)));
        run.ui.say(&format!("{head} {}{help}\n", found.message));
    }
}
