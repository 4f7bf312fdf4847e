//! Settings in files: those of the project win over those of the user, and both over the default. A variable of the
//! environment wins over files, a flag over everything. `minos config show` says which is in force, and with
//! `--origin` where it comes from.
//!
//! A file holds lines `name = value`; the names are those of flags. It can set how minos answers, and nothing of what
//! it does to a project.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use camino::{Utf8Path, Utf8PathBuf};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use super::args::ConfigShow;
use super::exit::{Exit, Failure};
use super::run::{Run, SCHEMA_VERSION};
use crate::diagnostics::nearest;

/// Where the settings lie, below `.config` of the project or the user's folder for such files.
const FILE: &str = "minos/settings";

/// A flag that a file may set: its name, and the command it belongs to when it is not one of all.
const SETTINGS: [(&str, Option<&str>); 5] = [
    ("format", None),
    ("color", None),
    ("no-progress", None),
    ("no-input", None),
    ("port", Some("dev")),
];

/// What a file says.
struct Layer {
    /// The file as people name it.
    place: String,
    values: BTreeMap<&'static str, String>,
}

/// The settings of all files, the one that wins first.
pub(super) struct Settings(Vec<Layer>);

/// A setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InForce {
    name: &'static str,
    value: String,
    origin: String,
}

impl Settings {
    /// Read the files that there are, for a command line that was parsed without them.
    ///
    /// # Errors
    /// A file that cannot be read, a name that is no setting, a value that the flag would not take.
    pub(super) fn read(matches: &ArgMatches, command: &Command) -> Result<Self, Failure> {
        let path = |id: &str| matches.get_one::<Utf8PathBuf>(id).cloned();
        let start = path("folder").unwrap_or_else(|| ".".into());
        let project = path("project").map(|it| start.join(it)).or_else(|| above(&start));
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let user = match var("XDG_CONFIG_HOME") {
            Some(folder) => Some((Utf8PathBuf::from(folder), "$XDG_CONFIG_HOME")),
            None => var("HOME").map(|home| (Utf8PathBuf::from(home).join(".config"), "~/.config")),
        };
        let project = project.map(|folder| (folder.join(".config"), ".config"));
        let mut layers = Vec::new();
        for (folder, shown) in project.into_iter().chain(user) {
            let place = format!("{shown}/{FILE}");
            match std::fs::read_to_string(folder.join(FILE)) {
                Ok(text) => layers.push(parse(&text, place, command)?),
                Err(error) if absent(&error) => {}
                Err(error) => return Err(Failure::new(Exit::System, format!("{place}: {error}"))),
            }
        }
        Ok(Self(layers))
    }

    /// Whether no file says anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|layer| layer.values.is_empty())
    }

    /// The command with what the files say in place of its defaults.
    pub(super) fn apply(&self, mut command: Command) -> Command {
        for (name, of) in SETTINGS {
            let Some((_, value)) = self.get(name) else { continue };
            let set = |arg: Arg| arg.default_value(value.to_owned());
            command = match of {
                None => command.mut_arg(id(name), set),
                Some(of) => command.mut_subcommand(of, |it| it.mut_arg(id(name), set)),
            };
        }
        command
    }

    /// The value of a setting and its place.
    fn get(&self, name: &str) -> Option<(&str, &str)> {
        let said = |layer: &'_ Layer| layer.values.contains_key(name);
        let layer = self.0.iter().find(|layer| said(layer))?;
        Some((layer.place.as_str(), layer.values.get(name)?.as_str()))
    }

    /// Every setting with its value and its origin; `command` is the one without what the files say.
    pub(super) fn in_force(&self, matches: &ArgMatches, command: &Command) -> Vec<InForce> {
        let one = |(name, of): (&'static str, Option<&str>)| {
            let arg = arg_of(command, name, of)?;
            let (value, origin) = flag(matches, name, of)
                .or_else(|| variable(arg))
                .or_else(|| self.get(name).map(|(place, value)| (value.into(), place.into())))
                .unwrap_or_else(|| (default(arg), "default".to_owned()));
            Some(InForce { name, value, origin })
        };
        SETTINGS.into_iter().filter_map(one).collect()
    }
}

