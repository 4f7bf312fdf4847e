//! `minos dev` on a real workspace: edits, mistakes, and the end.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a surprise")]

#[path = "../it/http.rs"]
#[expect(dead_code, reason = "the tests of the shop look at headers, too")]
mod http;
mod minos;
mod workspace;

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::minos::Minos;
use crate::workspace::Workspace;

const QUERY: &str = "\n[query.OnShelf]\nview = \"Shelf\"\nwhere = \"status == on_shelf\"\n";
const ANOTHER: &str = "\n[query.LentTools]\nview = \"Shelf\"\nwhere = \"status == lent\"\n";
const ON_SHELF: &str = "GET /on-shelf";
const FAILING: &str = "\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn fails() {\n        \
                       panic!(\"broken on purpose\");\n    }\n}\n";

/// The names of the tools that are answered.
fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().into_iter().flatten();
    items.filter_map(|it| it["name"].as_str()).collect()
}

#[test]
fn edits_come_to_life_mistakes_stop_nothing_and_the_end_leaves_nothing() {
    let workspace = Workspace::fresh();
    let mut minos = Minos::start(&workspace, &["dev", "--port", "0"]);
    minos.shows("running: http://127.0.0.1:");
    minos.find_address();
    minos.shows("waiting for edits");
    let added = minos.ask("POST /tools", &json!({ "name": "Drill" }));
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(minos.ask(ON_SHELF, &Value::Null).status, 404);
    assert_eq!(minos.ask("GET /_dev", &Value::Null).status, 200);

    let domain = workspace.read("minos.toml");
    workspace.write("minos.toml", &format!("{domain}{QUERY}"));
    let answer = minos.until(ON_SHELF, |it| names(&it.body) == ["Drill"]);
    assert_eq!(answer.status, 200, "what was there before the edit is there after it");
    minos.shows("waiting for edits");

    let mistake = QUERY.replace("\"Shelf\"", "\"Shlef\"");
    workspace.write("minos.toml", &format!("{domain}{mistake}"));
    let shown = minos.shows("the system goes on as it was");
    assert!(shown.contains("edited: minos.toml") && shown.contains("minos.toml:"), "{shown}");
    assert!(shown.contains("Shlef") && shown.contains("`Shelf`"), "{shown}");
    assert_eq!(minos.ask(ON_SHELF, &Value::Null).status, 200);

    workspace.write("minos.toml", &format!("{domain}{QUERY}{ANOTHER}"));
    minos.until("GET /lent-tools", |it| it.status == 200);
    minos.shows("waiting for edits");

    let own = "services/desk/service/src/extend.rs";
    let text = workspace.read(own);
    workspace.write(own, &format!("{text}\nfn broken() -> u8 {{\n    \"text\"\n}}\n"));
    let shown = minos.shows("it does not compile; the system goes on as it was");
    assert!(shown.contains("extend.rs:") && shown.contains("mismatched types"), "{shown}");
    assert!(!shown.contains("Compiling"), "{shown}");
    assert_eq!(minos.ask(ON_SHELF, &Value::Null).status, 200);

    workspace.write(own, &format!("{text}{FAILING}"));
    let shown = minos.shows("tests fail; the system goes on as it was");
    assert!(shown.contains("extend::tests::fails"), "{shown}");
    assert!(shown.contains("broken on purpose"), "{shown}");
    assert_eq!(minos.ask(ON_SHELF, &Value::Null).status, 200);

    workspace.write(own, &format!("{text}\n// mended\n"));
    minos.shows("running: ");
    assert_eq!(names(&minos.ask(ON_SHELF, &Value::Null).body), ["Drill"]);
    minos.shows("waiting for edits");
    let address = minos.address.clone();
    minos.signal("INT");
    assert_eq!(minos.end(), Some(130));
    assert!(TcpStream::connect(&address).is_err(), "nobody answers any more");
    assert_eq!(workspace.copies(), Vec::<String>::new());

    // Killed, it cannot end what it started; that ends by itself.
    let mut minos = Minos::start(&workspace, &["dev", "--port", "0", "--no-test"]);
    minos.shows("running: http://127.0.0.1:");
    minos.find_address();
    assert_eq!(names(&minos.ask(ON_SHELF, &Value::Null).body), ["Drill"]);
    let address = minos.address.clone();
    minos.signal("KILL");
    minos.end();
    http::within(Duration::from_secs(30), "the system ends", || {
        TcpStream::connect(&address).map_or(Ok(()), |_| Err("it answers".to_owned()))
    });

    let line = ["dev", "--port", "0", "--no-test", "--once", "--format", "json-lines"];
    let (code, out) = Minos::run(&workspace, &line);
    assert_eq!(code, Some(0), "{out}");
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().filter_map(|it| it["event"].as_str()).collect();
    assert_eq!(names.first(), Some(&"begins"), "{out}");
    assert_eq!(names[names.len() - 2..], ["runs", "stopped"], "{out}");
    assert!(events.iter().all(|it| it["schema_version"] == 1), "{out}");
}
