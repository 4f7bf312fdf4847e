//! Habits from other languages, each answered with what to type here.

use super::parser::{Parser, is_reserved, is_upper};
use crate::diagnostics::Diagnostic;
use crate::lang::lex::Bad;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::Lit;

/// Words that begin a sentence elsewhere, with the way out here.
const SENTENCES: [(&str, &str); 13] = [
    (
        "for",
        "there are no loops: use `any`, `all`, `sum`, `map`; `update .. where`; or a `[function]`",
    ),
    ("while", "there are no loops: use `any`, `all`, `sum`, `map`; or a `[function]`"),
    ("loop", "there are no loops: use `any`, `all`, `sum`, `map`; or a `[function]`"),
    ("let", "name a value with the key `let.NAME` of the command, or with `derive`"),
    ("var", "name a value with the key `let.NAME` of the command, or with `derive`"),
    ("const", "put a constant into `[settings]`"),
    ("match", "write a `[table]`, or `if a { b } else { c }`"),
    ("switch", "write a `[table]`, or `if a { b } else { c }`"),
    ("case", "write a `[table]`, or `if a { b } else { c }`"),
    ("fn", "write a `[function]`, and its body in Rust"),
    ("return", "an expression is its own value: leave the word out"),
    ("async", "decisions are pure: call in a process step, before the command"),
    ("await", "decisions are pure: call in a process step, before the command"),
];

impl Parser<'_> {
    /// After an operand: words and signs that mean something elsewhere.
    pub(super) fn habit(&self) -> Option<Bad> {
        let span = self.span();
        let report =
            |message: &str| Diagnostic::error(8, span, message).label("not of this language");
        let swap = |wrong: &str, right: &str| {
            let report =
                report(&format!("`{wrong}` is written `{right}`")).help(format!("write `{right}`"));
            Some(Box::new(report.patch(span, right)))
        };
        match self.peek() {
            Tok::Name(word) => match word.as_str() {
                "and" => swap("and", "&&"),
                "or" => swap("or", "||"),
                "not" => {
                    let help = "write `!(a in b)` for not in, `!a` for not";
                    Some(Box::new(report("`not` is written `!`").help(help)))
                }
                "mod" => swap("mod", "%"),
                "eq" => swap("eq", "=="),
                "when" | "unless" => {
                    Some(Box::new(report(&format!("`{word}` is no word here")).help("write `if`")))
                }
                _ => None,
            },
            Tok::Sign(Sign::Set) => {
                let report = report("`=` compares nothing").label("a comparison is `==`");
                Some(Box::new(report.help("write `==`").patch(span, "==")))
            }
            Tok::Sign(Sign::Bar) => swap("|", "||"),
            Tok::Sign(Sign::Question) => {
                let help = "write `if a { b } else { c }`; for an option `x.unwrap_or(..)`";
                Some(Box::new(report("`?` is not an operator").help(help)))
            }
            _ => None,
        }
    }

    /// At the start of an operand: a literal under the name that it has elsewhere.
    pub(super) fn foreign_literal(&mut self, word: &str) -> Option<Lit> {
        let (lit, right) = match word {
            "null" | "nil" | "undefined" | "None" | "Null" | "NULL" => (Lit::None, "none"),
            "True" | "TRUE" => (Lit::Bool(true), "true"),
            "False" | "FALSE" => (Lit::Bool(false), "false"),
            _ => return None,
        };
        let span = self.span();
        let report = Diagnostic::error(8, span, format!("`{word}` is written `{right}`"));
        self.soft(report.help(format!("write `{right}`")).patch(span, right));
        self.skip();
        Some(lit)
    }

    /// At the start of an operand: `not`, read as `!`. Gives whether it was there.
    pub(super) fn foreign_not(&mut self) -> bool {
        let found = self.is_word("not") && self.operand_at(1);
        if found {
            let report = self.not_word();
            self.soft(report);
            self.skip();
        }
        found
    }

    /// At the start of an operand: words that begin a sentence elsewhere.
    pub(super) fn foreign_word(&self, word: &str) -> Option<Bad> {
        let (_, help) = SENTENCES.iter().find(|(w, _)| *w == word)?;
        let goes_on = match self.peek_at(1) {
            Tok::Name(next) => is_upper(next) || !is_follower(next),
            Tok::Sign(Sign::OpenBlock) => true,
            Tok::Sign(Sign::Open) => word != "case",
            other => matches!(other, Tok::Int(_) | Tok::Text(_) | Tok::Decimal(_)),
        };
        let (span, words) = (self.span(), format!("`{word}` is no word of this language"));
        let report = Diagnostic::error(8, span, words).label("expected an expression");
        goes_on.then(|| Box::new(report.help(*help)))
    }

    /// `not x` as `!x`; a patch only where nothing binds tighter than the `!` would.
    fn not_word(&self) -> Bad {
        let span = self.span();
        let report = Diagnostic::error(8, span, "`not` is written `!`").help("write `!`");
        let operators = (1..12).take_while(|i| *self.peek_at(*i) != Tok::End).any(|i| {
            matches!(
                self.peek_at(i),
                Tok::Sign(
                    Sign::EqEq
                        | Sign::NotEq
                        | Sign::Lt
                        | Sign::Le
                        | Sign::Gt
                        | Sign::Ge
                        | Sign::Plus
                        | Sign::Minus
                )
            ) || matches!(self.peek_at(i), Tok::Name(n) if n == "in" || n == "is")
        });
        if operators && *self.peek_at(1) != Tok::Sign(Sign::Open) {
            return Box::new(report.help("write `!(..)`"));
        }
        let next = self.span_at(1);
        let gap = crate::source::Span { end: next.start.max(span.end), ..span };
        Box::new(report.patch(gap, "!"))
    }

    fn operand_at(&self, ahead: usize) -> bool {
        match self.peek_at(ahead) {
            Tok::Name(name) => !is_follower(name) && !matches!(name.as_str(), "in" | "is" | "else"),
            Tok::Sign(Sign::Open) => true,
            _ => false,
        }
    }
}

/// Words that may follow a complete operand in some notation.
fn is_follower(word: &str) -> bool {
    is_reserved(word)
        || matches!(word, "where" | "by" | "then" | "otherwise" | "each" | "and" | "or" | "not")
}
