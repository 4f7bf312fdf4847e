//! `new` and `sync` from the first file to the last edit.

use std::collections::BTreeMap;
use std::path::Path;

use super::Sandbox;

pub(super) type Files = BTreeMap<String, (String, std::time::SystemTime)>;

pub(super) fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
        if entry.file_type().is_file() && !name.contains(".minos/txn") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            files.insert(name, (text, entry.metadata().unwrap().modified().unwrap()));
        }
    }
    files
}

/// The names of files that differ in bytes or times.
pub(super) fn changed(before: &Files, after: &Files) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|n| before.get(*n) != after.get(*n)).cloned().collect()
}

pub(super) fn assert_same(before: &Files, after: &Files) {
    assert_eq!(changed(before, after), Vec::<String>::new());
}

/// A project from an example, in the sandbox's folder `p`.
fn project(example: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ends(0, &format!("new project p --example {example}"));
    sandbox
}

/// A file that minos alone writes, in every project.
const OWNED: &str = "p/crates/kit/src/lib.rs";

#[test]
fn what_new_writes_part_by_part_is_what_one_plan_renders() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lending");
    let whole = crate::golden::generate(crate::golden::domain(&folder));
    let sandbox = project("lending");
    for (path, text) in &whole {
        assert_eq!(&sandbox.read(&format!("p/{path}")), text, "{path}");
    }
    assert!(whole.contains_key("Cargo.lock"));
}

#[test]
fn new_then_sync_is_nothing_to_do() {
    let good = |name: &&&str| Sandbox::with_example(name).run("check").code == 0;
    let names = minos::plan::example_names();
    let examples: Vec<&&str> = names.iter().filter(good).collect();
    assert!(examples.contains(&&"minimal"));
    for example in examples {
        let sandbox = project(example);
        let before = files(&sandbox.path());
        let answer = sandbox.ends(0, "sync --project p");
        assert!(answer.out.is_empty(), "{}", answer.out);
        assert!(answer.err.starts_with("nothing to do: "), "{}", answer.err);
        assert_same(&before, &files(&sandbox.path()));
        sandbox.ends(0, "sync --project p --check");
    }
}

#[test]
fn the_domain_is_copied_byte_for_byte() {
    let sandbox = Sandbox::new();
    sandbox.put("minos.toml", "[project]\nname = \"two\"\n# odd   layout\n");
    sandbox.put("domain/desk.toml", "[aggregate.Tool]\nstate = [\"name: string\"]\n[command]\nAddTool = { creates = \"Tool\", fields = [\"name\"], emit = \"ToolAdded\" }\n");
    sandbox.ends(0, "new project p --domain minos.toml");
    sandbox.ends(0, "new project q --domain .");
    for file in files(&sandbox.path()).keys().filter(|f| f.ends_with(".toml")) {
        if file == "minos.toml" || file.starts_with("domain/") {
            assert_eq!(sandbox.read(file), sandbox.read(&format!("p/{file}")));
            assert_eq!(sandbox.read(file), sandbox.read(&format!("q/{file}")));
        }
    }
    assert!(sandbox.path().join("p/domain").is_dir());
}

#[test]
fn a_domain_with_errors_makes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.put("bad.toml", "[project]\nnmae = \"x\"\ncontxt = \"y\"\n");
    let answer = sandbox.ends(1, "new project p --domain bad.toml");
    assert_eq!(answer.out.matches("error[MN").count(), 2, "{}", answer.out);
    let left: Vec<_> = std::fs::read_dir(sandbox.path()).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let sandbox = Sandbox::new();
    sandbox.put("p/notes.txt", "mine");
    let answer = sandbox.ends(4, "new project p --example minimal");
    assert!(answer.err.contains("p is not empty: notes.txt"), "{}", answer.err);
    assert_eq!(files(&sandbox.path()).len(), 1);
    sandbox.put("q", "a file");
    sandbox.ends(4, "new project q --example minimal");
    std::fs::create_dir(sandbox.path().join("r")).unwrap();
    sandbox.ends(0, "new project r --example minimal");
}

