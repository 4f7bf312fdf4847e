//! `minos new project`: a whole system in a folder of its own.

use std::borrow::Cow;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::NewProject;
use super::exit::{Exit, Failure};
use super::interrupt::without_interruption;
use super::listing;
use super::prompt::choose;
use super::run::Run;
use super::spine::{self, Domain};
use super::ui::Tone;
use crate::diagnostics::nearest;
use crate::merge::{Applied, Decision, Settled, State, as_written, initial_files, merge};
use crate::plan::{Mode, RelPath, example, example_names};
use crate::tree::{CreateError, RealDisk, STATE, Snapshot, create};

/// Make a project.
pub(super) fn project(run: &Run, args: &NewProject) -> Result<Exit, Failure> {
    let name = folder_name(&args.name)?;
    free(&args.name)?;
    let (mut domain, asked) = domain(run, args)?;
    domain.folder = name;
    let checked = spine::check(&domain);
    let sources = checked.sources.clone();
    let mut model = match checked.model(run)? {
        Ok(model) => model,
        Err(exit) => return Ok(exit),
    };
    let applied = spine::pinned(&mut model, &State::default())?;
    let rendered = spine::rendered(&model, &sources, &applied)?;
    let decision = merge(rendered, &State::default(), &Snapshot::new());
    let shown = shown(run, &decision, !args.dry_run);
    if args.dry_run {
        if run.format.is_json() {
            run.ui.result(&shown);
        } else {
            run.ui.list(&shown);
        }
        let counts = listing::counts(&decision);
        run.ui.say(&format!("would make {}: {counts}; to do it, leave out --dry-run\n", args.name));
        return Ok(Exit::Done);
    }
    let files = write(domain, decision, applied, &args.name)?;
    if run.format.is_json() {
        run.ui.result(&shown);
    } else {
        run.ui.list(&shown);
    }
    if let Some(flag) = asked {
        run.ui
            .say(&format!("the same without questions: minos new project {} {flag}\n", args.name));
    }
    let line = format!("{} {}: {files} files", run.ui.toned(Tone::Good, "made"), args.name);
    run.ui.say(&format!("{line}; next: cd {} && cargo run\n", args.name));
    Ok(Exit::Done)
}

/// Write everything beside the target and rename it once. The number of files.
fn write(
    domain: Domain,
    mut decision: Decision,
    applied: Applied,
    target: &Utf8Path,
) -> Result<usize, Failure> {
    let made = decision.changes.len();
    let bytes = |text| match text {
        Cow::Borrowed(text) => Cow::Borrowed(str::as_bytes(text)),
        Cow::Owned(text) => Cow::Owned(String::into_bytes(text)),
    };
    let texts = initial_files(&mut decision, applied);
    let state = texts.iter().filter(|(path, _)| path.as_str().starts_with(STATE));
    let state = state.map(|(path, (text, _))| (path, text.as_bytes()));
    let settled = Settled::new(domain.inputs(), state, as_written(&decision.locks), made);
    let mut files: Vec<(RelPath, Cow<[u8]>, Mode)> =
        texts.into_iter().map(|(path, (text, mode))| (path, bytes(text), mode)).collect();
    for (path, bytes) in domain.files {
        let path = RelPath::try_new(path.as_str()).map_err(|e| Failure::bug(&e))?;
        files.push((path, Cow::Owned(bytes), Mode::Plain));
    }
    let count = files.len();
    files.push((Settled::path(), Cow::Owned(settled.to_text().into_bytes()), Mode::Plain));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    // Each text goes as soon as it is written.
    let list = files.into_iter();
    without_interruption(|| create(&RealDisk, target, list)).map_err(|e| failure(e, target))?;
    Ok(count)
}

/// A workspace of an example at `target`, without a word. The system's name.
pub(super) fn of_example(run: &Run, name: &str, target: &Utf8Path) -> Result<String, Failure> {
    let files = example(name);
    let domain = Domain {
        files: files
            .into_iter()
            .filter(|(path, _)| path.ends_with(".toml"))
            .map(|(path, text)| (Utf8PathBuf::from(path), text.as_bytes().to_vec()))
            .collect(),
        folder: name.to_owned(),
    };
    let checked = spine::check(&domain);
    let sources = checked.sources.clone();
    let Ok(mut model) = checked.model(run)? else {
        return Err(Failure::new(Exit::Bug, format!("the example {name} is not in order")));
    };
    let applied = spine::pinned(&mut model, &State::default())?;
    let rendered = spine::rendered(&model, &sources, &applied)?;
    let decision = merge(rendered, &State::default(), &Snapshot::new());
    write(domain, decision, applied, target)?;
    Ok(model.system)
}

