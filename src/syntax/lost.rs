//! What of the text is not in the tree, and which findings only follow from that.
//!
//! A broken value hides the names that it would have declared. Whoever misses them later is not
//! told: a follower is a finding in the table of the broken value, one that is about a word of the
//! lost text, or one that misses something without knowing a better word for it.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostics::Diagnostic;
use crate::shapes::{CONSTRUCTS, Form};
use crate::source::{Sources, Span};

/// The lost parts of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lost {
    /// Something is lost, not only not built yet.
    any: bool,
    /// So much is lost that nothing that is missed can be trusted.
    much: bool,
    /// Something is lost, and nobody knows what it was about.
    blind: bool,
    /// The tables of lost values.
    tables: Vec<Span>,
    /// The tables of lost values that may have been a field or an argument.
    sources: Vec<Span>,
    /// The tables of all lost pieces.
    touched: Vec<Span>,
    /// The things whose tables these are.
    owners: BTreeSet<String>,
    /// The words of lost text, and those made from them.
    words: BTreeSet<String>,
    /// The words of lost text that declares nothing.
    used: BTreeSet<String>,
}

/// With more lost pieces than this, the findings about them are enough for one reading.
const MOST: usize = 100;

/// Words of the notations; they say nothing about what is lost.
const COMMON: &[&str] = &[
    "actor",
    "after",
    "append",
    "before",
    "bool",
    "by",
    "client",
    "cmd",
    "compensate",
    "contains",
    "date",
    "decimal",
    "delete",
    "else",
    "emit",
    "entities",
    "ev",
    "exists",
    "false",
    "fields",
    "filter",
    "format",
    "if",
    "ignore",
    "in",
    "int",
    "is",
    "item",
    "list",
    "map",
    "merge",
    "meta",
    "none",
    "now",
    "on",
    "otherwise",
    "params",
    "patch",
    "personal",
    "put",
    "remove",
    "reply",
    "row",
    "secret",
    "send",
    "server",
    "set",
    "state",
    "string",
    "sum",
    "then",
    "time",
    "today",
    "true",
    "update",
    "uuid",
    "value",
    "was",
    "where",
];

/// Keys whose values declare no field and give no argument.
const NO_SOURCE: [&str; 7] = ["closes", "ensure", "from", "if_missing", "public", "require", "to"];

impl Lost {
    /// Add a lost piece of a file. One that declares nothing hides less: only what it tested, and
    /// the refusals and events that it names.
    pub(super) fn add(&mut self, text: &str, span: Span, declares: bool) {
        self.much |= self.tables.len() + self.used.len() > MOST;
        if self.much {
            return;
        }
        let piece = text.get(span.range()).unwrap_or_default();
        let (owner, tables) = tables(text, span.start as usize);
        let tables = tables.into_iter().map(|r| Span::new(span.file, r.start, r.end));
        let tables: Vec<Span> = tables.collect();
        self.touched.extend(&tables);
        self.owners.extend(owner.map(str::to_owned));
        let telling = words(piece).filter(|w| !COMMON.contains(w)).map(str::to_owned);
        if !declares || says_only_its_name(text, span.start as usize, piece) {
            self.used.extend(telling);
            return;
        }
        self.any = true;
        let key = key_around(text, span.start as usize);
        if !key.is_some_and(|key| NO_SOURCE.contains(&key)) {
            self.sources.extend(&tables);
        }
        if key == Some("emit") {
            // It declares the event and the fields that it names; its values declare nothing.
            let (declared, used) = telling.partition(|word| is_declared(piece, word));
            self.words.extend::<Vec<String>>(declared);
            self.used.extend::<Vec<String>>(used);
            return;
        }
        self.words.extend(telling);
        let key = key_before(text, span.start as usize);
        self.words.extend(key.into_iter().filter(|w| !is_key(w)).map(str::to_owned));
        self.tables.extend(tables);
        let is = |name: &str| key == Some(name) || words(piece).next() == Some(name);
        let Some(owner) = owner else { return };
        if is("id") {
            self.words.insert(format!("{owner}Id"));
            self.words.insert(format!("{}_id", heck::ToSnakeCase::to_snake_case(owner)));
        }
        if is("status") {
            self.words.insert("status".to_owned());
            self.words.insert(format!("{owner}Status"));
        }
    }

