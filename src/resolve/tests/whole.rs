//! Whole domains.

use camino::Utf8Path;

use super::{check, check_text, lines, resolve};
use crate::diagnostics::Severity;

pub(super) const TOOLSHARE: &str = include_str!("../../../tests/domains/toolshare/minos.toml");
pub(super) const GARAGE: [(&str, &str); 3] = [
    ("minos.toml", include_str!("../../../tests/domains/garage/minos.toml")),
    ("domain/stock.toml", include_str!("../../../tests/domains/garage/domain/stock.toml")),
    ("domain/workshop.toml", include_str!("../../../tests/domains/garage/domain/workshop.toml")),
];

#[test]
fn the_first_domain_is_clean() {
    assert_eq!(check_text(TOOLSHARE), "");
}

#[test]
fn the_garage_is_clean() {
    assert_eq!(check(&GARAGE), "");
}

/// What stage 2 will build is answered once per construct, and nothing that uses it is blamed.
#[test]
fn constructs_of_stage_2_are_answered_once_each() {
    let found = check(&[
        ("minos.toml", include_str!("../../../tests/domains/garage-stage2/minos.toml")),
        (
            "domain/stock.toml",
            include_str!("../../../tests/domains/garage-stage2/domain/stock.toml"),
        ),
        (
            "domain/workshop.toml",
            include_str!("../../../tests/domains/garage-stage2/domain/workshop.toml"),
        ),
    ]);
    let codes: Vec<&str> = found.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert!(codes.iter().all(|code| *code == "MN050"), "{found}");
    assert_eq!(codes.len(), 6, "{found}");
}

/// `unique` is kept by the store; the interpreter compares the streams of the scenario.
#[test]
fn a_scenario_knows_what_is_taken() {
    let seats = include_str!("../../../tests/domains/upsert.toml");
    let scenario = |given: &str, then: &str| {
        format!(
            "{seats}\n[[scenario]]\nname = \"taken\"\ngiven = {given}\n\
             when = \"Take(holder = 'ben')\"\nthen = {then}\n"
        )
    };
    let both = r#"["SeatAdded(seat_no = 'B')", "SeatTaken(seat_no = 'B', holder = 'ben')"]"#;
    assert_eq!(check_text(&scenario(both, r#""HasASeat""#)), "");
    let found = check_text(&scenario(both, r#"["SeatAdded", "SeatTaken"]"#));
    assert!(found.contains("MN332"), "{found}");
    let left = r#"["SeatAdded(seat_no = 'B')"]"#;
    assert_eq!(check_text(&scenario(left, r#"["SeatAdded", "SeatTaken"]"#)), "");
}

/// A derived value is unique like a field; what a scenario reports is written as one would write it.
#[test]
fn a_derived_value_is_unique_and_reported_in_words() {
    let reviews = |then: &str| {
        format!(
            r#"
[project]
name = "reviews"
context = "desk"
[enum.Tone]
members = ["kind", "harsh"]
[value.Opinion]
fields = ["tone: Tone", "text: string(1..)"]
[aggregate.Review]
unique = "both else AlreadyReviewed"
derive.both = "format('{{}} {{}}', product_id, author_id)"
state = ["product_id: uuid", "author_id: uuid", "opinion: Opinion"]
[command]
Write = {{ creates = "Review", fields = ["product_id", "author_id", "opinion"], emit = "Written" }}
[[scenario]]
name = "one opinion each"
given = "Written(review_id = @first, product_id = @lamp)"
when = "Write(product_id = @lamp, opinion = Opinion(tone = harsh, text = 'dim'))"
then = {then}
"#
        )
    };
    assert_eq!(check_text(&reviews(r#""AlreadyReviewed""#)), "");
    let (_, found, _) = resolve(&[("minos.toml", &reviews("[]"))]);
    let label = &found[0].primary.text;
    assert_eq!(label, "expected nothing, but it was refused with `AlreadyReviewed`");
    let other = reviews(r#""Written(author_id = @ben)""#).replace("product_id = @lamp, op", "op");
    let (_, found, _) = resolve(&[("minos.toml", &other)]);
    let label = &found[0].primary.text;
    assert_eq!(
        label,
        "expected `Written(author_id = @ben)`, but `Written(product_id = @product_id, \
         author_id = @author_id, opinion = Opinion(tone = harsh, text = 'dim'))` came"
    );
}

#[test]
fn a_field_of_another_name_has_no_old_names() {
    let text = r#"
[project]
name = "tools"
context = "desk"
[aggregate.Tool]
state = ["label: string was title", "size: int"]
[command.AddTool]
creates = "Tool"
fields = ["label", "size"]
emit = "ToolAdded"
[command.Show]
on = "Tool"
emit = "Shown(label = label, told = label, again = label)"
[event.Shown]
apply = []
"#;
    let (model, found, sources) = resolve(&[("minos.toml", text)]);
    assert_eq!(lines(&found, &sources), "");
    let model = model.unwrap();
    let shown = model.types.fields(model.contexts["desk"].events["Shown"].record);
    let old: Vec<usize> = shown.iter().map(|f| f.marks.was.len()).collect();
    assert_eq!(old, [1, 0, 0]);
}

#[test]
fn routes_follow_from_names() {
    let (model, ..) = resolve(&[("minos.toml", TOOLSHARE)]);
    let routes = model.expect("a clean domain has a model").routes;
    let lines: Vec<String> =
        routes.iter().map(|r| format!("{} {}", r.method.as_str(), r.path)).collect();
    assert_eq!(
        lines,
        [
            "GET /shelf",
            "POST /tools",
            "GET /tools/{tool_id}",
            "POST /tools/{tool_id}/lend",
            "POST /tools/{tool_id}/return",
        ]
    );
}

/// Every folder of `examples` and every snippet of `tests/domains` is in order, warnings included.
#[test]
fn examples_and_snippets_are_clean() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut count = 0;
    for (folder, ending) in [("examples", ""), ("tests/domains", ".toml")] {
        let entries = root.join(folder).read_dir_utf8().expect("the folder is there");
        let mut paths: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.into_path())).collect();
        paths.sort();
        for path in paths.iter().filter(|p| p.as_str().ends_with(ending)) {
            let files = crate::syntax::read_path(path).expect("it can be read");
            let (sources, tree, mut sink) = crate::syntax::load(files);
            let model = crate::resolve::resolve(&tree, &sources, &mut sink);
            let found: Vec<_> =
                sink.finish().into_iter().filter(|d| d.severity != Severity::Advice).collect();
            if model.is_none() || !found.is_empty() {
                wrong.push(format!("{path}:\n{}", super::lines(&found, &sources)));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 7, "only {count} domains were found");
}
