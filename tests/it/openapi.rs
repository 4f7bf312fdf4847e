//! The OpenAPI document: whole in itself, and about the routes that there are. `scripts/openapi` holds
//! it against the specification.

use std::collections::BTreeSet;
use std::path::Path;

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::cli::Sandbox;
use crate::golden::{Tree, generate};

fn rendered(path: &str) -> (Value, String) {
    let tree = tree(path);
    let document = serde_json::from_str(&tree["contracts/openapi.json"]).unwrap();
    (document, tree["services/gateway/src/lib.rs"].clone())
}

fn tree(path: &str) -> Tree {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let files = if path.ends_with(".toml") {
        vec![("minos.toml".into(), std::fs::read(place).unwrap())]
    } else {
        minos::syntax::read_dir(&Utf8PathBuf::from_path_buf(place).unwrap()).unwrap()
    };
    generate(files)
}

const DOMAINS: [&str; 7] = [
    "examples/minimal",
    "examples/lending",
    "tests/domains/garage",
    "tests/domains/gym",
    "tests/domains/types.toml",
    "tests/domains/routes.toml",
    "tests/domains/waiting.toml",
];

/// Every value below, with its key.
fn walk<'v>(value: &'v Value, seen: &mut dyn FnMut(&str, &'v Value)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            seen(key, value);
            walk(value, seen);
        }),
        Value::Array(items) => items.iter().for_each(|item| walk(item, seen)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    for domain in DOMAINS {
        let (document, _) = rendered(domain);
        let mut named = BTreeSet::new();
        let mut missing = Vec::new();
        walk(&document, &mut |key, value| {
            let Some(reference) = value.as_str().filter(|_| key == "$ref") else { return };
            let pointer = reference.strip_prefix('#').unwrap();
            named.insert(pointer.to_owned());
            if document.pointer(pointer).is_none() {
                missing.push(reference.to_owned());
            }
        });
        assert!(missing.is_empty(), "{domain}: {missing:?}");
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(named.contains(&format!("/components/schemas/{name}")), "{domain}: {name}");
        }
    }
}

#[test]
fn every_line_of_the_gateway_is_an_operation_with_its_own_name() {
    for domain in DOMAINS {
        let (document, table) = rendered(domain);
        let mut ids = BTreeSet::new();
        let mut count = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                count += 1;
                let id = operation["operationId"].as_str().unwrap().to_owned();
                assert!(ids.insert(id.clone()), "{domain}: {id} is there twice");
                let responses = operation["responses"].as_object().unwrap();
                // 202 beside another one: the saga of the command has not ended.
                let success: Vec<&String> =
                    responses.keys().filter(|status| status.starts_with('2')).collect();
                let one = success.len() == 1 || (success.len() == 2 && success[1] == "202");
                assert!(one && responses.contains_key("default"), "{domain}: {id}");
                let fields: Vec<&str> = path
                    .split('/')
                    .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                    .collect();
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let given: Vec<&str> = parameters
                    .filter(|it| it["in"] == "path")
                    .map(|it| it["name"].as_str().unwrap())
                    .collect();
                assert_eq!(given, fields, "{domain}: {id}");
                let line = format!("\"{} {path}\"", method.to_uppercase());
                let composed = format!("\"{path}\"");
                let known = table.contains(&line) || table.contains(&composed);
                assert!(known, "{domain}: the table has no {line}");
            }
        }
        let lines = table.matches(".read(").count() + table.matches(".write(").count();
        assert_eq!(count, lines + table.matches(".compose(").count(), "{domain}");
    }
}

#[test]
fn a_document_says_what_the_text_says() {
    let (document, _) = rendered("tests/domains/routes.toml");
    assert_eq!(document["servers"][0]["url"], "/api");
    let add = &document["paths"]["/jobs/{job_id}/parts"]["post"];
    let count = &add["requestBody"]["content"]["application/json"]["schema"]["properties"]["count"];
    assert_eq!((&count["minimum"], &count["maximum"]), (&Value::from(1), &Value::from(100)));
    for status in ["200", "404", "412", "422", "423", "428"] {
        assert!(add["responses"].get(status).is_some(), "{status} in {add}");
    }
    let rated = &document["paths"]["/ratings/{rater}/{stars}/jobs/{job_id}"]["put"];
    let stars = rated["parameters"].as_array().unwrap().iter().find(|it| it["name"] == "stars");
    assert_eq!(stars.unwrap()["schema"]["maximum"], 5);
    let sent = &rated["requestBody"]["content"]["application/json"]["schema"]["properties"];
    assert_eq!(sent.as_object().unwrap().keys().collect::<Vec<_>>(), ["text"]);
    let made = &document["paths"]["/orders"]["post"];
    assert!(made["responses"]["202"]["headers"]["Location"].is_object(), "{made}");
    let full = &document["paths"]["/jobs/{job_id}/full"]["get"];
    let whole = &full["responses"]["200"]["content"]["application/json"]["schema"]["properties"];
    assert!(whole["job"].is_object() && whole["errors"].is_object(), "{whole}");
}

