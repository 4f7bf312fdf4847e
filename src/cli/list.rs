//! `minos list`: what the domain declares, with its places.

use serde_json::{Value, json};

use super::args::List;
use super::exit::{Exit, Failure};
use super::items::{Item, items};
use super::project;
use super::run::{Run, SCHEMA_VERSION};
use super::spine::{self, Domain};
use crate::source::Sources;

/// Print the items of the domain.
pub(super) fn list(run: &Run, args: &List) -> Result<Exit, Failure> {
    let root = project::find(run, args.path.as_deref())?;
    let checked = spine::check(&Domain::of_project(&root)?);
    let wanted = |item: &Item| args.kind.as_deref().is_none_or(|kind| item.kind == kind);
    let all: Vec<Item> = items(&checked.tree).into_iter().filter(wanted).collect();
    let sources = checked.sources.clone();
    if let Err(exit) = checked.model(run)? {
        return Ok(exit);
    }
    if run.format.is_json() {
        let items: Vec<Value> = all.iter().map(|item| value(item, &sources)).collect();
        let answer = json!({ "schema_version": SCHEMA_VERSION, "command": "list", "items": items });
        run.ui.result(&format!("{answer}\n"));
        return Ok(Exit::Done);
    }
    let rows: Vec<(String, String)> =
        all.iter().map(|item| (full(item), place(item, &sources))).collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines = all.iter().zip(&rows);
    let text: String = lines
        .map(|(item, (name, place))| format!("{:9}  {name:width$}  {place}\n", item.kind))
        .collect();
    run.ui.result(&text);
    Ok(Exit::Done)
}

/// `context.Name`
fn full(item: &Item) -> String {
    match item.kind {
        "context" => item.name.clone(),
        _ => format!("{}.{}", item.context, item.name),
    }
}

fn place(item: &Item, sources: &Sources) -> String {
    let Some(file) = sources.get(item.span.file) else { return String::new() };
    let (line, column) = file.place(item.span.start as usize);
    format!("{}:{line}:{column}", file.path())
}

fn value(item: &Item, sources: &Sources) -> Value {
    let file = sources.get(item.span.file);
    let place = file.map(|file| file.place(item.span.start as usize));
    json!({
        "kind": item.kind,
        "context": item.context,
        "name": item.name,
        "doc": item.doc,
        "path": file.map(|file| file.path().as_str()),
        "line": place.map(|(line, _)| line),
        "column": place.map(|(_, column)| column),
    })
}
