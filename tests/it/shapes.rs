//! What is written from the table of shapes: schemas and the reference page.

use std::path::PathBuf;

use camino::Utf8PathBuf;
use minos::diagnostics::{Diagnostic, Severity};
use minos::shapes::{CONTEXT_FILE, Form, Key, Shape, json_schema, reference};
use serde_json::Value;

fn is_up_to_date(path: &str, text: &str) {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("MINOS_OVERWRITE").is_some() {
        std::fs::write(&full, text).expect("the file can be written");
    }
    let found = std::fs::read_to_string(&full).unwrap_or_default();
    assert!(found == text, "{path} is stale: run this test with MINOS_OVERWRITE=1");
}

#[test]
fn the_schemas_are_up_to_date() {
    is_up_to_date("schemas/context.json", &json_schema::context());
    is_up_to_date("schemas/project.json", &json_schema::project());
}

#[test]
fn the_reference_page_is_up_to_date() {
    is_up_to_date("docs/domain-reference.md", &reference::page());
}

/// All tables of a context file, with those inside them.
fn shapes() -> Vec<&'static Shape> {
    let mut all: Vec<&'static Shape> = vec![&CONTEXT_FILE];
    let mut next = 0;
    while let Some(shape) = all.get(next).copied() {
        next += 1;
        for key in shape.keys() {
            if let Form::Table(inner)
            | Form::Tables(inner)
            | Form::Named(inner)
            | Form::Reactions(inner)
            | Form::Replies(inner) = key.form
                && !all.iter().any(|s| std::ptr::eq(*s, inner))
            {
                all.push(inner);
            }
        }
    }
    all
}

#[test]
fn every_key_says_what_it_means() {
    let keys: Vec<&Key> = shapes().into_iter().flat_map(Shape::keys).collect();
    assert!(keys.len() > 250, "{}", keys.len());
    for shape in shapes() {
        assert!(shape.doc.ends_with('.'), "{}", shape.name);
    }
    for key in keys {
        let ends = key.doc.ends_with(['.', ')']);
        assert!(ends && key.doc.len() > 8 && !key.example.is_empty(), "{}: {}", key.name, key.doc);
    }
}

/// Every example of the page is a context file without a mistake; being short, it may declare
/// what it does not use.
#[test]
fn the_examples_of_the_page_are_fine() {
    let page = reference::page();
    let examples: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 18, "{}", examples.len());
    for example in examples {
        let path = if example.contains("[project]") { "minos.toml" } else { "domain/example.toml" };
        let files = vec![(Utf8PathBuf::from(path), example.as_bytes().to_vec())];
        let (sources, tree, mut sink) = minos::syntax::load(files);
        let model = minos::resolve::resolve(&tree, &sources, &mut sink);
        let counts = |d: &&Diagnostic| d.severity != Severity::Advice;
        let wrong: Vec<_> = sink.found().iter().filter(counts).collect();
        assert!(wrong.is_empty(), "{example}{wrong:?}");
        assert!(model.is_some());
    }
}

/// Draft-07, as far as our schemas use it.
fn valid(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return schema.as_bool() != Some(false) };
    schema.iter().all(|(word, rule)| match word.as_str() {
        "$ref" => {
            let path = rule.as_str().expect("a text").trim_start_matches('#');
            valid(root, root.pointer(path).expect("a definition"), value)
        }
        "type" => {
            let types: Vec<&str> = match rule {
                Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            types.contains(&match value {
                Value::Bool(_) => "boolean",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                _ => "object",
            })
        }
        "enum" => rule.as_array().expect("a list").contains(value),
        "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str(), text)),
        "required" => value.as_object().is_none_or(|object| {
            let names = rule.as_array().expect("a list").iter().filter_map(Value::as_str);
            names.into_iter().all(|name| object.contains_key(name))
        }),
        "items" => value.as_array().is_none_or(|all| all.iter().all(|v| valid(root, rule, v))),
        "additionalProperties" => value.as_object().is_none_or(|object| {
            object
                .iter()
                .filter(|(name, _)| !is_listed(schema, name))
                .all(|(_, v)| valid(root, rule, v))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(name, v)| rule.get(name).is_none_or(|s| valid(root, s, v)))
        }),
        "patternProperties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(name, v)| {
                let rules = rule.as_object().expect("a table").iter();
                rules
                    .into_iter()
                    .filter(|(p, _)| matches(Some(p), name))
                    .all(|(_, s)| valid(root, s, v))
            })
        }),
        "allOf" => rule.as_array().expect("a list").iter().all(|s| valid(root, s, value)),
        "anyOf" => rule.as_array().expect("a list").iter().any(|s| valid(root, s, value)),
        "oneOf" => {
            rule.as_array().expect("a list").iter().filter(|s| valid(root, s, value)).count() == 1
        }
        "not" => !valid(root, rule, value),
        "dependencies" => value.as_object().is_none_or(|object| {
            let rules = rule.as_object().expect("a table").iter();
            rules.into_iter().filter(|(name, _)| object.contains_key(*name)).all(|(_, others)| {
                let others = others.as_array().expect("a list").iter().filter_map(Value::as_str);
                others.into_iter().all(|other| object.contains_key(other))
            })
        }),
        "description" | "title" | "$schema" | "definitions" => true,
        other => panic!("a word that this test does not know: {other}"),
    })
}

