//! From arguments to an exit code.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _};
use serde_json::json;

use super::args::{Cli, Command, Config, Global, New};
use super::env::{Colour, Terminal, colour};
use super::exit::{Exit, Failure};
use super::format::Format;
use super::settings::{self, InForce, Settings};
use super::ui::{Tone, Ui};
use super::{
    add, check, completions, demo, dev, doctor, explain, fmt, generate, help, inspect, interrupt,
    list, logs, man, new, panic, sync,
};

/// The version of the JSON that commands answer with.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// One run of a command.
pub(super) struct Run {
    pub(super) global: Global,
    pub(super) format: Format,
    pub(super) ui: Ui,
    /// What flags, variables and files together say.
    pub(super) settings: Vec<InForce>,
}

/// Run the program with these arguments, the first being its name.
#[must_use]
pub fn main(args: Vec<OsString>) -> ExitCode {
    interrupt::listen();
    panic::install();
    if let Some(exit) = completions::answer(&args) {
        return ExitCode::from(exit.code());
    }
    let (cli, settings) = match parse(&args) {
        Ok(parsed) => parsed,
        Err(error) => return ExitCode::from(usage(&args, &error).code()),
    };
    let format = cli.global.answer_format();
    let ui = Ui::new(Terminal::look(&cli.global), cli.global.quiet, cli.global.verbose);
    let (settings, wrong) = match settings {
        Ok(settings) => (settings, None),
        Err(failure) => (Vec::new(), Some(failure)),
    };
    let run = Run { global: cli.global, format, ui, settings };
    if let Some(failure) = wrong {
        show(&run, &failure);
        return ExitCode::from(failure.exit.code());
    }
    let name = name_of(&cli.command);
    let result = catch_unwind(AssertUnwindSafe(|| dispatch(&run, &cli.command)));
    let result = result.unwrap_or_else(|_| Err(panic::report(name, &panic::kept())));
    let exit = match result {
        Ok(exit) => exit,
        Err(failure) if failure.exit == Exit::Bug && failure.hints.is_empty() => {
            let failure = panic::report(name, &failure.message);
            show(&run, &failure);
            failure.exit
        }
        Err(failure) => {
            show(&run, &failure);
            failure.exit
        }
    };
    let exit = if interrupt::was_asked() { Exit::Interrupted } else { exit };
    ExitCode::from(exit.code())
}

/// The command line, and the settings with which it was read; without those of files when one is wrong.
fn parse(args: &[OsString]) -> Result<(Cli, Result<Vec<InForce>, Failure>), clap::Error> {
    let flag = args.iter().enumerate().find_map(|(i, arg)| match arg.to_str()? {
        "--color=always" => Some(true),
        "--color=never" => Some(false),
        "--color" => match args.get(i + 1)?.to_str()? {
            "always" => Some(true),
            "never" => Some(false),
            _ => None,
        },
        _ => None,
    });
    let choice = match colour(flag, |name| std::env::var(name).ok(), false) {
        Colour::Yes => ColorChoice::Always,
        Colour::No if flag == Some(false) || std::env::var_os("NO_COLOR").is_some() => {
            ColorChoice::Never
        }
        Colour::No => ColorChoice::Auto,
    };
    let command = Cli::command().color(choice);
    let mut matches = command.clone().try_get_matches_from(args)?;
    let settings = match Settings::read(&matches, &command) {
        Ok(settings) => settings,
        Err(failure) => return Ok((Cli::from_arg_matches(&matches)?, Err(failure))),
    };
    if !settings.is_empty() {
        matches = settings.apply(command.clone()).try_get_matches_from(args)?;
    }
    let in_force = settings.in_force(&matches, &command);
    Ok((Cli::from_arg_matches(&matches)?, Ok(in_force)))
}

