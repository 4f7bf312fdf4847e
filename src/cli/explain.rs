//! `minos explain`: the page of one code.

use serde_json::json;

use super::args::Explain;
use super::exit::{Exit, Failure};
use super::run::{Run, SCHEMA_VERSION};
use crate::diagnostics::{code, nearest};

/// Print what a code means.
pub(super) fn explain(run: &Run, args: &Explain) -> Result<Exit, Failure> {
    let Some(entry) = code::find(&args.code) else {
        let names: Vec<String> = code::all().map(|entry| code::name(entry.code)).collect();
        let failure = Failure::new(Exit::Usage, format!("there is no code {:?}", args.code));
        let upper = args.code.to_uppercase();
        return Err(match nearest(&upper, names.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean: minos explain {near}")),
            None => failure.hint("codes look like MN004; docs/diagnostics.md has them all"),
        });
    };
    if run.format.is_json() {
        let value = json!({
            "schema_version": SCHEMA_VERSION,
            "code": code::name(entry.code),
            "severity": entry.severity.word(),
            "title": entry.title,
            "text": entry.text,
            "wrong": entry.wrong,
            "right": entry.right,
        });
        run.ui.result(&format!("{value}\n"));
    } else {
        run.ui.result(&entry.explain());
    }
    Ok(Exit::Done)
}
