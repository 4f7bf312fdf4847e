//! Building the workspace with cargo, and saying how far it is.

use std::io::{BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use camino::Utf8Path;

/// What is built.
pub enum What<'a> {
    /// The all-in-one package; the programs of single services would be linked for nothing.
    Package(&'a str),
    /// Every program, with Kafka.
    ProgramsWithKafka,
}

/// `cargo build` in `workspace`; the number of crates done and to do is shown on the way.
pub fn build(
    workspace: &Utf8Path,
    what: &What,
    target: &Utf8Path,
    live: bool,
    progress: &mut dyn Write,
) -> anyhow::Result<()> {
    let total = fs_err::read_to_string(workspace.join("Cargo.lock"))
        .map_or(0, |text| text.lines().filter(|line| *line == "[[package]]").count());
    writeln!(progress, "building the generated workspace ({total} crates in its lock file)")?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--color", "never"]);
    match what {
        What::Package(package) => cargo.args(["--package", package]),
        What::ProgramsWithKafka => cargo.args(["--workspace", "--bins", "--features", "kafka"]),
    };
    let mut child = cargo
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting cargo; the demo needs Rust and cargo on the path")?;
    let stderr = child.stderr.take().context("reading the output of cargo")?;
    let tail = follow(BufReader::new(stderr), total, live, progress)?;
    let status = child.wait().context("waiting for cargo")?;
    if !status.success() {
        bail!("cargo could not build the generated workspace:\n{}", tail.join("\n"));
    }
    Ok(())
}

/// Shows the progress and returns the lines that tell why a build failed.
fn follow(
    lines: impl std::io::BufRead,
    total: usize,
    live: bool,
    progress: &mut dyn Write,
) -> anyhow::Result<Vec<String>> {
    let (mut done, mut tail) = (0usize, Vec::new());
    for line in lines.lines() {
        let line = line.context("reading the output of cargo")?;
        let Some(name) = line.trim_start().strip_prefix("Compiling ") else {
            tail.push(line);
            continue;
        };
        done += 1;
        let name = name.split(' ').next().unwrap_or(name);
        if live {
            write!(progress, "\r\x1b[2K  {done} of at most {total}: {name}")?;
            progress.flush()?;
        } else if done.is_multiple_of(25) {
            writeln!(progress, "  {done} of at most {total} crates")?;
        }
    }
    if live {
        write!(progress, "\r\x1b[2K")?;
    }
    writeln!(progress, "built {done} crates")?;
    Ok(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_crates_and_keeps_what_went_wrong() {
        let cargo = "   Compiling a v1.0.0\n   Compiling b v1.0.0\nerror: no\n";
        let mut shown = Vec::new();
        let tail = follow(cargo.as_bytes(), 5, false, &mut shown).unwrap();
        assert_eq!(tail, ["error: no"]);
        assert_eq!(String::from_utf8(shown).unwrap(), "built 2 crates\n");
    }
}
