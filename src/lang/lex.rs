//! From the text of a notation to tokens, with the limits that later passes rely on.
//!
//! At most 16 KB and 4,000 tokens; the first thing that is not of the language ends the reading
//! with one report that says what to type instead.

use rust_decimal::Decimal;

use super::text::{Quote, Text};
use super::token::{SIGNS, Tok, Token};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// Longest text of one notation, in bytes.
pub(super) const MAX_BYTES: usize = 16 * 1024;
/// Most tokens in one notation.
pub(super) const MAX_TOKENS: usize = 4_000;
/// Longest literal duration: what 64 bits of microseconds hold.
const MAX_SECONDS: i64 = i64::MAX / 1_000_000;

/// A report on its way to the sink; boxed because it is the rare case.
pub(super) type Bad = Box<Diagnostic>;

/// The tokens of `text`, ended by one [`Tok::End`]. With `docs`, `#` begins a doc to the end.
/// A sign whose meaning is clear is read as that one and reported in `soft`.
pub(super) fn tokens(text: &Text<'_>, docs: bool, soft: &mut Vec<Bad>) -> Result<Vec<Token>, Bad> {
    if text.text.len() > MAX_BYTES {
        return Err(too_long(text, "is longer than 16 KB"));
    }
    let mut lexer = Lexer { text, at: 0, docs, soft };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let start = lexer.at;
        let tok = lexer.token()?;
        let last = tok == Tok::End;
        tokens.push(Token { tok, start, end: lexer.at });
        if last {
            return Ok(tokens);
        }
        if tokens.len() > MAX_TOKENS {
            return Err(too_long(text, "has more than 4,000 words and signs"));
        }
    }
}

fn too_long(text: &Text<'_>, how: &str) -> Bad {
    Box::new(
        Diagnostic::error(7, text.whole(), format!("this text {how}"))
            .label("too long")
            .help("split it: a `derive`, a `let`, a `table` or a `function` takes a part of it"),
    )
}