/// The service waits for the saga, the gateway for the service, and the document says what comes back.
#[test]
fn a_command_that_waits_for_its_saga_is_waited_for() {
    let tree = tree("tests/domains/waiting.toml");
    let routes = &tree["services/desk/service/src/routes.rs"];
    assert_eq!(routes.matches("waits_for(").count(), 1, "{routes}");
    let line = routes.lines().find(|line| line.contains("waits_for(")).unwrap();
    assert!(line.contains(r#".waits_for("desk.get_part", 2_500)"#), "{line}");
    let table = &tree["services/gateway/src/lib.rs"];
    let (_, behind) = table.split_once(r#".write("POST /jobs")"#).unwrap();
    assert!(behind.trim_start().starts_with(r#".within("12500ms")"#), "{behind}");
    let (document, _) = rendered("tests/domains/waiting.toml");
    let answers = &document["paths"]["/jobs"]["post"]["responses"];
    for status in ["201", "202"] {
        let schema = &answers[status]["content"]["application/json"]["schema"];
        assert!(schema["properties"]["saga"]["enum"].is_array(), "{status}: {answers}");
    }
    let others = document["paths"]["/shelves"]["post"]["responses"].as_object().unwrap();
    assert!(others.contains_key("201") && !others.contains_key("202"), "{others:?}");
}

#[test]
fn gen_openapi_writes_the_document_and_nothing_else() {
    let sandbox = Sandbox::with_example("minimal");
    let answer = sandbox.ends(0, "gen openapi");
    assert_eq!(answer.out, "+ contracts/openapi.json  (new)\n");
    assert!(answer.err.contains("other files are not in line with the domain"), "{}", answer.err);
    assert!(!sandbox.path().join("Cargo.toml").exists());
    let alone = sandbox.read("contracts/openapi.json");
    sandbox.ends(0, "sync");
    assert_eq!(sandbox.read("contracts/openapi.json"), alone);
    assert_eq!(sandbox.ends(0, "gen openapi").err, "nothing to do: 1 unchanged\n");
    sandbox.ends(0, "sync --check");
    let text = sandbox.read("minos.toml").replace("string(1..80)", "string(1..90)");
    sandbox.put("minos.toml", &text);
    sandbox.ends(1, "gen openapi --check");
    let answer = sandbox.ends(0, "gen openapi");
    assert!(answer.out.starts_with("~ contracts/openapi.json"), "{}", answer.out);
    assert_eq!(answer.out.lines().count(), 1, "{}", answer.out);
    let document: Value = serde_json::from_str(&sandbox.read("contracts/openapi.json")).unwrap();
    assert!(document.to_string().contains("\"maxLength\":90"), "{document}");
    sandbox.ends(1, "sync --check");
    sandbox.put("contracts/openapi.json", "{}\n");
    let answer = sandbox.ends(1, "gen openapi --check");
    assert!(answer.err.contains("contracts/openapi.json was edited"), "{}", answer.err);
    sandbox.ends(0, "gen docker");
    sandbox.ends(0, "gen docker --check");
}

#[test]
fn gen_openapi_takes_the_document_over_from_the_lock_of_the_project() {
    let sandbox = Sandbox::with_example("minimal");
    sandbox.ends(0, "sync");
    let own = sandbox.read(".minos/lock/deploy-openapi.lock");
    let (mine, head): (Vec<&str>, Vec<&str>) =
        own.lines().partition(|line| line.contains("contracts/openapi.json"));
    assert_eq!(mine.len(), 1, "{own}");
    let project = sandbox.read(".minos/lock/project.lock");
    let (before, after): (Vec<&str>, Vec<&str>) =
        project.lines().partition(|line| head.contains(line) || *line < mine[0]);
    let older = [before, mine, after].concat().join("\n");
    sandbox.put(".minos/lock/project.lock", &format!("{older}\n"));
    std::fs::remove_file(sandbox.path().join(".minos/lock/deploy-openapi.lock")).unwrap();
    sandbox.ends(0, "gen openapi");
    assert_eq!(sandbox.read(".minos/lock/project.lock"), project);
    assert_eq!(sandbox.read(".minos/lock/deploy-openapi.lock"), own);
    sandbox.ends(0, "sync --check");
}