/// What was given on the command line, for a flag of all commands.
fn flag(matches: &ArgMatches, name: &str, of: Option<&str>) -> Option<(String, String)> {
    let id = id(name);
    if of.is_some() || matches.value_source(&id) != Some(ValueSource::CommandLine) {
        return None;
    }
    let given = matches.get_raw(&id).and_then(|mut it| it.next()).map(text);
    Some((given.unwrap_or_else(|| "true".to_owned()), format!("--{name}")))
}

fn variable(arg: &Arg) -> Option<(String, String)> {
    let name = arg.get_env().map(text)?;
    Some((std::env::var(&name).ok()?, name))
}

fn default(arg: &Arg) -> String {
    let value = arg.get_default_values().first();
    value.map_or_else(|| "false".to_owned(), |value| text(value.as_os_str()))
}

fn text(value: &OsStr) -> String {
    value.to_string_lossy().into_owned()
}

/// The name of a flag as the parser has it.
fn id(name: &str) -> String {
    name.replace('-', "_")
}

/// There is no such file, or a file stands where its folder would be.
fn absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The nearest folder upwards with a project.
fn above(start: &Utf8Path) -> Option<Utf8PathBuf> {
    let start = start.canonicalize_utf8().ok()?;
    start.ancestors().find(|folder| folder.join("minos.toml").is_file()).map(Utf8Path::to_owned)
}

fn arg_of<'a>(command: &'a Command, name: &str, of: Option<&str>) -> Option<&'a Arg> {
    let command = match of {
        None => command,
        Some(of) => command.find_subcommand(of)?,
    };
    command.get_arguments().find(|arg| arg.get_long() == Some(name))
}

fn parse(text: &str, place: String, command: &Command) -> Result<Layer, Failure> {
    let mut values = BTreeMap::new();
    let known = || SETTINGS.iter().map(|(name, _)| *name);
    let all = format!("names: {}", known().collect::<Vec<_>>().join(", "));
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let at = format!("{place}:{}", number + 1);
        let wrong = |message: String, hint: String| {
            Failure::new(Exit::Usage, format!("{at}: {message}")).hint(hint)
        };
        let Some((name, value)) = line.split_once('=') else {
            return Err(wrong("a line is `name = value`".to_owned(), all));
        };
        let (name, value) = (name.trim(), value.trim().trim_matches('"'));
        let Some((key, of)) = SETTINGS.into_iter().find(|(it, _)| *it == name) else {
            let near = nearest(name, known()).map(|near| format!("did you mean {near}?"));
            return Err(wrong(format!("{name} is no setting"), near.unwrap_or(all)));
        };
        let arg = arg_of(command, key, of);
        if let Some(hint) = arg.and_then(|arg| refused(arg, value)) {
            return Err(wrong(format!("{name} cannot be {value:?}"), hint));
        }
        values.insert(key, value.to_owned());
    }
    Ok(Layer { place, values })
}

/// What a flag takes, if not this value.
fn refused(arg: &Arg, value: &str) -> Option<String> {
    let words = arg.get_possible_values();
    if words.is_empty() {
        return value.parse::<u16>().is_err().then(|| "a port is a number up to 65535".to_owned());
    }
    let fits = words.iter().any(|it| it.matches(value, false));
    let words: Vec<&str> = words.iter().map(clap::builder::PossibleValue::get_name).collect();
    (!fits).then(|| format!("values: {}", words.join(", ")))
}

/// Show what is in force.
pub(super) fn show(run: &Run, args: &ConfigShow) -> Exit {
    let settings = &run.settings;
    if run.format.is_json() {
        let one = |it: &InForce| json!({ "name": it.name, "value": it.value, "origin": it.origin });
        let settings: Vec<_> = settings.iter().map(one).collect();
        let value = json!({ "schema_version": SCHEMA_VERSION, "command": "config show", "settings": settings });
        run.ui.result(&format!("{value}\n"));
        return Exit::Done;
    }
    let wide = |of: fn(&InForce) -> &str| settings.iter().map(|it| of(it).len()).max().unwrap_or(0);
    let (names, values) = (wide(|it| it.name), wide(|it| &it.value));
    let line = |it: &InForce| {
        let InForce { name, value, origin } = it;
        match args.origin {
            true => format!("{name:names$}  {value:values$}  {origin}\n"),
            false => format!("{name:names$}  {value}\n"),
        }
    };
    run.ui.result(&settings.iter().map(line).collect::<String>());
    Exit::Done
}