#[test]
fn told_to_it_fills_a_folder_that_holds_a_domain() {
    let sandbox = Sandbox::with_example("minimal");
    sandbox.put("notes.txt", "mine");
    sandbox.ends(0, "sync");
    assert_eq!(sandbox.read("notes.txt"), "mine");
    sandbox.ends(0, "sync --check");
    let other = Sandbox::new();
    other.ends(0, "new project p --example minimal");
    let (mut here, mut there) = (files(&sandbox.path()), files(&other.path().join("p")));
    here.remove("notes.txt");
    let texts = |files: &Files| -> Vec<(String, String)> {
        files.iter().map(|(name, (text, _))| (name.clone(), text.clone())).collect()
    };
    there.retain(|name, _| !name.ends_with(".json"));
    here.retain(|name, _| !name.ends_with(".json"));
    assert_eq!(texts(&here), texts(&there));
}

#[test]
fn a_dry_run_says_what_the_real_run_does_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let dry = sandbox.ends(0, "new project p --example minimal --dry-run");
    assert!(!sandbox.path().join("p").exists());
    assert_eq!(dry.out, sandbox.ends(0, "new project p --example minimal").out);
    std::fs::remove_file(sandbox.path().join(OWNED)).unwrap();
    let before = files(&sandbox.path());
    let dry = sandbox.ends(0, "sync --project p --dry-run");
    assert_same(&before, &files(&sandbox.path()));
    assert_eq!(std::fs::read_dir(sandbox.path().join("p/.minos/txn")).unwrap().count(), 1);
    assert_eq!(dry.out, sandbox.ends(0, "sync --project p").out);
    assert_eq!(dry.out, "+ crates/kit/src/lib.rs  (was deleted)\n");
}

#[test]
fn check_lists_what_is_stale_and_the_command_that_mends_it() {
    let sandbox = project("minimal");
    std::fs::remove_file(sandbox.path().join(OWNED)).unwrap();
    let before = files(&sandbox.path());
    let answer = sandbox.ends(1, "sync --project p --check");
    assert!(answer.out.contains("+ crates/kit/src/lib.rs"), "{}", answer.out);
    assert!(answer.err.lines().last().unwrap().ends_with("run: minos sync"), "{}", answer.err);
    assert_same(&before, &files(&sandbox.path()));
}

#[test]
fn a_diff_is_unified_and_alone_on_standard_output() {
    let sandbox = project("minimal");
    std::fs::remove_file(sandbox.path().join(OWNED)).unwrap();
    let answer = sandbox.ends(0, "sync --project p --diff");
    assert!(answer.out.starts_with("--- /dev/null\n+++ b/crates/kit/src/lib.rs\n@@ -0,0 +1,"));
    assert!(answer.out.lines().skip(3).all(|l| l.starts_with('+')), "{}", answer.out);
    assert!(answer.err.contains("would do: 1 created"), "{}", answer.err);
}

#[test]
fn a_diff_shows_what_the_user_edited() {
    let sandbox = project("minimal");
    sandbox.put(OWNED, &format!("{}// mine\n", sandbox.read(OWNED)));
    let answer = sandbox.ends(0, "sync p --diff");
    let head = "--- minos/crates/kit/src/lib.rs\n+++ yours/crates/kit/src/lib.rs\n@@ ";
    assert!(answer.out.starts_with(head), "{}", answer.out);
    assert!(answer.out.ends_with("\n+// mine\n"), "{}", answer.out);
    assert_eq!(answer.out.matches("\n+").count(), 2, "{}", answer.out);
}

#[test]
fn an_edit_of_an_owned_file_is_reported_and_left() {
    let sandbox = project("minimal");
    let edited = format!("{}\n// mine\n", sandbox.read(OWNED));
    sandbox.put(OWNED, &edited);
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.err.contains("crates/kit/src/lib.rs was edited"), "{}", answer.err);
    assert!(
        !answer.err.contains("synced:") && !answer.err.contains("nothing to do"),
        "{}",
        answer.err
    );
    assert_eq!(sandbox.read(OWNED), edited);
    sandbox.ends(1, "sync --project p --check");
}

