//! New tables in the text of a domain file, every other byte as it was.
//!
//! Only lines are added: comments, order, line ends and layout of what is there stay. A new table goes
//! behind the last one of its kind, else behind those that come before its kind in the table of
//! shapes. What the tables mean is not looked at.

use std::ops::Range;

use super::fmt::{Item, Value, fmt, read_placed};
use crate::shapes::CONSTRUCTS;

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One text.
    Text(String),
    /// Several.
    List(Vec<String>),
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
}

/// A table to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTable {
    /// The names of its header: `command`, `AddPart`. They are plain names.
    pub path: Vec<String>,
    /// Whether it is one of several: `[[saga.X.step]]`.
    pub many: bool,
    /// Its keys, perhaps with dots (`on.PartAdded`), in the order of the text.
    pub keys: Vec<(String, Content)>,
}

/// Which tables of a file a context's tables stand among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order<'a> {
    /// The whole file is about one context.
    File,
    /// `[context.X.…]`
    Within(&'a str),
}

/// An inline table cannot take a new table without a change of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// The byte where its key stands.
    pub at: usize,
    /// The header that would make room: `[command]`.
    pub header: String,
}

/// The text with the tables in it; they are of one construct, which the first of them names.
/// `None` when the text is not TOML.
///
/// # Errors
/// When an inline table is in the way.
pub fn insert(
    text: &str,
    among: Order<'_>,
    tables: &[NewTable],
) -> Option<Result<String, InTheWay>> {
    toml::de::DeTable::parse(text).ok()?;
    let items = read_placed(text)?;
    let prefix = match among {
        Order::File => Vec::new(),
        Order::Within(context) => vec!["context".to_owned(), context.to_owned()],
    };
    if let Some(found) = tables.iter().find_map(|table| in_the_way(&items, &prefix, &table.path)) {
        return Some(Err(found));
    }
    let block = block(&prefix, tables);
    let kind = tables.first().and_then(|table| table.path.first()).map_or("", String::as_str);
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let block = block.lines().collect::<Vec<_>>().join(end);
    let Some(place) = place(&items, &prefix, kind) else {
        return Some(Ok(format!("{text}{block}{end}")));
    };
    let before = if place.apart { end } else { "" };
    let (head, tail) = text.split_at_checked(place.at)?;
    Some(Ok(format!("{head}{end}{before}{block}{tail}")))
}

type Placed<'t> = (Range<usize>, Item<'t>);

/// An inline table on the way to a new one.
fn in_the_way(items: &[Placed<'_>], prefix: &[String], path: &[String]) -> Option<InTheWay> {
    let wanted: Vec<&str> = prefix.iter().chain(path).map(String::as_str).collect();
    let mut header: Vec<&str> = Vec::new();
    for (range, item) in items {
        match item {
            Item::Header { keys, .. } => header = keys.iter().map(|key| plain(key)).collect(),
            Item::Pair { keys, value, .. } => {
                let whole: Vec<&str> =
                    header.iter().copied().chain(keys.iter().map(|key| plain(key))).collect();
                let inline = match value {
                    Value::Table(_) => true,
                    Value::Raw(raw) => raw.starts_with('{'),
                    Value::Array(_) => false,
                };
                if inline && wanted.starts_with(&whole) {
                    let header = format!("[{}]", whole.join("."));
                    return Some(InTheWay { at: range.start, header });
                }
            }
            Item::Blank | Item::Comment(_) => {}
        }
    }
    None
}

/// Where the new lines go.
struct Place {
    /// Behind this byte, which ends a line.
    at: usize,
    /// An empty line stands in front.
    apart: bool,
}

/// A header with all up to the next one.
struct Section<'t> {
    /// The index of its header.
    start: usize,
    /// The index behind its last item.
    end: usize,
    /// Its construct; `None` for other tables.
    rank: Option<usize>,
    /// The item it is about.
    name: &'t str,
}

