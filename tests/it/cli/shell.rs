//! What shells and readers of manuals get: completion, manual pages, lists.

use std::process::{Command, Stdio};

use minos::cli::command_line;
use serde_json::Value;

use super::Sandbox;

const SHELLS: [&str; 6] = ["bash", "zsh", "fish", "powershell", "elvish", "nushell"];

/// What a shell offers at the last word, as its script asks for it.
fn offered(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let words: Vec<&str> = ["--", "minos"].into_iter().chain(words.iter().copied()).collect();
    let mut command = sandbox.command(&words);
    let index = (words.len() - 2).to_string();
    command.env("MINOS_COMPLETE", "zsh").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_IFS", "\n");
    let output = command.output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    // `word:help`
    text.lines()
        .filter(|l| !l.is_empty())
        .map(|l| l.split(':').next().unwrap().to_owned())
        .collect()
}

fn lending() -> Sandbox {
    let sandbox = Sandbox::with_example("lending");
    std::fs::create_dir_all(sandbox.path().join("deep/er")).unwrap();
    sandbox
}

#[test]
fn names_of_the_domain_are_completed() {
    let sandbox = lending();
    for (words, wanted) in [
        (["add", "command", "X", "--on", ""].as_slice(), "Member"),
        (&["add", "command", "X", "--on", "Ti"], "Title"),
        (&["add", "view", "X", "--of", ""], "Title"),
        (&["add", "policy", "X", "--on", "catalogue."], "catalogue.TitleWithdrawn"),
        (&["add", "policy", "X", "--on", "Retur"], "Returned"),
        (&["add", "policy", "X", "--send", "Pay"], "PayFines"),
        (&["add", "query", "X", "--view", ""], "MemberList"),
        (&["add", "event", "lending."], "lending.Member."),
        (&["add", "saga", "X", "--context", ""], "catalogue"),
        (&["explain", "MN00"], "MN004"),
        (&["new", "project", "p", "--example", ""], "minimal"),
        (&["sy"], "sync"),
        (&["sync", "--dr"], "--dry-run"),
        (&["list", "ev"], "event"),
    ] {
        let found = offered(&sandbox, words);
        assert!(found.iter().any(|word| word == wanted), "{words:?}: {found:?}");
    }
    // Where there is no project, and where the domain is broken, nothing fails.
    assert_eq!(
        offered(&Sandbox::new(), &["add", "command", "X", "--on", ""]),
        Vec::<String>::new()
    );
    sandbox.put("domain/lending.toml", "[aggregate.Half\n");
    offered(&sandbox, &["add", "command", "X", "--on", ""]);
}

/// Runs a program over a text, when the machine has it.
fn accepts(program: &[&str], text: &str, sandbox: &Sandbox) {
    sandbox.put("script", text);
    let (name, args) = program.split_first().unwrap();
    let mut command = Command::new(name);
    command.args(args).arg("script").current_dir(sandbox.path()).stdin(Stdio::null());
    if let Ok(output) = command.output() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{program:?}: {said}");
    }
}

#[test]
fn the_scripts_are_accepted_by_their_shells() {
    let sandbox = Sandbox::new();
    for shell in SHELLS {
        let script = sandbox.ends(0, &format!("completions {shell}")).out;
        assert!(script.contains("minos"), "{shell}: {script}");
        match shell {
            "bash" => accepts(&["bash", "-n"], &script, &sandbox),
            "zsh" => accepts(&["zsh", "-n"], &script, &sandbox),
            "fish" => accepts(&["fish", "--no-execute"], &script, &sandbox),
            "nushell" => {
                accepts(&["nu", "--commands", "source"], &script, &sandbox);
                for command in command_line().get_subcommands() {
                    assert!(script.contains(&format!("minos {}", command.get_name())));
                }
            }
            _ => {}
        }
    }
    let typo = sandbox.ends(2, "completions bsh");
    assert!(typo.err.contains("'bash'"), "{}", typo.err);
}

#[test]
fn bash_completes_with_the_script() {
    let sandbox = lending();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_minos")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let program = "source <(minos completions bash)\n\
        COMP_WORDS=(minos add command X --on Me) COMP_CWORD=5 COMP_TYPE=9\n\
        $(complete -p minos | sed 's/.*-F \\([^ ]*\\).*/\\1/') minos Me --on\n\
        echo \"offered: ${COMPREPLY[*]}\"";
    let mut command = Command::new("bash");
    command.args(["--norc", "-c", program]).env("PATH", path).current_dir(sandbox.path());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.trim(), "offered: Member", "{said}");
}

#[test]
fn every_command_and_flag_has_its_place_in_a_manual_page() {
    fn walk(name: &str, command: &clap::Command, sandbox: &Sandbox, count: &mut usize) {
        let page = sandbox.read(&format!("man/{name}.1"));
        *count += 1;
        assert!(page.contains(".TH "), "{name}");
        for section in ["NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "\"EXIT STATUS\""] {
            assert!(page.contains(&format!(".SH {section}\n")), "{name}: {section}\n{page}");
        }
        for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
            let flag = format!("\\-\\-{}", flag.replace('-', "\\-"));
            assert!(page.contains(&flag), "{name}: {flag}");
        }
        for inner in command.get_subcommands() {
            walk(&format!("{name}-{}", inner.get_name()), inner, sandbox, count);
        }
    }
    let sandbox = Sandbox::new();
    sandbox.ends(0, "man --out man");
    let mut command = command_line();
    command.build();
    let mut count = 0;
    walk("minos", &command, &sandbox, &mut count);
    assert_eq!(std::fs::read_dir(sandbox.path().join("man")).unwrap().count(), count);
    assert_eq!(sandbox.ends(0, "man add command").out, sandbox.read("man/minos-add-command.1"));
    assert!(sandbox.read("man/minos.1").contains("\\fB130\\fR\ninterrupted"));
    sandbox.ends(2, "man nothing");
    for name in ["minos", "minos-sync", "minos-add-command"] {
        let page = sandbox.read(&format!("man/{name}.1"));
        accepts(&["groff", "-man", "-Tascii", "-ww", "-z"], &page, &sandbox);
    }
}

