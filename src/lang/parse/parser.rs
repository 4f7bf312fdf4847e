//! The cursor over tokens that all notations share: taking, expecting, and reporting.
//!
//! A function that cannot go on returns its report; the entry puts that one report into the sink.
//! Depth is counted before any recursion, so no text can exhaust the stack.

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::lex::{self, Bad, shorten};
use crate::lang::text::Text;
use crate::lang::token::{Sign, Tok, Token};
use crate::lang::tree::{Ident, Path};
use crate::source::Span;

/// Levels of nesting: brackets, prefixes, closures, `else if`.
pub(super) const MAX_DEPTH: u32 = 64;
/// Height of a tree, counting chains like `a + b + c` as well; later passes recurse over it.
pub(super) const MAX_HEIGHT: u32 = 160;

/// What a parsing function gives: a tree, or the report that ends the reading.
pub(super) type Parsed<T> = Result<T, Bad>;

/// A notation: what its reports are called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notation {
    /// The code for text that is not of this notation.
    pub(super) code: u16,
    /// The words for it.
    pub(super) name: &'static str,
    /// An example, for help.
    pub(super) example: &'static str,
}

/// A cursor over the tokens of one text.
pub(super) struct Parser<'t> {
    pub(super) text: &'t Text<'t>,
    pub(super) notation: Notation,
    /// Height of the expression that was read last.
    pub(super) height: u32,
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    soft: &'t mut Vec<Bad>,
}

static END: Tok = Tok::End;

