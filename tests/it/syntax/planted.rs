//! Mistakes planted into whole domains: one gives one report, k independent ones give k.

use proptest::prelude::*;

use super::broken::domain_texts;
use super::check;

/// The kinds of mistakes.
pub(super) const KINDS: usize = 7;

/// The line with a mistake of this kind, or nothing when the kind does not fit the line.
fn plant(line: &str, kind: usize, at: usize) -> Option<String> {
    let (key, value) = line.split_once(" = ")?;
    let plain = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let last = key.rsplit('.').next()?;
    if !plain || value.is_empty() || value == "[" {
        return None;
    }
    match kind {
        0 if last.len() > 3 && last.starts_with(|c: char| c.is_ascii_lowercase()) => {
            let (head, tail) = key.split_at(key.len() - 2);
            let _ = tail;
            Some(format!("{head}qx{} = {value}", last.len()))
        }
        1 => Some(format!("{key} = 1.5")),
        2 => Some(format!("{line}\n{line}")),
        3 if value.starts_with('"') && value.ends_with('"') => {
            Some(format!("{key} = {}", &value[..value.len() - 1]))
        }
        4 => Some(format!("{key} {value}")),
        5 if value.starts_with('"')
            && !["doc", "text", "name", "owner", "time_zone"].contains(&last) =>
        {
            let inner = value.find('"')? + 1;
            let end = value[inner..].find('"')? + inner;
            let place =
                (inner..=end).filter(|i| value.is_char_boundary(*i)).nth(at % (end - inner + 1))?;
            Some(format!("{key} = {}~~{}", &value[..place], &value[place..]))
        }
        6 if value.starts_with('[') && value.ends_with(']') && value.len() > 2 => {
            Some(format!("{key} = {}", &value[..value.len() - 1]))
        }
        _ => None,
    }
}

/// Whether the report about this line may be missing or be more than one: keys of tables whose
/// keys are names (fields, roles) cannot be misspelt, and free texts hold anything.
fn is_exempt(text: &str, line: usize, kind: usize) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let header = lines[..line].iter().rev().find(|l| l.starts_with('['));
    let key = lines[line].split(' ').next().unwrap_or_default();
    let free = header.is_some_and(|h| {
        [
            ".state]",
            ".derive]",
            "[settings]",
            "[event]",
            "[command]",
            "[query]",
            "[refusal]",
            "[access]",
        ]
        .iter()
        .any(|end| h.ends_with(end) || h.starts_with(end))
    });
    let named = [
        "let.",
        "lookup.",
        "derive.",
        "on.",
        "entity.",
        "members.",
        "settings.",
        "roles.",
        "require.",
        "call.",
    ];
    kind == 0 && (free || named.iter().any(|head| key.starts_with(head)))
        || kind == 5 && lines[line].contains(['#', '\''])
}

pub(super) fn planted(text: &str, line: usize, kind: usize, at: usize) -> Option<String> {
    if is_exempt(text, line, kind) {
        return None;
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[line] = plant(&lines[line], kind, at)?;
    Some(lines.join("\n") + "\n")
}

fn texts() -> Vec<(String, String)> {
    domain_texts()
        .into_iter()
        .filter(|(_, text)| check(&[("domain/x.toml", text)]).is_empty())
        .collect()
}

#[test]
fn one_mistake_is_one_report() {
    let mut tried = [0; KINDS];
    for (path, text) in domain_texts() {
        let before = check(&[(&path, &text)]);
        if before.iter().any(|line| !line.starts_with("MN050")) || path.contains("minos") {
            continue;
        }
        if !before.is_empty() {
            continue;
        }
        for line in 0..text.lines().count() {
            for (kind, count) in tried.iter_mut().enumerate() {
                let Some(bad) = planted(&text, line, kind, line * 7) else { continue };
                let found = check(&[(&path, &bad)]);
                let shown = text.lines().nth(line).unwrap_or_default();
                assert_eq!(found.len(), 1, "kind {kind} in {shown}\n{found:#?}");
                *count += 1;
            }
        }
    }
    assert!(tried.iter().all(|count| *count > 10), "{tried:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Without the last kind: an array that is not closed swallows what follows.
    #[test]
    fn several_mistakes_are_as_many_reports(
        places in prop::collection::vec((any::<prop::sample::Index>(), 0..KINDS - 1, 0usize..50), 2..6),
    ) {
        let all = texts();
        let (path, text) = all.iter().max_by_key(|(_, text)| text.len()).expect("one is clean");
        let lines: Vec<&str> = text.lines().collect();
        let mut bad: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let mut taken: Vec<usize> = Vec::new();
        for (at, kind, inside) in places {
            let line = at.index(lines.len());
            // Mistakes in one table are not independent: the parser may give up the table.
            let table = lines[..=line].iter().rposition(|l| l.starts_with('[')).unwrap_or(0);
            if taken.contains(&table) || is_exempt(text, line, kind) {
                continue;
            }
            if let Some(planted) = plant(lines[line], kind, inside) {
                bad[line] = planted;
                taken.push(table);
            }
        }
        let bad = bad.join("\n");
        let found = check(&[(path.as_str(), &bad)]);
        prop_assert_eq!(found.len(), taken.len(), "{:#?}\n{}", found, bad);
    }
}