#[test]
fn what_several_programs_wrote_is_one_story_in_the_order_of_time() {
    let sandbox = Sandbox::with_example("minimal");
    let line = |time: &str, service: &str, id: &str, body: &str| {
        format!(
            "{{\"timestamp\":\"2026-11-24T20:00:{time}Z\",\"severity_text\":\"INFO\",\"body\":\"{body}\",\
             \"correlation_id\":\"{id}\",\"service.name\":\"{service}\",\"stream\":\"order-1\"}}\n"
        )
    };
    // As text, 01.9 comes behind 01.90001 and 10 before 2.
    let ordering =
        line("01.9", "ordering", "a", "placed") + &line("10", "ordering", "a", "confirmed");
    let stock = line("01.90001", "stock", "a", "reserved") + &line("02", "stock", "b", "received");
    sandbox.put(".data/ordering.log", &ordering);
    sandbox.put(".data/stock.log", &stock);
    sandbox.put(".data/stock.db", "no log");
    let first = "2026-11-24T20:00:01.900000Z  ordering  [a] placed stream=order-1\n";
    let answer = sandbox.ends(0, "logs");
    let words: Vec<&str> = answer.out.lines().filter_map(|it| it.split("] ").nth(1)).collect();
    let told = ["placed", "reserved", "received", "confirmed"];
    assert_eq!(words, told.map(|word| format!("{word} stream=order-1")));
    assert!(answer.out.starts_with(first), "{}", answer.out);
    let one = sandbox.ends(0, "logs .data/stock.log .data/ordering.log --id a --format json-lines");
    let bodies = one.out.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
    let bodies: Vec<Value> = bodies.map(|line| line["body"].clone()).collect();
    assert_eq!(bodies, ["placed", "reserved", "confirmed"]);
    let whole: Value = serde_json::from_str(&sandbox.ends(0, "logs --json").out).unwrap();
    assert_eq!(whole["lines"].as_array().unwrap().len(), 4);
    let answer = sandbox.ends(2, "logs nowhere");
    assert!(answer.err.contains("there is no file or folder nowhere"), "{}", answer.err);
}

#[test]
fn the_state_of_the_domain_can_be_listed() {
    let sandbox = lending();
    let text = sandbox.ends(0, "list").out;
    for line in [
        "aggregate  lending.Member",
        "event      lending.Borrowed",
        "event      lending.LoanRefused",
        "policy     lending.RecallWithdrawn",
        "query      catalogue.Titles",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json = sandbox.ends(0, "list aggregate . --json").out;
    let value: Value = serde_json::from_str(&json).unwrap();
    let items = value["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["kind"] == "aggregate"));
    let member = items.iter().find(|item| item["name"] == "Member").unwrap();
    let line = usize::try_from(member["line"].as_u64().unwrap()).unwrap();
    let file = sandbox.read(member["path"].as_str().unwrap());
    assert_eq!(file.lines().nth(line - 1), Some("[aggregate.Member]"));
    assert_eq!(member["doc"], "Somebody who may borrow.");
    sandbox.put("domain/lending.toml", "[agregate.X]\n");
    assert_eq!(sandbox.run("list").code, 1);
}

#[test]
fn locked_fails_when_pins_would_change() {
    let sandbox = Sandbox::new();
    sandbox.ends(0, "new project p --example minimal -q");
    sandbox.ends(0, "--project p sync --locked");
    let domain = sandbox.read("p/minos.toml");
    sandbox.put("p/minos.toml", &domain.replace("weeks: int(1..4)", "weeks: int(1..5)"));
    let before = super::flow::files(&sandbox.path());
    for line in ["sync --locked", "sync --locked --diff"] {
        let answer = sandbox.ends(1, &format!("--project p {line}"));
        assert!(answer.err.contains("--locked forbids it"), "{}", answer.err);
    }
    super::flow::assert_same(&before, &super::flow::files(&sandbox.path()));
    sandbox.ends(0, "--project p sync");
    sandbox.ends(0, "--project p sync --locked");
}

/// Which files of the program speak to the network at all.
#[test]
fn only_demo_and_dev_speak_to_anybody() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let words = ["ureq", "TcpStream", "UdpSocket", "ToSocketAddrs", "std::net", "reqwest"];
    let mut found = std::collections::BTreeSet::new();
    for entry in walkdir::WalkDir::new(&root).into_iter().flatten() {
        if !entry.file_type().is_file() {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        if words.iter().any(|word| text.contains(word)) {
            let path = entry.path().strip_prefix(&root).unwrap().display().to_string();
            found.insert(path);
        }
    }
    // The doctor only asks whether a port of this machine is free.
    let known = [
        "cli/demo/drive.rs",
        "cli/demo/process.rs",
        "cli/demo/system.rs",
        "cli/dev/program.rs",
        "cli/doctor/project.rs",
    ];
    let strange: Vec<&String> =
        found.iter().filter(|path| !known.contains(&path.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(!found.is_empty());
}
