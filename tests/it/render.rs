//! Plans, paths, the embedded files and the template engine.

use minos::plan::{Class, Content, Plan, PlannedFile, RelPath, template, templates};
use minos::render::{Renderer, render};
use serde_json::json;

fn print(template: &'static str, view: serde_json::Value) -> Result<String, String> {
    let renderer = Renderer::with([("t", template)]).map_err(|e| e.to_string())?;
    let content = Content::Template { id: "t", view };
    renderer.text(content).map(|t| t.into_owned()).map_err(|e| e.to_string())
}

#[test]
fn a_template_prints_fields_loops_and_tests() {
    let text =
        "<# note #><% for n in names %><% if n.shown %>«n.text» {{ x }}\n<% endif %><% endfor %>";
    let view = json!({ "names": [
        { "shown": true, "text": "a < b" }, { "shown": false, "text": "-" }, { "shown": true, "text": "c" },
    ] });
    assert_eq!(print(text, view).unwrap(), "a < b {{ x }}\nc {{ x }}\n");
}

#[test]
fn an_undefined_name_is_an_error_that_names_it() {
    let error = print("«nmae»\n", json!({ "name": "x" })).unwrap_err();
    assert!(error.contains("nmae"), "{error}");
    let error = print("«a.b»\n", json!({ "a": { "c": 1 } })).unwrap_err();
    assert!(error.contains('b'), "{error}");
}

#[test]
fn text_has_one_last_line_break_and_none_in_front() {
    assert_eq!(print("<# x #>\n\n«a»\n\n\n", json!({ "a": 1 })).unwrap(), "1\n");
    assert_eq!(print("«a»", json!({ "a": "" })).unwrap(), "");
}

#[test]
fn the_three_filters() {
    let view = json!({ "doc": "The lot.\nMore.", "say": "it's \"so\"\\", "body": "a\nb" });
    let text = "    «doc | doc(indent=4)»\n«say | quoted»\n  «body | indent(width=2)»\n";
    let expected = "    /// The lot.\n    /// More.\n\"it's \\\"so\\\"\\\\\"\n  a\n  b\n";
    assert_eq!(print(text, view).unwrap(), expected);
}

#[test]
fn every_embedded_template_can_be_read() {
    Renderer::try_new().unwrap();
}

#[test]
fn kit_sources_come_out_byte_for_byte() {
    let id = "workspace/crates/kit/src/lib.rs";
    let mut plan = Plan::new();
    plan.add("crates/kit/src/lib.rs", PlannedFile::owned("project", Content::Verbatim(id)))
        .unwrap();
    let tree = render(&plan).unwrap();
    let (path, file) = tree.iter().next().unwrap();
    assert_eq!(path.as_str(), "crates/kit/src/lib.rs");
    assert_eq!(file.text.as_bytes(), std::fs::read(format!("templates/{id}")).unwrap());
    assert_eq!(file.template, id);
}

#[test]
fn embedded_files_are_found_by_id_and_by_folder() {
    let kit: Vec<&str> = templates("workspace/crates/kit/").map(|(id, _)| id).collect();
    assert!(kit.contains(&"workspace/crates/kit/src/lib.rs"));
    assert!(kit.is_sorted());
    assert!(kit.iter().all(|id| id.starts_with("workspace/crates/kit/")));
    assert_eq!(template("workspace/no/such/file"), None);
}

#[test]
fn a_plan_names_each_path_once() {
    let file = || PlannedFile::new(Class::Owned, "project", Content::Text("x".to_owned()));
    let mut plan = Plan::new();
    plan.add("src/lib.rs", file()).unwrap();
    plan.add("src/b/mod.rs", file()).unwrap();
    for path in ["src/lib.rs", "src/Lib.rs", "src/lib.rs/x.rs", "src/b", "SRC/B"] {
        assert!(plan.add(path, file()).is_err(), "{path}");
    }
    let paths: Vec<&str> = plan.files().map(|(p, _)| p.as_str()).collect();
    assert_eq!(paths, ["src/b/mod.rs", "src/lib.rs"]);
}

#[test]
fn paths_stay_inside_the_project() {
    for path in ["a", "a/b.rs", ".github/ci.yml", "r\u{e4}tsel.txt", "a b/c"] {
        assert!(RelPath::try_new(path).is_ok(), "{path}");
    }
    let bad = [
        "", "/a", "a/../b", "..", "./a", "a//b", "a/", "C:/x", "a\\b", "a\0b", "a\nb", "a.", "a /b",
    ];
    for path in bad {
        assert!(RelPath::try_new(path).is_err(), "{path:?}");
    }
}