#[test]
fn an_edit_that_a_new_version_would_overwrite_stops_the_run() {
    let sandbox = project("minimal");
    let lock = sandbox.read("p/.minos/lock/project.lock");
    let digest = lock.lines().find(|l| l.starts_with("crates/kit/src/lib.rs\t")).unwrap();
    let digest: Vec<&str> = digest.split('\t').collect();
    // As if an older minos had written other text there, and the user had edited that.
    let other = lock.replace(digest[3], &"0".repeat(64)).replace(digest[4], &"0".repeat(64));
    sandbox.put("p/.minos/lock/project.lock", &other);
    sandbox.put(OWNED, "// mine\n");
    std::fs::remove_file(sandbox.path().join("p/crates/kit/src/view.rs")).unwrap();
    let before = files(&sandbox.path());
    let answer = sandbox.ends(4, "sync --project p");
    assert!(answer.err.contains("crates/kit/src/lib.rs was edited by hand"), "{}", answer.err);
    let diff = sandbox.ends(4, "sync --project p --diff");
    assert!(diff.out.contains("+++ yours/crates/kit/src/lib.rs\n"), "{}", diff.out);
    assert!(diff.out.ends_with("\n+// mine\n"), "{}", diff.out);
    assert_eq!(answer.err.matches("    1. ").count(), 1, "ways out: {}", answer.err);
    assert_same(&before, &files(&sandbox.path()));
}

#[test]
fn an_added_command_touches_what_follows_from_it_and_nothing_of_the_user() {
    let sandbox = project("minimal");
    let seed = "p/services/desk/service/src/extend.rs";
    let mine = format!("{}\n// mine\n", sandbox.read(seed));
    sandbox.put(seed, &mine);
    let manifest = sandbox.read("p/Cargo.toml");
    let mine_too = format!("# mine\n{manifest}\n[profile.release]\nstrip = true\n");
    sandbox.put("p/Cargo.toml", &mine_too);
    let domain = sandbox.read("p/minos.toml");
    let command = "[command.BreakTool]\non = \"Tool\"\nfields = [\"how: string(1..80)\"]\nemit = \"ToolBroken\"\n";
    sandbox.put("p/minos.toml", &format!("{domain}\n{command}"));
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.out.contains("+ services/desk/domain/src/tool/break_tool.rs"), "{}", answer.out);
    assert!(!answer.out.contains("crates/kit"), "{}", answer.out);
    assert!(!answer.out.contains("Cargo.toml"), "{}", answer.out);
    assert_eq!(sandbox.read(seed), mine);
    assert_eq!(sandbox.read("p/Cargo.toml"), mine_too);
    let again = files(&sandbox.path());
    assert_eq!(sandbox.ends(0, "sync --project p").out, "");
    assert_same(&again, &files(&sandbox.path()));
    sandbox.put("p/minos.toml", &domain);
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.out.contains("- services/desk/domain/src/tool/break_tool.rs"), "{}", answer.out);
}

#[test]
fn quiet_says_errors_only_and_verbose_says_which_project() {
    let sandbox = project("minimal");
    let quiet = sandbox.ends(0, "sync --project p -q");
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    for line in ["sync -q p --dry-run", "sync -q p", "new project q --example minimal -q"] {
        std::fs::remove_file(sandbox.path().join(OWNED)).unwrap_or_default();
        let quiet = sandbox.ends(0, line);
        assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""), "{line}");
    }
    let asked = sandbox.ends(0, "sync -q p --diff");
    assert!(asked.out.starts_with("--- /dev/null\n") && asked.err.is_empty(), "{}", asked.err);
    sandbox.put("p/minos.toml", "[project]\nnmae = \"x\"\n");
    let quiet = sandbox.ends(1, "sync --project p -q");
    assert!(quiet.out.contains("error[MN004]") && quiet.err.contains("1 error"));
    let sandbox = project("minimal");
    let inner = sandbox.ends(0, "-C p/crates/kit -v sync");
    assert!(inner.err.contains("project: ../../minos.toml"), "{}", inner.err);
    let here = sandbox.ends(0, "-C p -v check");
    assert!(here.err.contains("project: minos.toml"), "{}", here.err);
    let flag = sandbox.ends(0, "--project p -v check");
    assert!(flag.err.contains("project: p/minos.toml"), "{}", flag.err);
    let none = sandbox.ends(2, "check");
    assert!(none.err.contains("no minos.toml here"), "{}", none.err);
}

