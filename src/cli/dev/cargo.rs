//! Building and testing with cargo: what it makes, what is new, what it complains about.

use std::collections::BTreeSet;
use std::process::Command;

use anstream::adapter::strip_str;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::job::{Job, Line};

/// Cargo says these about its own work; nobody has to do anything about them.
const ROUTINE: [&str; 11] = [
    "Blocking",
    "Compiling",
    "Doc-tests",
    "Downloaded",
    "Downloading",
    "Finished",
    "Fresh",
    "Locking",
    "Running",
    "Updating",
    "Adding",
];

/// How a run of cargo ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended<T> {
    /// Well, and with this.
    Well(T),
    /// With an error.
    Badly,
    /// Nobody wants it any more.
    Unwanted,
}

/// The program of a system.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Built {
    pub binary: Utf8PathBuf,
    /// Whether it was there already.
    pub fresh: bool,
}

/// Cargo in a workspace.
pub(super) struct Cargo<'a> {
    pub root: &'a Utf8Path,
    pub colour: bool,
}

/// What a run tells on its way: a crate it compiles, or a line that somebody should see.
pub(super) enum Told {
    Compiling(String),
    Line(String),
}

impl Cargo<'_> {
    /// Build the all-in-one program.
    pub fn build(
        &self,
        system: &str,
        tell: &mut dyn FnMut(Told),
        stop: &mut dyn FnMut() -> bool,
    ) -> std::io::Result<Ended<Built>> {
        let mut built = None;
        let artifact = |it: &Value| built = built.take().or_else(|| program(it, system));
        let ended = self.run(&["build", "--bin", system], true, artifact, tell, stop)?;
        Ok(match (ended, built) {
            (Ended::Well(()), Some(built)) => Ended::Well(built),
            (Ended::Unwanted, _) => Ended::Unwanted,
            _ => Ended::Badly,
        })
    }

    /// Build all tests; gives the packages whose tests are new.
    pub fn build_tests(
        &self,
        tell: &mut dyn FnMut(Told),
        stop: &mut dyn FnMut() -> bool,
    ) -> std::io::Result<Ended<BTreeSet<String>>> {
        let mut packages = BTreeSet::new();
        let artifact = |it: &Value| packages.extend(new_test(it));
        let args = ["test", "--workspace", "--no-run"];
        Ok(match self.run(&args, true, artifact, tell, stop)? {
            Ended::Well(()) => Ended::Well(packages),
            Ended::Badly => Ended::Badly,
            Ended::Unwanted => Ended::Unwanted,
        })
    }

    /// Run the tests of these packages.
    pub fn test(
        &self,
        packages: &BTreeSet<String>,
        tell: &mut dyn FnMut(Told),
        stop: &mut dyn FnMut() -> bool,
    ) -> std::io::Result<Ended<()>> {
        let mut args = vec!["test", "--quiet", "--no-fail-fast"];
        for package in packages {
            args.extend(["--package", package]);
        }
        self.run(&args, false, |_| {}, tell, stop)
    }

    fn run(
        &self,
        args: &[&str],
        json: bool,
        mut artifact: impl FnMut(&Value),
        tell: &mut dyn FnMut(Told),
        stop: &mut dyn FnMut() -> bool,
    ) -> std::io::Result<Ended<()>> {
        let mut command = Command::new("cargo");
        command.args(args).current_dir(self.root);
        command.args(["--color", if self.colour { "always" } else { "never" }]);
        if json {
            command.args(["--message-format", "json-render-diagnostics"]);
        }
        let take = |line| match line {
            Line::Out(text) if json => match serde_json::from_str(&text) {
                Ok(value) => artifact(&value),
                Err(_) => tell(Told::Line(text)),
            },
            Line::Out(text) if is_noise(&text) => {}
            Line::Out(text) => tell(Told::Line(text)),
            Line::Err(text) => match routine(&text) {
                Some(Some(name)) => tell(Told::Compiling(name)),
                Some(None) => {}
                None => tell(Told::Line(text)),
            },
        };
        let status = Job::start(&mut command)?.wait(take, stop)?;
        Ok(match status {
            None => Ended::Unwanted,
            Some(status) if status.success() => Ended::Well(()),
            Some(_) => Ended::Badly,
        })
    }
}