fn matches(pattern: Option<&str>, text: &str) -> bool {
    regex::Regex::new(pattern.expect("a text")).expect("a pattern").is_match(text)
}

fn is_listed(schema: &serde_json::Map<String, Value>, name: &str) -> bool {
    let listed = schema.get("properties").is_some_and(|all| all.get(name).is_some());
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    listed || patterns.is_some_and(|all| all.keys().any(|pattern| matches(Some(pattern), name)))
}

fn as_json(value: &toml::de::DeValue<'_>) -> Value {
    match value {
        toml::de::DeValue::String(text) => Value::from(text.to_string()),
        toml::de::DeValue::Boolean(flag) => Value::from(*flag),
        toml::de::DeValue::Integer(int) => Value::from(int.as_str().parse::<i64>().expect("small")),
        toml::de::DeValue::Array(items) => items.iter().map(|i| as_json(i.get_ref())).collect(),
        toml::de::DeValue::Table(table) => table_as_json(table),
        other => panic!("not in domains: {}", other.type_str()),
    }
}

fn table_as_json(table: &toml::de::DeTable<'_>) -> Value {
    let pairs = table.iter().map(|(key, v)| (key.get_ref().to_string(), as_json(v.get_ref())));
    Value::Object(pairs.collect())
}

#[test]
fn the_schemas_accept_the_domains_and_refuse_mistakes() {
    let context: Value = serde_json::from_str(&json_schema::context()).expect("JSON");
    let project: Value = serde_json::from_str(&json_schema::project()).expect("JSON");
    let check = |path: &str, text: &str| {
        let schema = if path.starts_with("domain") { &context } else { &project };
        let table = toml::de::DeTable::parse(text).expect("TOML");
        valid(schema, schema, &table_as_json(table.get_ref()))
    };
    let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    for name in ["garage", "garage-stage2", "toolshare"] {
        for (path, bytes) in minos::syntax::read_dir(&folder.join(name)).expect("it is there") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            assert!(check(path.as_str(), &text), "{path}");
        }
    }
    let inline = "[context.desk]\nkind = \"core\"\n[context.desk.settings]\na = \"int = 1\"\n";
    assert!(check("minos.toml", inline));
    for bad in [
        "[command.A]\non = \"B\"\nemitt = \"C\"\n",
        "[command.A]\non = \"B\"\n",
        "[command.A]\nemit = \"B\"\n",
        "[command.A]\non = \"B\"\ncreates = \"B\"\nemit = \"C\"\n",
        "[command.A]\non = \"B\"\nemit = 5\n",
        "[command.A]\non = \"B\"\nemit = \"C\"\nif_missing = \"maybe\"\n",
        "[command.A]\non = \"B\"\nemit = \"C\"\nrefuse = \"C\"\n",
        "[view.A]\nlog = \"B\"\nof = \"C\"\ncolumns = []\n",
        "[comand.A]\n",
        "[event.A]\nfields = \"x\"\n",
    ] {
        assert!(!check("domain/x.toml", bad), "{bad}");
    }
}