#[test]
fn every_command_of_a_project_takes_its_folder() {
    let sandbox = project("minimal");
    for path in ["p", "p/", "./p", "p/minos.toml"] {
        for command in ["check", "sync", "sync --check", "inspect plan"] {
            let answer = sandbox.ends(0, &format!("{command} {path}"));
            assert_eq!(answer, sandbox.ends(0, &format!("--project p {command}")), "{command}");
        }
        sandbox.ends(0, &format!("fmt --check {path}"));
    }
    // The argument is nearer than the flag and the variable.
    sandbox.ends(0, "--project none sync p");
    for command in ["sync", "inspect plan"] {
        let answer = sandbox.ends(2, &format!("{command} p/crates"));
        assert!(answer.err.contains("p/crates has no minos.toml"), "{}", answer.err);
        assert!(answer.err.contains("the argument names a folder that has one"), "{}", answer.err);
    }
    sandbox.put("p/minos.toml", &sandbox.read("p/minos.toml").replace(" = ", "="));
    assert_eq!(sandbox.ends(1, "fmt --check p").out, "~ p/minos.toml\n");
    sandbox.ends(0, "fmt p");
    sandbox.ends(0, "fmt --check p");
    let outside = sandbox.ends(2, "-C p/crates fmt ..");
    assert!(outside.err.contains("is not below this folder"), "{}", outside.err);
}

#[test]
fn the_last_line_says_what_happened_and_what_is_next() {
    let sandbox = Sandbox::new();
    let last = |answer: super::Answer| answer.err.lines().last().unwrap().to_owned();
    let made = last(sandbox.ends(0, "new project p --example minimal"));
    assert!(made.starts_with("made p: ") && made.ends_with("next: cd p && cargo run"), "{made}");
    std::fs::remove_file(sandbox.path().join(OWNED)).unwrap();
    let synced = last(sandbox.ends(0, "sync --project p"));
    assert!(synced.contains("1 created") && synced.ends_with("cargo test"), "{synced}");
    let idle = last(sandbox.ends(0, "sync --project p"));
    assert!(idle.starts_with("nothing to do: "), "{idle}");
    let refused = last(sandbox.ends(4, "new project p --example minimal"));
    assert!(refused.contains("minos sync --project p"), "{refused}");
}

#[test]
fn a_domain_comes_from_standard_input_too() {
    let sandbox = Sandbox::new();
    let text = std::fs::read(format!("{}/examples/minimal/minos.toml", env!("CARGO_MANIFEST_DIR")))
        .unwrap();
    assert_eq!(sandbox.run_with("check -", Some(&text)).code, 0);
    assert_eq!(sandbox.run_with("check -", Some(b"[project]\nnmae = 1\n")).code, 1);
    let answer = sandbox.run_with("new project p --domain -", Some(&text));
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert_eq!(sandbox.read("p/minos.toml").as_bytes(), text);
    let formatted = sandbox.run_with("fmt -", Some(b"[project]\nname=\"x\" # c\n"));
    assert_eq!(formatted.out, "[project]\nname = \"x\"  # c\n");
}

#[test]
fn state_of_a_newer_minos_and_broken_state_are_refused() {
    let sandbox = project("minimal");
    let before = sandbox.read("p/.minos/project.toml");
    sandbox.put("p/.minos/project.toml", &before.replace("format = 1", "format = 2"));
    sandbox.ends(4, "sync --project p");
    sandbox.put("p/.minos/project.toml", &before);
    let lock = sandbox.read("p/.minos/lock/project.lock");
    sandbox
        .put("p/.minos/lock/project.lock", &lock.replace("crates/kit/src/lib.rs\t", "../lib.rs\t"));
    let all = files(&sandbox.path());
    sandbox.ends(1, "sync --project p");
    assert_same(&all, &files(&sandbox.path()));
}

