//! Completion in shells: the scripts that `minos completions SHELL` prints, and the answers that they
//! ask for.
//!
//! The scripts ask minos itself (through [`ASKED`]), so names of the domain are completed too. For
//! nushell the script is whole and knows commands and flags only. Completion reads the project and
//! never fails: what cannot be read gives no candidates.

use std::ffi::{OsStr, OsString};

use camino::{Utf8Path, Utf8PathBuf};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use super::args::{Completions, Shell, command_line};
use super::exit::{Exit, Failure};
use super::items::{Item, items};
use super::run::Run;
use crate::diagnostics::code;
use crate::plan::example_names;
use crate::syntax::{load, read_dir};

/// The variable by which a script asks; its value is the shell.
const ASKED: &str = "MINOS_COMPLETE";

/// Print the script of a shell.
pub(super) fn completions(run: &Run, args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    if args.shell == Shell::Nushell {
        let mut command = command_line();
        clap_complete::generate(clap_complete_nushell::Nushell, &mut command, "minos", &mut script);
    } else {
        let shells = Shells::builtins();
        let known = shells.completer(args.shell.word());
        let known = known.ok_or_else(|| Failure::bug(&"a shell without completion"))?;
        known.write_registration(ASKED, "minos", "minos", "minos", &mut script)?;
    }
    run.ui.result(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

/// Answer a script, when this run is asked by one.
pub(super) fn answer(args: &[OsString]) -> Option<Exit> {
    std::env::var_os(ASKED)?;
    let here = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(command_line).var(ASKED).bin("minos").completer("minos");
    match asked.try_complete(args.iter().cloned(), here.as_deref()) {
        Ok(true) => Some(Exit::Done),
        Ok(false) => None,
        Err(_) => Some(Exit::Usage),
    }
}

/// What can stand behind a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Contexts.
    Contexts,
    /// Contexts with a dot: the beginning of a new name.
    Beginnings,
    /// Aggregates.
    Aggregates,
    /// Events, also of other contexts.
    Events,
    /// Commands, also of other contexts.
    Commands,
    /// Views and replicas.
    Views,
    /// Codes of findings.
    Codes,
    /// Examples.
    Examples,
}

/// The completer of such a value.
pub(super) fn complete(names: Names) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| candidates(names, current))
}

fn candidates(names: Names, current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let all: Vec<String> = match names {
        Names::Codes => code::all().map(|entry| code::name(entry.code)).collect(),
        Names::Examples => example_names().iter().map(|name| (*name).to_owned()).collect(),
        _ => declared().iter().flat_map(|item| spellings(names, item)).collect(),
    };
    let mut fitting: Vec<String> =
        all.into_iter().filter(|name| name.starts_with(current)).collect();
    fitting.sort();
    fitting.dedup();
    fitting.into_iter().map(CompletionCandidate::new).collect()
}

/// How an item may be written there.
fn spellings(names: Names, item: &Item) -> Vec<String> {
    let Item { kind, context, name, .. } = item;
    match (names, *kind) {
        (Names::Contexts, "context") => vec![name.clone()],
        (Names::Beginnings, "context") => vec![format!("{name}.")],
        (Names::Beginnings, "aggregate") => vec![format!("{context}.{name}.")],
        (Names::Aggregates, "aggregate") | (Names::Views, "view" | "replica" | "reference") => {
            vec![name.clone()]
        }
        (Names::Events, "event") | (Names::Commands, "command") => {
            vec![name.clone(), format!("{context}.{name}")]
        }
        _ => Vec::new(),
    }
}

/// The items of the project around; none when there is none.
fn declared() -> Vec<Item> {
    let said = std::env::var("MINOS_PROJECT").ok().map(Utf8PathBuf::from);
    let above = || {
        let here = Utf8PathBuf::from_path_buf(std::env::current_dir().ok()?).ok()?;
        let mut folders = here.ancestors();
        folders.find(|folder| folder.join("minos.toml").is_file()).map(Utf8Path::to_owned)
    };
    let files = said.or_else(above).and_then(|root| read_dir(&root).ok());
    files.map(|files| items(&load(files).1)).unwrap_or_default()
}
