//! What scripts and build servers get.

use serde_json::Value;

use super::Sandbox;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

const BROKEN: &str = "[project]\nname = \"x\"\ncontext = \"desk\"\n\n[aggregate.Tool]\nstatsu = [\"on\"]\nstate = [\"a: sting\"]\n";

fn broken() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.put("minos.toml", BROKEN);
    sandbox
}

#[test]
fn results_go_to_standard_output_and_always_parse() {
    let good = Sandbox::with_example("minimal");
    let bad = broken();
    let cases = [
        (&good, "check --json", 0),
        (&good, "inspect ast --json", 0),
        (&good, "inspect plan --json", 0),
        (&good, "inspect view --json", 0),
        (&good, "inspect model --json", 0),
        (&good, "fmt --check --json", 0),
        (&good, "sync --dry-run --json", 0),
        (&good, "new project p --example minimal --dry-run --json", 0),
        (&good, "explain MN004 --json", 0),
        (&good, "add command Tool.ScrapTool --dry-run --json", 0),
        (&good, "doctor --json", 0),
        (&good, "list --json", 0),
        (&good, "config show --json", 0),
        (&good, "man --out man --json", 0),
        (&good, "add command Tool.LendTool --json", 2),
        (&bad, "check --json", 1),
        (&bad, "sync --json", 1),
        (&bad, "explain MN9999 --json", 2),
        (&bad, "new project q --json", 4),
        (&bad, "check nowhere --json", 2),
        (&bad, "-C nowhere check --json", 5),
    ];
    for (sandbox, line, code) in cases {
        let answer = sandbox.ends(code, line);
        let value = json(&answer.out);
        assert_eq!(value["schema_version"], 1, "minos {line}: {value}");
    }
}

#[test]
fn mistakes_in_the_arguments_are_json_as_well() {
    let sandbox = Sandbox::new();
    let lines = [
        "sync --chekc --json",
        "--format json synk",
        "check --format=json a b c",
        "new --json",
        "--format=json",
    ];
    for line in lines {
        let answer = sandbox.ends(2, line);
        let value = json(&answer.out);
        assert_eq!(value["error"]["kind"], "usage", "minos {line}");
        assert_eq!(value["error"]["exit_code"], 2, "minos {line}");
        assert!(!value["error"]["message"].as_str().unwrap().is_empty(), "minos {line}");
    }
    let env = Sandbox::new().env("MINOS_FORMAT", "json");
    json(&env.ends(2, "synk").out);
}

#[test]
fn the_json_of_check_is_as_its_schema_says() {
    let value = json(&broken().ends(1, "check --json").out);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/report.schema.json");
    let schema = json(&std::fs::read_to_string(path).unwrap());
    conforms(&schema, &schema, &value, "$");
    assert!(value["diagnostics"].as_array().unwrap().len() >= 2);
    let mut wrong = value.clone();
    wrong["diagnostics"][0]["severity"] = Value::from("fatal");
    let caught = std::panic::catch_unwind(|| conforms(&schema, &schema, &wrong, "$"));
    assert!(caught.is_err(), "the check of the schema must be able to fail");
}

/// As much of JSON Schema as the schema uses.
fn conforms(root: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let part = name.trim_start_matches("#/definitions/");
        return conforms(root, &root["definitions"][part], value, at);
    }
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{at}: {value} is none of {choices:?}");
    }
    if let Some(expected) = schema.get("const") {
        assert_eq!(expected, value, "{at}");
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => vec![kind],
    };
    assert!(kinds.contains(&kind), "{at}: {value} is no {kinds:?}");
    if let Some(object) = value.as_object() {
        let known = schema["properties"].as_object().cloned().unwrap_or_default();
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(required.as_str().unwrap()), "{at} lacks {required}");
        }
        for (key, inner) in object {
            let part = known.get(key).unwrap_or_else(|| panic!("{at}.{key} is not in the schema"));
            assert!(
                !key.contains(|c: char| c.is_uppercase() || c == '-'),
                "{at}.{key}: snake_case"
            );
            conforms(root, part, inner, &format!("{at}.{key}"));
        }
    }
    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
        conforms(root, &schema["items"], item, &format!("{at}[{i}]"));
    }
}

