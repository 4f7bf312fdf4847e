//! Reading the settings from file, environment and flags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Entry;

/// The file that is read when `--config` names none and this one is there.
const DEFAULT_FILE: &str = "config.env";

/// What is wrong with the settings, in words for the person who starts the process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Where values come from; a test gives its own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The arguments after the program's name.
    pub args: Vec<String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Where relative paths start.
    pub folder: PathBuf,
}

impl Sources {
    /// The arguments and the environment of this process.
    #[must_use]
    pub fn process() -> Self {
        let utf8 = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self {
            args: std::env::args_os().skip(1).map(utf8).collect(),
            env: std::env::vars_os().map(|(name, value)| (utf8(name), utf8(value))).collect(),
            folder: PathBuf::new(),
        }
    }
}

/// The values of all settings, and the words of the command line that are not settings.
#[derive(Debug, Clone)]
pub struct Config {
    values: BTreeMap<String, String>,
    words: Vec<String>,
    dev: bool,
    until_eof: bool,
    help: bool,
}

impl Config {
    /// Read `entries` from the sources.
    ///
    /// # Errors
    /// An unknown flag or name in the file, a flag without value, a file that cannot be read, also
    /// that of a value: `DATABASE_URL_FILE` names one that holds `DATABASE_URL`.
    pub fn read(sources: &Sources, entries: &[Entry]) -> Result<Self, ConfigError> {
        let flags = Flags::read(&sources.args, entries)?;
        let file = flags.file.clone().or_else(|| sources.env.get("CONFIG_FILE").cloned());
        let mut values: BTreeMap<_, _> =
            entries.iter().map(|e| (e.name.clone(), e.default.clone())).collect();
        for (name, value) in read_file(&sources.folder, file.as_deref())? {
            match values.get_mut(&name) {
                Some(slot) => *slot = value,
                None => {
                    return Err(ConfigError(format!(
                        "the settings file names {name}, which is unknown"
                    )));
                }
            }
        }
        for (name, slot) in &mut values {
            let file = sources.env.get(&format!("{name}_FILE"));
            if let Some(path) = file.filter(|path| !path.is_empty()) {
                *slot = read_value(name, &sources.folder.join(path))?;
            }
            if let Some(value) = sources.env.get(name) {
                slot.clone_from(value);
            }
        }
        values.extend(flags.values);
        let Flags { words, dev, until_eof, help, .. } = flags;
        Ok(Self { values, words, dev, until_eof, help })
    }

    /// The value of a setting that says which others there are, as a flag or in the environment; the
    /// sources then do not have it any more.
    pub fn take(sources: &mut Sources, entry: &Entry) -> Option<String> {
        let (flag, mut value) = (entry.flag(), sources.env.remove(&entry.name));
        if let Some(at) = sources.args.iter().position(|arg| *arg == flag) {
            let given: Vec<String> =
                sources.args.splice(at..(at + 2).min(sources.args.len()), []).collect();
            value = given.get(1).cloned();
        }
        let inline = format!("{flag}=");
        if let Some(at) = sources.args.iter().position(|arg| arg.starts_with(&inline)) {
            value = sources.args.remove(at).strip_prefix(&inline).map(str::to_owned);
        }
        value.filter(|value| !value.is_empty())
    }

    /// The value of a setting; none when it is unknown or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A setting that is a duration, such as `5s`, `250ms`, `2h` or `0`.
    ///
    /// # Errors
    /// The text is not a duration.
    pub fn duration(&self, name: &str) -> Result<Duration, ConfigError> {
        let text = self.get(name).unwrap_or("0");
        parse_duration(text)
            .ok_or_else(|| ConfigError(format!("{name} is `{text}`; write it like 5s, 250ms or 0")))
    }

    /// A setting that is a whole number.
    ///
    /// # Errors
    /// The text is not a whole number.
    pub fn number(&self, name: &str) -> Result<usize, ConfigError> {
        let text = self.get(name).unwrap_or("0");
        text.parse().map_err(|_| ConfigError(format!("{name} is `{text}`; write a whole number")))
    }

    /// Every value of the given flag-less words, such as `serve` or `rebuild shelf`.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The process was started with `--dev`: an unsigned `x-actor` is believed.
    #[must_use]
    pub fn dev(&self) -> bool {
        self.dev
    }

    /// The process ends when its standard input does: with whoever started it.
    #[must_use]
    pub fn until_eof(&self) -> bool {
        self.until_eof
    }

    /// The process was asked for its help.
    #[must_use]
    pub fn help(&self) -> bool {
        self.help
    }
}

#[derive(Default)]
struct Flags {
    values: BTreeMap<String, String>,
    words: Vec<String>,
    file: Option<String>,
    dev: bool,
    until_eof: bool,
    help: bool,
}

impl Flags {
    fn read(args: &[String], entries: &[Entry]) -> Result<Self, ConfigError> {
        let mut out = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if !arg.starts_with('-') {
                out.words.push(arg.clone());
                continue;
            }
            let (flag, inline) = match arg.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (arg.as_str(), None),
            };
            match flag {
                "--dev" => out.dev = true,
                "--until-eof" => out.until_eof = true,
                "--help" | "-h" => out.help = true,
                _ => {
                    let entry = entries.iter().find(|entry| entry.flag() == flag);
                    if entry.is_none() && flag != "--config" {
                        return Err(ConfigError(format!("there is no flag {flag}; see --help")));
                    }
                    let value = inline.or_else(|| args.next().cloned());
                    let Some(value) = value else {
                        return Err(ConfigError(format!("{flag} needs a value")));
                    };
                    match entry {
                        Some(entry) => drop(out.values.insert(entry.name.clone(), value)),
                        None => out.file = Some(value),
                    }
                }
            }
        }
        Ok(out)
    }
}