struct Lexer<'t> {
    text: &'t Text<'t>,
    at: usize,
    docs: bool,
    soft: &'t mut Vec<Bad>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize) -> Span {
        self.text.span(start, self.at)
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Take the longest prefix of characters that `keep` accepts.
    fn take(&mut self, keep: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let len = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        let taken = rest.get(..len).unwrap_or("").to_owned();
        self.at += len;
        taken
    }

    fn token(&mut self) -> Result<Tok, Bad> {
        let Some(first) = self.rest().chars().next() else { return Ok(Tok::End) };
        if first.is_ascii_digit() {
            return self.number();
        }
        if is_name_start(first) {
            return Ok(Tok::Name(self.take(is_name)));
        }
        match first {
            '\'' => self.quoted(),
            '@' => self.at_name(),
            '#' if self.docs => {
                let doc = self.rest().trim_start_matches('#').trim().to_owned();
                self.at = self.text.text.len();
                Ok(Tok::Doc(doc))
            }
            _ => {
                let found = SIGNS.iter().find(|(text, _)| self.rest().starts_with(text));
                let Some((text, sign)) = found else { return self.unknown(first) };
                self.at += text.len();
                Ok(Tok::Sign(*sign))
            }
        }
    }

    fn at_name(&mut self) -> Result<Tok, Bad> {
        let start = self.at;
        self.at += 1;
        let name = self.take(is_name);
        if name.chars().next().is_some_and(is_name_start) {
            return Ok(Tok::At(name));
        }
        let found = Diagnostic::error(10, self.span(start), "`@` without a name");
        Err(Box::new(found.label("a name belongs here").help("write a made-up person: `@anna`")))
    }

    fn quoted(&mut self) -> Result<Tok, Bad> {
        let start = self.at;
        let mut value = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match (c, chars.peek().map(|(_, n)| *n)) {
                ('\'', _) => {
                    self.at = start + at + 1;
                    return Ok(Tok::Text(value));
                }
                ('\\', Some(next @ ('\'' | '\\' | 'n'))) => {
                    value.push(if next == 'n' { '\n' } else { next });
                    chars.next();
                }
                _ => value.push(c),
            }
        }
        let open = self.text.span(start, start + 1);
        let found = Diagnostic::error(9, open, "the text that begins here is never closed");
        Err(Box::new(
            found.label("no `'` follows").help("close it with `'`; inside it, write `\\'`"),
        ))
    }

    fn number(&mut self) -> Result<Tok, Bad> {
        let start = self.at;
        if let Some(moment) = self.moment() {
            return moment;
        }
        let mut digits = self.take(|c| c.is_ascii_digit() || c == '_');
        let mut after = self.rest().chars();
        let fraction =
            after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_digit());
        if fraction {
            self.at += 1;
            digits.push('.');
            digits += &self.take(|c| c.is_ascii_digit() || c == '_');
        }
        let unit = self.take(is_name);
        if digits.ends_with('_')
            || digits.contains("__")
            || digits.contains("_.")
            || digits.contains("._")
        {
            return Err(self.bad_number(start, "`_` stands between digits", "write `1_000`"));
        }
        let digits = digits.replace('_', "");
        match (fraction, unit.is_empty()) {
            (true, true) => Decimal::from_str_exact(&digits).map(Tok::Decimal).map_err(|_| {
                self.bad_number(start, "a decimal has at most 28 digits", "write fewer digits")
            }),
            (true, false) => Err(self.bad_number(
                start,
                "durations are whole numbers of a unit",
                "take a smaller unit: `90min` instead of one and a half hours",
            )),
            (false, true) => digits.parse().map(Tok::Int).map_err(|_| {
                self.bad_number(start, "too large for an `int`", "an `int` has 64 bits")
            }),
            (false, false) => self.duration(start, &digits, &unit),
        }
    }

    fn duration(&self, start: usize, digits: &str, unit: &str) -> Result<Tok, Bad> {
        let per_unit = match unit {
            "ms" | "s" => 1,
            "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            _ => {
                return Err(self.bad_number(
                    start,
                    &format!("`{unit}` is not a unit of time"),
                    "the units are `ms` `s` `min` `h` `d` `w`: `500ms`, `15min`, `7d`",
                ));
            }
        };
        let count = digits.parse::<i64>().ok();
        let seconds = count.and_then(|n| n.checked_mul(per_unit)).filter(|s| *s <= MAX_SECONDS);
        let Some((count, seconds)) = count.zip(seconds) else {
            return Err(self.bad_number(start, "too long a time", "write a shorter one"));
        };
        Ok(match unit {
            "ms" => Tok::Duration(jiff::SignedDuration::from_millis(count)),
            "d" => Tok::Days(count),
            "w" => Tok::Days(count * 7),
            _ => Tok::Duration(jiff::SignedDuration::from_secs(seconds)),
        })
    }

    /// A date or a time, when the text begins with `dddd-dd-dd`.
    fn moment(&mut self) -> Option<Result<Tok, Bad>> {
        let start = self.at;
        let rest = self.rest();
        let head = rest.get(..10)?;
        let shape = head.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
        let next = rest.get(10..)?.chars().next();
        if !shape || next.is_some_and(|c| c != 'T' && is_name(c)) {
            return None;
        }
        let date = head.to_owned();
        self.at += 10;
        if next != Some('T') {
            return Some(date.parse().map(Tok::Date).map_err(|_| {
                self.bad_number(start, &format!("there is no day {date}"), "write `2026-01-05`")
            }));
        }
        self.at += 1;
        self.take(|c| c.is_ascii_digit() || c == ':' || c == '.');
        if !self.take_zone() {
            self.take(is_name);
        }
        let text = self.text.text.get(start..self.at).unwrap_or("");
        Some(text.parse().map(Tok::Time).map_err(|_| {
            self.bad_number(
                start,
                "not a time",
                "write date, time and zone: `2026-01-05T09:00:00Z`",
            )
        }))
    }

    fn take_zone(&mut self) -> bool {
        if self.rest().starts_with('Z') {
            self.at += 1;
            return true;
        }
        let signed = self.rest().starts_with(['+', '-']);
        let digit = self.rest().chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        if signed && digit {
            self.at += 1;
            self.take(|c| c.is_ascii_digit() || c == ':');
        }
        signed && digit
    }

    fn bad_number(&self, start: usize, message: &str, help: &str) -> Bad {
        let span = self.span(start);
        let text = self.text.text.get(start..self.at).unwrap_or("");
        let found = Diagnostic::error(11, span, format!("cannot read `{}`", shorten(text)));
        Box::new(found.label(message).help(help))
    }

    /// A character that is not of the language, with what was probably meant.
    fn unknown(&mut self, c: char) -> Result<Tok, Bad> {
        let span = self.text.span(self.at, self.at + c.len_utf8());
        let shown = if c.is_control() { c.escape_unicode().to_string() } else { c.to_string() };
        let found = Diagnostic::error(10, span, format!("`{shown}` is not a sign of the language"));
        if let Some((_, meant)) = MEANT.iter().find(|(there, _)| *there == c)
            && let Some((text, sign)) = SIGNS.iter().find(|(text, _)| text == meant)
        {
            self.soft.push(Box::new(found.help(format!("write `{text}`")).patch(span, *text)));
            self.at += c.len_utf8();
            return Ok(Tok::Sign(*sign));
        }
        let help = match c {
            '"' | '`' | '‘' | '’' | '“' | '”' | '„' => return self.other_quote(c, found),
            ';' => "write an array of texts, one for each",
            '#' => "a doc stands in field lists only; elsewhere use a TOML comment",
            '^' => "there are no powers: multiply, or write a `[function]`",
            '\\' => "a backslash stands only inside a quoted text",
            _ if c.is_alphabetic() => "names have the letters a to z, digits and `_`",
            _ => "remove it; text stands in single quotes: `'paid'`",
        };
        Err(Box::new(found.help(help)))
    }

    /// A text in other quotes; read as one when it is closed.
    fn other_quote(&mut self, open: char, found: Diagnostic) -> Result<Tok, Bad> {
        let after = self.at + open.len_utf8();
        let body = self.text.text.get(after..).unwrap_or("");
        let close = body.find(['"', '`', '’', '”', '“', '‘']);
        let found = found.label("text stands in single quotes").help("write `'text'`");
        let closing = close.and_then(|at| Some((body.get(..at)?, body.get(at..)?.chars().next()?)));
        let Some((value, end)) = closing else { return Err(Box::new(found)) };
        let value = value.to_owned();
        let last = after + value.len();
        let spans = [self.text.span(self.at, after), self.text.span(last, last + end.len_utf8())];
        let plain = !value.contains(['\'', '\\']);
        self.soft.push(Box::new(if plain && self.text.map.quote() != Quote::Literal {
            spans.into_iter().fold(found, |found, span| found.patch(span, "'"))
        } else {
            found
        }));
        self.at = last + end.len_utf8();
        Ok(Tok::Text(value))
    }
}

/// Signs of other languages and of typesetting, with those of this one.
const MEANT: [(char, &str); 13] = [
    ('&', "&&"),
    ('≤', "<="),
    ('≥', ">="),
    ('≠', "!="),
    ('×', "*"),
    ('·', "*"),
    ('÷', "/"),
    ('–', "-"),
    ('−', "-"),
    ('…', ".."),
    ('∧', "&&"),
    ('∨', "||"),
    ('¬', "!"),
];

/// At most forty characters of a text, for a message.
pub(super) fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    let head: String = text.chars().take(37).collect();
    format!("{head}...")
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
