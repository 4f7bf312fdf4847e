//! `minos fmt`: lay out the domain files. Comments, order and every value stay.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{Check, Fmt};
use super::exit::{Exit, Failure};
use super::interrupt::without_interruption;
use super::listing::one_diff;
use super::prompt::standard_input;
use super::run::{Run, SCHEMA_VERSION};
use super::ui::Tone;
use super::{project, reports};
use crate::diagnostics::Diagnostic;
use crate::plan::{Mode, RelPath};
use crate::syntax::{load, read_dir};
use crate::tree::{Digest, RealDisk, Step, apply};

/// A file whose layout is not the usual one.
struct Other {
    path: Utf8PathBuf,
    old: String,
    new: String,
}

/// Format domain files.
pub(super) fn fmt(run: &Run, args: &Fmt) -> Result<Exit, Failure> {
    if let [path] = args.paths.as_slice()
        && path == "-"
    {
        return stream(run);
    }
    let (root, files) = chosen(run, &args.paths)?;
    let mut others = Vec::new();
    let (mut total, mut broken) = (0, false);
    for (path, bytes) in files {
        total += 1;
        match formatted(run, &path, &bytes)? {
            None => broken = true,
            Some((old, new)) if old != new => others.push(Other { path, old, new }),
            Some(_) => {}
        }
    }
    if broken {
        return Ok(Exit::No);
    }
    finish(run, args, &root, &others, total)
}

fn finish(
    run: &Run,
    args: &Fmt,
    root: &Utf8Path,
    others: &[Other],
    total: usize,
) -> Result<Exit, Failure> {
    let ui = run.ui;
    let writes = !(args.check || args.dry_run || args.diff);
    if writes {
        let steps: Vec<Step> = others.iter().filter_map(step).collect();
        without_interruption(|| apply(&RealDisk, root, &steps))
            .map_err(super::sync::apply_failure)?;
    }
    if run.format.is_json() {
        let paths: Vec<&str> = others.iter().map(|o| o.path.as_str()).collect();
        let value = serde_json::json!({
            "schema_version": SCHEMA_VERSION,
            "command": "fmt",
            "applied": writes,
            "changes": paths,
            "files": total,
        });
        ui.result(&format!("{value}\n"));
    } else if args.diff {
        for other in others {
            ui.result(&one_diff(other.path.as_str(), &other.old, Some(&other.new)));
        }
    } else {
        for other in others {
            ui.list(&format!("{} {}\n", ui.toned_result(Tone::Change, "~"), other.path));
        }
    }
    let count = others.len();
    if args.check && count > 0 {
        ui.error(&format!("{count} of {} laid out otherwise; run: minos fmt\n", files_are(total)));
        return Ok(Exit::No);
    }
    let line = match (count, writes) {
        (0, _) => format!("{} laid out well\n", files_are(total)),
        (_, true) => format!("laid out {count} of {}\n", files(total)),
        (_, false) => format!("would lay out {count} of {}; to do it: minos fmt\n", files(total)),
    };
    ui.say(&line);
    Ok(Exit::Done)
}

fn step(other: &Other) -> Option<Step> {
    Some(Step {
        path: RelPath::try_new(other.path.as_str()).ok()?,
        before: Some(Digest::of(other.old.as_bytes())),
        after: Some(other.new.clone().into_bytes()),
        mode: Mode::Plain,
    })
}

/// Files with their paths.
type Files = Vec<(Utf8PathBuf, Vec<u8>)>;

/// The files, and the folder that their paths are relative to.
fn chosen(run: &Run, paths: &[Utf8PathBuf]) -> Result<(Utf8PathBuf, Files), Failure> {
    if paths.is_empty() {
        let root = project::find(run, None)?;
        let files = read_dir(&root)?;
        return Ok((root, files));
    }
    let mut files = Vec::new();
    for path in paths {
        let path = path.strip_prefix(".").unwrap_or(path);
        RelPath::try_new(path.join("minos.toml").as_str()).map_err(|_| {
            Failure::new(Exit::Usage, format!("{path} is not below this folder"))
                .hint("go to its folder with -C, or use - for standard input")
        })?;
        if path == "" || path.is_dir() {
            let folder = if path == "" { Utf8Path::new(".") } else { path };
            let inside = read_dir(folder)?.into_iter();
            files.extend(inside.map(|(file, bytes)| (path.join(file), bytes)));
        } else {
            files.push((path.to_owned(), fs_err::read(path)?));
        }
    }
    Ok((Utf8PathBuf::from("."), files))
}

/// Old and new text; `None` after the mistakes in it were shown.
fn formatted(
    run: &Run,
    path: &Utf8Path,
    bytes: &[u8],
) -> Result<Option<(String, String)>, Failure> {
    let (sources, _, sink) = load(vec![(path.to_owned(), bytes.to_vec())]);
    let found: Vec<Diagnostic> = sink.finish().into_iter().filter(|d| d.code <= 3).collect();
    if let Ok(text) = std::str::from_utf8(bytes)
        && found.is_empty()
    {
        return Ok(Some((text.to_owned(), crate::syntax::fmt(text))));
    }
    reports::show(run, &Check::plain(), &found, &sources)?;
    Ok(None)
}

fn stream(run: &Run) -> Result<Exit, Failure> {
    let bytes = standard_input()?;
    match formatted(run, Utf8Path::new("minos.toml"), &bytes)? {
        Some((_, new)) => {
            run.ui.result(&new);
            Ok(Exit::Done)
        }
        None => Ok(Exit::No),
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn files_are(count: usize) -> String {
    if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") }
}
