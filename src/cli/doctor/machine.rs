//! What a machine needs to build, test and ship a generated workspace.

use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::{Sheet, State};

/// The oldest Rust that builds a generated workspace; its manifest says the same.
const RUST: (u32, u32) = (1, 89);

/// A program that only some work needs.
struct Optional {
    name: &'static str,
    args: &'static [&'static str],
    what_for: &'static str,
    way_out: &'static str,
}

const OPTIONAL: [Optional; 5] = [
    Optional {
        name: "rustfmt",
        args: &["cargo", "fmt", "--version"],
        what_for: "cargo fmt",
        way_out: "rustup component add rustfmt",
    },
    Optional {
        name: "clippy",
        args: &["cargo", "clippy", "--version"],
        what_for: "cargo clippy",
        way_out: "rustup component add clippy",
    },
    Optional {
        name: "git",
        args: &["git", "--version"],
        what_for: "keeping versions of the project; sync asks it before it writes over an edited file",
        way_out: "install git",
    },
    Optional {
        name: "docker",
        args: &["docker", "--version"],
        what_for: "images and compose.yaml",
        way_out: "install Docker, or another engine that reads Dockerfile and compose.yaml",
    },
    Optional {
        name: "kubectl",
        args: &["kubectl", "version", "--client"],
        what_for: "deploy/k8s",
        way_out: "install kubectl, when you deploy to Kubernetes",
    },
];

/// Look at the machine. Tools are asked in the project's folder, where a toolchain may be chosen.
pub(super) fn look(sheet: &mut Sheet<'_>, root: Option<&Utf8Path>) {
    sheet.good("minos", env!("CARGO_PKG_VERSION"));
    let folder = root.unwrap_or(Utf8Path::new("."));
    let rust = "install Rust 1.89 or newer, with rustup";
    if let Some(text) = needed(sheet, ("rustc", &["rustc", "--version"]), folder, rust) {
        match version(&text) {
            Some((found, number)) if number >= RUST => sheet.good("rustc", found),
            Some((found, _)) => {
                let message = format!("{found} is older than 1.89, which a workspace needs");
                sheet.tell(State::Broken, "rustc", message, "rustup update");
            }
            None => {
                let message = format!("says no version: {}", first_line(&text));
                sheet.tell(State::Warning, "rustc", message, "run rustc --version in this folder");
            }
        }
    }
    let rust = "install Rust with rustup; cargo comes with it";
    if let Some(text) = needed(sheet, ("cargo", &["cargo", "--version"]), folder, rust) {
        sheet.good("cargo", number_in(&text));
    }
    let compiler = std::env::var("CC").ok().filter(|cc| !cc.trim().is_empty());
    let compiler = compiler.unwrap_or_else(|| "cc".to_owned());
    let words: Vec<&str> = compiler.split_whitespace().chain(["--version"]).collect();
    let way_out =
        "install one (Debian: build-essential), or name it in CC; SQLite is compiled with it";
    if let Some(text) = needed(sheet, ("C compiler", &words), folder, way_out) {
        sheet.good("C compiler", number_in(&text));
    }
    for tool in &OPTIONAL {
        match said(tool.args, folder) {
            Said::Text(text) => sheet.good(tool.name, number_in(&text)),
            Said::Fails => {
                let message = format!("it does not run; it is for {}", tool.what_for);
                sheet.tell(State::Note, tool.name, message, &try_it(tool.args));
            }
            Said::Nothing => {
                let message = format!("there is none; it is for {}", tool.what_for);
                sheet.tell(State::Note, tool.name, message, tool.way_out);
            }
        }
    }
}

/// What a program says that nothing works without; tells when it says nothing.
fn needed(
    sheet: &mut Sheet<'_>,
    (name, words): (&str, &[&str]),
    folder: &Utf8Path,
    way_out: &str,
) -> Option<String> {
    match said(words, folder) {
        Said::Text(text) => return Some(text),
        Said::Fails => sheet.tell(State::Broken, name, "it does not run", &try_it(words)),
        Said::Nothing => sheet.tell(State::Broken, name, "there is none", way_out),
    }
    None
}

fn try_it(words: &[&str]) -> String {
    format!("see what it says: {}", words.join(" "))
}

/// What a program prints.
enum Said {
    Text(String),
    /// It is there, and ends with an error.
    Fails,
    /// It is not there.
    Nothing,
}

fn said(words: &[&str], folder: &Utf8Path) -> Said {
    let Some((program, args)) = words.split_first() else { return Said::Nothing };
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).stdin(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => {
            Said::Text(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(_) => Said::Fails,
        Err(_) => Said::Nothing,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The first word that looks like a version; never a whole line, which may name folders.
fn number_in(text: &str) -> String {
    let words = text.split_whitespace();
    let plain = words.map(|word| word.trim_start_matches('v').trim_matches([',', '(', ')']));
    let mut numbers = plain.filter(|word| {
        word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.') && !word.contains('/')
    });
    numbers.next().unwrap_or("is there").to_owned()
}

/// `1.95.0` and its first two numbers.
fn version(text: &str) -> Option<(String, (u32, u32))> {
    let found = number_in(text);
    let mut numbers = found.split(['.', '-']).map(str::parse);
    let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some((found, (major, minor)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_say() {
        for (text, found, number) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)\n", "1.95.0", (1, 95)),
            ("rustc 1.89.0-nightly (x 2025-06-01)", "1.89.0-nightly", (1, 89)),
            ("cc (Debian 14.2.0-19) 14.2.0\nCopyright", "14.2.0-19", (14, 2)),
            ("Docker version 27.3.1, build ce12230", "27.3.1", (27, 3)),
            ("Client Version: v1.31.0\nKustomize Version: v5.4.2", "1.31.0", (1, 31)),
        ] {
            assert_eq!(version(text), Some((found.to_owned(), number)), "{text}");
        }
        assert_eq!(version("no number"), None);
    }
}