/// A value in a file of its own, as secrets are mounted; the space around it does not count.
fn read_value(name: &str, path: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path);
    text.map(|text| text.trim().to_owned()).map_err(|error| {
        ConfigError(format!("{name}_FILE is `{}`, which cannot be read: {error}", path.display()))
    })
}

fn read_file(folder: &Path, named: Option<&str>) -> Result<Vec<(String, String)>, ConfigError> {
    let path = folder.join(named.unwrap_or(DEFAULT_FILE));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Vec::new());
        }
        Err(error) => {
            return Err(ConfigError(format!(
                "the settings file {} cannot be read: {error}",
                path.display()
            )));
        }
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| match line.split_once('=') {
            Some((name, value)) => {
                Ok((name.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
            }
            None => Err(ConfigError(format!("the settings file holds `{line}`; write NAME=value"))),
        })
        .collect()
}

/// A duration such as `250ms`, `5s`, `2min`, `24h` or a bare `0`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let amount: u64 = digits.parse().ok()?;
    match unit.trim() {
        "" if amount == 0 => Some(Duration::ZERO),
        "ms" => Some(Duration::from_millis(amount)),
        "s" => Some(Duration::from_secs(amount)),
        "min" => amount.checked_mul(60).map(Duration::from_secs),
        "h" => amount.checked_mul(3600).map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        vec![
            Entry::new("HTTP_ADDR", "127.0.0.1:1", "where"),
            Entry::new("DRAIN_WAIT", "5s", "how long"),
        ]
    }

    fn sources(args: &[&str], env: &[(&str, &str)]) -> Sources {
        Sources {
            args: args.iter().map(ToString::to_string).collect(),
            env: env.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect(),
            folder: PathBuf::new(),
        }
    }

    #[test]
    fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
        let path = std::env::temp_dir().join(format!("settings-{}.env", std::process::id()));
        std::fs::write(&path, "# a note\nHTTP_ADDR=file\nDRAIN_WAIT = \"1s\"\n").expect("writes");
        let file = path.to_str().expect("text");
        let read = |args: &[&str], env: &[(&str, &str)]| {
            let config = Config::read(&sources(args, env), &entries()).expect("reads");
            config.get("HTTP_ADDR").map(str::to_owned)
        };
        assert_eq!(read(&[], &[]).as_deref(), Some("127.0.0.1:1"));
        assert_eq!(read(&["--config", file], &[]).as_deref(), Some("file"));
        assert_eq!(read(&["--config", file], &[("HTTP_ADDR", "env")]).as_deref(), Some("env"));
        let all = read(&["--config", file, "--http-addr=flag"], &[("HTTP_ADDR", "env")]);
        assert_eq!(all.as_deref(), Some("flag"));
        std::fs::remove_file(&path).expect("removes");
    }

    #[test]
    fn a_value_may_lie_in_a_file_of_its_own() {
        let path = std::env::temp_dir().join(format!("value-{}", std::process::id()));
        std::fs::write(&path, " here \n").expect("writes");
        let file = path.to_str().expect("text");
        let read = |env: &[(&str, &str)]| {
            let config = Config::read(&sources(&[], env), &entries())?;
            Ok::<_, ConfigError>(config.get("HTTP_ADDR").map(str::to_owned))
        };
        assert_eq!(read(&[("HTTP_ADDR_FILE", file)]), Ok(Some("here".to_owned())));
        let both = read(&[("HTTP_ADDR_FILE", file), ("HTTP_ADDR", "env")]);
        assert_eq!(both, Ok(Some("env".to_owned())));
        assert!(read(&[("HTTP_ADDR_FILE", "no/such/file")]).is_err());
        std::fs::remove_file(&path).expect("removes");
    }

    #[test]
    fn unknown_flags_and_missing_values_are_errors() {
        let read = |args: &[&str]| Config::read(&sources(args, &[]), &entries()).map(|_| ());
        assert_eq!(
            read(&["--nope"]),
            Err(ConfigError("there is no flag --nope; see --help".into()))
        );
        assert_eq!(read(&["--http-addr"]), Err(ConfigError("--http-addr needs a value".into())));
        assert!(read(&["--config", "no/such/file"]).is_err());
    }

    #[test]
    fn words_and_switches_are_kept() {
        let config =
            Config::read(&sources(&["rebuild", "--dev", "--until-eof", "shelf"], &[]), &entries());
        let config = config.expect("reads");
        assert_eq!(config.words(), ["rebuild", "shelf"]);
        assert!(config.dev() && config.until_eof() && !config.help());
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse_duration("0"), Some(Duration::ZERO));
        assert_eq!(parse_duration("2h"), Some(Duration::from_secs(7200)));
        assert_eq!(parse_duration("5"), None);
        assert_eq!(parse_duration("ä"), None);
    }
}
