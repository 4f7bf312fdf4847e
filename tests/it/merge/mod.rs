//! The decision tables, the state folder, transactions that are killed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use minos::merge::{
    Action, Applied, Change, Decision, Project, State, initial_state, load, merge, merge_keys,
    state_steps,
};
use minos::plan::{Class, Mode, RelPath};
use minos::render::{RenderedFile, RenderedTree};
use minos::tree::{
    ApplyError, Digest, RealDisk, Snapshot, Step, apply, create, guard, loose, read_tree,
    read_under,
};

mod killed;
mod random;

type Files = BTreeMap<String, String>;

/// `class path needed? = text` for each planned file.
fn tree(files: &[(Class, &str, &str)]) -> RenderedTree {
    let mut tree = RenderedTree::new();
    for (class, path, text) in files {
        let (path, needed) = match path.strip_suffix('!') {
            Some(path) => (path, true),
            None => (*path, false),
        };
        let unit = path.split_once('/').map_or("project", |(unit, _)| unit).to_owned();
        let file = RenderedFile {
            class: *class,
            unit,
            template: "-",
            mode: Mode::Plain,
            needed,
            text: Cow::Owned((*text).to_owned()),
        };
        tree.insert(RelPath::try_new(path).unwrap(), file);
    }
    tree
}

fn temp() -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().to_path_buf()).unwrap();
    (folder, path)
}

fn make(root: &Utf8Path, wanted: &RenderedTree) {
    let all = all_files(wanted.clone());
    let files = all.iter().map(|(path, (text, mode))| (path, text.as_bytes(), *mode));
    create(&RealDisk, root, files).unwrap();
}

/// The files of a new project, with its state.
fn all_files(wanted: RenderedTree) -> BTreeMap<RelPath, (String, Mode)> {
    let mut decision = merge(wanted, &State::default(), &Snapshot::new());
    let state = initial_state(&mut decision, Applied::default());
    let state = state.into_iter().map(|(path, text)| (path, (text, Mode::Plain)));
    let new = |c: Change| Some((c.path, (c.new?.into_owned(), c.mode)));
    state.chain(decision.changes.into_iter().filter_map(new)).collect()
}

fn state_of(root: &Utf8Path) -> State {
    load(&read_under(root, ".minos").unwrap()).unwrap()
}

fn decide(root: &Utf8Path, wanted: &RenderedTree) -> (State, Decision) {
    let state = state_of(root);
    let paths: Vec<RelPath> =
        wanted.keys().cloned().chain(state.records().keys().map(|p| (*p).clone())).collect();
    let decision = merge(wanted.clone(), &state, &read_tree(root, &paths).unwrap());
    (state, decision)
}

fn steps_of(state: &State, decision: &Decision) -> Vec<Step> {
    let project = state.project.clone().unwrap_or_default();
    let applied = Applied { project, models: state.models.clone() };
    let mut steps: Vec<Step> = decision.changes.iter().map(|change| change.step()).collect();
    steps.extend(state_steps(state, &applied, decision));
    steps
}

fn sync(root: &Utf8Path, wanted: &RenderedTree) -> Decision {
    let (state, decision) = decide(root, wanted);
    if decision.blocked.is_empty() {
        apply(&RealDisk, root, &steps_of(&state, &decision)).unwrap();
    }
    decision
}

fn files(root: &Utf8Path) -> Files {
    let mut all = Files::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.unwrap();
        let path = Utf8Path::from_path(entry.path()).unwrap();
        let name = path.strip_prefix(root).unwrap().as_str().to_owned();
        if entry.file_type().is_file() && !name.starts_with(".minos/txn") {
            all.insert(name, std::fs::read_to_string(path).unwrap());
        } else if entry.file_type().is_dir() && !name.starts_with(".minos") {
            all.insert(format!("{name}/"), String::new());
        }
    }
    all
}