/// Read the whole `text` with `read`; whatever is wrong, the first report goes to `sink`.
/// What is wrong but clear is read as it was meant, so that the mistake has no followers.
pub(super) fn whole<T>(
    text: &Text<'_>,
    sink: &mut Sink,
    notation: Notation,
    docs: bool,
    read: impl FnOnce(&mut Parser<'_>) -> Parsed<T>,
) -> Option<T> {
    let mut soft = Vec::new();
    let tree = lex::tokens(text, docs, &mut soft).and_then(|tokens| {
        let mut parser =
            Parser { text, notation, height: 0, tokens, at: 0, depth: 0, soft: &mut soft };
        read(&mut parser).inspect(|_| parser.end())
    });
    let (tree, hard) = match tree {
        Ok(tree) => (Some(tree), None),
        Err(report) => (None, Some(report)),
    };
    if let Some(mut report) = joined(soft.into_iter().chain(hard).collect()) {
        report.help.get_or_insert_with(|| notation.example.to_owned());
        sink.push(*report);
    }
    tree
}

/// One report for all that is wrong with a text: the first, whose patch mends the others as well,
/// or none when one of them cannot be mended by a machine.
fn joined(found: Vec<Bad>) -> Option<Bad> {
    let whole = found.iter().all(|report| !report.patch.is_empty());
    let mut found = found.into_iter();
    let mut first = found.next()?;
    if whole {
        first.patch.extend(found.flat_map(|report| report.patch));
    } else if found.next().is_some() {
        first.patch.clear();
    }
    Some(first)
}

impl Parser<'_> {
    /// The token `ahead` of the cursor.
    pub(super) fn peek_at(&self, ahead: usize) -> &Tok {
        self.tokens.get(self.at + ahead).map_or(&END, |t| &t.tok)
    }

    /// The token at the cursor.
    pub(super) fn peek(&self) -> &Tok {
        self.peek_at(0)
    }

    /// The place of the token `ahead` of the cursor.
    pub(super) fn span_at(&self, ahead: usize) -> Span {
        let end = self.text.text.len();
        self.tokens
            .get(self.at + ahead)
            .map_or_else(|| self.text.span(end, end), |t| self.text.span(t.start, t.end))
    }

    /// The place of the token at the cursor.
    pub(super) fn span(&self) -> Span {
        self.span_at(0)
    }

    /// The place of the token before the cursor.
    pub(super) fn before(&self) -> Span {
        let before = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        before.map_or_else(|| self.text.span(0, 0), |t| self.text.span(t.start, t.end))
    }

    /// The text of the token `ahead`, as written.
    pub(super) fn written(&self, ahead: usize) -> &str {
        self.tokens
            .get(self.at + ahead)
            .and_then(|t| self.text.text.get(t.start..t.end))
            .unwrap_or("")
    }

    /// The text of the token before the cursor, as written.
    pub(super) fn last_written(&self) -> &str {
        let token = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        token.and_then(|t| self.text.text.get(t.start..t.end)).unwrap_or("")
    }

    /// Read the word at the cursor as this one.
    pub(super) fn read_as(&mut self, word: &str) {
        if let Some(token) = self.tokens.get_mut(self.at) {
            token.tok = Tok::Name(word.to_owned());
        }
    }

    /// Take one token.
    pub(super) fn skip(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    /// Whether the sign is next.
    pub(super) fn is(&self, sign: Sign) -> bool {
        *self.peek() == Tok::Sign(sign)
    }

    /// Whether this word is next.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Tok::Name(name) if name == word)
    }

    /// Take the sign if it is next.
    pub(super) fn eat(&mut self, sign: Sign) -> bool {
        let found = self.is(sign);
        if found {
            self.skip();
        }
        found
    }

    /// Take the word if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.skip();
        }
        found
    }

    /// Take `>`, also off the front of `>=`, as in `list<int>=…`.
    pub(super) fn eat_angle(&mut self) -> bool {
        if self.is(Sign::Ge) {
            if let Some(token) = self.tokens.get_mut(self.at) {
                *token =
                    Token { tok: Tok::Sign(Sign::Set), start: token.start + 1, end: token.end };
            }
            return true;
        }
        self.eat(Sign::Gt)
    }

    /// The name at the cursor, if it is one.
    pub(super) fn eat_ident(&mut self) -> Option<Ident> {
        let Tok::Name(text) = self.peek() else { return None };
        let ident = Ident { text: text.clone(), span: self.span() };
        self.skip();
        Some(ident)
    }

    /// A name that begins in lower case and is not a word of the expressions.
    pub(super) fn eat_lower(&mut self) -> Option<Ident> {
        match self.peek() {
            Tok::Name(text) if !is_upper(text) && !is_reserved(text) => self.eat_ident(),
            _ => None,
        }
    }

    /// `Name` or `ctx.Name`, if that is next.
    pub(super) fn eat_path(&mut self) -> Option<Path> {
        let upper = |tok: &Tok| matches!(tok, Tok::Name(name) if is_upper(name));
        if upper(self.peek()) {
            return Some(Path { context: None, name: self.eat_ident()? });
        }
        let qualified = *self.peek_at(1) == Tok::Sign(Sign::Dot) && upper(self.peek_at(2));
        if !qualified {
            return None;
        }
        let context = self.eat_lower()?;
        self.skip();
        Some(Path { context: Some(context), name: self.eat_ident()? })
    }

    /// Run `read` one level deeper, or refuse when that is too deep.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(self.span()));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Note that a node stands over trees of this height.
    pub(super) fn grow(&mut self, height: u32, span: Span) -> Parsed<()> {
        self.height = height + 1;
        if self.height > MAX_HEIGHT { Err(self.too_deep(span)) } else { Ok(()) }
    }

    fn too_deep(&self, span: Span) -> Bad {
        let found =
            Diagnostic::error(6, span, format!("this {} is nested too deep", self.notation.name));
        let help = "give a part of it a name: a `derive`, a `let`, a `table` or a `function`";
        Box::new(found.label("more than 64 levels, or too long a chain").help(help))
    }

    /// Close the bracket that was opened at `open`; `more` names what else could follow.
    pub(super) fn close(&mut self, sign: Sign, open: Span, more: &str) -> Parsed<()> {
        if self.eat(sign) {
            return Ok(());
        }
        let opened = match sign {
            Sign::Close => "(",
            Sign::CloseList => "[",
            Sign::CloseBlock => "{",
            _ => "<",
        };
        let outside = match self.peek() {
            Tok::Sign(s) => s.closes() || *s == Sign::Arrow,
            Tok::Name(word) => matches!(word.as_str(), "else" | "where" | "otherwise" | "then"),
            other => *other == Tok::End,
        };
        if outside {
            let found = Diagnostic::error(9, open, format!("`{opened}` is never closed"));
            let found = found
                .label("opened here")
                .also(self.span(), format!("`{}` is missing here", sign.text()));
            return Err(Box::new(found.help(format!("write `{}`", sign.text()))));
        }
        if let Some(habit) = self.habit() {
            return Err(habit);
        }
        let what = if more.is_empty() {
            format!("`{}`", sign.text())
        } else {
            format!("{more} or `{}`", sign.text())
        };
        let mut report = self.unexpected(8, &what);
        report
            .secondary
            .push(crate::diagnostics::Label { span: open, text: "opened here".to_owned() });
        Err(report)
    }

    /// "expected WHAT, found …" with this code.
    pub(super) fn unexpected(&self, code: u16, what: &str) -> Bad {
        let found = self.found();
        let report =
            Diagnostic::error(code, self.span(), format!("expected {what}, found {found}"));
        Box::new(report.label(format!("expected {what}")))
    }

    /// "expected WHAT" with the code and example of the notation.
    pub(super) fn bad(&self, what: &str) -> Bad {
        let mut report = self.unexpected(self.notation.code, what);
        report.help = Some(self.notation.example.to_owned());
        report
    }

    /// The token at the cursor, for a message.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            Tok::End => "the end of the text".to_owned(),
            _ => format!("`{}`", shorten(self.written(0))),
        }
    }

    /// Report something that is read as it was meant.
    pub(super) fn soft(&mut self, report: impl Into<Bad>) {
        self.soft.push(report.into());
    }

    /// Everything must have been read; what remains is reported.
    fn end(&mut self) {
        if *self.peek() == Tok::End {
            return;
        }
        let report = self.habit().unwrap_or_else(|| self.rest());
        self.soft.push(report);
    }

    fn rest(&self) -> Bad {
        let name = self.notation.name;
        let last = self.text.text.trim_end().len();
        let start = self.tokens.get(self.at).map_or(last, |t| t.start);
        let span = self.text.span(start, last);
        let rest = shorten(self.text.text.get(start..last).unwrap_or(""));
        let report =
            Diagnostic::error(20, span, format!("text after the end of the {name}: `{rest}`"));
        let report = report.label(format!("the {name} ends before this"));
        Box::new(match self.peek() {
            Tok::Sign(Sign::Comma) => {
                report.help("for several, write an array of texts: `[\"..\", \"..\"]`")
            }
            Tok::Sign(sign) if sign.closes() => report.help("no bracket is open here; remove it"),
            _ => report.help(format!("remove it; {}", self.notation.example)),
        })
    }
}

/// Whether a name begins in upper case, so that it is a type, event, view and so on.
pub(super) fn is_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The words that are never bare names.
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(name, "if" | "else" | "in" | "is" | "true" | "false" | "none")
}
