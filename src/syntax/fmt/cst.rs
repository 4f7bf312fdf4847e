//! TOML text as items with their comments. The text is known to be TOML, so nothing is reported;
//! anything unexpected gives up.

use std::ops::Range;

/// A line of the file, or several that belong together.
pub(in crate::syntax) enum Item<'t> {
    /// One empty line or more.
    Blank,
    /// A comment on a line of its own.
    Comment(&'t str),
    /// `[a.b]`, `[[a.b]]`
    Header { many: bool, keys: Vec<&'t str>, comment: Option<&'t str> },
    /// `a.b = value`
    Pair { keys: Vec<&'t str>, value: Value<'t>, comment: Option<&'t str> },
}

/// A value.
pub(in crate::syntax) enum Value<'t> {
    /// As written: strings, numbers, dates; also inline tables with comments in them.
    Raw(&'t str),
    /// An array, by the lines of the text.
    Array(Vec<Line<'t>>),
    /// An inline table.
    Table(Vec<(Vec<&'t str>, Value<'t>)>),
}

/// What stands on one line inside an array.
#[derive(Default)]
pub(in crate::syntax) struct Line<'t> {
    pub elements: Vec<Value<'t>>,
    pub comment: Option<&'t str>,
}

/// Read the whole text.
pub(super) fn read(text: &str) -> Option<Vec<Item<'_>>> {
    let placed = read_placed(text)?;
    Some(placed.into_iter().map(|(_, item)| item).collect())
}

/// Read the whole text; each item with the bytes that it takes, without the end of its line.
pub(in crate::syntax) fn read_placed(text: &str) -> Option<Vec<(Range<usize>, Item<'_>)>> {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, at: mark };
    let mut items = Vec::new();
    let mut empty_lines = 0;
    loop {
        reader.spaces();
        match reader.peek() {
            None => return Some(items),
            Some('\n' | '\r') => {
                reader.newline()?;
                empty_lines += 1;
                continue;
            }
            Some(_) if empty_lines > 0 && !items.is_empty() => {
                items.push((reader.at..reader.at, Item::Blank));
            }
            Some(_) => {}
        }
        let start = reader.at;
        let item = match reader.peek()? {
            '#' => Item::Comment(reader.comment()),
            '[' => reader.header()?,
            _ => reader.pair()?,
        };
        items.push((start..reader.at, item));
        reader.spaces();
        if reader.peek().is_some() {
            reader.newline()?;
        }
        empty_lines = 0;
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn newline(&mut self) -> Option<()> {
        (self.eat("\n") || self.eat("\r\n")).then_some(())
    }

    fn comment(&mut self) -> &'t str {
        let rest = self.rest();
        let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        self.at += line.len();
        line.trim_end()
    }

    fn trailing_comment(&mut self) -> Option<&'t str> {
        self.spaces();
        (self.peek() == Some('#')).then(|| self.comment())
    }

    fn header(&mut self) -> Option<Item<'t>> {
        let many = self.eat("[[") || !self.eat("[");
        let keys = self.keys()?;
        self.eat(if many { "]]" } else { "]" }).then_some(())?;
        Some(Item::Header { many, keys, comment: self.trailing_comment() })
    }

    fn pair(&mut self) -> Option<Item<'t>> {
        let (keys, value) = self.assignment()?;
        Some(Item::Pair { keys, value, comment: self.trailing_comment() })
    }

    fn assignment(&mut self) -> Option<(Vec<&'t str>, Value<'t>)> {
        let keys = self.keys()?;
        self.eat("=").then_some(())?;
        self.spaces();
        Some((keys, self.value()?))
    }

    fn keys(&mut self) -> Option<Vec<&'t str>> {
        let mut keys = Vec::new();
        loop {
            self.spaces();
            let key = match self.peek()? {
                '"' | '\'' => self.string()?,
                _ => self.bare(|c| c.is_alphanumeric() || c == '_' || c == '-')?,
            };
            keys.push(key);
            self.spaces();
            if !self.eat(".") {
                return Some(keys);
            }
        }
    }

    fn bare(&mut self, belongs: impl Fn(char) -> bool) -> Option<&'t str> {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).filter(|text| !text.is_empty())
    }

    fn value(&mut self) -> Option<Value<'t>> {
        match self.peek()? {
            '"' | '\'' => self.string().map(Value::Raw),
            '[' => self.array(),
            '{' => self.table(),
            _ => {
                let raw = self.bare(|c| !",]}#\n\r".contains(c))?;
                Some(Value::Raw(raw.trim_end()))
            }
        }
    }

    fn string(&mut self) -> Option<&'t str> {
        let start = self.at;
        let quote = if self.rest().starts_with('"') { '"' } else { '\'' };
        let triple: String = [quote; 3].iter().collect();
        if self.eat(&triple) {
            self.body(quote, &triple)?;
            for _ in 0..2 {
                self.eat(&quote.to_string());
            }
        } else {
            self.at += 1;
            self.body(quote, &quote.to_string())?;
        }
        self.text.get(start..self.at)
    }

    /// Past the closing quotes.
    fn body(&mut self, quote: char, close: &str) -> Option<()> {
        loop {
            if self.eat(close) {
                return Some(());
            }
            let next = self.peek()?;
            self.at += next.len_utf8();
            if next == '\\' && quote == '"' {
                self.at += self.peek()?.len_utf8();
            }
        }
    }

    fn array(&mut self) -> Option<Value<'t>> {
        self.at += 1;
        let mut lines = vec![Line::default()];
        loop {
            self.spaces();
            match self.peek()? {
                ']' => {
                    self.at += 1;
                    return Some(Value::Array(lines));
                }
                ',' => self.at += 1,
                '\n' | '\r' => {
                    self.newline()?;
                    lines.push(Line::default());
                }
                '#' => {
                    let comment = self.comment();
                    lines.last_mut()?.comment = Some(comment);
                }
                _ => {
                    let value = self.value()?;
                    lines.last_mut()?.elements.push(value);
                }
            }
        }
    }

    fn table(&mut self) -> Option<Value<'t>> {
        let start = self.at;
        self.at += 1;
        let (mut pairs, mut commented) = (Vec::new(), false);
        loop {
            self.spaces();
            match self.peek()? {
                '}' => {
                    self.at += 1;
                    break;
                }
                ',' => self.at += 1,
                '\n' | '\r' => self.newline()?,
                '#' => {
                    self.comment();
                    commented = true;
                }
                _ => {
                    let pair = self.assignment()?;
                    commented |= has_comment(&pair.1);
                    pairs.push(pair);
                }
            }
        }
        let raw = self.text.get(start..self.at)?;
        Some(if commented { Value::Raw(raw) } else { Value::Table(pairs) })
    }
}

/// Whether a comment stands inside the value, so that it cannot be put on one line.
pub(super) fn has_comment(value: &Value<'_>) -> bool {
    match value {
        Value::Raw(raw) => raw.starts_with('{'),
        Value::Array(lines) => {
            lines.iter().any(|l| l.comment.is_some() || l.elements.iter().any(has_comment))
        }
        Value::Table(_) => false,
    }
}