#[test]
fn places_are_bytes_and_lines_in_relative_paths() {
    let sandbox = broken();
    let value = json(&sandbox.ends(1, "check --json").out);
    let text = sandbox.read("minos.toml");
    for finding in value["diagnostics"].as_array().unwrap() {
        let span = &finding["span"];
        assert_eq!(span["path"], "minos.toml");
        let byte = usize::try_from(span["start"]["byte"].as_u64().unwrap()).unwrap();
        let line = text[..byte].matches('\n').count() + 1;
        assert_eq!(span["start"]["line"], line, "{finding}");
    }
}

#[test]
fn the_forms_for_build_servers() {
    let sandbox = broken();
    let count = json(&sandbox.ends(1, "check --json").out)["diagnostics"].as_array().unwrap().len();
    let lines = sandbox.ends(1, "check --format json-lines").out;
    let values: Vec<Value> = lines.lines().map(json).collect();
    assert_eq!(values.len(), count + 1);
    assert!(values[..count].iter().all(|v| v["type"] == "diagnostic"));
    assert_eq!(values[count]["counts"]["error"], count);
    let sarif = json(&sandbox.ends(1, "check --format sarif").out);
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), count);
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 6);
    let github = sandbox.ends(1, "check --format github").out;
    assert_eq!(github.lines().count(), count);
    assert!(github.starts_with("::error file=minos.toml,line=6,col=1,"), "{github}");
    let junit = sandbox.ends(1, "check --format junit").out;
    assert_eq!(junit.matches("<failure ").count(), count);
    assert!(junit.contains(&format!("tests=\"{count}\" failures=\"{count}\"")), "{junit}");
    let good = Sandbox::with_example("minimal").ends(0, "check --format junit").out;
    assert!(good.contains("failures=\"0\""), "{good}");
}

#[test]
fn a_reporter_file_is_written_while_people_see_theirs() {
    let sandbox = broken();
    let human = sandbox.ends(1, "check").out;
    let answer = sandbox.ends(1, "check --format sarif --reporter-file found.sarif");
    assert_eq!(answer.out, human);
    assert_eq!(json(&sandbox.read("found.sarif"))["version"], "2.1.0");
    sandbox.ends(1, "check --reporter-file found.json");
    assert_eq!(json(&sandbox.read("found.json")), json(&sandbox.ends(1, "check --json").out));
}

#[test]
fn two_runs_say_the_same() {
    for line in ["check", "check --json", "inspect plan", "inspect ast", "inspect view"] {
        let (one, two) = (Sandbox::with_example("minimal"), Sandbox::with_example("minimal"));
        assert_eq!(one.run(line), two.run(line), "minos {line}");
    }
}

#[test]
fn findings_are_no_failure_and_warnings_can_be() {
    let sandbox = Sandbox::with_example("minimal");
    let text = sandbox.read("minos.toml");
    sandbox.put("minos.toml", &format!("{text}\n[event.Extra]\non = \"Tool\"\n"));
    let answer = sandbox.ends(0, "check");
    assert!(answer.out.contains("warning[MN305]"), "{}", answer.out);
    let denied = sandbox.ends(1, "check --deny warnings");
    assert!(denied.out.contains("error[MN305]"), "{}", denied.out);
    sandbox.ends(2, "check --deny everything");
}

#[test]
fn a_bug_ends_with_70_and_a_report_without_secrets() {
    let sandbox = Sandbox::with_example("minimal")
        .env("MINOS_TEST_PANIC", "1")
        .env("SECRET_TOKEN", "hunter2");
    let answer = sandbox.ends(70, "check minos.toml");
    assert!(answer.err.contains("minos-report.txt"), "{}", answer.err);
    let report = sandbox.read("minos-report.txt");
    assert!(report.contains("a test asked for a panic") && report.contains("command: check"));
    assert!(!report.contains("hunter2") && !report.contains("minos.toml"), "{report}");
    let answer = sandbox.ends(70, "check --json");
    assert_eq!(json(&answer.out)["error"]["kind"], "bug");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_at_once() {
    use std::process::Stdio;

    let sandbox = Sandbox::new();
    let mut child = sandbox.command(&["check", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    // It waits for its standard input; that it listens for signals by then is seen by trying.
    let pid = child.id().to_string();
    let status = loop {
        let ready = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let caught = ready.lines().find_map(|l| l.strip_prefix("SigCgt:\t")).unwrap_or("0");
        if u64::from_str_radix(caught, 16).unwrap_or(0) & 2 == 0 {
            std::thread::yield_now();
            continue;
        }
        std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
        // It reads a standard input that never ends: that it ends at all is the answer.
        break child.wait().unwrap();
    };
    assert_eq!(status.code(), Some(130));
}
