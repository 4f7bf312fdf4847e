//! What can be typed, and what help says about it.

use std::process::Stdio;
use std::time::Duration;

use minos::cli::{Exit, command_line};

use super::Sandbox;

/// All commands with the words that reach them.
fn commands() -> Vec<(String, clap::Command)> {
    fn walk(words: &str, command: &clap::Command, all: &mut Vec<(String, clap::Command)>) {
        all.push((words.to_owned(), command.clone()));
        for inner in command.get_subcommands() {
            walk(format!("{words} {}", inner.get_name()).trim(), inner, all);
        }
    }
    let mut all = Vec::new();
    walk("", &command_line(), &mut all);
    all
}

/// The least CPU time of several runs, from the scheduler's clock of the process: what else the
/// machine does at the time does not count.
fn least(sandbox: &Sandbox, line: &str) -> Duration {
    let words: Vec<&str> = line.split_whitespace().collect();
    let once = || {
        let mut command = sandbox.command(&words);
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = quiet.spawn().unwrap();
        let clock = format!("/proc/{}/schedstat", child.id());
        let mut spent = 0;
        while child.try_wait().unwrap().is_none() {
            let text = std::fs::read_to_string(&clock).unwrap_or_default();
            let now = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
            spent = spent.max(now.unwrap_or(0));
            std::thread::yield_now();
        }
        Duration::from_nanos(spent)
    };
    (0..10).map(|_| once()).min().unwrap()
}

#[test]
fn version_and_help_are_there_at_once() {
    let sandbox = Sandbox::new();
    let version = least(&sandbox, "--version");
    let help = least(&sandbox, "--help");
    assert!(version < Duration::from_millis(30), "--version takes {version:?}");
    assert!(help < Duration::from_millis(50), "--help takes {help:?}");
}

#[test]
fn every_command_answers_within_100_ms() {
    let sandbox = Sandbox::with_example("minimal");
    for line in ["check", "explain MN004", "fmt --check", "help", "inspect ast", "check nothing"] {
        let time = least(&sandbox, line);
        assert!(time < Duration::from_millis(100), "minos {line} takes {time:?}");
    }
}

#[test]
fn alone_it_shows_help_with_two_examples() {
    let answer = Sandbox::new().ends(2, "");
    assert!(answer.out.is_empty());
    assert_eq!(answer.err.matches("\n  minos ").count(), 2, "{}", answer.err);
}

#[test]
fn help_is_short_with_h_long_with_help_and_accepted_anywhere() {
    let sandbox = Sandbox::new();
    for (words, _) in commands() {
        let short = sandbox.ends(0, &format!("{words} -h")).out;
        let long = sandbox.ends(0, &format!("{words} --help")).out;
        assert!(short.len() <= long.len(), "{words}");
        assert!(!sandbox.ends(0, &format!("-h {words}")).out.is_empty(), "{words}");
        let topic = sandbox.ends(0, &format!("help {words}")).out;
        assert!(topic.starts_with(long.lines().next().unwrap()), "{words}: {topic}");
    }
    assert_eq!(sandbox.ends(0, "sync --check -h").out, sandbox.ends(0, "sync -h").out);
}

