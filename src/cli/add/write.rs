//! Where the tables go, and the domain with them in it.

use std::borrow::Cow;

use camino::{Utf8Path, Utf8PathBuf};

use super::kind::Kind;
use super::known::Known;
use super::table::tables;
use super::wish::Wish;
use crate::cli::exit::{Exit, Failure};
use crate::cli::spine::Domain;
use crate::merge::{Action, Change};
use crate::plan::{Mode, RelPath};
use crate::source::SourceFile;
use crate::syntax::{InTheWay, Order, insert};
use crate::tree::Digest;

/// The domain after the addition, and what changes in its files.
pub(super) struct Added {
    pub(super) domain: Domain,
    pub(super) changes: Vec<Change>,
}

/// Where a context's tables stand.
struct Home {
    path: Utf8PathBuf,
    /// `[context.NAME.…]` of `minos.toml`
    within: bool,
}

/// Write the tables into the text.
pub(super) fn write(domain: &Domain, known: &Known<'_>, wish: &Wish) -> Result<Added, Failure> {
    let context = wish.context.as_deref().unwrap_or(wish.name());
    let home = match wish.kind {
        Kind::Context => new_home(domain, known, context)?,
        _ => home(known, context)?,
    };
    let mut files = domain.files.clone();
    let at = files.iter().position(|(path, _)| *path == home.path);
    let old = at.and_then(|at| files.get(at)).map(|(_, bytes)| bytes.clone());
    let bytes = old.clone().unwrap_or_default();
    let mut text = String::from_utf8(bytes).map_err(|e| Failure::bug(&e))?;
    let before = text.clone();
    let among = if home.within { Order::Within(context) } else { Order::File };
    for mut group in tables(wish)? {
        if wish.kind == Kind::Context {
            // Its own table: `[context]` in its file, `[context.NAME]` in `minos.toml`.
            group.iter_mut().for_each(|table| {
                table.path.truncate(if home.within { 0 } else { 1 });
            });
        }
        text = match insert(&text, among, &group) {
            Some(Ok(text)) => text,
            Some(Err(found)) => return Err(in_the_way(&home.path, &text, &found)),
            None => return Err(Failure::bug(&"a domain without errors is no TOML")),
        };
    }
    let change = Change {
        path: RelPath::try_new(home.path.as_str()).map_err(|e| Failure::bug(&e))?,
        action: if old.is_some() { Action::Update } else { Action::Create },
        reason: format!("{} {}", wish.kind.word(), wish.name()),
        old: before,
        new: Some(Cow::Owned(text.clone())),
        mode: Mode::Plain,
        before: old.as_deref().map(Digest::of),
        theirs: None,
    };
    match at.and_then(|at| files.get_mut(at)) {
        Some((_, bytes)) => *bytes = text.into_bytes(),
        None => files.push((home.path, text.into_bytes())),
    }
    files.sort();
    let domain = Domain { files, folder: domain.folder.clone() };
    Ok(Added { domain, changes: vec![change] })
}

fn home(known: &Known<'_>, context: &str) -> Result<Home, Failure> {
    let found = known.context(context).ok_or_else(|| known.no_context(context))?;
    let file = known.checked.sources.get(found.file).map(SourceFile::path);
    let path = file.unwrap_or(Utf8Path::new("minos.toml")).to_owned();
    let short = known.checked.tree.project.context.is_some();
    let within = path == "minos.toml" && !short;
    Ok(Home { path, within })
}

/// Where a new context goes: to where the others are.
fn new_home(domain: &Domain, known: &Known<'_>, context: &str) -> Result<Home, Failure> {
    if let Some(only) = &known.checked.tree.project.context {
        let text = format!("minos.toml is about one context only: {}", only.text);
        return Err(Failure::new(Exit::Refused, text)
            .hint(format!(
                "move its tables to domain/{}.toml and remove `context` from [project]",
                only.text
            ))
            .hint("then add the second one"));
    }
    let folder = domain.files.iter().any(|(path, _)| path.starts_with("domain"));
    if !folder && !known.contexts().is_empty() {
        return Ok(Home { path: Utf8PathBuf::from("minos.toml"), within: true });
    }
    Ok(Home { path: Utf8PathBuf::from(format!("domain/{context}.toml")), within: false })
}

fn in_the_way(path: &Utf8Path, text: &str, found: &InTheWay) -> Failure {
    let (line, column) = SourceFile::new(path.to_owned(), text).place(found.at);
    let words = format!("{path}:{line}:{column}: an inline table takes no further table");
    Failure::new(Exit::Refused, words)
        .hint(format!("write it as `{}` with its keys below, then run this again", found.header))
}
