//! `minos new project`: a whole system in a folder of its own.

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
use crate::merge::{Applied, Decision, Settled, State, as_written, initial_state, merge};
use crate::model::Model;
use crate::plan::{Mode, RelPath, example, example_names};
use crate::source::Sources;
use crate::tree::{CreateError, Creation, RealDisk, Snapshot};

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
    if args.dry_run {
        let rendered = spine::rendered(&model, &sources, &applied)?;
        let decision = merge(rendered, &State::default(), &Snapshot::new());
        show(run, &decision, false);
        let counts = listing::counts(&decision);
        run.ui.say(&format!("would make {}: {counts}; to do it, leave out --dry-run\n", args.name));
        return Ok(Exit::Done);
    }
    let make = Make { domain, model, sources, applied };
    let (decision, files) = without_interruption(|| make.at(&args.name))?;
    show(run, &decision, true);
    if let Some(flag) = asked {
        run.ui
            .say(&format!("the same without questions: minos new project {} {flag}\n", args.name));
    }
    let line = format!("{} {}: {files} files", run.ui.toned(Tone::Good, "made"), args.name);
    run.ui.say(&format!("{line}; next: cd {} && cargo run\n", args.name));
    Ok(Exit::Done)
}

/// What a project is made from.
struct Make {
    domain: Domain,
    model: Model,
    sources: Sources,
    applied: Applied,
}

impl Make {
    /// Write everything beside the target and rename it once. What was done, and the number of
    /// files. Each part of the system is written before the next one is rendered, so its texts are
    /// never in memory together.
    fn at(self, target: &Utf8Path) -> Result<(Decision, usize), Failure> {
        let Self { domain, model, sources, applied } = self;
        let mut creation = Creation::begin(&RealDisk, target).map_err(|e| failure(e, target))?;
        let mut decision = Decision::default();
        spine::rendered_in_parts(&model, &sources, &applied, |part| {
            let mut part = merge(part, &State::default(), &Snapshot::new());
            for change in &mut part.changes {
                if let Some(text) = change.new.take() {
                    creation.write(&change.path, text.as_bytes(), change.mode)?;
                }
            }
            decision.absorb(part);
            Ok(())
        })?;
        decision.sort();
        let made = decision.changes.len();
        let inputs = domain.inputs();
        for (path, bytes) in &domain.files {
            let path = RelPath::try_new(path.as_str()).map_err(|e| Failure::bug(&e))?;
            creation.write(&path, bytes, Mode::Plain)?;
        }
        let state = initial_state(&mut decision, applied);
        for (path, text) in &state {
            creation.write(path, text.as_bytes(), Mode::Plain)?;
        }
        let bytes = state.iter().map(|(path, text)| (path, text.as_bytes()));
        let settled = Settled::new(inputs, bytes, as_written(&decision.locks), made);
        creation.write(&Settled::path(), settled.to_text().as_bytes(), Mode::Plain)?;
        creation.finish().map_err(|e| failure(e, target))?;
        Ok((decision, made + domain.files.len() + state.len()))
    }
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
    let system = model.system.clone();
    Make { domain, model, sources, applied }.at(target)?;
    Ok(system)
}

fn show(run: &Run, decision: &Decision, applied: bool) {
    if run.format.is_json() {
        run.ui.result(&format!("{}\n", listing::json("new", decision, applied)));
    } else {
        run.ui.list(&listing::changes(run.ui, &decision.changes, run.global.verbose > 0));
    }
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
