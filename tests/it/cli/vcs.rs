//! What `sync` leaves for the user to decide, and what it owes to version control.

use std::process::Command;

use super::Sandbox;

fn project(example: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ends(0, &format!("new project p --example {example}"));
    sandbox
}

fn git(sandbox: &Sandbox, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(sandbox.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn commit(sandbox: &Sandbox) {
    git(sandbox, &["add", "-A"]);
    git(sandbox, &["commit", "-q", "-m", "all"]);
}

/// The rescued files.
fn rescued(sandbox: &Sandbox) -> Vec<String> {
    let folder = sandbox.path().join("p/.minos/rescue");
    let files = walkdir::WalkDir::new(&folder).into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| std::fs::read_to_string(entry.path()).unwrap()).collect()
}

const MANIFEST: &str = "p/Cargo.toml";

/// The user has an own line in the shared manifest, and a new context changes it.
fn edit_and_add(sandbox: &Sandbox) -> String {
    let edited = format!("{}\n[workspace.metadata.mine]\nkey = 1\n", sandbox.read(MANIFEST));
    sandbox.put(MANIFEST, &edited);
    sandbox.put(
        "p/domain/desk.toml",
        "[aggregate.Note]\n[aggregate.Note.state]\ntext = \"string\"\n[command.AddNote]\n\
         creates = \"Note\"\nfields = [\"text\"]\nemit = \"NoteAdded\"\n",
    );
    edited
}

#[test]
fn an_edited_file_that_nobody_wants_any_more_stays_pending() {
    let sandbox = project("minimal");
    let domain = sandbox.read("p/minos.toml");
    let query = "p/services/desk/service/src/queries/shelf.rs";
    sandbox.put(query, &format!("{}// mine\n", sandbox.read(query)));
    let (before, after) = domain.split_once("[query.Shelf]").unwrap();
    let rest = after.split_once("\n[").map_or(String::new(), |(_, rest)| format!("[{rest}"));
    sandbox.put("p/minos.toml", &format!("{before}{rest}"));
    for _ in 0..2 {
        let answer = sandbox.ends(3, "sync --project p");
        assert!(answer.err.contains("is no longer wanted but was edited"), "{}", answer.err);
        assert!(sandbox.read(query).ends_with("// mine\n"));
    }
    let answer = sandbox.ends(1, "sync --project p --check");
    assert!(answer.err.contains("something is pending"), "{}", answer.err);
    std::fs::remove_file(sandbox.path().join(query)).unwrap();
    sandbox.ends(0, "sync --project p");
    sandbox.ends(0, "sync --project p --check");
}

#[test]
fn a_seed_that_nobody_names_any_more_is_told_and_stays() {
    let sandbox = Sandbox::new();
    let with = "[project]\nname = \"x\"\ncontext = \"desk\"\n[function.twice]\n\
        args = [\"n: int\"]\nreturns = \"int\"\n[aggregate.Pot]\n[aggregate.Pot.state]\n\
        n = \"int\"\n[command.Open]\ncreates = \"Pot\"\nfields = [\"n: int\"]\n\
        emit = \"Opened(n = twice(cmd.n))\"\n";
    sandbox.put("d/minos.toml", with);
    sandbox.ends(0, "new project p --domain d");
    let seed = "p/services/desk/domain/src/custom/twice.rs";
    let written = sandbox.read(seed).replace("Default::default()", "_n * 2");
    sandbox.put(seed, &written);
    let without = with.replace("(n = twice(cmd.n))", "");
    let start = without.find("[function").unwrap();
    let end = without.find("[aggregate").unwrap();
    sandbox.put("p/minos.toml", &format!("{}{}", &without[..start], &without[end..]));
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.err.contains("twice.rs is yours and nothing names it"), "{}", answer.err);
    assert_eq!(sandbox.read(seed), written);
    sandbox.ends(0, "sync --project p --check");
    // Back again: the user's text is what counts.
    sandbox.put("p/minos.toml", with);
    sandbox.ends(0, "sync --project p");
    assert_eq!(sandbox.read(seed), written);
}

#[test]
fn what_is_not_committed_is_not_written_over() {
    let sandbox = project("lending");
    git(&sandbox, &["init", "-q"]);
    commit(&sandbox);
    let edited = edit_and_add(&sandbox);
    let answer = sandbox.ends(4, "sync --project p");
    assert!(answer.err.contains("Cargo.toml has changes that are not committed"), "{}", answer.err);
    assert_eq!(sandbox.read(MANIFEST), edited);
    sandbox.ends(0, "sync --project p --allow-dirty");
    assert_eq!(rescued(&sandbox), [edited]);
    assert!(sandbox.read(MANIFEST).contains("services/desk"));
}

#[test]
fn what_is_committed_is_written_over_without_a_copy() {
    let sandbox = project("lending");
    git(&sandbox, &["init", "-q"]);
    edit_and_add(&sandbox);
    commit(&sandbox);
    // Other dirt is none of minos' business.
    sandbox.put("p/notes.txt", "mine");
    sandbox.ends(0, "sync --project p");
    assert!(rescued(&sandbox).is_empty());
}

#[test]
fn where_nobody_keeps_a_file_a_copy_is_rescued() {
    let sandbox = project("lending");
    let edited = edit_and_add(&sandbox);
    let answer = sandbox.ends(0, "sync --project p");
    assert!(answer.err.contains("a copy of Cargo.toml as it was is in"), "{}", answer.err);
    assert_eq!(rescued(&sandbox), [edited]);
    // Untracked is the same as no git.
    let sandbox = project("lending");
    git(&sandbox, &["init", "-q"]);
    let edited = edit_and_add(&sandbox);
    sandbox.ends(0, "sync --project p");
    assert_eq!(rescued(&sandbox), [edited]);
}

#[test]
fn nothing_is_written_in_the_middle_of_a_merge() {
    let sandbox = project("lending");
    git(&sandbox, &["init", "-q"]);
    commit(&sandbox);
    sandbox.put(".git/MERGE_HEAD", "");
    sandbox.ends(0, "sync --project p");
    sandbox.put("p/domain/desk.toml", "[enum.Size]\nmembers = [\"a\"]\n");
    edit_and_add(&sandbox);
    let answer = sandbox.ends(4, "sync --project p");
    assert!(answer.err.contains("a merge is under way"), "{}", answer.err);
}
