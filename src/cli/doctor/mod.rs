//! `minos doctor`: whether the machine and the project have what minos needs.
//!
//! It looks and writes nothing. Every finding that is not good says the way out. Only what stops work
//! is *broken* and gives exit code 1; what is stale or missing for some uses is told.

mod machine;
mod project;

use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use super::run::{Run, SCHEMA_VERSION};
use super::ui::Tone;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As it should be.
    Good,
    /// Worth knowing; nothing needs to be done.
    Note,
    /// Something should be done.
    Warning,
    /// Nothing works without it.
    Broken,
}

impl State {
    const ALL: [Self; 4] = [Self::Good, Self::Note, Self::Warning, Self::Broken];

    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
struct Finding {
    /// `machine` or `project`.
    area: &'static str,
    /// What was looked at.
    name: String,
    state: State,
    message: String,
    /// What to do; there for all that is not good.
    way_out: Option<String>,
}

/// What was found in one area; shown as it comes.
struct Sheet<'a> {
    run: &'a Run,
    area: &'static str,
    all: Vec<Finding>,
}

impl Sheet<'_> {
    fn good(&mut self, name: &str, message: impl Into<String>) {
        self.add(name, State::Good, message.into(), None);
    }

    fn tell(&mut self, state: State, name: &str, message: impl Into<String>, way_out: &str) {
        self.add(name, state, message.into(), Some(way_out.to_owned()));
    }

    fn add(&mut self, name: &str, state: State, message: String, way_out: Option<String>) {
        let finding = Finding { area: self.area, name: name.to_owned(), state, message, way_out };
        if !self.run.format.is_json() {
            show(self.run, &finding);
        }
        self.all.push(finding);
    }
}

fn show(run: &Run, finding: &Finding) {
    let tone = match finding.state {
        State::Good => Tone::Good,
        State::Note | State::Warning => Tone::Change,
        State::Broken => Tone::Bad,
    };
    let word = run.ui.toned_result(tone, &format!("{:8}", finding.state.word()));
    let mut text = format!("{word}{}: {}\n", finding.name, finding.message);
    if let Some(way_out) = &finding.way_out {
        text.push_str(&format!("        {way_out}\n"));
    }
    match finding.state {
        State::Broken => run.ui.result(&text),
        _ => run.ui.list(&text),
    }
}

/// Look at everything.
pub(super) fn doctor(run: &Run) -> Result<Exit, Failure> {
    let root = project::root(run)?;
    let mut sheet = Sheet { run, area: "machine", all: Vec::new() };
    machine::look(&mut sheet, root.as_deref());
    sheet.area = "project";
    project::look(&mut sheet, root.as_deref());
    let all = sheet.all;
    let count = |state| all.iter().filter(|finding| finding.state == state).count();
    if run.format.is_json() {
        run.ui.result(&format!("{}\n", answer(&all)));
    }
    let (broken, warnings) = (count(State::Broken), count(State::Warning));
    let things = |n: usize| if n == 1 { "1 thing".to_owned() } else { format!("{n} things") };
    match (broken, warnings) {
        (0, 0) => run.ui.say(&format!("{}\n", run.ui.toned(Tone::Good, "all is well"))),
        (0, n) => run.ui.say(&format!("it works; {} should be looked at\n", things(n))),
        (n, _) => run.ui.error(&format!("broken: {}; the ways out are above\n", things(n))),
    }
    Ok(if broken > 0 { Exit::No } else { Exit::Done })
}

fn answer(all: &[Finding]) -> Value {
    let findings: Vec<Value> = all
        .iter()
        .map(|finding| {
            json!({
                "area": finding.area,
                "name": finding.name,
                "state": finding.state.word(),
                "message": finding.message,
                "way_out": finding.way_out,
            })
        })
        .collect();
    let count = |state| all.iter().filter(|finding| finding.state == state).count();
    let counts: serde_json::Map<String, Value> = State::ALL
        .into_iter()
        .map(|state| (state.word().to_owned(), count(state).into()))
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "command": "doctor",
        "healthy": count(State::Broken) == 0,
        "findings": findings,
        "counts": counts,
    })
}