/// Help and version are answers; everything else that clap says is a mistake in the arguments.
fn usage(args: &[OsString], error: &clap::Error) -> Exit {
    let exit = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        _ => Exit::Usage,
    };
    if exit == Exit::Done || !wants_json(args) {
        let _ = error.print();
        return exit;
    }
    let text = error.render().to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let hints = lines.filter(|l| !l.starts_with("Usage") && !l.starts_with("For more"));
    let failure = Failure { exit, message, hints: hints.map(str::to_owned).collect() };
    let terminal = Terminal {
        out_colour: false,
        err_colour: false,
        width: 100,
        unicode: false,
        can_ask: false,
        progress: false,
    };
    Ui::new(terminal, false, 0).result(&error_json(&failure));
    exit
}

fn wants_json(args: &[OsString]) -> bool {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let pair = words.windows(2).any(|w| matches!(w, ["--format", "json" | "json-lines"]));
    let one =
        words.iter().any(|w| matches!(*w, "--json" | "--format=json" | "--format=json-lines"));
    let env = std::env::var("MINOS_FORMAT").is_ok_and(|f| f.starts_with("json"));
    pair || one || env
}

fn name_of(command: &Command) -> &'static str {
    match command {
        Command::New(_) => "new",
        Command::Check(_) => "check",
        Command::Explain(_) => "explain",
        Command::Inspect(_) => "inspect",
        Command::Sync(_) => "sync",
        Command::Add(_) => "add",
        Command::Gen(_) => "gen",
        Command::Doctor => "doctor",
        Command::Demo(_) => "demo",
        Command::Dev(_) => "dev",
        Command::List(_) => "list",
        Command::Config(_) => "config",
        Command::Logs(_) => "logs",
        Command::Fmt(_) => "fmt",
        Command::Completions(_) => "completions",
        Command::Man(_) => "man",
        Command::Help(_) => "help",
    }
}

fn dispatch(run: &Run, command: &Command) -> Result<Exit, Failure> {
    if let Some(folder) = &run.global.folder {
        std::env::set_current_dir(folder)
            .map_err(|e| Failure::new(Exit::System, format!("-C {folder}: {e}")))?;
    }
    #[cfg(debug_assertions)]
    assert!(std::env::var_os("MINOS_TEST_PANIC").is_none(), "a test asked for a panic");
    let for_findings = matches!(run.format, Format::Sarif | Format::Github | Format::Junit);
    if for_findings && !matches!(command, Command::Check(_)) {
        let message = format!("minos {} answers in human, json or json-lines", name_of(command));
        return Err(Failure::new(Exit::Usage, message).hint("the other forms are for minos check"));
    }
    match command {
        Command::New(New::Project(args)) => new::project(run, args),
        Command::Check(args) => check::check(run, args),
        Command::Explain(args) => explain::explain(run, args),
        Command::Inspect(args) => inspect::inspect(run, args),
        Command::Sync(args) => sync::sync(run, args),
        Command::Add(args) => add::add(run, args),
        Command::Gen(args) => generate::generate(run, args),
        Command::Doctor => doctor::doctor(run),
        Command::Demo(args) => demo::demo(run, args),
        Command::Dev(args) => dev::dev(run, args),
        Command::List(args) => list::list(run, args),
        Command::Config(Config::Show(args)) => Ok(settings::show(run, args)),
        Command::Logs(args) => logs::logs(run, args),
        Command::Completions(args) => completions::completions(run, args),
        Command::Man(args) => man::man(run, args),
        Command::Fmt(args) => fmt::fmt(run, args),
        Command::Help(args) => help::help(run, args),
    }
}

/// Say why a command could not do its work.
pub(super) fn show(run: &Run, failure: &Failure) {
    if run.format.is_json() {
        run.ui.result(&error_json(failure));
        return;
    }
    let mut text = format!("{} {}\n", run.ui.toned(Tone::Bad, "error:"), failure.message);
    for hint in &failure.hints {
        text.push_str(&format!("  {hint}\n"));
    }
    run.ui.error(&text);
}

fn error_json(failure: &Failure) -> String {
    let value = json!({
        "schema_version": SCHEMA_VERSION,
        "error": {
            "kind": failure.exit.word(),
            "exit_code": failure.exit.code(),
            "message": failure.message,
            "hints": failure.hints,
        },
    });
    format!("{value}\n")
}