fn put(root: &Utf8Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// One row of a table: what was written, what the user did to it (`None` deletes), what is wanted
/// now; then what is there afterwards, and the report.
fn row(
    class: Class,
    b: Option<&str>,
    d: Option<&str>,
    n: Option<&str>,
) -> (Option<String>, String) {
    let (_keep, root) = temp();
    let root = root.join("p");
    let other = (Class::Owned, "z/other.rs", "other\n");
    let path = if class == Class::Keyed { "x/Cargo.toml" } else { "x/a.rs" };
    let planned = |text: Option<&str>| match text {
        Some(text) => tree(&[(class, path, text), other]),
        None => tree(&[other]),
    };
    make(&root, &planned(b));
    match d {
        Some(text) => put(&root, path, text),
        None if b.is_some() => std::fs::remove_file(root.join(path)).unwrap(),
        None => {}
    }
    let decision = sync(&root, &planned(n));
    let mut report: Vec<String> =
        decision.changes.iter().map(|c| format!("{}{}", c.action.sign(), c.path)).collect();
    report.extend(decision.notes.iter().map(|n| format!("note: {n}")));
    report.extend(decision.blocked.iter().map(|b| format!("blocked: {b}")));
    let again = sync(&root, &planned(n));
    assert!(again.changes.is_empty(), "the second run changes {:?}", again.changes);
    (std::fs::read_to_string(root.join(path)).ok(), report.join("; "))
}

fn check(class: Class, bdn: [Option<&str>; 3], after: Option<&str>, report: &str) {
    let (left, said) = row(class, bdn[0], bdn[1], bdn[2]);
    assert_eq!(left.as_deref(), after, "{class:?} {bdn:?}: {said}");
    assert!(said.contains(report), "{class:?} {bdn:?}: {said:?} lacks {report:?}");
    assert!(!report.is_empty() || said.is_empty(), "{class:?} {bdn:?}: {said:?}");
}

#[test]
fn owned_files_follow_their_table() {
    let [b, u, n] = [Some("fn b() {}\n"), Some("fn u() {}\n"), Some("fn n() {}\n")];
    let owned = |b, d, n, after, report| check(Class::Owned, [b, d, n], after, report);
    owned(None, None, n, n, "+x/a.rs");
    owned(None, n, n, n, "");
    owned(None, u, n, u, "blocked: x/a.rs is in the way");
    owned(b, b, b, b, "");
    owned(b, b, n, n, "~x/a.rs");
    owned(b, n, n, n, "");
    owned(b, u, b, u, "note: x/a.rs was edited");
    owned(b, u, n, u, "blocked: x/a.rs was edited by hand");
    owned(b, None, n, n, "+x/a.rs; note: x/a.rs was deleted");
    owned(b, b, None, None, "-x/a.rs");
    owned(b, u, None, u, "note: x/a.rs is no longer wanted but was edited");
    owned(b, None, None, None, "");
}

#[test]
fn a_formatter_and_line_ends_are_no_edit() {
    let [b, n] = [Some("fn b(x: i64, y: i64) {}\n"), Some("fn n() {}\n")];
    let formatted = Some("fn b(\n\tx: i64,\n\ty: i64,\n) {\n}\n");
    check(Class::Owned, [b, formatted, n], n, "~x/a.rs");
    check(Class::Owned, [b, formatted, b], formatted, "");
    check(
        Class::Owned,
        [b, Some("fn b(x: i64, y: i64) {}\r\n"), b],
        Some("fn b(x: i64, y: i64) {}\r\n"),
        "",
    );
    check(
        Class::Owned,
        [b, Some("fn b(x: i64, y: i64) {}\r\n"), n],
        Some("fn n() {}\r\n"),
        "~x/a.rs",
    );
}

#[test]
fn an_edit_inside_a_literal_or_comment_is_an_edit() {
    let same = [
        ("f(a, b)", "f(\n    a,\n    b,\n)\n"),
        ("let c = ' ';", "let  c=' ' ;"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>( x:&'a str ){}"),
    ];
    let other = [
        ("\"a b\"", "\"ab\""),
        ("r#\"a \" b\"#", "r#\"a \"b\"#"),
        ("// a b\n", "// ab\n"),
        ("/* a b */", "/* ab */"),
        ("let a", "leta"),
        ("' '", "''"),
        ("\"\\\" x\"", "\"\\\"x\""),
        ("// a\nb", "// a b"),
    ];
    let of = |text: &str| loose("a.rs", text.as_bytes()).unwrap();
    for (a, b) in same {
        assert_eq!(of(a), of(b), "{a} {b}");
    }
    for (a, b) in other {
        assert_ne!(of(a), of(b), "{a} {b}");
    }
    assert_eq!(loose("a.toml", b"x"), None);
}

#[test]
fn seeds_are_written_once() {
    let [b, u, n] = [Some("b\n"), Some("u\n"), Some("n\n")];
    for class in [Class::Seed, Class::CreateOnce] {
        let once = |b, d, n, after, report| check(class, [b, d, n], after, report);
        once(None, None, n, n, "+x/a.rs");
        once(None, u, n, u, "");
        once(b, b, n, b, "");
        once(b, u, n, u, "");
        once(b, u, b, u, "");
        once(b, None, n, None, "");
        once(b, b, None, None, "-x/a.rs");
        once(b, None, None, None, "");
    }
    check(Class::Seed, [b, u, None], u, "note: x/a.rs is yours and nothing names it any more");
    check(Class::CreateOnce, [b, u, None], u, "");
}

#[test]
fn a_needed_seed_that_was_deleted_is_made_again() {
    let (_keep, root) = temp();
    let root = root.join("p");
    let wanted =
        tree(&[(Class::Seed, "x/body.rs!", "stub\n"), (Class::Seed, "x/README.md", "hi\n")]);
    make(&root, &wanted);
    std::fs::remove_file(root.join("x/body.rs")).unwrap();
    std::fs::remove_file(root.join("x/README.md")).unwrap();
    let decision = sync(&root, &wanted);
    assert_eq!(decision.changes.len(), 1);
    assert_eq!(decision.count(Action::Create), 1);
    assert!(root.join("x/body.rs").exists());
    assert!(sync(&root, &wanted).changes.is_empty());
}

const MANIFEST: &str = "[workspace]\nmembers = [\"app\", \"crates/kit\"]\n\n[workspace.dependencies]\nserde = \"1\"\nuuid = \"1\"\n";

#[test]
fn a_shared_manifest_keeps_what_the_user_wrote() {
    let user = "# my own words\n[workspace]\nmembers = [\"app\", \"crates/kit\", \"tools\"] # and mine\n\n[workspace.dependencies]\nuuid = \"1.5\" # pinned\nserde = \"1\"\nrand = \"0.9\"\n\n[profile.dev]\ndebug = 0\n";
    let new = "[workspace]\nmembers = [\"app\", \"crates/contracts\", \"crates/kit\"]\n\n[workspace.dependencies]\naxum = \"0.8\"\nserde = \"1.0.2\"\nuuid = \"2\"\n";
    let expected = "# my own words\n[workspace]\nmembers = [\"app\", \"crates/contracts\", \"crates/kit\", \"tools\"] # and mine\n\n[workspace.dependencies]\nuuid = \"1.5\" # pinned\nserde = \"1.0.2\"\nrand = \"0.9\"\naxum = \"0.8\"\n\n[profile.dev]\ndebug = 0\n";
    check(
        Class::Keyed,
        [Some(MANIFEST), Some(user), Some(new)],
        Some(expected),
        "your value of workspace.dependencies.uuid stays; minos has \"2\"",
    );
    check(Class::Keyed, [Some(MANIFEST), Some(user), Some(MANIFEST)], Some(user), "");
    check(
        Class::Keyed,
        [Some(MANIFEST), Some(MANIFEST), Some(new)],
        Some(
            "[workspace]\nmembers = [\"app\", \"crates/contracts\", \"crates/kit\"]\n\n[workspace.dependencies]\nserde = \"1.0.2\"\nuuid = \"2\"\naxum = \"0.8\"\n",
        ),
        "~x/Cargo.toml",
    );
    check(Class::Keyed, [Some(MANIFEST), None, Some(new)], Some(new), "+x/Cargo.toml");
    check(
        Class::Keyed,
        [Some(MANIFEST), Some("[workspace"), Some(new)],
        Some("[workspace"),
        "blocked: x/Cargo.toml: the file is not TOML",
    );
}

#[test]
fn keys_that_go_are_removed_and_lists_keep_their_lines() {
    let base = "[workspace]\nmembers = [\n    \"a\",\n    \"c\",\n]\n[workspace.dependencies]\nold = \"1\"\n";
    let new = "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n    \"d\",\n]\n[workspace.dependencies]\n";
    let (text, clashes) = merge_keys(Some(base), base, new).unwrap();
    assert_eq!(
        text,
        "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n    \"d\",\n]\n[workspace.dependencies]\n"
    );
    assert!(clashes.is_empty());
    let (text, _) = merge_keys(Some(base), "[workspace]\nmembers = []\n", new).unwrap();
    assert!(!text.contains("dependencies"), "a table that the user removed stays away: {text}");
}

#[test]
fn state_is_sorted_and_says_nothing_of_time_or_machine() {
    let (_keep, root) = temp();
    let wanted = tree(&[(Class::Owned, "desk/b.rs", "b\n"), (Class::Seed, "desk/a.rs", "a\n")]);
    make(&root.join("p"), &wanted);
    make(&root.join("q"), &wanted);
    assert_eq!(files(&root.join("p")), files(&root.join("q")));
    let lock = std::fs::read_to_string(root.join("p/.minos/lock/desk.lock")).unwrap();
    let b = Digest::of(b"b\n");
    let lines: Vec<&str> = lock.lines().collect();
    assert_eq!(lines[0], "minos lock 1");
    assert!(lines[1].starts_with("desk/a.rs\tseed\t-\t"), "{lock}");
    assert!(lines[2].starts_with(&format!("desk/b.rs\towned\t-\t{b}\t")), "{lock}");
}

#[test]
fn ports_are_pinned() {
    let mut project = Project::new();
    project.pin_ports(["b", "d"]);
    project.pin_ports(["a", "b"]);
    let ports: Vec<(&str, u16)> = project.ports.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    assert_eq!(ports, [("a", 8003), ("b", 8001), ("d", 8002), ("gateway", 8000)]);
}

#[test]
fn tampered_state_is_refused() {
    let digest = Digest::of(b"");
    let bad = [
        format!("minos lock 1\n../x\towned\t-\t{digest}\t-\tfile\n"),
        format!("minos lock 1\n/etc/x\towned\t-\t{digest}\t-\tfile\n"),
        format!("minos lock 1\n.minos/project.toml\towned\t-\t{digest}\t-\tfile\n"),
        format!("minos lock 1\na\towned\t-\t{digest}\t-\tfile\nA\towned\t-\t{digest}\t-\tfile\n"),
        format!("minos lock 1\na\tmine\t-\t{digest}\t-\tfile\n"),
        "minos lock 1\na\towned\n".to_owned(),
        "minos lock 2\n".to_owned(),
        "<<<<<<< ours\n".to_owned(),
    ];
    for text in bad {
        let (_keep, root) = temp();
        put(&root, ".minos/lock/x.lock", &text);
        assert!(load(&read_under(&root, ".minos").unwrap()).is_err(), "{text}");
    }
    let (_keep, root) = temp();
    put(&root, ".minos/project.toml", "format = 9\ngenerator = \"7.0\"\n[new]\n");
    let error = load(&read_under(&root, ".minos").unwrap()).unwrap_err();
    assert!(error.to_string().contains("minos 7.0"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    let (_keep, root) = temp();
    let (outside, p) = (root.join("outside"), root.join("p"));
    let v1 = tree(&[(Class::Owned, "x/a.rs", "a\n"), (Class::Owned, "y/b.rs", "b\n")]);
    let v2 = tree(&[(Class::Owned, "x/a.rs", "a2\n"), (Class::Owned, "y/b.rs", "b2\n")]);
    make(&p, &v1);
    put(&outside, "a.rs", "a\n");
    std::fs::remove_dir_all(p.join("x")).unwrap();
    std::os::unix::fs::symlink(&outside, p.join("x")).unwrap();
    let decision = sync(&p, &v2);
    assert_eq!(decision.blocked.len(), 1, "{:?}", decision.blocked);
    assert_eq!(std::fs::read_to_string(outside.join("a.rs")).unwrap(), "a\n");
    let step = Step {
        path: RelPath::try_new("x/a.rs").unwrap(),
        before: None,
        after: Some(vec![]),
        mode: Mode::Plain,
    };
    assert!(matches!(apply(&RealDisk, &p, &[step]), Err(ApplyError::InTheWay(_))));
}

#[test]
fn unchanged_files_keep_their_time() {
    let (v1, v2) = killed::versions();
    let (_keep, root) = temp();
    let root = root.join("p");
    make(&root, &v1);
    let time = |name: &str| std::fs::metadata(root.join(name)).unwrap().modified().unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    for name in ["x/a.rs", "x/mine.rs", "Cargo.toml", ".minos/project.toml", ".minos/lock/x.lock"] {
        std::fs::File::options()
            .write(true)
            .open(root.join(name))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    sync(&root, &v1);
    assert_eq!(time("x/a.rs"), long_ago);
    assert_eq!(time(".minos/lock/x.lock"), long_ago);
    sync(&root, &v2);
    assert_ne!(time("x/a.rs"), long_ago);
    assert_eq!(time("x/mine.rs"), long_ago);
    assert_eq!(time(".minos/project.toml"), long_ago);
}

#[test]
fn one_run_at_a_time() {
    let (_keep, root) = temp();
    let first = guard(&root).unwrap();
    assert!(first.is_some());
    assert!(guard(&root).unwrap().is_none());
    drop(first);
    assert!(guard(&root).unwrap().is_some());
}
