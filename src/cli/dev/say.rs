//! What the command says: lines for people on standard error, or a line of JSON for each event on
//! standard output.

use std::time::{Duration, Instant};

use camino::Utf8Path;
use serde_json::{Value, json};

use crate::cli::run::{Run, SCHEMA_VERSION};
use crate::cli::ui::Tone;

/// When a line that is replaced by the next one is worth showing.
const SHOW_AFTER: Duration = Duration::from_millis(300);
/// More edited files than these are counted.
const MOST_PATHS: usize = 5;

/// Says what happens, in the form that was asked for.
pub(super) struct Say<'a> {
    pub run: &'a Run,
}

impl Say<'_> {
    /// Edits were seen.
    pub fn edited(&self, paths: &[&Utf8Path]) {
        let shown: Vec<&str> = paths.iter().take(MOST_PATHS).map(|it| it.as_str()).collect();
        let mut text = format!("\nedited: {}", shown.join(", "));
        if paths.len() > MOST_PATHS {
            text.push_str(&format!(" and {} more", paths.len() - MOST_PATHS));
        }
        let paths: Vec<&str> = paths.iter().map(|it| it.as_str()).collect();
        self.event(json!({ "event": "edited", "paths": paths }), &format!("{text}\n"));
    }

    /// A stage begins.
    pub fn begins(&self, stage: &str) {
        self.event(json!({ "event": "begins", "stage": stage }), &format!("{stage}\n"));
    }

    /// A stage ended well.
    pub fn ended(&self, stage: &str, text: &str, took: Duration) {
        let shown = format!("{text} in {:.1} s\n", took.as_secs_f64());
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.event(json!({ "event": "done", "stage": stage, "took_ms": took }), &shown);
    }

    /// A stage ended badly; `lines` say why, and `runs` whether an older system runs.
    pub fn failed(&self, stage: &str, lines: &[String], runs: bool) {
        let what = match (stage, runs) {
            ("sync", true) => "the domain has errors; the system goes on as it was",
            ("sync", false) => "the domain has errors; nothing is started",
            ("build", true) => "it does not compile; the system goes on as it was",
            ("build", false) => "it does not compile; nothing is started",
            ("test", true) => "tests fail; the system goes on as it was",
            ("test", false) => "tests fail; nothing is started (--no-test starts it all the same)",
            (_, true) => "it does not start; the system before it was started again",
            (_, false) => "it does not start; nothing runs",
        };
        if self.run.format.is_json() {
            let text = lines.join("\n");
            self.event(
                json!({ "event": "failed", "stage": stage, "text": text, "runs": runs }),
                "",
            );
            return;
        }
        for line in lines {
            self.run.ui.error(&format!("{line}\n"));
        }
        self.run.ui.error(&format!("{}\n", self.run.ui.toned(Tone::Bad, what)));
    }

    /// What the compiler says about something that works.
    pub fn warned(&self, lines: &[String]) {
        for line in lines.iter().filter(|_| !self.run.format.is_json()) {
            self.run.ui.say(&format!("{line}\n"));
        }
    }

    /// The system answers.
    pub fn runs(&self, url: &str) {
        let good = self.run.ui.toned(Tone::Good, "running");
        let text = format!("{good}: {url}   what happens: {url}/_dev\n");
        self.event(json!({ "event": "runs", "url": url }), &text);
    }

    /// The system did not change.
    pub fn same(&self, url: &str) {
        let text = format!("nothing of it changed; it goes on: {url}\n");
        self.event(json!({ "event": "same", "url": url }), &text);
    }

    /// The system ended though nobody asked.
    pub fn ended_by_itself(&self, how: &str) {
        let bad = self.run.ui.toned(Tone::Bad, "the system ended by itself");
        let text = format!("{bad}: {how}; the next edit starts it again\n");
        self.event(json!({ "event": "ended", "how": how }), &text);
    }

    /// Everything is done until the next edit.
    pub fn waits(&self) {
        self.event(json!({ "event": "waits" }), "waiting for edits; Ctrl-C ends it\n");
    }

    /// It is over.
    pub fn stopped(&self) {
        self.event(json!({ "event": "stopped" }), "stopped\n");
    }

    /// Edits are found by looking.
    pub fn looks(&self, why: &str) {
        let text = format!("note: edits are looked for every second: {why}\n");
        self.event(json!({ "event": "looks", "why": why }), &text);
    }

    fn event(&self, mut value: Value, text: &str) {
        if self.run.format.is_json() {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("schema_version".to_owned(), SCHEMA_VERSION.into());
            }
            self.run.ui.result(&format!("{value}\n"));
        } else {
            self.run.ui.say(text);
        }
    }
}

/// A line that says how far a stage is, replaced by the next one; on a terminal only.
pub(super) struct Progress<'a> {
    run: &'a Run,
    since: Instant,
    shown: bool,
}

impl<'a> Progress<'a> {
    /// Nothing is shown yet.
    pub fn new(run: &'a Run) -> Self {
        Self { run, since: Instant::now(), shown: false }
    }

    /// This is being done now.
    pub fn show(&mut self, text: &str) {
        if self.run.ui.terminal.progress && self.since.elapsed() >= SHOW_AFTER {
            self.run.ui.say(&format!("\r\u{1b}[2K  {text}"));
            self.shown = true;
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.shown {
            self.run.ui.say("\r\u{1b}[2K");
        }
    }
}
