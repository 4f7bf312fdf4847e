//! Findings, shown to people or written in the form that was asked for.

use fs_err as fs;

use super::args::Check;
use super::exit::Failure;
use super::format::Format;
use super::forms::in_form;
use super::run::Run;
use super::ui::{Tone, Ui};
use crate::diagnostics::render::{Style, report, summary};
use crate::diagnostics::{Diagnostic, Severity, code};
use crate::source::Sources;

/// Show findings in the form that was asked for. With a reporter file the form goes there, and
/// people see theirs.
pub(super) fn show(
    run: &Run,
    args: &Check,
    found: &[Diagnostic],
    sources: &Sources,
) -> Result<(), Failure> {
    if let Some(path) = &args.reporter_file {
        let format = if run.format == Format::Human { Format::Json } else { run.format };
        fs::write(path, in_form(format, found, sources))?;
        human(run.ui, args, found, sources);
    } else if run.format == Format::Human {
        human(run.ui, args, found, sources);
    } else {
        run.ui.result(&in_form(run.format, found, sources));
    }
    Ok(())
}

fn human(ui: Ui, args: &Check, found: &[Diagnostic], sources: &Sources) {
    let style = Style {
        colour: ui.terminal.out_colour,
        width: ui.terminal.width,
        unicode: ui.terminal.unicode,
        max: args.max_diagnostics,
    };
    if !found.is_empty() {
        let text = report(found, sources, style);
        ui.result(&format!("{}\n", text.trim_end()));
    }
    let errors = found.iter().any(|d| d.severity == Severity::Error);
    let line = match (errors, found.first()) {
        (true, Some(first)) => {
            let name = code::name(first.code);
            let text = ui.toned(Tone::Bad, &summary(found));
            format!("{text}; about the first: minos explain {name}\n")
        }
        (false, Some(_)) => format!("{}; no errors\n", summary(found)),
        _ => format!("{}\n", ui.toned(Tone::Good, "the domain is in order")),
    };
    if errors { ui.error(&line) } else { ui.say(&line) }
}