fn place(items: &[Placed<'_>], prefix: &[String], kind: &str) -> Option<Place> {
    let all = sections(items, prefix);
    let rank = rank(kind);
    let same = all.iter().rposition(|s| s.rank.is_some() && s.rank == rank);
    let lower = |s: &Section<'_>| s.rank.is_some_and(|r| rank.is_some_and(|own| r < own));
    let anchor = same.or_else(|| all.iter().rposition(lower));
    let apart = same.is_none_or(|at| stands_apart(items, &all, at));
    let Some(mut anchor) = anchor else {
        let behind = last_of(items, 0, items.len())?;
        return Some(Place { at: items.get(behind)?.0.end, apart });
    };
    loop {
        let section = all.get(anchor)?;
        let behind = last_of(items, section.start, section.end)?;
        let ends = matches!(items.get(behind + 1), None | Some((_, Item::Blank)));
        // What stands close together stays together.
        if ends || !apart || anchor + 1 == all.len() {
            return Some(Place { at: items.get(behind)?.0.end, apart });
        }
        anchor += 1;
    }
}

/// Whether an empty line stands above the item that the section is about.
fn stands_apart(items: &[Placed<'_>], all: &[Section<'_>], at: usize) -> bool {
    let Some(section) = all.get(at) else { return true };
    let above = all.get(..at).unwrap_or_default().iter().rev();
    let own = |s: &&Section<'_>| s.rank == section.rank && s.name == section.name;
    let first = above.take_while(own).last().unwrap_or(section);
    let before = items.get(..first.start).unwrap_or_default();
    let before = before.iter().rev().find(|(_, item)| !matches!(item, Item::Comment(_)));
    before.is_none_or(|(_, item)| matches!(item, Item::Blank))
}

/// The last item of a section that says something, with the comments that belong to it: those below
/// it that no table follows at once.
fn last_of(items: &[Placed<'_>], start: usize, end: usize) -> Option<usize> {
    let inside = items.get(start..end)?;
    let said = |item: &Item<'_>| matches!(item, Item::Header { .. } | Item::Pair { .. });
    let mut last = start + inside.iter().rposition(|(_, item)| said(item)).unwrap_or(0);
    let mut next = last + 1;
    while matches!(items.get(next), Some((_, Item::Comment(_)))) {
        next += 1;
    }
    if matches!(items.get(next), None | Some((_, Item::Blank))) {
        last = next - 1;
    }
    (last < items.len()).then_some(last)
}

fn sections<'t>(items: &[Placed<'t>], prefix: &[String]) -> Vec<Section<'t>> {
    let prefix: Vec<&str> = prefix.iter().map(String::as_str).collect();
    let mut all: Vec<Section<'t>> = Vec::new();
    for (index, (_, item)) in items.iter().enumerate() {
        let Item::Header { keys, .. } = item else { continue };
        if let Some(last) = all.last_mut() {
            last.end = index;
        }
        let names: Vec<&str> = keys.iter().map(|key| plain(key)).collect();
        let inside = names.get(prefix.len()..).filter(|_| names.starts_with(&prefix));
        let (rank, name) = match inside {
            // The header of the context itself comes first of all.
            Some([]) => (Some(0), ""),
            Some([kind, rest @ ..]) => (rank(kind), rest.first().copied().unwrap_or_default()),
            None => (None, ""),
        };
        all.push(Section { start: index, end: items.len(), rank, name });
    }
    all
}

/// The place of a construct in the table of shapes; what stands before all constructs is 0.
fn rank(kind: &str) -> Option<usize> {
    match kind {
        "project" | "context" => Some(0),
        _ => CONSTRUCTS.iter().position(|key| key.name == kind).map(|at| at + 1),
    }
}

fn plain(key: &str) -> &str {
    key.trim_matches(['"', '\''])
}

/// The tables as text, laid out as `minos fmt` does.
fn block(prefix: &[String], tables: &[NewTable]) -> String {
    let mut out = String::new();
    for table in tables {
        let path: Vec<&str> = prefix.iter().chain(&table.path).map(String::as_str).collect();
        let (open, close) = if table.many { ("[[", "]]") } else { ("[", "]") };
        out.push_str(&format!("{open}{}{close}\n", path.join(".")));
        for (key, content) in &table.keys {
            out.push_str(&format!("{key} = {}\n", value(content)));
        }
    }
    fmt(&out)
}

fn value(content: &Content) -> String {
    match content {
        Content::Text(text) => quoted(text),
        Content::Bool(yes) => yes.to_string(),
        Content::Int(number) => number.to_string(),
        Content::List(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// A basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
