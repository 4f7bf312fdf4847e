//! `minos doctor`: each thing that can be wrong is found, with a way out, and nothing is written.

use serde_json::Value;

use super::{Answer, Sandbox, flow};

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ends(0, "new project p --example minimal -q");
    sandbox
}

fn findings(answer: &Answer) -> Vec<Value> {
    let value: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(value["schema_version"], 1);
    let all = value["findings"].as_array().unwrap().clone();
    for finding in &all {
        let is_good = finding["state"] == "good";
        assert_eq!(finding["way_out"].is_null(), is_good, "{finding}");
        assert!(!finding["message"].as_str().unwrap().is_empty());
    }
    let broken = all.iter().filter(|finding| finding["state"] == "broken").count();
    assert_eq!((value["healthy"] == true, answer.code == 0), (broken == 0, broken == 0));
    all
}

/// The state and message of the first finding of this name that is not good.
fn told(all: &[Value], name: &str) -> (String, String) {
    let found = all.iter().find(|f| f["name"] == name && f["state"] != "good");
    let found = found.unwrap_or_else(|| panic!("nothing about {name} in {all:#?}"));
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    (text("state"), text("message"))
}

fn looked_at(sandbox: &Sandbox) -> Vec<Value> {
    let before = flow::files(&sandbox.path());
    let found = findings(&sandbox.run("--project p doctor --json"));
    flow::assert_same(&before, &flow::files(&sandbox.path()));
    found
}

#[test]
fn a_project_in_order_is_well() {
    let sandbox = project();
    let answer = sandbox.ends(0, "--project p doctor");
    let names = ["rustc", "cargo", "C compiler", "domain", "runs", "state", "generator", "kit"];
    for name in names {
        assert!(answer.out.contains(&format!("good    {name}: ")), "{}", answer.out);
    }
    let all = looked_at(&sandbox);
    for name in names {
        assert!(all.iter().any(|f| f["name"] == name && f["state"] == "good"), "{name}");
    }
    // Beside a project there is the machine.
    let answer = sandbox.ends(0, "doctor --json");
    assert_eq!(told(&findings(&answer), "project").0, "note");
    sandbox.ends(2, "--project nowhere doctor");
}

#[cfg(unix)]
#[test]
fn a_machine_without_tools_is_told_what_to_install() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path().join("bin")).unwrap();
    let path = sandbox.path().join("bin").display().to_string();
    let sandbox = sandbox.env("PATH", &path);
    let answer = sandbox.ends(1, "doctor --json");
    let all = findings(&answer);
    for name in ["rustc", "cargo", "C compiler"] {
        assert_eq!(told(&all, name).0, "broken");
    }
    for name in ["docker", "kubectl", "git", "clippy", "rustfmt"] {
        assert_eq!(told(&all, name).0, "note");
    }
    for (version, state) in [("1.88.0", "broken"), ("1.89.0", "good"), ("2.0.0", "good")] {
        sandbox.put("bin/rustc", &format!("#!/bin/sh\necho rustc {version}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(sandbox.path().join("bin/rustc"), mode).unwrap();
        let all = findings(&sandbox.run("doctor --json"));
        let rustc = all.iter().find(|finding| finding["name"] == "rustc").unwrap();
        assert_eq!(rustc["state"], state, "{rustc}");
    }
    let human = sandbox.ends(1, "doctor");
    assert!(human.err.ends_with("broken: 2 things; the ways out are above\n"), "{}", human.err);
}

#[test]
fn what_is_stale_edited_or_half_done_is_found() {
    let sandbox = project();
    let kit = "p/crates/kit/src/lib.rs";
    let original = sandbox.read(kit);
    sandbox.put(kit, &format!("{original}// mine\n"));
    let (state, message) = told(&looked_at(&sandbox), "files");
    assert_eq!(state, "warning");
    assert!(message.contains("crates/kit/src/lib.rs was edited"), "{message}");
    std::fs::remove_file(sandbox.path().join(kit)).unwrap();
    assert_eq!(told(&looked_at(&sandbox), "kit").0, "warning");
    sandbox.put(kit, &original);
    let domain = sandbox.read("p/minos.toml");
    sandbox.put("p/minos.toml", &domain.replace("weeks: int(1..4)", "weeks: int(1..5)"));
    assert!(told(&looked_at(&sandbox), "files").1.contains("not in line with the domain"));
    sandbox.put("p/minos.toml", &domain.replace("int(1..4)", "itn(1..4)"));
    assert_eq!(told(&looked_at(&sandbox), "domain").0, "broken");
    sandbox.put("p/minos.toml", &domain);
    let text = sandbox.read("p/.minos/project.toml");
    sandbox.put("p/.minos/project.toml", &text.replace("generator = \"", "generator = \"0.0.1-"));
    assert!(told(&looked_at(&sandbox), "generator").1.starts_with("minos 0.0.1-"));
    sandbox.put("p/.minos/project.toml", &text.replace("format = 1", "format = 9"));
    assert_eq!(told(&looked_at(&sandbox), "state").0, "broken");
    sandbox.put("p/.minos/project.toml", &text);
    sandbox.put("p/.minos/txn/new/0", "staged");
    assert!(told(&looked_at(&sandbox), "runs").1.contains("before it wrote anything"));
    sandbox.put("p/.minos/txn/journal.json", "{}");
    assert!(told(&looked_at(&sandbox), "runs").1.contains("half way"));
    std::fs::remove_dir_all(sandbox.path().join("p/.minos/txn")).unwrap();
    assert!(
        looked_at(&sandbox)
            .iter()
            .all(|f| f["state"] == "good" || f["area"] == "machine" || f["name"] == "ports")
    );
    std::fs::remove_dir_all(sandbox.path().join("p/.minos")).unwrap();
    assert!(told(&looked_at(&sandbox), "state").1.contains("nothing was generated yet"));
}

#[test]
fn a_port_that_somebody_has_is_named() {
    let sandbox = project();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let text = sandbox.read("p/.minos/project.toml");
    sandbox.put("p/.minos/project.toml", &text.replace("desk = 8001", &format!("desk = {port}")));
    let all = findings(&sandbox.run("--project p doctor --json"));
    let told = all.iter().filter(|f| f["name"] == "ports").map(|f| f["message"].as_str().unwrap());
    let told: Vec<&str> = told.collect();
    assert!(told.contains(&format!("{port} of desk is in use").as_str()), "{told:?}");
}
