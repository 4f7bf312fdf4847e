//! What `sync` owes to version control: it writes over nothing that could not be had back.
//!
//! Files as minos wrote them can always be rendered again. Others are written over only when they are committed;
//! where nobody keeps them, a copy goes to `.minos/rescue`. It never calls git when nothing of the user is at stake.

use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::exit::{Exit, Failure};
use super::run::Run;
use crate::merge::Change;
use crate::plan::{Mode, RelPath};
use crate::tree::{Digest, STATE, Step};

/// What stands in a git folder while its user is in the middle of something, and what that is.
const HALF_WAY: [(&str, &str); 5] = [
    ("MERGE_HEAD", "a merge"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
];

/// The steps that copy what is written over to `.minos/rescue`.
///
/// # Errors
/// A merge is under way, or a file has changes that are not committed and `allow_dirty` is not set.
pub(super) fn rescued(
    run: &Run,
    root: &Utf8Path,
    changes: &[Change],
    allow_dirty: bool,
) -> Result<Vec<Step>, Failure> {
    let git = git_of(root);
    if let Some(what) = git.as_ref().and_then(|git| half_way(&git.folder)) {
        return Err(Failure::new(
            Exit::Refused,
            format!("nothing was written: {what} is under way"),
        )
        .hint("finish it, then run this again"));
    }
    let theirs: Vec<&Change> = changes.iter().filter(|change| change.theirs.is_some()).collect();
    if theirs.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<&str> = theirs.iter().map(|change| change.path.as_str()).collect();
    let git = git.and_then(|git| Some((states(root, &paths)?, git.prefix)));
    let mut steps = Vec::new();
    for change in theirs {
        let kept = git.as_ref().map_or(Kept::Nowhere, |(states, prefix)| {
            state_of(states, &prefix.join(change.path.as_str()))
        });
        match kept {
            Kept::Committed => {}
            Kept::Changed if !allow_dirty => {
                let text = format!(
                    "nothing was written: {} has changes that are not committed",
                    change.path
                );
                return Err(Failure::new(Exit::Refused, text).hint(
                    "commit them, or: minos sync --allow-dirty (a copy goes to .minos/rescue)",
                ));
            }
            Kept::Changed | Kept::Nowhere => steps.extend(copy(run, root, change)),
        }
    }
    Ok(steps)
}

/// Who else has the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The last commit.
    Committed,
    /// An older version of the file is committed.
    Changed,
    /// Nobody: it is untracked or ignored, or there is no git.
    Nowhere,
}

/// A working tree.
struct Git {
    /// Where git keeps its own files.
    folder: Utf8PathBuf,
    /// From the top of the tree to the project.
    prefix: Utf8PathBuf,
}

/// The working tree around `root`.
fn git_of(root: &Utf8Path) -> Option<Git> {
    let root = root.canonicalize_utf8().ok()?;
    let top = root.ancestors().find(|folder| folder.join(".git").exists())?;
    let prefix = root.strip_prefix(top).ok()?.to_owned();
    let found = top.join(".git");
    if found.is_dir() {
        return Some(Git { folder: found, prefix });
    }
    // A linked working tree: the file says where its folder is.
    let text = fs::read_to_string(&found).ok()?;
    let folder = top.join(text.lines().next()?.strip_prefix("gitdir: ")?);
    Some(Git { folder, prefix })
}

fn half_way(git: &Utf8Path) -> Option<&'static str> {
    HALF_WAY.iter().find(|(name, _)| git.join(name).exists()).map(|(_, what)| *what)
}

/// What git says about these paths, by path; none when it cannot be asked.
fn states(root: &Utf8Path, paths: &[&str]) -> Option<Vec<(String, Kept)>> {
    let output = Command::new("git")
        .args(["--no-optional-locks", "status", "--porcelain=v1", "-z", "--no-renames"])
        .args(["--ignored=matching", "--untracked-files=all", "--"])
        .args(paths)
        .current_dir(root)
        .env("GIT_LITERAL_PATHSPECS", "1")
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = |line: &str| {
        let (state, path) = line.split_at_checked(3)?;
        let kept = if matches!(state, "?? " | "!! ") { Kept::Nowhere } else { Kept::Changed };
        Some((path.to_owned(), kept))
    };
    Some(text.split('\0').filter_map(line).collect())
}

/// What is said about a path, counted from the top; an ignored folder stands for all in it.
fn state_of(states: &[(String, Kept)], path: &Utf8Path) -> Kept {
    let about = |said: &str| path.starts_with(said.trim_end_matches('/'));
    states.iter().find(|(said, _)| about(said)).map_or(Kept::Committed, |(_, kept)| *kept)
}

/// A copy under a name made from its bytes; none when it is there already.
fn copy(run: &Run, root: &Utf8Path, change: &Change) -> Option<Step> {
    let bytes = change.theirs.clone()?;
    let digest = Digest::of(&bytes);
    let short = digest.as_str().get(..12).unwrap_or_default();
    let path = RelPath::try_new(format!("{STATE}/rescue/{short}/{}", change.path)).ok()?;
    if root.join(path.as_str()).exists() {
        return None;
    }
    run.ui.say(&format!("a copy of {} as it was is in {path}\n", change.path));
    Some(Step { path, before: None, after: Some(bytes), mode: Mode::Plain })
}