    /// Add a file of which nothing is known.
    pub(super) fn add_file(&mut self) {
        self.any = true;
        self.blind = true;
    }

    /// Add a name that is declared by something that is not built yet.
    pub(super) fn add_name(&mut self, name: &str) {
        self.words.insert(name.to_owned());
    }

    /// Whether a finding only follows from what is lost.
    #[must_use]
    pub fn explains(&self, sources: &Sources, found: &Diagnostic) -> bool {
        if stands_alone(found) {
            return false;
        }
        if self.much {
            return true;
        }
        let at = found.primary.span;
        let exact = sources.text(at);
        let told = found.message.split('`').skip(1).step_by(2).flat_map(words);
        let near =
            |table: &Span| table.file == at.file && table.range().contains(&(at.start as usize));
        if matches!(found.code, 113 | 404) {
            return self.tables.iter().any(near);
        }
        if found.code == 323 {
            // Its last row may be what is lost.
            return self.blind || self.touched.iter().any(near);
        }
        if matches!(found.code, 202 | 302) {
            // What is called or sent is known; only what it or its source declares may be lost.
            // A lost field is no function, even of the same name.
            let field = |word: &str| found.code == 302 && self.words.contains(word);
            let hidden = |word: &str| field(word) || self.owners.contains(word);
            let near = match found.code {
                302 => self.sources.iter().any(near),
                _ => self.tables.iter().any(near),
            };
            return self.blind || near || told.chain(words(exact)).any(hidden);
        }
        if misses(found) {
            let hidden = |word: &str| self.words.contains(word) || self.used.contains(word);
            // The values of a table declare no types.
            let in_table = found.code != 102 && self.tables.iter().any(near);
            let undeclared =
                !is_method(found) && self.any && (in_table || !is_typo(sources, found, exact));
            return undeclared || told.chain(words(exact)).any(hidden);
        }
        let around = sources.get(at.file).map_or("", |file| literal(file.text(), at.range()));
        let tested = found.code == 205 && self.touched.iter().any(near);
        let untested = |word: &str| tested && self.used.contains(word);
        told.chain(words(around)).any(|word| self.words.contains(word) || untested(word))
    }
}

/// Whether a name that is missed is rather a misspelt one: a better word is known for it, and
/// nobody else uses it.
fn is_typo(sources: &Sources, found: &Diagnostic, name: &str) -> bool {
    let uses = sources.iter().flat_map(|(_, file)| words(file.text())).filter(|w| *w == name);
    let is_reference = !matches!(found.code, 202 | 302 | 401 | 402);
    is_reference && !found.patch.is_empty() && uses.take(2).count() < 2
}

/// Whether it misses a method of a value whose type is known: no domain declares methods.
fn is_method(found: &Diagnostic) -> bool {
    found.code == 107 && found.message.contains("has no method")
}

/// Whether it is about what stands at its place and nothing else: names that are bad or taken,
/// bad patterns and bounds, paths that are taken.
fn stands_alone(found: &Diagnostic) -> bool {
    matches!(found.code, 111 | 114 | 115 | 117 | 210 | 213 | 217 | 501)
}

/// Whether it says that something is not there.
fn misses(found: &Diagnostic) -> bool {
    matches!(
        found.code,
        12 | 101..=109 | 116 | 118..=120 | 202 | 302 | 303 | 305 | 308 | 311 | 312 | 321 | 337
            | 401 | 402 | 406 | 409 | 413
    )
}

/// The names in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    pieces.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// The last part of the key whose value begins at `at`, when it stands on the same line.
fn key_before(text: &str, at: usize) -> Option<&str> {
    let head = text.get(..at)?;
    let head = head.get(head.rfind('\n').map_or(0, |i| i + 1)..)?.trim_end().strip_suffix('=')?;
    words(head).last()
}

