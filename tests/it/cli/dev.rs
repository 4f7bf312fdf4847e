//! `minos dev` before there is anything to run. `scripts/dev` shows the rest on a real workspace.

use std::net::TcpListener;

use serde_json::Value;

use super::Sandbox;

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ends(0, "new project p --example minimal -q");
    sandbox
}

#[test]
fn dev_says_that_its_port_is_taken_before_it_builds() {
    let sandbox = project();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = sandbox.ends(4, &format!("--project p dev --port {port}"));
    assert!(answer.err.contains(&format!("port {port} of this machine is taken")), "{answer:?}");
    assert!(answer.err.contains("minos dev --port 0"), "{answer:?}");
    let sandbox = sandbox.env("MINOS_PORT", &port.to_string());
    sandbox.ends(4, "dev p");
}

#[test]
fn dev_shows_what_is_wrong_with_the_domain() {
    let sandbox = project();
    let text = sandbox.read("p/minos.toml").replace("view = \"Shelf\"", "view = \"Shlef\"");
    sandbox.put("p/minos.toml", &text);
    let answer = sandbox.ends(1, "dev p --port 0 --once");
    assert!(answer.out.contains("Shlef"), "{answer:?}");
    assert!(answer.err.ends_with("the domain has errors; nothing is started\n"), "{answer:?}");
    let answer = sandbox.ends(1, "dev p --port 0 --once --json");
    let lines: Vec<Value> =
        answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["type"] == "diagnostic"), "{answer:?}");
    let last = &lines[lines.len() - 1];
    assert_eq!((last["event"].as_str(), last["stage"].as_str()), (Some("failed"), Some("sync")));
}

#[test]
fn dev_without_cargo_says_what_to_do() {
    let sandbox = project().env("PATH", "/nowhere");
    let answer = sandbox.ends(5, "dev p --port 0 --once");
    assert!(answer.err.contains("cargo does not run"), "{answer:?}");
    assert!(answer.err.contains("minos doctor"), "{answer:?}");
}
