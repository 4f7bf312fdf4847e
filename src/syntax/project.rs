//! `minos.toml`: the project, its contexts, or the tables of its only context.

use super::build;
use super::load::whole_file;
use super::lower::{Lower, Row};
use super::toml::{Document, Entry, Kind};
use super::tree::{Context, Deploy, Gateway, Project, Types};
use crate::diagnostics::Diagnostic;
use crate::lang::tree::Ident;
use crate::shapes::{CONSTRUCTS, PROJECT, PROJECT_FILE, SHORT_FILE};
use crate::source::{FileId, Span};

/// The project's file, and whether there are files of contexts beside it.
pub(super) struct Main<'a> {
    pub has_domain: bool,
    pub document: &'a Document,
}

/// Lower `minos.toml`.
pub(super) fn project(
    lower: &mut Lower<'_>,
    file: FileId,
    main: &Main<'_>,
) -> (Project, Gateway, Deploy, Vec<Context>, Types) {
    let root = &main.document.root;
    let short = shorthand(root);
    let inline = inline_context(root);
    let top = root.iter().find(|entry| is_construct(&entry.key.text));
    if let Some(place) = short {
        if main.has_domain || inline.is_some() {
            mixed(lower, place, inline);
        }
    } else if let Some(top) = top.filter(|_| !may_be_said(root, main.document)) {
        homeless(lower, root, top, main.has_domain || inline.is_some());
    }
    let as_short = short.is_some() && inline.is_none();
    let shape = if as_short { &SHORT_FILE } else { &PROJECT_FILE };
    let mut row = whole_file(lower, file, "`minos.toml`".to_owned(), shape, main.document);
    let project = row.row("project").map(build::project).unwrap_or_default();
    let gateway = row.row("gateway").map(build::gateway).unwrap_or_default();
    let deploy = row.row("deploy").map(build::deploy).unwrap_or_default();
    let kernel = row.row("shared").map(|mut shared| build::types(&mut shared)).unwrap_or_default();
    let mut contexts = Vec::new();
    for (name, mut inner) in row.named("context").unwrap_or_default() {
        let keys = build::keys(name, &mut inner);
        contexts.push(build::context(file, keys, &mut inner));
    }
    if short.is_some() || top.is_some() {
        let name = project.context.clone().unwrap_or_else(|| placeholder(&project, file));
        let mut own = row.row("context").unwrap_or(Row::empty(name.span));
        let keys = build::keys(name, &mut own);
        contexts.push(build::context(file, keys, &mut row));
    }
    let not_yet = std::mem::take(&mut lower.not_yet);
    contexts.iter_mut().for_each(|context| context.not_yet.clone_from(&not_yet));
    (project, gateway, deploy, contexts, kernel)
}

/// The place of `[project] context`, when it is there.
fn shorthand(root: &[Entry]) -> Option<Span> {
    let project = root.iter().find(|entry| entry.key.text == "project")?;
    let Kind::Table(entries) = &project.value.kind else { return None };
    entries.iter().find(|entry| entry.key.text == "context").map(|entry| entry.value.span)
}

/// Whether `[project]` has a key that nobody knows, or lines that could not be read: it may say
/// the context, in a broken way that is reported anyhow.
fn may_be_said(root: &[Entry], document: &Document) -> bool {
    let project = root.iter().find(|entry| entry.key.text == "project");
    let strange = match project.map(|entry| &entry.value.kind) {
        Some(Kind::Table(entries)) => entries.iter().any(|e| PROJECT.key(&e.key.text).is_none()),
        _ => false,
    };
    strange || document.lost_keys
}

/// The first `[context.X]`.
fn inline_context(root: &[Entry]) -> Option<Span> {
    let context = root.iter().find(|entry| entry.key.text == "context")?;
    let Kind::Table(entries) = &context.value.kind else { return None };
    entries.iter().find(|e| matches!(e.value.kind, Kind::Table(_))).map(|e| e.key.span)
}

fn is_construct(key: &str) -> bool {
    CONSTRUCTS.iter().any(|construct| construct.name == key)
}

/// MN132: `[project] context` beside other contexts.
fn mixed(lower: &mut Lower<'_>, place: Span, inline: Option<Span>) {
    let words = "project: `context` makes this file the only context, but there are others";
    let mut found = Diagnostic::error(132, place, words);
    found = match inline {
        Some(inline) => found.also(inline, "another context"),
        None => found.label("there are files in `domain/`"),
    };
    let help = "remove `context` and write `[context.NAME.…]`, or move everything into this file";
    lower.push(found.help(help));
}

/// Top-level tables that belong to no context: MN132 beside other contexts, else MN012.
fn homeless(lower: &mut Lower<'_>, root: &[Entry], top: &Entry, mixed: bool) {
    if mixed {
        let words = format!("`[{}]` belongs to no context", top.key.text);
        let help =
            format!("write `[context.NAME.{}]`, or move it into a file of `domain/`", top.key.text);
        lower.push(Diagnostic::error(132, top.key.span, words).help(help));
        return;
    }
    let project = root.iter().find(|entry| entry.key.text == "project");
    let place = project.map_or(top.key.span, |entry| entry.key.span);
    let found =
        Diagnostic::error(12, place, "project needs `context`, because tables of a context follow")
            .also(top.key.span, "belongs to no context yet")
            .help("write `context = \"main\"` below `[project]`");
    lower.push(found);
}

/// A name for the only context of a project that forgot to say it.
fn placeholder(project: &Project, file: FileId) -> Ident {
    let name = project.name.as_ref().map_or("main", |name| name.value.as_str());
    Ident { text: heck::ToSnakeCase::to_snake_case(name), span: Span::new(file, 0, 0) }
}