/// The key of the value that begins at `at`, or that `at` is in: the last one before it whose value
/// is a text, an array or a table.
fn key_around(text: &str, at: usize) -> Option<&str> {
    if let Some(key) = key_before(text, at) {
        return Some(key);
    }
    let head = text.get(..at)?;
    let starts = ["= \"", "= [", "= {"].map(|start| head.rfind(start));
    words(head.get(..starts.into_iter().flatten().max()?)?).last()
}

/// Whether the place is the name or meaning of the whole system, which nothing else mentions.
fn says_only_its_name(text: &str, at: usize, piece: &str) -> bool {
    let headers = headers(text);
    let header = headers.iter().rev().find(|(start, _)| *start <= at);
    let key = key_before(text, at).or_else(|| words(piece).next());
    header.is_some_and(|(_, path)| *path == "project") && matches!(key, Some("name" | "doc"))
}

/// Whether a lost message declares a word: as its event, or as a field that it fills.
fn is_declared(piece: &str, word: &str) -> bool {
    let filled = |after: &str| {
        let after = after.trim_start();
        after.starts_with('=') && !after.starts_with("==")
    };
    word.starts_with(|c: char| c.is_ascii_uppercase())
        || piece.match_indices(word).any(|(at, _)| piece.get(at + word.len()..).is_some_and(filled))
}

fn is_key(word: &str) -> bool {
    CONSTRUCTS.iter().any(|construct| match construct.form {
        Form::Named(shape) | Form::Tables(shape) | Form::Table(shape) => shape.key(word).is_some(),
        _ => false,
    })
}

/// The text in quotes around a place, on its line; else the text of the place.
fn literal(text: &str, at: Range<usize>) -> &str {
    let line_start = text.get(..at.start).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let start = text.get(line_start..at.start).and_then(|t| t.rfind('"')).map(|i| line_start + i);
    let rest = text.get(at.end..).unwrap_or_default();
    let end = rest.find(['"', '\n']).filter(|i| rest.get(*i..).is_some_and(|r| r.starts_with('"')));
    match (start, end) {
        (Some(start), Some(end)) => text.get(start..at.end + end).unwrap_or_default(),
        _ => text.get(at).unwrap_or_default(),
    }
}

/// The thing whose table holds the place, and all its tables in the file: from header to header.
/// In a table of many things (`[command]`) it is the line.
fn tables(text: &str, at: usize) -> (Option<&str>, Vec<Range<usize>>) {
    let line = super::toml::line_of(text, at);
    let headers = headers(text);
    let Some((start, path)) = headers.iter().rev().find(|(start, _)| *start <= at) else {
        return (None, vec![line]);
    };
    let parts: Vec<&str> = path.split('.').map(str::trim).collect();
    let skip = if parts.first() == Some(&"context") && parts.len() > 2 { 2 } else { 0 };
    let thing = parts.get(..skip + 2);
    let owner = parts.get(skip + 1).copied();
    let end_of = |start: usize| {
        headers.iter().map(|(next, _)| *next).find(|next| *next > start).unwrap_or(text.len())
    };
    match thing {
        None if parts.get(skip).is_some_and(|name| *name == "scenario" || *name == "context") => {
            let table = *start..end_of(*start);
            (None, vec![table])
        }
        None => (None, vec![line]),
        Some(thing) => {
            let same = |path: &str| {
                let other: Vec<&str> = path.split('.').map(str::trim).collect();
                other.get(..skip + 2) == Some(thing)
            };
            let all = headers.iter().filter(|(_, path)| same(path));
            (owner, all.map(|(start, _)| *start..end_of(*start)).collect())
        }
    }
}

/// Where headers begin, with what stands in their brackets.
fn headers(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            let inside = line.trim_start_matches('[');
            found.push((start, inside.split(']').next().unwrap_or_default()));
        }
        start += line.len();
    }
    found
}