/// The program of this name, if a message of cargo is about it.
fn program(message: &Value, name: &str) -> Option<Built> {
    let target = message.get("target")?;
    let is_program =
        target.get("kind")?.as_array()?.iter().any(|it| it == "bin") && target.get("name")? == name;
    let binary = message.get("executable")?.as_str().filter(|_| is_program)?;
    let fresh = message.get("fresh").and_then(Value::as_bool).unwrap_or(false);
    Some(Built { binary: binary.into(), fresh })
}

/// The package of tests that were compiled anew, if a message of cargo is about some.
fn new_test(message: &Value) -> Option<String> {
    let is_test = message.get("profile")?.get("test")?.as_bool()?;
    let is_new = message.get("fresh").and_then(Value::as_bool) == Some(false);
    message.get("executable")?.as_str()?;
    let package = message.get("package_id")?.as_str()?;
    (is_test && is_new).then(|| package.to_owned())
}

/// Whether a line tells of routine work, and of which crate, if it is compiled.
fn routine(line: &str) -> Option<Option<String>> {
    let plain = strip_str(line).to_string();
    let mut words = plain.split_whitespace();
    let first = words.next().unwrap_or_default();
    if first == "warning:" && plain.contains("generated") && plain.contains("warning") {
        return Some(None);
    }
    // What is about the work is set in from the left; what is about the text is not.
    let is_routine = first.is_empty() || (plain.starts_with(' ') && ROUTINE.contains(&first));
    is_routine.then(|| words.next().filter(|_| first == "Compiling").map(str::to_owned))
}

/// Lines of tests that say that all is well.
fn is_noise(line: &str) -> bool {
    let plain = strip_str(line).to_string();
    let plain = plain.trim();
    let counts = plain.strip_prefix("running ").is_some_and(|it| it.contains(" test"));
    let dots = plain.trim_start_matches('.');
    let progress = dots.is_empty() || (dots.len() < plain.len() && dots.trim().contains('/'));
    counts || plain.starts_with("test result: ok") || progress
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_program_and_new_tests_are_found_in_what_cargo_says() {
        let of = |kind: &str, name: &str, test: bool, fresh: bool| {
            json!({ "reason": "compiler-artifact", "package_id": format!("path+file:///w/{name}#1"),
                    "target": { "kind": [kind], "name": name }, "profile": { "test": test },
                    "executable": format!("/t/debug/{name}"), "fresh": fresh })
        };
        let built = Built { binary: "/t/debug/shop".into(), fresh: true };
        assert_eq!(program(&of("bin", "shop", false, true), "shop"), Some(built));
        assert_eq!(program(&of("lib", "shop", false, true), "shop"), None);
        assert_eq!(program(&of("bin", "shop-order", false, true), "shop"), None);
        assert_eq!(program(&json!({ "reason": "build-finished", "success": true }), "shop"), None);
        assert_eq!(new_test(&of("lib", "a", true, false)).as_deref(), Some("path+file:///w/a#1"));
        assert_eq!(new_test(&of("lib", "a", true, true)), None);
        assert_eq!(new_test(&of("lib", "a", false, false)), None);
    }

    #[test]
    fn routine_is_told_from_what_somebody_should_see() {
        assert_eq!(routine("   Compiling kit v0.1.0 (x)"), Some(Some("kit".to_owned())));
        assert_eq!(
            routine("\u{1b}[1m\u{1b}[92m   Compiling\u{1b}[0m a v1"),
            Some(Some("a".into()))
        );
        assert_eq!(routine("    Finished `dev` profile"), Some(None));
        assert_eq!(routine("warning: `a` (lib) generated 2 warnings"), Some(None));
        assert_eq!(routine(""), Some(None));
        for line in ["error[E0425]: no", "   | x", "warning: unused", "Running late"] {
            assert_eq!(routine(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_left_of_tests_is_what_failed() {
        for line in ["", "running 3 tests", "...", "..... 87/87", "test result: ok. 3 passed"] {
            assert!(is_noise(line), "{line}");
        }
        for line in ["test result: FAILED. 1 passed", "---- a stdout ----", "a::b --- FAILED"] {
            assert!(!is_noise(line), "{line}");
        }
    }
}
