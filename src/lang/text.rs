//! The text of one TOML string, and where each of its bytes stands in the file.
//!
//! A basic string may hold escapes and joined lines, so an offset in the decoded text is not an
//! offset in the file. [`SpanMap`] walks the raw string once and answers for every decoded offset.
//! It is total: a raw string that is not quite TOML gives a map all the same.

use crate::source::{FileId, Span};

/// How the TOML string is quoted; a patch may only bring in text that is legal there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// `"…"` or `"""…"""`: double quotes and backslashes need an escape.
    Basic,
    /// `'…'`: no single quote can stand inside.
    Literal,
    /// `'''…'''`, or text without quotes.
    Free,
}

/// The decoded text of one TOML string with the map to its file.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    /// The text after TOML's escapes.
    pub text: &'a str,
    /// Where its bytes stand.
    pub map: SpanMap,
}

impl<'a> Text<'a> {
    /// Decoded text with the map of its raw form.
    #[must_use]
    pub fn new(text: &'a str, map: SpanMap) -> Self {
        Self { text, map }
    }

    /// The place in the file of the decoded bytes `start..end`.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        self.map.span(start, end)
    }

    /// The place of the whole text, without its quotes.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.map.span(0, self.text.len())
    }
}

/// From decoded offsets to places in the file.
#[derive(Debug, Clone)]
pub struct SpanMap {
    file: FileId,
    quote: Quote,
    pieces: Vec<Piece>,
    first: usize,
}

/// A stretch of decoded text: verbatim when both lengths agree, else one escape.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: usize,
    len: usize,
    file: usize,
    file_len: usize,
}

impl SpanMap {
    /// The map of the string `raw`, quotes included, that begins at byte `start` of `file`.
    #[must_use]
    pub fn new(file: FileId, raw: &str, start: usize) -> Self {
        let (open, close, quote, escapes, multi) = if raw.starts_with("\"\"\"") {
            (3, "\"\"\"", Quote::Basic, true, true)
        } else if raw.starts_with("'''") {
            (3, "'''", Quote::Free, false, true)
        } else if raw.starts_with('"') {
            (1, "\"", Quote::Basic, true, false)
        } else if raw.starts_with('\'') {
            (1, "'", Quote::Literal, false, false)
        } else {
            (0, "", Quote::Free, false, false)
        };
        let body = raw.get(open..).unwrap_or("");
        let body = body.strip_suffix(close).unwrap_or(body);
        let newline = match (multi, body) {
            (true, b) if b.starts_with('\n') => 1,
            (true, b) if b.starts_with("\r\n") => 2,
            _ => 0,
        };
        let body = body.get(newline..).unwrap_or("");
        let first = start + open + newline;
        let mut map = Self { file, quote, pieces: Vec::new(), first };
        if escapes {
            map.walk(body, multi)
        } else {
            map.push(0, body.len(), first, body.len())
        }
        map
    }

    /// The map of text that stands in the file as it is, from byte `start` on.
    #[must_use]
    pub fn plain(file: FileId, len: usize, start: usize) -> Self {
        let piece = Piece { from: 0, len, file: start, file_len: len };
        Self { file, quote: Quote::Free, pieces: vec![piece], first: start }
    }

    /// How the string is quoted.
    #[must_use]
    pub fn quote(&self) -> Quote {
        self.quote
    }

