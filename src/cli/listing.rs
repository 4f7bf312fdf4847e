//! Changes as people and tools read them: a list with counts, a unified diff, JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use similar::TextDiff;

use super::run::SCHEMA_VERSION;
use super::ui::{Tone, Ui};
use crate::merge::{Action, Blocked, Change, Decision};

/// A list that is longer than this is shown by folder.
const LONG: usize = 60;

/// The changes, one line each with sign, path and reason; many new files by folder.
pub(super) fn changes(ui: Ui, changes: &[Change], verbose: bool) -> String {
    let mut out = String::new();
    for action in [Action::Create, Action::Update, Action::Delete] {
        let of_kind: Vec<&Change> = changes.iter().filter(|c| c.action == action).collect();
        if of_kind.len() > LONG && !verbose {
            out.push_str(&by_folder(ui, action, &of_kind));
            continue;
        }
        for change in of_kind {
            out.push_str(&line(ui, action, change.path.as_str(), &change.reason));
        }
    }
    out
}

fn by_folder(ui: Ui, action: Action, changes: &[&Change]) -> String {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for change in changes {
        let path = change.path.as_str();
        let folder = path.match_indices('/').nth(1).and_then(|(i, _)| path.get(..=i));
        *folders.entry(folder.unwrap_or(path)).or_default() += 1;
    }
    let lines = folders.iter().map(|(folder, count)| match count {
        1 if !folder.ends_with('/') => line(ui, action, folder, ""),
        1 => line(ui, action, folder, "1 file"),
        n => line(ui, action, folder, &format!("{n} files")),
    });
    lines.collect()
}

fn line(ui: Ui, action: Action, path: &str, reason: &str) -> String {
    let tone = match action {
        Action::Create => Tone::Good,
        Action::Update => Tone::Change,
        Action::Delete => Tone::Bad,
    };
    let sign = ui.toned_result(tone, &action.sign().to_string());
    if reason.is_empty() {
        format!("{sign} {path}\n")
    } else {
        format!("{sign} {path}  ({reason})\n")
    }
}

/// `4 created, 2 updated, 31 unchanged`, without what is zero.
pub(super) fn counts(decision: &Decision) -> String {
    let parts = [
        (decision.count(Action::Create), "created"),
        (decision.count(Action::Update), "updated"),
        (decision.count(Action::Delete), "deleted"),
        (decision.unchanged, "unchanged"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, word)| *count > 0 || *word == "unchanged")
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

/// A unified diff of every change, and of every edit in a file of minos: what minos has against
/// what is there.
pub(super) fn diff(decision: &Decision) -> String {
    let changes = decision.changes.iter();
    let changes = changes.map(|c| one_diff(c.path.as_str(), &c.old, c.new.as_deref()));
    let edits = decision.edits.iter().map(|edit| {
        let (path, diff) = (&edit.path, TextDiff::from_lines(&*edit.wanted, edit.found.as_str()));
        let (from, to) = (format!("minos/{path}"), format!("yours/{path}"));
        diff.unified_diff().context_radius(3).header(&from, &to).to_string()
    });
    changes.chain(edits).collect()
}

/// A unified diff of one file; `None` is a file that goes.
pub(super) fn one_diff(path: &str, old: &str, new: Option<&str>) -> String {
    let from = if old.is_empty() { "/dev/null".to_owned() } else { format!("a/{path}") };
    let to = if new.is_none() { "/dev/null".to_owned() } else { format!("b/{path}") };
    let diff = TextDiff::from_lines(old, new.unwrap_or(""));
    diff.unified_diff().context_radius(3).header(&from, &to).to_string()
}

/// What stands in the way, each with the ways out.
pub(super) fn blocked(ui: Ui, blocked: &[Blocked]) -> String {
    let mut out = String::new();
    for one in blocked {
        out.push_str(&format!("{} {one}\n", ui.toned(Tone::Bad, "!")));
        let path = one.path();
        match one {
            Blocked::Edited(_) => {
                out.push_str("    1. see the difference:  minos sync --diff\n");
                out.push_str("    2. say it in the domain instead, then take the edit back\n");
                out.push_str(&format!("    3. move your version away:  mv {path} {path}.mine\n"));
            }
            Blocked::Foreign(_) => {
                out.push_str(&format!("    1. move it away:  mv {path} {path}.mine\n"));
                out.push_str("    2. or delete it, if minos may write its own\n");
            }
            Blocked::Link(_) | Blocked::NotAFile(_) => {
                out.push_str("    put an ordinary file or folder there, or nothing\n");
            }
            Blocked::Unreadable(..) => out.push_str("    mend it, then run minos sync again\n"),
        }
    }
    out
}

/// The decision for tools.
pub(super) fn json(command: &str, decision: &Decision, applied: bool) -> Value {
    let word = |action| match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    };
    let changes: Vec<Value> = decision
        .changes
        .iter()
        .map(|c| json!({ "path": c.path.as_str(), "action": word(c.action), "reason": c.reason }))
        .collect();
    let texts = |path: &str, message: String| json!({ "path": path, "message": message });
    let notes: Vec<Value> =
        decision.notes.iter().map(|n| texts(n.path().as_str(), n.to_string())).collect();
    let blocked: Vec<Value> =
        decision.blocked.iter().map(|b| texts(b.path().as_str(), b.to_string())).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "applied": applied,
        "changes": changes,
        "notes": notes,
        "blocked": blocked,
        "counts": {
            "create": decision.count(Action::Create),
            "update": decision.count(Action::Update),
            "delete": decision.count(Action::Delete),
            "unchanged": decision.unchanged,
        },
    })
}
