//! Systems that were written from the reference alone: what is rendered is as rustfmt would write it.

use std::path::Path;
use std::process::Command;

use camino::Utf8PathBuf;

use crate::golden::generate;

/// The rendered sources of a description in `tests/domains`, without the kit.
fn sources(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    let files = match name.strip_suffix(".toml") {
        Some(_) => vec![("minos.toml".into(), std::fs::read(folder.join(name)).unwrap())],
        None => {
            let folder = Utf8PathBuf::from_path_buf(folder.join(name)).unwrap();
            minos::syntax::read_dir(&folder).unwrap()
        }
    };
    generate(files)
        .into_iter()
        .filter(|(path, _)| path.ends_with(".rs") && !path.starts_with("crates/kit"))
        .collect()
}

#[test]
fn rustfmt_leaves_them_alone() {
    for name in ["gym", "parking.toml", "polls.toml", "routes.toml"] {
        let folder = tempfile::tempdir().unwrap();
        let mut roots = Vec::new();
        for (path, text) in sources(name) {
            let place = folder.path().join(&path);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(&place, text).unwrap();
            // rustfmt follows `mod`.
            if ["src/lib.rs", "src/main.rs", "it/main.rs"].iter().any(|root| path.ends_with(root)) {
                roots.push(place);
            }
        }
        assert!(roots.len() > 4, "{roots:?}");
        let output = Command::new("rustfmt")
            .args(["--edition", "2024", "--check", "--color", "never"])
            .args(["--config", "use_small_heuristics=Max"])
            .args(&roots)
            .output()
            .expect("rustfmt is part of the toolchain");
        let differences = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}\n{differences}{errors}");
    }
}

#[test]
fn unconditional_reservations_are_a_list_at_once() {
    let sources = sources("gym");
    let (_, member) = sources.iter().find(|(p, _)| p.ends_with("domain/src/member.rs")).unwrap();
    assert!(member.contains("Ok(vec![Unique::new("), "{member}");
    assert!(!member.contains("held"), "{member}");
}

#[test]
fn a_path_without_placeholders_is_no_text_of_its_own() {
    let sources = sources("gym");
    let (_, routes) =
        sources.iter().find(|(p, _)| p.ends_with("members/service/tests/it/routes.rs")).unwrap();
    assert!(routes.contains("probe.get(\"/day/2026-01-05\")"), "{routes}");
}

#[test]
fn a_type_that_is_called_like_a_name_of_the_kit_does_not_hide_it() {
    let sources = sources("parking.toml");
    let (_, cars) = sources.iter().find(|(p, _)| p.ends_with("src/views/cars.rs")).unwrap();
    assert!(cars.contains("pub kind: lot_domain::values::Kind,"), "{cars}");
    assert!(cars.contains("Column::new(\"kind\", Kind::Text)"), "{cars}");
    assert!(cars.contains("use lot_domain::values::Plate;"), "{cars}");
}

#[test]
fn what_is_stored_under_an_old_name_is_still_read() {
    let sources = sources("polls.toml");
    let alias = "#[serde(alias = \"question\")]\n    pub topic: String,";
    for file in ["poll/event.rs", "poll/draft_poll.rs"] {
        let (_, text) = sources.iter().find(|(p, _)| p.ends_with(file)).unwrap();
        assert!(text.contains(alias), "{text}");
    }
}

#[test]
fn an_aggregate_that_is_called_like_a_name_of_the_kit_is_imported() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    let text = std::fs::read_to_string(folder.join("polls.toml")).unwrap();
    let text = text.replace("aggregate.Poll]", "aggregate.Policy]");
    let text = text.replace("aggregate.Poll.", "aggregate.Policy.");
    let text = text.replace("\"Poll\"", "\"Policy\"").replace("poll_id", "policy_id");
    let made = generate(vec![("minos.toml".into(), text.into_bytes())]);
    let routes = &made["services/polls/service/src/routes.rs"];
    assert!(routes.contains("read::<Policy>"), "{routes}");
    assert!(
        routes
            .contains("use polls_domain::policy::{CastVote, Close, DraftPoll, OpenPoll, Policy};"),
        "{routes}"
    );
}

/// The manifest of the program that runs all services, for a system of this name.
fn app(system: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains");
    let text = std::fs::read_to_string(folder.join("parking.toml")).unwrap();
    let text = text.replace("name = \"parking\"", &format!("name = \"{system}\""));
    generate(vec![("minos.toml".into(), text.into_bytes())])["app/Cargo.toml"].clone()
}

#[test]
fn a_system_that_is_called_like_another_package_has_a_package_of_its_own() {
    for system in ["kit", "kit-runtime", "contracts", "lot", "lot-domain", "test", "type"] {
        let app = app(system);
        assert!(app.contains(&format!("name = \"{system}-app\"")), "{app}");
        assert!(app.contains(&format!("[[bin]]\nname = \"{system}\"")), "{app}");
    }
    assert!(app("parking").contains("name = \"parking\""));
}