    /// The place in the file of the decoded bytes `start..end`; an empty range is an insert point.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let from = self.start_of(start);
        let to = if end > start { self.end_of(end) } else { from };
        Span::new(self.file, from, to.max(from))
    }

    fn start_of(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|p| p.from <= at);
        let Some(piece) = next.checked_sub(1).and_then(|i| self.pieces.get(i)) else {
            return self.first;
        };
        let inside = at - piece.from;
        if inside >= piece.len {
            piece.file + piece.file_len
        } else if piece.len == piece.file_len {
            piece.file + inside
        } else {
            piece.file
        }
    }

    fn end_of(&self, end: usize) -> usize {
        let next = self.pieces.partition_point(|p| p.from < end);
        let Some(piece) = next.checked_sub(1).and_then(|i| self.pieces.get(i)) else {
            return self.first;
        };
        let inside = end - piece.from;
        if piece.len == piece.file_len {
            piece.file + inside.min(piece.len)
        } else {
            piece.file + piece.file_len
        }
    }

    fn push(&mut self, from: usize, len: usize, file: usize, file_len: usize) {
        if len > 0 {
            self.pieces.push(Piece { from, len, file, file_len });
        }
    }

    fn walk(&mut self, body: &str, multi: bool) {
        let (mut decoded, mut read) = (0, 0);
        while let Some(rest) = body.get(read..).filter(|r| !r.is_empty()) {
            let run = rest.find('\\').unwrap_or(rest.len());
            self.push(decoded, run, self.first + read, run);
            decoded += run;
            read += run;
            let Some(escape) = rest.get(run..).filter(|r| !r.is_empty()) else { return };
            let (raw, out) = escape_len(escape, multi);
            self.push(decoded, out, self.first + read, raw);
            decoded += out;
            read += raw;
        }
    }
}

/// The length of the escape at the start of `text`: raw bytes, decoded bytes.
fn escape_len(text: &str, multi: bool) -> (usize, usize) {
    let after = text.get(1..).unwrap_or("");
    match after.chars().next() {
        Some('b' | 'e' | 'f' | 'n' | 'r' | 't' | '\\' | '"') => (2, 1),
        Some('x') => hex_len(after, 2),
        Some('u') => hex_len(after, 4),
        Some('U') => hex_len(after, 8),
        Some(' ' | '\t' | '\n' | '\r') if multi => {
            let gap = after.len() - after.trim_start_matches([' ', '\t', '\n', '\r']).len();
            (1 + gap, 0)
        }
        _ => (1, 1),
    }
}

fn hex_len(after: &str, digits: usize) -> (usize, usize) {
    let hex: String =
        after.chars().skip(1).take(digits).take_while(char::is_ascii_hexdigit).collect();
    let decoded = u32::from_str_radix(&hex, 16)
        .ok()
        .filter(|_| hex.len() == digits)
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER);
    (2 + hex.len(), decoded.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The raw text under the decoded `needle` of the TOML string `raw`.
    fn under(raw: &str, needle: &str) -> String {
        let toml = format!("k = {raw}");
        let table = toml::de::DeTable::parse(&toml).expect("test text is TOML");
        let value = table.get_ref().values().next().expect("one key");
        let decoded = value.get_ref().as_str().expect("a string");
        let map = SpanMap::new(FileId(0), raw, 4);
        let at = decoded.find(needle).expect("needle is in the text");
        toml.get(map.span(at, at + needle.len()).range()).unwrap_or("not a place").to_owned()
    }

    #[test]
    fn spans_pass_through_every_kind_of_string() {
        assert_eq!(under(r#""a && b""#, "b"), "b");
        assert_eq!(under(r#""\u00e9 == x""#, "x"), "x");
        assert_eq!(under(r#""\u00e9 == x""#, "é"), r"\u00e9");
        assert_eq!(under(r#""a \"q\" b \\d c""#, "c"), "c");
        assert_eq!(under(r#""a\n\tb""#, "b"), "b");
        assert_eq!(under(r#""\x41\U0001F600z""#, "z"), "z");
        assert_eq!(under("'a\\d b'", "b"), "b");
        assert_eq!(under("\"\"\"\na && b\"\"\"", "a"), "a");
        assert_eq!(under("\"\"\"\r\na \\\r\n   && b\"\"\"", "&&"), "&&");
        assert_eq!(under("\"\"\"a \\\n   && b\"\"\"", "a &&"), "a \\\n   &&");
        assert_eq!(under("'''\na 'x' b'''", "b"), "b");
    }

    #[test]
    fn broken_strings_still_have_places() {
        for raw in
            ["", "\"", "\"\"\"", "'''", "\"a\\", "\"\\u12", "\"\\q\"", "'a", "naked", "\"\"\"\\"]
        {
            let map = SpanMap::new(FileId(0), raw, 10);
            for start in 0..20 {
                for end in start..20 {
                    let span = map.span(start, end);
                    assert!(span.start >= 10 && span.end as usize <= 10 + raw.len(), "{raw:?}");
                }
            }
        }
    }
}
