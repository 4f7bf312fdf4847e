//! Domain text in, findings out.

mod planted;
mod robust;
mod whole;

use camino::Utf8PathBuf;

use crate::diagnostics::{Diagnostic, Severity};
use crate::model::Model;
use crate::source::Sources;
use crate::syntax;

/// Resolve files of a project; the model, and the findings in the order of their places, advice
/// left out.
pub(super) fn resolve(files: &[(&str, &str)]) -> (Option<Model>, Vec<Diagnostic>, Sources) {
    let file = |(path, text): &(&str, &str)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec());
    let (sources, tree, mut sink) = syntax::load(files.iter().map(file).collect());
    let model = super::resolve(&tree, &sources, &mut sink);
    (model, sink.finish().into_iter().filter(|d| d.severity != Severity::Advice).collect(), sources)
}

/// One finding per line: `file:line:column MNxxx message`.
pub(super) fn lines(found: &[Diagnostic], sources: &Sources) -> String {
    let line = |d: &Diagnostic| {
        let span = d.primary.span;
        let (path, (line, column)) = sources
            .get(span.file)
            .map_or(("?", (0, 0)), |f| (f.path().as_str(), f.place(span.range().start)));
        format!("{path}:{line}:{column} MN{:03} {}\n", d.code, d.message)
    };
    found.iter().map(line).collect()
}

/// The findings of files.
pub(super) fn check(files: &[(&str, &str)]) -> String {
    let (_, found, sources) = resolve(files);
    lines(&found, &sources)
}

/// The one-context domain `text`, checked.
pub(super) fn check_text(text: &str) -> String {
    check(&[("minos.toml", text)])
}
