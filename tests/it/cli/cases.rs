//! `tests/cases/<command>/<case>/`: `in/` is where it starts, `cmd` what is typed, `stdout` and
//! `stderr` what comes back, `out/` files that are there afterwards.
//!
//! A line of `cmd` is `minos …`, with variables in front, `< file` for standard input and `=> 1`
//! for an exit code other than 0; or `write FILE TEXT`, `remove FILE`; `#` starts a remark.

use std::path::Path;

use super::{Sandbox, copy, expect_file};

#[test]
fn every_case_gives_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in walkdir::WalkDir::new(root).min_depth(2).max_depth(2).sort_by_file_name() {
        let entry = entry.unwrap();
        count += 1;
        if let Err(failure) = run(entry.path()) {
            failures.push(failure);
        }
    }
    assert!(count >= 20, "{count} cases");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn run(case: &Path) -> Result<(), String> {
    let (mut out, mut err) = (String::new(), String::new());
    let sandbox = Sandbox::new();
    if case.join("in").is_dir() {
        copy(&case.join("in"), &sandbox.path());
    }
    let script = std::fs::read_to_string(case.join("cmd")).unwrap();
    let mut sandbox = sandbox;
    for line in script.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        sandbox = step(sandbox, line, &mut out, &mut err)?;
    }
    expect_file(&case.join("stdout"), &out)?;
    expect_file(&case.join("stderr"), &err)?;
    let expected = case.join("out");
    for entry in walkdir::WalkDir::new(&expected).into_iter().flatten() {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&expected).unwrap();
            let text = std::fs::read_to_string(sandbox.path().join(name)).unwrap_or_default();
            expect_file(entry.path(), &text)?;
        }
    }
    Ok(())
}

fn step(
    mut sandbox: Sandbox,
    line: &str,
    out: &mut String,
    err: &mut String,
) -> Result<Sandbox, String> {
    if let Some(rest) = line.strip_prefix("write ") {
        let (path, text) = rest.split_once(' ').unwrap();
        sandbox.put(path, &format!("{}\n", text.replace("\\n", "\n")));
        return Ok(sandbox);
    }
    if let Some(path) = line.strip_prefix("remove ") {
        std::fs::remove_file(sandbox.path().join(path)).unwrap();
        return Ok(sandbox);
    }
    let (typed, code) = match line.split_once(" => ") {
        Some((typed, code)) => (typed, code.parse().unwrap()),
        None => (line, 0),
    };
    let mut rest = typed;
    while let Some((word, tail)) = rest.split_once(' ').filter(|(word, _)| word.contains('=')) {
        let (name, value) = word.split_once('=').unwrap();
        sandbox = sandbox.env(name, value);
        rest = tail;
    }
    let (args, input) = match rest.split_once(" < ") {
        Some((args, file)) => (args, Some(sandbox.read(file).into_bytes())),
        None => (rest, None),
    };
    let args = args.strip_prefix("minos").ok_or_else(|| format!("no command: {line}"))?;
    let answer = sandbox.run_with(args, input.as_deref());
    if answer.code != code {
        let said = format!("{}{}", answer.out, answer.err);
        return Err(format!("{typed}: ends with {}, not {code}\n{said}", answer.code));
    }
    for (all, text) in [(out, answer.out), (err, answer.err)] {
        if !text.is_empty() {
            all.push_str(&format!("$ {typed}\n{text}"));
        }
    }
    Ok(sandbox)
}
