//! The files of a project as one tree: which file is what, and what may stand where.

use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};

use super::build;
use super::lower::{Lower, Row, Subject};
use super::project::{self, Main};
use super::toml::{self, Document};
use super::tree::{Context, Tree, Types};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::Ident;
use crate::shapes::{CONTEXT_FILE, KERNEL_FILE, Shape};
use crate::source::{FileId, SourceFile, Sources, Span};

/// Read files (path relative to the project, bytes) as one project. `domain/X.toml` is context
/// `X`, `shared/*.toml` the kernel, any other path the project's own file. Pure and total: every
/// input gives a tree, and the sink says what is wrong with it.
#[must_use]
pub fn load(files: Vec<(Utf8PathBuf, Vec<u8>)>) -> (Sources, Tree, Sink) {
    let (mut sources, mut tree, mut sink) = (Sources::default(), Tree::default(), Sink::new());
    let mut files = files;
    files.sort_by(|a, b| (Role::of(&a.0), &a.0).cmp(&(Role::of(&b.0), &b.0)));
    let has_domain = files.iter().any(|(path, _)| Role::of(path) == Role::Context);
    for (path, bytes) in files {
        let role = Role::of(&path);
        let stem = path.file_stem().unwrap_or_default().to_owned();
        let file = read_text(&mut sources, path, bytes, &mut tree, &mut sink);
        let text = sources.get(file).map_or("", SourceFile::text);
        let document = toml::read(file, text, &mut sink);
        let mut lower = Lower::new(file, text, &document, &mut sink);
        match role {
            Role::Project => {
                let main = Main { has_domain, document: &document };
                let (project, gateway, deploy, contexts, kernel) =
                    project::project(&mut lower, file, &main);
                tree.project = project;
                tree.gateway = gateway;
                tree.deploy = deploy;
                contexts.into_iter().for_each(|context| add(&mut tree, context, &mut lower));
                join_types(&mut tree.kernel, kernel);
            }
            Role::Context => {
                let context = context_file(&mut lower, file, &stem, &document);
                context.not_yet.iter().for_each(|name| tree.lost.add_name(&name.text));
                add(&mut tree, context, &mut lower);
            }
            Role::Kernel => {
                let words = format!("the shared kernel (`{stem}.toml`)");
                let mut row = whole_file(&mut lower, file, words, &KERNEL_FILE, &document);
                join_types(&mut tree.kernel, build::types(&mut row));
            }
        }
        let mut pieces = std::mem::take(&mut lower.lost);
        // What is written twice in the same words is still there once.
        let lost = |r: &&Range<usize>| {
            text.get((*r).clone()).is_none_or(|piece| text.matches(piece).count() < 2)
        };
        let twice = document.twice.iter().filter(lost);
        let twice = twice.map(|r| (Span::new(file, r.start, r.end), true));
        pieces.extend(twice);
        tree.broken |= document.lost || !pieces.is_empty();
        if document.lost && pieces.is_empty() && document.twice.is_empty() {
            tree.lost.add_file();
        }
        for (piece, declares) in pieces {
            tree.lost.add(text, piece, declares);
        }
    }
    (sources, tree, sink)
}

/// What a file is, in the order of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Project,
    Context,
    Kernel,
}

impl Role {
    fn of(path: &Utf8Path) -> Self {
        match path.parent().and_then(Utf8Path::file_name) {
            Some("domain") => Self::Context,
            Some("shared") => Self::Kernel,
            _ => Self::Project,
        }
    }
}

fn read_text(
    sources: &mut Sources,
    path: Utf8PathBuf,
    bytes: Vec<u8>,
    tree: &mut Tree,
    sink: &mut Sink,
) -> FileId {
    match String::from_utf8(bytes) {
        Ok(text) => sources.add(SourceFile::new(path, text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let head = String::from_utf8_lossy(bytes.get(..good).unwrap_or_default()).into_owned();
            let file = sources.add(SourceFile::new(path, ""));
            let line = head.matches('\n').count() + 1;
            let words = format!("the file is not UTF-8 from line {line} on");
            let help = "save it as UTF-8 text";
            sink.push(Diagnostic::error(2, Span::new(file, 0, 0), words).help(help));
            tree.broken = true;
            tree.lost.add_file();
            file
        }
    }
}

/// Lower a whole file against the shape of its kind.
pub(super) fn whole_file(
    lower: &mut Lower<'_>,
    file: FileId,
    words: String,
    shape: &'static Shape,
    document: &Document,
) -> Row {
    let place = Span::new(file, 0, 0);
    lower.row(&Subject { words, place }, shape, &document.root, place)
}

fn context_file(lower: &mut Lower<'_>, file: FileId, stem: &str, document: &Document) -> Context {
    let words = format!("context `{stem}`");
    let mut row = whole_file(lower, file, words, &CONTEXT_FILE, document);
    let name = Ident { text: stem.to_owned(), span: Span::new(file, 0, 0) };
    let mut keys = row.row("context").unwrap_or(Row::empty(name.span));
    let keys = build::keys(name, &mut keys);
    let mut context = build::context(file, keys, &mut row);
    context.not_yet.append(&mut lower.not_yet);
    context
}

/// Add a context; a second one of the same name is reported and joined to the first.
fn add(tree: &mut Tree, context: Context, lower: &mut Lower<'_>) {
    let first = tree.contexts.iter_mut().find(|c| c.head.name.text == context.head.name.text);
    let Some(first) = first else {
        tree.contexts.push(context);
        return;
    };
    let name = &context.head.name;
    let words = format!("context `{}` is described in two places", name.text);
    let found = Diagnostic::error(131, name.span, words)
        .label("the second place")
        .also(first.head.name.span, "the first place")
        .help("move everything into one of the two files");
    lower.push(found);
    join(first, context);
}

fn join(first: &mut Context, mut other: Context) {
    first.settings.append(&mut other.settings);
    join_types(&mut first.types, other.types);
    first.aggregates.append(&mut other.aggregates);
    first.commands.append(&mut other.commands);
    first.events.append(&mut other.events);
    first.publications.append(&mut other.publications);
    first.refusals.append(&mut other.refusals);
    first.replicas.append(&mut other.replicas);
    first.references.append(&mut other.references);
    first.views.append(&mut other.views);
    first.queries.append(&mut other.queries);
    first.policies.append(&mut other.policies);
    first.sagas.append(&mut other.sagas);
    first.schedules.append(&mut other.schedules);
    first.routes.append(&mut other.routes);
    first.seeds.append(&mut other.seeds);
    first.listed.append(&mut other.listed);
    first.scenarios.append(&mut other.scenarios);
    first.not_yet.append(&mut other.not_yet);
}

fn join_types(first: &mut Types, mut other: Types) {
    first.newtypes.append(&mut other.newtypes);
    first.values.append(&mut other.values);
    first.enums.append(&mut other.enums);
    first.unions.append(&mut other.unions);
    first.tables.append(&mut other.tables);
    first.functions.append(&mut other.functions);
}

/// The same for text that came from elsewhere than a folder: one file under this path.
#[must_use]
pub fn load_text(path: &str, text: &str) -> (Sources, Tree, Sink) {
    load(vec![(Utf8PathBuf::from(path), text.as_bytes().to_vec())])
}
