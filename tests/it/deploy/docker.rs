//! The `Dockerfile`, and `gen`, which writes the files of one target.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Sandbox;
use crate::golden::{domain, generate};

/// The `Dockerfile` of an example, its instructions with continued lines joined.
fn instructions(example: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let tree = generate(domain(&folder));
    let text = tree["Dockerfile"].replace("\\\n", " ");
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

fn of<'a>(instructions: &'a [String], word: &str) -> Vec<&'a str> {
    let start = format!("{word} ");
    instructions.iter().filter_map(|line| line.strip_prefix(start.as_str())).collect()
}

#[test]
fn images_are_pinned_and_the_last_one_has_neither_root_nor_a_shell() {
    let file = instructions("lending");
    let stages: BTreeSet<&str> =
        of(&file, "FROM").iter().filter_map(|from| from.split(" AS ").nth(1)).collect();
    for from in of(&file, "FROM") {
        let image = from.split(' ').next().unwrap();
        assert!(stages.contains(image) || image.contains("@sha256:"), "{image} can be moved");
        assert!(!image.contains(":latest"));
    }
    let last = file.iter().rposition(|line| line.starts_with("FROM ")).unwrap();
    let last = &file[last..];
    assert_eq!(of(last, "USER"), ["65532:65532"]);
    assert_eq!(of(last, "ENTRYPOINT"), [r#"["/service"]"#]);
    assert!(of(last, "RUN").is_empty());
    assert!(of(last, "HEALTHCHECK")[0].ends_with(r#"CMD ["/service", "health"]"#));
    assert_eq!(of(last, "EXPOSE"), ["8000"]);
    assert_eq!(of(last, "ENV"), ["HTTP_ADDR=0.0.0.0:8000"]);
}

#[test]
fn dependencies_are_compiled_before_the_sources_come() {
    let file = instructions("minimal");
    let place = |text: &str| file.iter().position(|line| line.starts_with(text)).unwrap();
    let (first, sources) = (place("FROM toolchain AS dependencies"), place("FROM dependencies AS"));
    let between = &file[first..sources];
    assert_eq!(of(between, "COPY"), ["--from=manifests /src ."]);
    assert!(of(between, "RUN")[0].contains("--release --locked && find"));
    for run in of(&file, "RUN").iter().filter(|run| run.contains("cargo build")) {
        assert!(run.contains("--locked"), "{run}");
    }
}

#[test]
fn every_program_that_is_named_is_one_of_the_workspace() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lending");
    let tree = generate(domain(&folder));
    let named: BTreeSet<&str> = tree["Dockerfile"]
        .lines()
        .filter_map(|line| line.strip_prefix("# library"))
        .map(|line| line.split("  ").next().unwrap())
        .collect();
    assert_eq!(named, BTreeSet::from(["", "-catalogue", "-gateway", "-lending"]));
    for name in named {
        let name = format!("name = \"library{name}\"");
        let manifests = tree.iter().filter(|(path, _)| path.ends_with("Cargo.toml"));
        assert!(manifests.into_iter().any(|(_, text)| text.contains(&name)), "{name}");
    }
}

#[test]
fn gen_writes_its_files_and_no_others() {
    let sandbox = Sandbox::with_example("minimal");
    let answer = sandbox.ends(0, "gen docker");
    assert_eq!(answer.out, "+ .dockerignore  (new)\n+ Dockerfile  (new)\n");
    assert!(answer.err.contains("other files are not in line with the domain"), "{}", answer.err);
    assert!(!sandbox.path().join("Cargo.toml").exists());
    let again = sandbox.ends(0, "gen docker");
    assert_eq!(again.out, "");
    assert!(again.err.ends_with("nothing to do: 2 unchanged\n"), "{}", again.err);
    sandbox.ends(0, "gen docker --check");
    sandbox.ends(0, "sync");
    let answer = sandbox.ends(0, "gen docker");
    assert_eq!(answer.err, "nothing to do: 2 unchanged\n");
    sandbox.ends(0, "sync --check");
}

#[test]
fn gen_reports_edits_of_its_own_files_only() {
    let sandbox = Sandbox::with_example("minimal");
    sandbox.put("compose.yaml", "services: {}\n");
    let answer = sandbox.ends(4, "gen compose");
    assert!(answer.err.contains("compose.yaml is in the way"), "{}", answer.err);
    std::fs::remove_file(sandbox.path().join("compose.yaml")).unwrap();
    sandbox.ends(0, "sync");
    let edited = sandbox.read("compose.yaml").replace("pids_limit: 256", "pids_limit: 255");
    sandbox.put("compose.yaml", &edited);
    let answer = sandbox.ends(1, "gen compose --check");
    assert!(answer.err.contains("compose.yaml was edited"), "{}", answer.err);
    sandbox.ends(0, "gen docker --check");
    sandbox.ends(0, "gen compose");
    assert_eq!(sandbox.read("compose.yaml"), edited);
    sandbox.put("clippy.toml", "# edited\n");
    sandbox.ends(0, "gen docker --check");
}

#[test]
fn gen_leaves_what_sync_recorded_of_other_files() {
    let sandbox = Sandbox::with_example("minimal");
    sandbox.ends(0, "sync");
    let text = sandbox.read("minos.toml").replace("string(1..80)", "string(1..90)");
    sandbox.put("minos.toml", &text);
    let before = sandbox.read(".minos/model/desk.json");
    sandbox.ends(0, "gen docker");
    assert_eq!(sandbox.read(".minos/model/desk.json"), before);
    let answer = sandbox.ends(1, "sync --check");
    assert!(answer.out.contains("~ "), "{}", answer.out);
    sandbox.ends(0, "sync");
    sandbox.ends(0, "sync --check");
}
