//! `minos logs`: what several programs wrote, as one story in the order of time.
//!
//! A line is the JSON object that every program of a workspace writes, alone or behind the name that Compose or
//! Kubernetes puts before it. Any other line keeps its place behind the line before it. Nothing here waits for more to
//! be written.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::args::Logs;
use super::exit::{Exit, Failure};
use super::format::Format;
use super::project;
use super::prompt::standard_input;
use super::run::{Run, SCHEMA_VERSION};

/// Fields that stand elsewhere in a line for people, or say nothing to them.
const KNOWN: [&str; 11] = [
    "timestamp",
    "severity_text",
    "severity_number",
    "body",
    "target",
    "service.name",
    "correlation_id",
    "causation_id",
    "trace_id",
    "span_id",
    "event.name",
];

/// A line with its time and who wrote it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    at: Timestamp,
    service: String,
    fields: Map<String, Value>,
}

/// Print the lines.
pub(super) fn logs(run: &Run, args: &Logs) -> Result<Exit, Failure> {
    let paths = match args.paths.as_slice() {
        [] => vec![project::find(run, None)?.join(".data")],
        given => given.to_vec(),
    };
    let mut lines = Vec::new();
    for path in &paths {
        read(path, &mut lines)?;
    }
    let lines = story(lines, args.id.as_deref());
    let all = |lines: Vec<Line>| lines.into_iter().map(|line| Value::Object(line.fields));
    let text = match run.format {
        Format::Json => {
            let lines: Vec<Value> = all(lines).collect();
            let answer =
                json!({ "schema_version": SCHEMA_VERSION, "command": "logs", "lines": lines });
            format!("{answer}\n")
        }
        Format::JsonLines => all(lines).map(|line| format!("{line}\n")).collect(),
        _ => told(&lines, args.id.is_none()),
    };
    run.ui.result(&text);
    Ok(Exit::Done)
}

/// The lines of a folder about one conversation, for people.
pub(super) fn conversation(folder: &Utf8Path, id: &str) -> Result<String, Failure> {
    let mut lines = Vec::new();
    read(folder, &mut lines)?;
    Ok(told(&story(lines, Some(id)), false))
}

/// The lines of a file, of each `.log` in a folder, or of standard input.
fn read(path: &Utf8Path, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let trouble = |error: std::io::Error| Failure::new(Exit::System, error.to_string());
    if path == "-" {
        lines.extend(parse("", &String::from_utf8_lossy(&standard_input()?)));
        return Ok(());
    }
    if !path.exists() {
        let failure = Failure::new(Exit::Usage, format!("there is no file or folder {path}"));
        return Err(
            failure.hint("programs write to standard output: put that into files, or use `-`")
        );
    }
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files = path
            .read_dir_utf8()
            .and_then(|entries| entries.map(|entry| Ok(entry?.into_path())).collect())
            .map_err(trouble)?;
        files.retain(|file: &Utf8PathBuf| file.extension() == Some("log"));
        files.sort();
    }
    for file in files {
        let bytes = fs_err::read(&file).map_err(trouble)?;
        let name = file.file_stem().unwrap_or_default();
        lines.extend(parse(name, &String::from_utf8_lossy(&bytes)));
    }
    Ok(())
}

/// The lines of a text; who wrote them if they do not say so is `name`.
fn parse(name: &str, text: &str) -> Vec<Line> {
    let mut at = Timestamp::MIN;
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (before, fields) = object(line);
        let time = fields.get("timestamp").and_then(Value::as_str);
        at = time.and_then(|time| time.parse().ok()).unwrap_or(at);
        let said = fields.get("service.name").and_then(Value::as_str);
        let service = match (said, before) {
            (Some(said), _) => said,
            (None, "") => name,
            (None, before) => before,
        };
        lines.push(Line { at, service: service.to_owned(), fields });
    }
    lines
}

/// The object of a line and the name before it; a line without one is its own text.
fn object(line: &str) -> (&str, Map<String, Value>) {
    let start = line.find('{').unwrap_or(line.len());
    let (before, rest) = line.split_at_checked(start).unwrap_or((line, ""));
    match serde_json::from_str(rest) {
        Ok(Value::Object(fields)) => {
            let name = before.trim_matches(|c: char| c.is_whitespace() || "|[]".contains(c));
            (name, fields)
        }
        _ => ("", Map::from_iter([("body".to_owned(), Value::String(line.to_owned()))])),
    }
}

/// The lines in the order of time, all or those of one conversation. What one program wrote at one moment stays in its
/// order.
fn story(mut lines: Vec<Line>, id: Option<&str>) -> Vec<Line> {
    lines.retain(|line| id.is_none_or(|id| line.text("correlation_id") == Some(id)));
    lines.sort_by_key(|line| line.at);
    lines
}

/// The lines for people: time, who, what; with the conversation unless all are of one.
fn told(lines: &[Line], with_id: bool) -> String {
    let width = lines.iter().map(|line| line.service.chars().count()).max().unwrap_or(0);
    let one = |line: &Line| {
        let time = TimeZone::UTC.to_datetime(line.at).strftime("%FT%H:%M:%S%.6fZ");
        let service = &line.service;
        let what = line.what(with_id);
        let text: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{time}  {service:width$}  {}\n", text.trim_end())
    };
    lines.iter().map(one).collect()
}

impl Line {
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    fn what(&self, with_id: bool) -> String {
        let mut out = String::new();
        if let Some(level) = self.text("severity_text").filter(|level| *level != "INFO") {
            out.push_str(&format!("{level} "));
        }
        if let Some(id) = self.text("correlation_id").filter(|_| with_id) {
            out.push_str(&format!("[{id}] "));
        }
        out.push_str(self.text("body").or(self.text("event.name")).unwrap_or_default());
        for (name, value) in self.fields.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str()))
        {
            match value {
                Value::String(text) => out.push_str(&format!(" {name}={text}")),
                value => out.push_str(&format!(" {name}={value}")),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_stand_behind_a_name_and_any_text_is_a_line() {
        for (line, who) in [
            (r#"{"body":"x"}"#, "file"),
            (r#"ordering-1  | {"body":"x"}"#, "ordering-1"),
            (r#"[pod/stock-7/service] {"body":"x"}"#, "pod/stock-7/service"),
            (r#"a | {"service.name":"stock","body":"x"}"#, "stock"),
        ] {
            let lines = parse("file", line);
            assert_eq!(lines.len(), 1, "{line}");
            assert_eq!((lines[0].service.as_str(), lines[0].text("body")), (who, Some("x")));
        }
        let torn = parse("file", "thread 'main' {panicked\n\n  at {line}\n");
        let bodies: Vec<_> = torn.iter().filter_map(|line| line.text("body")).collect();
        assert_eq!(bodies, ["thread 'main' {panicked", "  at {line}"]);
    }

    #[test]
    fn what_has_no_time_stays_behind_its_line() {
        let first = "{\"timestamp\":\"2026-01-01T00:00:02Z\",\"body\":\"b\"}\nnote of b\n";
        let second = "{\"timestamp\":\"2026-01-01T00:00:03Z\",\"body\":\"c\"}\n";
        let mut lines = parse("one", first);
        lines.extend(parse("two", second));
        let lines = story(lines, None);
        let bodies: Vec<_> = lines.iter().filter_map(|line| line.text("body")).collect();
        assert_eq!(bodies, ["b", "note of b", "c"]);
    }
}