#[test]
fn names_on_the_wire_stay_when_a_thing_is_renamed() {
    let sandbox = project("minimal");
    let model = sandbox.read("p/.minos/model/desk.json");
    assert!(model.contains("tool_lent"), "{model}");
    let domain = sandbox.read("p/minos.toml");
    let renamed = domain.replace("ToolLent", "ToolHandedOut").replace(
        "ToolHandedOut.to = \"lent\"",
        "ToolHandedOut = { to = \"lent\", was = \"ToolLent\" }",
    );
    sandbox.put("p/minos.toml", &renamed);
    sandbox.ends(0, "sync --project p");
    let event = sandbox.read("p/services/desk/domain/src/tool/event.rs");
    assert!(event.contains("ToolHandedOut = \"tool_lent\""), "{event}");
    sandbox.put("p/.minos/model/desk.json", "{}");
    sandbox.ends(1, "sync --project p");
}

#[test]
fn a_busy_project_is_refused_at_once() {
    let sandbox = project("minimal");
    let root = camino::Utf8PathBuf::from_path_buf(sandbox.path().join("p")).unwrap();
    let guard = minos::tree::guard(&root).unwrap();
    assert!(guard.is_some());
    let answer = sandbox.ends(4, "sync --project p");
    assert!(answer.err.contains("another minos is at work"), "{}", answer.err);
    sandbox.ends(0, "sync --project p --check");
    drop(guard);
    sandbox.ends(0, "sync --project p");
}

#[test]
fn an_unfinished_run_is_finished_by_the_next_one() {
    let sandbox = project("minimal");
    sandbox.put("p/.minos/txn/new/0", "half");
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.err.contains("stopped before it wrote anything"), "{}", answer.err);
    let digest = minos::tree::Digest::of(b"new\n");
    sandbox.put("p/.minos/txn/new/0", "new\n");
    let journal = format!(
        "{{\"format\":1,\"steps\":[{{\"path\":\"extra.txt\",\"before\":null,\"after\":\"{digest}\",\"executable\":false}}]}}"
    );
    sandbox.put("p/.minos/txn/journal.json", &journal);
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.err.contains("stopped half way; finished it"), "{}", answer.err);
    assert_eq!(sandbox.read("p/extra.txt"), "new\n");
}

#[cfg(unix)]
#[test]
fn a_read_only_file_stops_the_run_with_its_name() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = project("minimal");
    let text = "[project]\nname=\"x\"\n";
    sandbox.put("d/minos.toml", text);
    let path = sandbox.path().join("d/minos.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let answer = sandbox.ends(5, "fmt --project d");
    assert!(answer.err.contains("minos.toml is read-only"), "{}", answer.err);
    assert_eq!(sandbox.read("d/minos.toml"), text);
}

#[test]
fn a_formatted_description_does_not_become_a_project() {
    let sandbox = Sandbox::new();
    sandbox.put("d/minos.toml", "[project]\nname=\"x\"\n");
    sandbox.ends(0, "fmt --project d");
    assert_eq!(sandbox.read("d/minos.toml"), "[project]\nname = \"x\"\n");
    assert!(!sandbox.path().join("d/.minos").exists());
}

#[test]
fn an_event_that_is_gone_is_told_once() {
    let sandbox = project("minimal");
    let domain = sandbox.read("p/minos.toml");
    sandbox.put("p/minos.toml", &domain.replace("ToolLent", "ToolHandedOut"));
    let told = "desk no longer has the event ToolLent";
    assert!(sandbox.ends(0, "sync --project p").err.contains(told));
    assert!(!sandbox.ends(0, "sync --project p").err.contains(told));
    sandbox.put("p/minos.toml", &domain);
    sandbox.ends(0, "sync --project p");
    let renamed = domain.replace("ToolLent", "ToolHandedOut").replace(
        "ToolHandedOut.to = \"lent\"",
        "ToolHandedOut = { to = \"lent\", was = \"ToolLent\" }",
    );
    sandbox.put("p/minos.toml", &renamed);
    assert!(!sandbox.ends(0, "sync --project p").err.contains("no longer has"));
}
