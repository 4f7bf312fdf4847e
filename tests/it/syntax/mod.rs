//! Domain text in, reports out: reading and lowering.

mod broken;
mod domains;

mod fmt;
mod insert;
mod layout;
mod matrix;
mod planted;
mod whole;

use camino::Utf8PathBuf;
use minos::source::Sources;
use minos::syntax::tree::Tree;
use minos::{diagnostics, syntax};

/// The reports about these files, one line each: `MN004 path:line:column message`.
fn check(files: &[(&str, &str)]) -> Vec<String> {
    lines(&load(files))
}

fn load(files: &[(&str, &str)]) -> (Sources, Tree, diagnostics::Sink) {
    let files =
        files.iter().map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()));
    syntax::load(files.collect())
}

fn lines(loaded: &(Sources, Tree, diagnostics::Sink)) -> Vec<String> {
    let (sources, _, sink) = loaded;
    let mut found: Vec<&diagnostics::Diagnostic> = sink.found().iter().collect();
    found.sort_by_key(|d| (d.primary.span, d.code));
    let line = |d: &&diagnostics::Diagnostic| {
        let file = sources.get(d.primary.span.file).expect("the file of the span is loaded");
        let (line, column) = file.place(d.primary.span.start as usize);
        format!("MN{:03} {}:{line}:{column} {}", d.code, file.path(), d.message)
    };
    found.iter().map(line).collect()
}
