//! One unknown name is one report, however often it is written: most likely its declaration is
//! misspelt, or it was misspelt in the same way everywhere.

use std::collections::BTreeMap;

use super::words::nearest;
use crate::diagnostics::{Diagnostic, Sink};
use crate::source::Sources;

/// Which reports are about the same kind of name.
fn kind(code: u16) -> Option<u16> {
    match code {
        103 | 108 | 303 => Some(103),
        101..=107 | 118 => Some(code),
        _ => None,
    }
}

/// Keep the first report about each unknown name; the others become further places of it, and
/// their edits part of its patch.
pub(super) fn unknown_names(sink: Sink, sources: &Sources) -> Sink {
    let mut out: Vec<Diagnostic> = Vec::new();
    let mut first: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for found in sink.finish() {
        let text = sources.text(found.primary.span).to_owned();
        let key = kind(found.code).filter(|_| !text.is_empty()).map(|kind| (kind, text));
        let Some(key) = key else {
            out.push(found);
            continue;
        };
        let Some(known) = first.get(&key).and_then(|i| out.get_mut(*i)) else {
            first.insert(key, out.len());
            out.push(found);
            continue;
        };
        let elsewhere = found.primary.span != known.primary.span;
        if elsewhere && known.secondary.len() < 4 {
            known.secondary.push(crate::diagnostics::Label {
                span: found.primary.span,
                text: "here as well".to_owned(),
            });
        }
        if elsewhere && !known.patch.is_empty() {
            known.patch.extend(found.patch);
        }
    }
    let out = explained(out, sources);
    let mut sink = Sink::new();
    out.into_iter().for_each(|found| sink.push(found));
    sink
}

/// Leave out reports about missing fields that a misspelt name explains: the field is missing under
/// one spelling because it was declared under the other.
fn explained(all: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    let named = all.iter().filter(|d| kind(d.code) == Some(103));
    let unknown: Vec<String> = named.map(|d| sources.text(d.primary.span).to_owned()).collect();
    let mut out = Vec::new();
    for found in all {
        let missing = missing(&found);
        let known = |name: &String| {
            unknown.contains(name) || !nearest(name, unknown.iter().map(String::as_str)).is_empty()
        };
        if !missing.is_empty() && missing.iter().all(known) {
            continue;
        }
        out.push(found);
    }
    out
}

/// The fields that a report says are not given.
fn missing(found: &Diagnostic) -> Vec<String> {
    let behind = match found.code {
        302 => found.message.split_once(" lacks "),
        311 => found.message.split_once(" does not set "),
        _ => None,
    };
    let words = behind.map(|(_, list)| list.split('`').skip(1).step_by(2));
    words.into_iter().flatten().map(str::to_owned).collect()
}
