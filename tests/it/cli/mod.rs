//! The binary as people and scripts use it. `docs/cli-checks.md` says which test shows what.

mod add;
mod cases;
mod colour;
mod config;
mod dev;
mod doctor;
mod flow;
mod help;
mod machine;
mod pages;
mod settled;
mod shell;
#[cfg(target_os = "linux")]
mod terminal;
mod vcs;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of its own, and an environment without surprises.
pub(super) struct Sandbox {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// What a run gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) out: String,
    pub(super) err: String,
    pub(super) code: i32,
}

impl Sandbox {
    pub(super) fn new() -> Self {
        let env = [("LANG", "C.UTF-8"), ("COLUMNS", "100")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { folder: tempfile::tempdir().unwrap(), env }
    }

    /// With a copy of an example, without its state.
    pub(super) fn with_example(name: &str) -> Self {
        let sandbox = Self::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name), &sandbox.path());
        sandbox
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.retain(|(other, _)| other != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn put(&self, path: &str, text: &str) -> &Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(super) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        std::fs::create_dir_all(self.path()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_minos"));
        command.args(args).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.folder.path());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        // Where rustup is in front of rustc, it wants its folder.
        let rustup = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
        let rustup = rustup.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".rustup")));
        command.envs(rustup.filter(|folder| folder.is_dir()).map(|folder| ("RUSTUP_HOME", folder)));
        command.envs(self.env.iter().map(|(name, value)| (OsStr::new(name), OsStr::new(value))));
        command
    }

    pub(super) fn run(&self, line: &str) -> Answer {
        self.run_with(line, None)
    }

    /// Run `minos` with the words of a line, perhaps with a standard input.
    pub(super) fn run_with(&self, line: &str, input: Option<&[u8]>) -> Answer {
        use std::io::Write as _;

        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = self.command(&words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = input.unwrap_or_default().to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&bytes));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join();
        let answer = Answer {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        };
        let folder = self.folder.path().display().to_string();
        for text in [&answer.out, &answer.err] {
            assert!(
                !text.contains(&folder),
                "minos {line}: names a folder of this machine: {text}"
            );
            assert!(answer.code != 101, "minos {line}: {text}");
        }
        answer
    }

    /// As [`Sandbox::run`], and it must end with this code.
    pub(super) fn ends(&self, code: i32, line: &str) -> Answer {
        let answer = self.run(line);
        assert_eq!(answer.code, code, "minos {line}\n{}\n{}", answer.out, answer.err);
        answer
    }
}

/// The words of a line; what stands between single quotes is one of them.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(i, part)| match i % 2 {
        1 => vec![part.to_owned()],
        _ => part.split_whitespace().map(str::to_owned).collect(),
    });
    words.collect()
}

pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The one switch that lets tests write what they expect: `MINOS_UPDATE=1 cargo test`.
pub(super) fn expect_file(path: &Path, text: &str) -> Result<(), String> {
    let now = std::fs::read_to_string(path).unwrap_or_default();
    if now == text {
        return Ok(());
    }
    if std::env::var_os("MINOS_UPDATE").is_some() {
        std::fs::write(path, text).unwrap();
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(now.as_str(), text);
    let shown = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path);
    Err(format!("{} (MINOS_UPDATE=1 writes it):\n{}", shown.display(), diff.unified_diff()))
}
