//! Pages that are written by tests, and pages that tests run.

use std::path::Path;

use minos::cli::command_line;

use super::{Sandbox, expect_file};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_page_of_the_command_line_is_up_to_date() {
    let sandbox = Sandbox::new();
    let mut page = String::from("# Command line\n\nWritten by a test from `--help`.\n");
    let mut add = |words: &str| {
        let help = sandbox.ends(0, &format!("{words} --help")).out;
        let title = format!("minos {words}");
        page.push_str(&format!("\n## `{}`\n\n```text\n{}\n```\n", title.trim(), help.trim_end()));
    };
    add("");
    for command in command_line().get_subcommands() {
        add(command.get_name());
        for inner in command.get_subcommands() {
            add(&format!("{} {}", command.get_name(), inner.get_name()));
        }
    }
    for topic in ["exit-codes", "environment", "formats"] {
        let text = sandbox.ends(0, &format!("help {topic}")).out;
        page.push_str(&format!("\n## `minos help {topic}`\n\n```text\n{}\n```\n", text.trim_end()));
    }
    expect_file(&root().join("docs/cli.md"), &page).unwrap();
}

#[test]
fn every_promise_about_the_command_line_names_a_test_that_exists() {
    let page = std::fs::read_to_string(root().join("docs/cli-checks.md")).unwrap();
    let mut tests = String::new();
    let folders = [root().join("tests/it"), root().join("src/cli")];
    for entry in folders.into_iter().flat_map(walkdir::WalkDir::new) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|e| e == "rs") {
            tests.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    let mut rows = Vec::new();
    for line in page.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| line")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, names] = cells.as_slice() else { panic!("{line}") };
        for name in names.split(',').map(|n| n.trim().trim_matches('`')) {
            let name = name.rsplit("::").next().unwrap();
            let is_case =
                name.strip_prefix("case ").map(|case| root().join("tests/cases").join(case));
            let known = match is_case {
                Some(folder) => folder.join("cmd").is_file(),
                None => tests.contains(&format!("fn {name}(")),
            };
            assert!(known, "line {number}: there is no test {name}");
        }
        rows.push(number.parse::<u32>().unwrap());
    }
    let wanted: Vec<u32> = (1..=18).chain(20..=65).collect();
    assert_eq!(rows, wanted);
}

#[test]
fn transcripts_in_the_pages_are_true() {
    let mut count = 0;
    for page in ["README.md", "docs/tour.md", "docs/generated-workspace.md"] {
        let Ok(text) = std::fs::read_to_string(root().join(page)) else { continue };
        let sandbox = Sandbox::new();
        for block in text.split("```console\n").skip(1) {
            let block = block.split("```").next().unwrap();
            for step in block.split("$ ").skip(1) {
                let (line, expected) = step.split_once('\n').unwrap_or((step, ""));
                let Some(args) = line.strip_prefix("minos ") else { continue };
                let answer = sandbox.run(args);
                let said = format!("{}{}", answer.out, answer.err);
                for wanted in expected.lines().filter(|l| !l.trim().is_empty() && *l != "...") {
                    assert!(
                        said.contains(wanted.trim_end()),
                        "{page}: minos {args}: {wanted}\n{said}"
                    );
                }
                count += 1;
            }
        }
    }
    println!("{count} commands of the pages were run");
}
