//! The usual layout of a domain file.
//!
//! One space around `=` and after `,`, none inside `[ ]` and one inside `{ }`, two before a comment
//! behind something. Lines start at the margin, in lists that are broken four columns further in.
//! At most one empty line in a row. Where lines break is the author's choice.

use toml_edit::{DocumentMut, TomlError};

use super::tokens::{Token, tokens};

/// The text in the usual layout.
///
/// # Errors
/// When it is not TOML.
pub fn format_toml(text: &str) -> Result<String, String> {
    text.parse::<DocumentMut>().map_err(|e: TomlError| e.message().to_owned())?;
    let mut page = Page::default();
    for line in lines(text.trim_start_matches('\u{feff}')) {
        page.line(&line);
    }
    Ok(page.out)
}

/// The tokens of one line, gaps left out; `true` before a token that had one.
fn lines(text: &str) -> Vec<Vec<(bool, Token<'_>)>> {
    let mut lines = vec![Vec::new()];
    let mut gap = false;
    for token in tokens(text) {
        match token {
            Token::Gap => gap = true,
            Token::Line => {
                lines.push(Vec::new());
                gap = false;
            }
            token => {
                if let Some(line) = lines.last_mut() {
                    line.push((gap, token));
                }
                gap = false;
            }
        }
    }
    lines
}

/// What has been laid out, and the brackets that are open.
#[derive(Default)]
struct Page {
    out: String,
    open: Vec<char>,
    /// An empty line is due before the next one.
    empty: bool,
}

impl Page {
    fn line(&mut self, line: &[(bool, Token<'_>)]) {
        let Some((_, first)) = line.first() else {
            self.empty = !self.out.is_empty();
            return;
        };
        if std::mem::take(&mut self.empty) && self.open.is_empty() {
            self.out.push('\n');
        }
        let closing = matches!(first, Token::Sign(']' | '}'));
        let depth = self.open.len().saturating_sub(usize::from(closing));
        self.out.push_str(&"    ".repeat(depth));
        let header = self.open.is_empty() && *first == Token::Sign('[');
        let mut before = None;
        for (gap, token) in line {
            self.token(before, *gap, *token, header);
            before = Some(*token);
        }
        self.out.push('\n');
    }

    fn token(&mut self, before: Option<Token<'_>>, gap: bool, token: Token<'_>, header: bool) {
        let inline = self.open.last() == Some(&'{');
        let space = match (before, token) {
            (None, _) => "",
            (Some(_), Token::Comment(_)) => "  ",
            _ if header => "",
            (Some(Token::Sign('.')), _) | (_, Token::Sign('.' | ',')) => "",
            (Some(Token::Sign('=' | ',')), _) | (_, Token::Sign('=')) => " ",
            (Some(Token::Sign('{')), Token::Sign('}')) => "",
            (Some(Token::Sign('{')), _) => " ",
            (_, Token::Sign('}')) if inline => " ",
            (Some(Token::Sign('[')), _) | (_, Token::Sign(']')) => "",
            _ if gap => " ",
            _ => "",
        };
        self.out.push_str(space);
        match token {
            Token::Sign(sign @ ('[' | '{')) => {
                if !header {
                    self.open.push(sign);
                }
                self.out.push(sign);
            }
            Token::Sign(sign @ (']' | '}')) => {
                if !header {
                    self.open.pop();
                }
                self.out.push(sign);
            }
            Token::Sign(sign) => self.out.push(sign),
            Token::Comment(text) | Token::Text(text) | Token::Word(text) => self.out.push_str(text),
            Token::Line | Token::Gap => {}
        }
    }
}
