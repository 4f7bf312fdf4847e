//! Fingerprints of texts, exact and without regard to layout.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest as _, Sha256};

/// A sha256 in hexadecimal, as `sha256sum` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            for half in [byte >> 4, byte & 15] {
                hex.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
        }
        Self(hex)
    }

    /// From the text of a state file; `None` unless it is 64 small hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The bytes with Unix line ends.
#[must_use]
pub fn normal(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    for (i, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(i + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    Cow::Owned(out)
}

/// What is left of Rust text when a formatter's choices are taken out: white space outside of
/// literals and comments, and commas before a closing bracket. `None` for other text, whose layout
/// may carry meaning.
#[must_use]
pub fn loose(path: &str, bytes: &[u8]) -> Option<Digest> {
    if !path.ends_with(".rs") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    Some(Digest::of(tokens(text).as_bytes()))
}

fn tokens(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    // Where to go on, the last character taken over, and whether white space came behind it.
    let (mut at, mut last, mut gap) = (0, ' ', false);
    while let Some(byte) = bytes.get(at).copied() {
        if matches!(byte, b' ' | b'\n') {
            (at, gap) = (at + 1, true);
            continue;
        }
        let rest = || text.get(at..).unwrap_or_default();
        let taken = match byte {
            b'/' | b'"' | b'\'' | b'r' => literal(rest(), last),
            _ => 0,
        };
        if taken > 0 {
            out.push_str(rest().get(..taken).unwrap_or_default().trim_end());
            out.push('\n');
            (at, last, gap) = (at + taken, '\n', false);
            continue;
        }
        let token = match word_at(bytes, at) {
            0 => rest().chars().next().map_or(1, char::len_utf8),
            length => length,
        };
        let token = rest().get(..token).unwrap_or_default();
        at += token.len();
        let first = token.chars().next().unwrap_or(' ');
        if first.is_whitespace() {
            gap = true;
            continue;
        }
        if matches!(first, ')' | ']' | '}') && last == ',' {
            out.pop();
        }
        if gap && is_word(first) && is_word(last) {
            out.push(' ');
        }
        out.push_str(token);
        (last, gap) = (token.chars().next_back().unwrap_or(first), false);
    }
    out
}

/// The length of the run of plain letters, digits and underscores that starts here. No literal
/// starts inside it: the `r` of a raw string does not follow a letter.
fn word_at(bytes: &[u8], at: usize) -> usize {
    let run = bytes.get(at..).unwrap_or_default();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    run.iter().position(|byte| !is_word(byte)).unwrap_or(run.len())
}

/// The length of the literal or comment that starts here, else 0.
fn literal(text: &str, before: char) -> usize {
    let bytes = text.as_bytes();
    match bytes {
        [b'/', b'/', ..] => text.find('\n').unwrap_or(text.len()),
        [b'/', b'*', ..] => text.find("*/").map_or(text.len(), |end| end + 2),
        [b'"', ..] => quoted(bytes),
        [b'r', b'"' | b'#', ..] if !(before.is_alphanumeric() || before == '_') => raw(text),
        [b'\'', b'\\', _, rest @ ..] => {
            3 + rest.iter().position(|b| *b == b'\'').map_or(rest.len(), |end| end + 1)
        }
        [b'\'', ..] => {
            let mut chars = text.char_indices().skip(1);
            let (_, second) = (chars.next(), chars.next());
            match second {
                Some((at, '\'')) => at + 1,
                _ => 0,
            }
        }
        _ => 0,
    }
}

fn quoted(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (i, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn raw(text: &str) -> usize {
    let hashes = text.bytes().skip(1).take_while(|b| *b == b'#').count();
    let Some(body) = text.get(1 + hashes..).and_then(|t| t.strip_prefix('"')) else { return 0 };
    let close = format!("\"{}", "#".repeat(hashes));
    body.find(&close).map_or(text.len(), |end| 2 + hashes + end + close.len())
}
