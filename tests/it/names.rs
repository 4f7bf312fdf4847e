//! Names: what is legal, and how it is spelt elsewhere.

use minos::diagnostics::Sink;
use minos::names::{self, Kind, flaw};
use proptest::prelude::*;

#[test]
fn keywords_are_sorted_and_raw() {
    assert_eq!(names::rust_field("type"), "r#type");
    assert_eq!(names::rust_field("ref"), "r#ref");
    assert_eq!(names::rust_field("yield"), "r#yield");
    assert_eq!(names::rust_field("plate"), "plate");
    for word in ["abstract", "gen", "match", "where", "union"] {
        assert_eq!(names::is_rust_keyword(word), word != "union", "{word}");
    }
}

#[test]
fn words_are_for_people() {
    assert_eq!(names::words("PlateHasOpenJob"), "plate has open job");
    assert_eq!(names::kebab("FindJobs"), "find-jobs");
    assert_eq!(names::screaming("near"), "NEAR");
}

#[test]
fn names_are_legal_everywhere_or_told_why_not() {
    for (kind, good) in [
        (Kind::Context, "workshop"),
        (Kind::Context, "tool_share"),
        (Kind::Aggregate, "Order"),
        (Kind::Aggregate, "PartNo2"),
        (Kind::Thing, "WorkDone"),
        (Kind::Thing, "Event"),
        (Kind::Command, "PlaceOrder"),
        (Kind::Reader, "Orders"),
        (Kind::Field, "type"),
        (Kind::Field, "line_1"),
    ] {
        assert_eq!(flaw(kind, good), None, "{good}");
    }
    for (kind, bad) in [
        (Kind::Context, "timer"),
        (Kind::Context, "shared"),
        (Kind::Context, "match"),
        (Kind::Context, "serde"),
        (Kind::Context, "sales_domain"),
        (Kind::Context, "Sales"),
        (Kind::Aggregate, "Match"),
        (Kind::Aggregate, "Weekday"),
        (Kind::Aggregate, "HTTPServer"),
        (Kind::Aggregate, "job"),
        (Kind::Aggregate, "Settings"),
        (Kind::Command, "Event"),
        (Kind::Reader, "Order"),
        (Kind::Thing, "Option"),
        (Kind::Field, "self"),
        (Kind::Field, "crate"),
        (Kind::Field, "ownerId"),
        (Kind::Field, "owner-id"),
        (Kind::Field, "_x"),
        (Kind::Field, "1x"),
        (Kind::Field, ""),
        (Kind::Field, "größe"),
        (Kind::Field, "a_very_long_name_that_nobody_would_ever_want_to_read_or_type"),
    ] {
        assert!(flaw(kind, bad).is_some(), "{bad}");
    }
}

#[test]
fn every_bad_name_of_a_tree_is_reported_once() {
    let text = "[aggregate.job]\nstate = { Plate = \"string\", ok = \"int\" }\n\
                [command.addJob]\ncreates = \"Job\"\nemit = \"Added\"\n";
    let (_, tree, mut sink) = minos::syntax::load_text("domain/timer.toml", text);
    assert!(sink.found().is_empty());
    names::check(&tree, &mut sink);
    let found: Vec<&str> = sink.found().iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        found,
        [
            "context name `timer` is reserved",
            "aggregate name `job` is not in PascalCase",
            "field name `Plate` is not in snake_case",
            "command name `addJob` is not in PascalCase",
        ]
    );
    let mut sink = Sink::new();
    for name in ["toolshare", "garage"] {
        let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
        let files = minos::syntax::read_dir(&folder.join(name)).expect("the domain is there");
        names::check(&minos::syntax::load(files).1, &mut sink);
    }
    assert_eq!(sink.found(), []);
}

proptest! {
    #[test]
    fn checked_names_survive_every_conversion(name in "[A-Za-z_][A-Za-z0-9_]{0,12}") {
        if flaw(Kind::Thing, &name).is_none() {
            prop_assert_eq!(names::pascal(&names::snake(&name)), name.clone());
            prop_assert_eq!(names::pascal(&names::kebab(&name)), name.clone());
        }
        if flaw(Kind::Field, &name).is_none() {
            prop_assert_eq!(names::snake(&name), name);
        }
    }

    #[test]
    fn any_text_is_answered(name in ".{0,80}") {
        for kind in [Kind::Context, Kind::Aggregate, Kind::Thing, Kind::Field] {
            let _ = flaw(kind, &name);
        }
    }
}
