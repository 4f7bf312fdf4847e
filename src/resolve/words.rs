//! Words of reports: lists of names, and the names nearest to a misspelt one.

use crate::diagnostics::{Diagnostic, all_nearest};
use crate::source::Span;

/// The known names nearest to `name`, at most three.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near = all_nearest(name, known);
    near.truncate(3);
    near
}

/// The only nearest name: what an unknown name most likely means. Passes go on with it, so that one
/// misspelt name is one report.
pub(super) fn only<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    match nearest(name, known).as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

/// With the nearest names: a patch when there is one, an offer when there are several.
///
/// # Errors
/// The report as it was, when nothing is near.
pub(super) fn offer(
    found: Diagnostic,
    span: Span,
    near: &[&str],
) -> Result<Diagnostic, Box<Diagnostic>> {
    match near {
        [] => Err(Box::new(found)),
        [one] => Ok(found.help(format!("did you mean `{one}`?")).patch(span, *one)),
        several => Ok(found.help(format!("did you mean {}?", list(several.iter().copied())))),
    }
}

/// `a`, `b` and `c` in back quotes, for reports.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