#[test]
fn help_starts_with_examples_and_ends_with_where_to_go() {
    let sandbox = Sandbox::new();
    for (words, _) in commands() {
        let text = sandbox.ends(0, &format!("{words} --help")).out;
        let at =
            |what: &str| text.find(what).unwrap_or_else(|| panic!("{words}: no {what}\n{text}"));
        assert!(
            at("Examples:
  minos ") < at("Usage:"),
            "{words}"
        );
        assert!(at("Usage:") < at("Docs:"), "{words}");
        let end: Vec<&str> = text.lines().rev().take(2).collect();
        assert!(end[1].starts_with("Docs: ") && end[0].starts_with("Problems"), "{words}: {end:?}");
    }
}

#[test]
fn a_typo_gets_one_suggestion() {
    let sandbox = Sandbox::with_example("minimal");
    let cases = [
        ("synk", "'sync'"),
        ("sync --chekc", "'--check'"),
        ("check --format jsn", "'json'"),
        ("new projct p", "'project'"),
        ("explain MN0004x", ""),
        ("help snyc", "minos help sync"),
        ("new project p --example minimla", "--example minimal"),
        ("inspect modle", "'model'"),
    ];
    for (line, suggestion) in cases {
        let answer = sandbox.ends(2, line);
        assert!(answer.err.contains(suggestion), "minos {line}: {}", answer.err);
        let count =
            answer.err.matches("similar").count() + answer.err.matches("did you mean").count();
        assert!(count <= 1, "minos {line}: {}", answer.err);
    }
}

#[test]
fn flags_work_before_and_after_the_command() {
    let sandbox = Sandbox::with_example("minimal");
    let pairs = [
        ("--format json check", "check --format json"),
        ("-q check", "check -q"),
        ("-v check", "check -v"),
        ("--project . inspect plan", "inspect plan --project ."),
        ("-C . fmt --check", "fmt --check -C ."),
    ];
    for (before, after) in pairs {
        assert_eq!(sandbox.run(before), sandbox.run(after), "{before}");
    }
}

#[test]
fn commands_are_whole_words_and_one_verb_each() {
    let all: Vec<String> = commands().into_iter().map(|(words, _)| words).collect();
    for alike in
        ["update", "upgrade", "regenerate", "apply", "generate", "format", "validate", "create"]
    {
        assert!(!all.iter().any(|words| words == alike), "{alike} looks like another command");
    }
    let sandbox = Sandbox::with_example("minimal");
    for (_, command) in commands() {
        assert_eq!(command.get_all_aliases().count(), 0, "{} has aliases", command.get_name());
        assert!(
            !command.is_allow_external_subcommands_set(),
            "{} takes anything",
            command.get_name()
        );
    }
    for short in ["chec", "s", "ins plan", "new proj p", "ne project p"] {
        sandbox.ends(2, short);
    }
    let kinds: Vec<String> =
        all.iter().filter_map(|w| w.split_once(' ')).map(|(_, kind)| kind.to_owned()).collect();
    assert!(kinds.iter().all(|kind| !kind.ends_with('s')), "singular: {kinds:?}");
}

#[test]
fn every_setting_has_a_variable_that_help_lists() {
    // What is said for one run only.
    let of_a_run = ["folder", "json", "quiet", "verbose", "yes"];
    let topic = Sandbox::new().ends(0, "help environment").out;
    let help = Sandbox::new().ends(0, "--help").out;
    let command = command_line();
    let mut count = 0;
    for arg in command.get_arguments().filter(|arg| arg.is_global_set()) {
        let name = arg.get_id().as_str();
        if of_a_run.contains(&name) {
            continue;
        }
        let variable = arg.get_env().unwrap_or_else(|| panic!("{name} has no variable"));
        let variable = variable.to_str().unwrap();
        assert!(variable.starts_with("MINOS_"), "{variable}");
        assert!(topic.contains(variable), "{variable}: {topic}");
        assert!(help.contains(&format!("[env: {variable}=")), "{variable}: {help}");
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn nothing_deprecated_is_hidden() {
    for (words, command) in commands() {
        for arg in command.get_arguments() {
            let text = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let all = arg.get_all_aliases().map_or(0, |aliases| aliases.len());
            let shown = arg.get_visible_aliases().map_or(0, |aliases| aliases.len());
            let hidden = arg.is_hide_set() || all > shown;
            assert!(
                !hidden || text.contains("instead"),
                "{words}: {} names no successor",
                arg.get_id()
            );
        }
        assert!(!command.is_hide_set(), "{words} is hidden");
    }
}

#[test]
fn exit_codes_are_a_topic_and_are_kept() {
    let sandbox = Sandbox::with_example("minimal");
    let topic = sandbox.ends(0, "help exit-codes").out;
    for (_, code, text) in Exit::ALL {
        assert!(topic.contains(&format!("{code:>4}  {text}")), "{topic}");
    }
    sandbox.ends(0, "check");
    sandbox.ends(2, "check --what");
    sandbox.ends(2, "check nowhere.toml");
    sandbox.put("minos.toml", "[project]\nnmae = \"x\"\n");
    sandbox.ends(1, "check");
    sandbox.ends(5, "-C nowhere check");
}

#[test]
fn every_code_is_explained() {
    let sandbox = Sandbox::new();
    let mut count = 0;
    for entry in minos::diagnostics::code::all() {
        let name = minos::diagnostics::code::name(entry.code);
        let answer = sandbox.ends(0, &format!("explain {name}"));
        assert!(answer.out.starts_with(&format!("{name} (")), "{}", answer.out);
        count += 1;
    }
    assert!(count >= 80, "{count} codes");
}
