//! A project in which nothing changed: known without rendering it, and never taken for one that did.

use std::path::Path;

use super::{Sandbox, copy};

const KNOWN: &str = "all is as the last run left it";
const FILE: &str = "p/.minos/txn/settled";
const OWNED: &str = "p/services/desk/service/src/routes.rs";
const SEED: &str = "p/services/desk/service/src/extend.rs";

fn project(example: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ends(0, &format!("new project p --example {example}"));
    sandbox
}

/// Whether the next sync knows that nothing changed.
fn is_known(sandbox: &Sandbox) -> bool {
    sandbox.run("-v sync p --dry-run").err.contains(KNOWN)
}

#[test]
fn what_is_known_is_what_rendering_would_have_said() {
    let good = |name: &&&str| Sandbox::with_example(name).run("check").code == 0;
    let names = minos::plan::example_names();
    for example in names.iter().filter(good) {
        let sandbox = project(example);
        assert!(is_known(&sandbox), "{example}");
        for flags in ["", "--check", "--dry-run", "--diff", "--json", "--json --check"] {
            let known = sandbox.ends(0, &format!("sync p {flags}"));
            let text = sandbox.read(FILE);
            std::fs::remove_file(sandbox.path().join(FILE)).unwrap();
            assert!(!is_known(&sandbox));
            assert_eq!(known, sandbox.ends(0, &format!("sync p {flags}")), "{example} {flags}");
            // A run that may write remembers what it found, one that may not does not.
            let again = std::fs::read_to_string(sandbox.path().join(FILE)).ok();
            let writes = ["", "--json"].contains(&flags);
            assert_eq!(again, writes.then(|| text.clone()), "{example} {flags}");
            sandbox.put(FILE, &text);
        }
    }
}

/// Something happens to a project, then a sync says this, with this code.
type Mutant = (&'static str, fn(&Sandbox), i32, &'static str);

fn append(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.put(path, &format!("{}{text}", sandbox.read(path)));
}

fn put(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.put(path, text);
}

const MUTANTS: &[Mutant] = &[
    ("an owned file is edited", |s| append(s, OWNED, "// mine\n"), 0, "routes.rs was edited"),
    (
        "an owned file is gone",
        |s| std::fs::remove_file(s.path().join(OWNED)).unwrap(),
        0,
        "was deleted but is needed",
    ),
    ("a seed is edited", |s| append(s, SEED, "// mine\n"), 0, "nothing to do"),
    ("a shared file is edited", |s| append(s, "p/Cargo.toml", "# mine\n"), 0, "nothing to do"),
    ("the domain has a comment", |s| append(s, "p/minos.toml", "# mine\n"), 0, "nothing to do"),
    ("the domain is broken", |s| append(s, "p/minos.toml", "[[\n"), 1, "1 error"),
    ("a file joins the domain", |s| put(s, "p/domain/other.toml", ""), 1, "1 error"),
    (
        "another minos left it",
        |s| {
            let text = s.read(FILE);
            let inputs = text.lines().nth(1).unwrap().to_owned();
            s.put(FILE, &text.replace(&inputs, &"0".repeat(64)));
        },
        0,
        "nothing to do",
    ),
    ("it is torn", |s| put(s, FILE, "minos settled 1\n"), 0, "nothing to do"),
    ("a lock is edited", |s| append(s, "p/.minos/lock/desk.lock", "x\n"), 1, "desk.lock"),
    ("a lock is new", |s| put(s, "p/.minos/lock/other.lock", "minos lock 1\n"), 0, "nothing to do"),
    ("a pinned model is broken", |s| put(s, "p/.minos/model/desk.json", "{}"), 1, "model"),
];

#[test]
fn whatever_changes_is_looked_at() {
    let origin = project("minimal");
    for (what, change, code, says) in MUTANTS {
        let sandbox = Sandbox::new();
        copy(&origin.path(), &sandbox.path());
        assert!(is_known(&sandbox), "{what}: before");
        change(&sandbox);
        assert!(!is_known(&sandbox), "{what}");
        let answer = sandbox.ends(*code, "sync p");
        assert!(answer.err.contains(says), "{what}: {}", answer.err);
        // What is in order now is known again; what is not never is.
        let in_order = *code == 0 && !answer.err.contains("was edited");
        assert_eq!(is_known(&sandbox), in_order, "{what}: after");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_the_same_text_is_no_file_of_minos() {
    let sandbox = project("minimal");
    let at = sandbox.path().join(OWNED);
    std::fs::copy(&at, sandbox.path().join("same")).unwrap();
    std::fs::remove_file(&at).unwrap();
    std::os::unix::fs::symlink(sandbox.path().join("same"), &at).unwrap();
    assert!(!is_known(&sandbox));
    assert!(sandbox.ends(4, "sync p").err.contains("is a link"));
}

#[cfg(unix)]
#[test]
fn a_right_to_run_is_a_change_and_a_time_is_none() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = project("minimal");
    let at = sandbox.path().join(OWNED);
    let text = sandbox.read(OWNED);
    std::fs::remove_file(&at).unwrap();
    sandbox.put(OWNED, &text);
    assert!(is_known(&sandbox));
    std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!is_known(&sandbox));
}

const CONTEXT: &str = r#"
[aggregate.ThingN]
state = ["name: string(1..80)"]
[command.MakeThingN]
creates = "ThingN"
fields = ["name"]
emit = "ThingMadeN"
[event]
ThingMadeN = { public = true, fields = ["name"] }
"#;

const CONSUMER: &str = r#"
[policy.FollowN]
on = "a.ThingMadea"
send = "MakeThingN(name = ev.name)"
"#;

/// The first two folders of each path that a sync changed.
fn places(sandbox: &Sandbox) -> Vec<String> {
    let out = sandbox.ends(0, "sync p -v").out;
    let paths = out.lines().filter_map(|line| line.get(2..)?.split(' ').next());
    // What the gateway answers is one document about all contexts.
    let paths = paths.filter(|path| *path != "contracts/openapi.json");
    let mut places: Vec<String> =
        paths.map(|path| path.split('/').take(2).collect::<Vec<_>>().join("/")).collect();
    places.dedup();
    places
}

#[test]
fn an_added_field_stays_in_its_context_and_its_consumers() {
    let sandbox = Sandbox::new();
    sandbox.put("d/minos.toml", "[project]\nname = \"four\"\n");
    for context in ["a", "b", "c", "e"] {
        let more = if context == "b" { CONSUMER } else { "" };
        let text = format!("{CONTEXT}{more}").replace('N', context);
        sandbox.put(&format!("d/domain/{context}.toml"), &text);
    }
    sandbox.ends(0, "new project p --domain d");
    let domain = sandbox.read("p/domain/a.toml");
    let private = domain.replace("80)\"]", "80)\", \"note: string(1..80)?\"]");
    sandbox.put("p/domain/a.toml", &private);
    assert_eq!(places(&sandbox), ["services/a"]);
    let public =
        private.replace("true, fields = [\"name\"]", "true, fields = [\"name\", \"note\"]");
    sandbox.put("p/domain/a.toml", &public);
    let places = places(&sandbox);
    let allowed = ["crates/contracts", "services/a", "services/b"];
    assert!(places.contains(&"services/a".to_owned()), "{places:?}");
    assert!(places.iter().all(|place| allowed.contains(&place.as_str())), "{places:?}");
    assert!(Path::new(&sandbox.path()).join("p/services/c").is_dir());
}
