//! TOML text as tokens. The text was read as TOML before, so what is odd here cannot occur; it is
//! kept as it is all the same.

/// A piece of TOML text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `# ...` without the line break.
    Comment(&'a str),
    /// A line break.
    Line,
    /// White space in a line.
    Gap,
    /// One of `[ ] { } , = .`
    Sign(char),
    /// A quoted text, with its quotes, perhaps over several lines.
    Text(&'a str),
    /// Anything else: bare keys, numbers, dates.
    Word(&'a str),
}

/// Cut a text into its tokens.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\n' => (Token::Line, 1),
            '\r' if rest.starts_with("\r\n") => (Token::Line, 2),
            ' ' | '\t' | '\r' => (Token::Gap, run(rest, |c| matches!(c, ' ' | '\t')).max(1)),
            '#' => {
                let end = run(rest, |c| c != '\n');
                (Token::Comment(head(rest, end).trim_end()), end)
            }
            '[' | ']' | '{' | '}' | ',' | '=' | '.' => (Token::Sign(first), 1),
            '"' | '\'' => {
                let end = quoted(rest, first);
                (Token::Text(head(rest, end)), end)
            }
            _ => {
                let end = run(rest, is_word).max(first.len_utf8());
                (Token::Word(head(rest, end)), end)
            }
        };
        out.push(token);
        rest = rest.get(length..).unwrap_or("");
    }
    out
}

fn is_word(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '[' | ']' | '{' | '}' | ',' | '=' | '.' | '#' | '"' | '\'')
}

fn run(text: &str, inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !inside(c)).unwrap_or(text.len())
}

fn head(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

fn quoted(text: &str, quote: char) -> usize {
    let long: String = [quote; 3].iter().collect();
    let escapes = quote == '"';
    if let Some(body) = text.strip_prefix(long.as_str()) {
        let end = find_end(body, &long, escapes);
        // Up to two quotes more belong to the text.
        let more = body.get(end..).map_or(0, |tail| run(tail, |c| c == quote).min(2));
        return 3 + end + more;
    }
    1 + find_end(text.get(1..).unwrap_or(""), head(text, 1), escapes)
}

/// One past the closing quotes.
fn find_end(body: &str, close: &str, escapes: bool) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        if escaped {
            escaped = false;
        } else if escapes && c == '\\' {
            escaped = true;
        } else if body.get(at..).is_some_and(|tail| tail.starts_with(close)) {
            return at + close.len();
        }
    }
    body.len()
}
