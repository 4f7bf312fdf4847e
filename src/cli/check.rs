//! `minos check`: what is wrong with the domain text. Looks at nothing else.

use super::args::Check;
use super::exit::{Exit, Failure};
use super::run::Run;
use super::spine::{self, Domain};
use super::{project, reports};
use crate::diagnostics::Severity;

/// Check a domain.
pub(super) fn check(run: &Run, args: &Check) -> Result<Exit, Failure> {
    let domain = match &args.path {
        Some(path) => Domain::of_path(path)?,
        None => Domain::of_project(&project::find(run, None)?)?,
    };
    let mut checked = spine::check(&domain);
    if !args.advise {
        checked.found.retain(|d| d.severity != Severity::Advice);
    }
    if args.deny.is_some() {
        for found in &mut checked.found {
            if found.severity == Severity::Warning {
                found.severity = Severity::Error;
            }
        }
    }
    reports::show(run, args, &checked.found, &checked.sources)?;
    Ok(if spine::has_errors(&checked.found) { Exit::No } else { Exit::Done })
}
