//! Parts of items: doc comments, attributes, `use` lists, signatures.

use super::shape::line_break;
use super::text::width;
use super::{MAX_WIDTH, TAB};

/// A doc comment with `marker` (`///` or `//!`) at column `indent`, wrapped at the full width.
/// Empty for an empty text. Not indented on the first line, without a last line break.
#[must_use]
pub fn doc(marker: &str, text: &str, indent: usize) -> String {
    let room = MAX_WIDTH.saturating_sub(indent + marker.len() + 1);
    let mut lines = Vec::new();
    for paragraph in text.trim().lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && width(&line) + 1 + width(word) > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    if text.trim().is_empty() {
        return String::new();
    }
    let lines: Vec<String> =
        lines.iter().map(|l| format!("{marker} {l}").trim_end().to_owned()).collect();
    lines.join(&line_break(indent))
}

/// `#[name(words)]` at column `indent`, one word per line where they do not fit.
#[must_use]
pub fn attribute(name: &str, words: &[&str], indent: usize) -> String {
    let one_line = format!("#[{name}({})]", words.join(", "));
    if width(&one_line) + indent <= MAX_WIDTH {
        return one_line;
    }
    let (line, end) = (line_break(indent + TAB), line_break(indent));
    format!("#[{name}({line}{},{end})]", words.join(&format!(",{line}")))
}

/// `use path::{names};` in the order in which rustfmt sorts names.
#[must_use]
pub fn use_list(path: &str, names: &[&str], indent: usize) -> String {
    imported("use", path, names, indent)
}

/// The same with `pub use`.
#[must_use]
pub fn pub_use_list(path: &str, names: &[&str], indent: usize) -> String {
    imported("pub use", path, names, indent)
}

fn imported(head: &str, path: &str, names: &[&str], indent: usize) -> String {
    let mut names: Vec<&str> = names.to_vec();
    names.sort_by_key(|name| sort_key(name));
    names.dedup();
    if let [only] = names.as_slice() {
        return format!("{head} {path}::{only};");
    }
    // rustfmt counts two columns more than there are.
    let one_line = format!("{head} {path}::{{{}}};", names.join(", "));
    if width(&one_line) + indent <= MAX_WIDTH - 2 {
        return one_line;
    }
    let mut out = format!("{head} {path}::{{");
    let (line, end) = (line_break(indent + TAB), line_break(indent));
    let room = MAX_WIDTH.saturating_sub(1 + indent + TAB);
    let mut column = 0;
    let mut lines = 1;
    for (index, name) in names.iter().enumerate() {
        // On a first line that holds all names, rustfmt does not count the last comma.
        let comma = usize::from(lines > 1 || index + 1 < names.len());
        if index == 0 {
            out.push_str(&line);
        } else if column + 1 + width(name) + comma > room {
            out.push_str(&line);
            lines += 1;
            column = 0;
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(name);
        out.push(',');
        column += width(name) + comma;
    }
    out.push_str(&end);
    out.push_str("};");
    out
}

/// The order of rustfmt: `self` first; then by spelling, `_` before all else, numbers as numbers.
#[must_use]
pub fn sort_key(name: &str) -> impl Ord + Clone + use<> {
    let bare = name.trim_start_matches("r#");
    let mut chunks = Vec::new();
    let mut rest = bare;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let same = |c: char| c != '_' && c.is_ascii_digit() == digits;
        let end = match first {
            '_' => 1,
            _ => rest.find(|c| !same(c)).unwrap_or(rest.len()),
        };
        let (chunk, behind) = rest.split_at(end);
        chunks.push(match (first, digits) {
            ('_', _) => Chunk::Underscore,
            _ => Chunk::Text(chunk.to_owned(), chunk.parse().ok()),
        });
        rest = behind;
    }
    (bare != "self", chunks, bare.to_owned())
}

/// A part of a name; the number that it is stands beside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Chunk {
    Underscore,
    Text(String, Option<u64>),
}

impl Ord for Chunk {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Underscore, Self::Underscore) => std::cmp::Ordering::Equal,
            (Self::Underscore, Self::Text(..)) => std::cmp::Ordering::Less,
            (Self::Text(..), Self::Underscore) => std::cmp::Ordering::Greater,
            (Self::Text(a, Some(n)), Self::Text(b, Some(m))) => n.cmp(m).then_with(|| a.cmp(b)),
            (Self::Text(a, _), Self::Text(b, _)) => a.cmp(b),
        }
    }
}

impl PartialOrd for Chunk {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A function's head up to and including the opening brace: `pub fn name(args) -> T {`.
#[must_use]
pub fn signature(head: &str, args: &[&str], returns: Option<&str>, indent: usize) -> String {
    let arrow = returns.map_or(String::new(), |ty| format!(" -> {ty}"));
    let one_line = format!("{head}({}){arrow} {{", args.join(", "));
    if width(&one_line) + indent <= MAX_WIDTH {
        return one_line;
    }
    let (line, end) = (line_break(indent + TAB), line_break(indent));
    if args.is_empty() {
        return one_line;
    }
    format!("{head}({line}{},{end}){arrow} {{", args.join(&format!(",{line}")))
}