fn shown(run: &Run, decision: &Decision, applied: bool) -> String {
    if run.format.is_json() {
        return format!("{}\n", listing::json("new", decision, applied));
    }
    listing::changes(run.ui, &decision.changes, run.global.verbose > 0)
}

fn folder_name(path: &Utf8Path) -> Result<String, Failure> {
    if matches!(path.as_str(), "." | "..") {
        return Err(Failure::new(Exit::Usage, "a project is made in a folder of its own")
            .hint("name the folder: minos new project NAME")
            .hint("to make the system of a domain that lies here: minos sync"));
    }
    let name = path.file_name().map(str::to_owned);
    let name = name.filter(|name| RelPath::try_new(name.as_str()).is_ok());
    name.ok_or_else(|| Failure::new(Exit::Usage, format!("{path:?} is no name for a folder")))
}

/// Fails early, before anybody is asked anything.
fn free(target: &Utf8Path) -> Result<(), Failure> {
    let Ok(data) = fs_err::symlink_metadata(target) else { return Ok(()) };
    if !data.is_dir() {
        return Err(in_the_way(target, "a file of that name"));
    }
    let mut names: Vec<String> = fs_err::read_dir(target)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    match (names.is_empty(), more) {
        (true, _) => Ok(()),
        (false, 0) => Err(in_the_way(target, &names.join(", "))),
        (false, n) => Err(in_the_way(target, &format!("{} and {n} more", names.join(", ")))),
    }
}

fn in_the_way(target: &Utf8Path, what: &str) -> Failure {
    Failure::new(Exit::Refused, format!("{target} is not empty: {what}"))
        .hint("take another name, or an empty folder")
        .hint(format!(
            "to make the system of a domain that lies there: minos sync --project {target}"
        ))
}

/// The domain to start from, and the flag that says what was answered to a question.
fn domain(run: &Run, args: &NewProject) -> Result<(Domain, Option<String>), Failure> {
    if let Some(path) = &args.domain {
        let mut domain = Domain::of_path(path)?;
        if path.is_file() {
            // A domain file may have any name; in the project it is minos.toml.
            let main =
                domain.files.iter_mut().find(|(file, _)| Some(file.as_str()) == path.file_name());
            if let Some((file, _)) = main {
                *file = Utf8PathBuf::from("minos.toml");
            }
        }
        return Ok((domain, None));
    }
    let names = example_names();
    let (name, asked) = match &args.example {
        Some(name) => (name.clone(), None),
        None => {
            let instead = format!("minos new project {} --example minimal", args.name);
            let question = "which example to start from?";
            let name = choose(run, question, &names, "minimal", &instead)?;
            let flag = format!("--example {name}");
            (name, Some(flag))
        }
    };
    let files = example(&name);
    if files.is_empty() {
        let failure = Failure::new(Exit::Usage, format!("there is no example {name:?}"));
        return Err(match nearest(&name, names.iter().copied()) {
            Some(near) => failure.hint(format!("did you mean: --example {near}")),
            None => failure.hint(format!("there are: {}", names.join(", "))),
        });
    }
    let files = files
        .into_iter()
        .filter(|(path, _)| is_domain_file(path))
        .map(|(path, text)| (Utf8PathBuf::from(path), text.as_bytes().to_vec()))
        .collect();
    Ok((Domain { files, folder: String::new() }, asked))
}

fn is_domain_file(path: &str) -> bool {
    path == "minos.toml"
        || (path.ends_with(".toml") && (path.starts_with("domain/") || path.starts_with("shared/")))
}

fn failure(error: CreateError, target: &Utf8Path) -> Failure {
    match error {
        CreateError::InTheWay(what) => in_the_way(target, &what),
        CreateError::System(error) => error.into(),
    }
}
