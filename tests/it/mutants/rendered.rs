//! The part of the scenarios that generated tests look at.
//!
//! They do not look at `then_rows`, and play no scenario about other streams (`unique`). A scenario
//! that expects nothing else is left out. What is taken out here stands behind all mutants, so
//! places stay.

use minos::source::{Sources, Span};
use minos::syntax::tree::{Context, Scenario, Tree};

use super::Files;

/// The same files with what generated tests do not look at taken out of the scenarios.
pub(super) fn rendered(files: &Files, tree: &Tree, sources: &Sources) -> Files {
    let mut cuts: Vec<Span> = Vec::new();
    for context in &tree.contexts {
        context.scenarios.iter().for_each(|s| cuts.extend(of_the_store(context, s, sources)));
    }
    cuts.sort();
    let rows = regex::Regex::new(r"(?m)^then_rows = (?:\[\n(?:  .*\n)*\]|.+)\n").expect("valid");
    let mut out = Files::new();
    for (path, bytes) in files {
        let mut text = String::from_utf8(bytes.clone()).expect("examples are UTF-8");
        for cut in cuts.iter().rev() {
            if sources.get(cut.file).is_some_and(|f| f.path() == path) {
                text.replace_range(cut.range(), "");
            }
        }
        let text = rows.replace_all(&text, "");
        let mut parts = text.split_inclusive("[[scenario]]\n");
        let mut left = parts.next().unwrap_or_default().to_owned();
        left.truncate(left.trim_end_matches("[[scenario]]\n").len());
        for part in parts.map(|part| part.trim_end_matches("[[scenario]]\n")) {
            if part.lines().any(|line| line.starts_with("then")) {
                left += "[[scenario]]\n";
                left += part;
            }
        }
        out.push((path.clone(), left.into_bytes()));
    }
    out
}

/// The line of an expected refusal that only the store knows.
fn of_the_store(context: &Context, scenario: &Scenario, sources: &Sources) -> Option<Span> {
    let [only] = scenario.then.as_deref()? else { return None };
    let name = &only.path.name;
    let mut unique = context.aggregates.iter().flat_map(|a| &a.unique);
    if !unique.any(|rule| rule.refusal.text == name.text) {
        return None;
    }
    let text = sources.get(name.span.file)?.text();
    let start = text.get(..name.span.range().start)?.rfind('\n')? + 1;
    let end = only.span.range().end;
    let end = end + text.get(end..)?.find('\n')? + 1;
    Some(Span::new(name.span.file, start, end))
}
