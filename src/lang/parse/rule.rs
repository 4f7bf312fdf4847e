//! Rules: `cond else outcome`, and the notations that end in an outcome or a refusal.

use super::parser::{Parsed, Parser, is_upper};
use crate::diagnostics::Diagnostic;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Ident, Outcome, Refusal, Rule, Statuses, Unique, When};
use crate::source::Span;

impl Parser<'_> {
    /// A rule.
    pub(super) fn rule(&mut self) -> Parsed<Rule> {
        let start = self.span();
        let cond = self.expr()?;
        if !self.eat_word("else") {
            if *self.peek() == Tok::End {
                let span = start.to(self.before());
                let report = Diagnostic::error(15, span, "a rule without `else`");
                let report = report.label("what happens when this does not hold?");
                return Err(Box::new(
                    report
                        .help("write `.. else TooMany`, `.. else ignore` or `.. else emit Failed`"),
                ));
            }
            return Err(self.bad("`else` and what happens then"));
        }
        let outcome = self.outcome()?;
        Ok(Rule { cond, outcome, span: start.to(self.before()) })
    }

    /// What follows `else`.
    fn outcome(&mut self) -> Parsed<Outcome> {
        let start = self.span();
        if self.eat_word("ignore") {
            return Ok(Outcome::Ignore(start));
        }
        if self.eat_word("emit") {
            let message = self.message()?;
            if message.when != When::Always {
                let span = match &message.when {
                    When::If(cond) => cond.span,
                    When::Otherwise(span) => *span,
                    When::Always => message.span,
                };
                let report = Diagnostic::error(15, span, "an outcome has no condition of its own");
                return Err(Box::new(
                    report.help("put the condition in front of `else`, or write two rules"),
                ));
            }
            return Ok(Outcome::Emit(message));
        }
        Ok(Outcome::Refuse(self.refusal()?))
    }

    /// `Name(binds)`
    pub(super) fn refusal(&mut self) -> Parsed<Refusal> {
        let start = self.span();
        let name = match self.peek() {
            Tok::Name(text) if is_upper(text) => self.eat_ident(),
            Tok::Name(text) if !super::parser::is_reserved(text) => {
                let camel = heck::AsUpperCamelCase(text.as_str()).to_string();
                let mut report = self.unexpected(15, "a refusal, `ignore` or `emit`");
                if *self.peek_at(1) == Tok::Sign(Sign::Dot) {
                    report.help = Some("a refusal is one of this context: `TooMany`".to_owned());
                    return Err(report);
                }
                let near = ["ignore", "emit"]
                    .into_iter()
                    .find(|w| strsim::damerau_levenshtein(w, text) <= 2);
                let right = near.map_or(camel, ToOwned::to_owned);
                report.help = Some(format!("write `{right}`"));
                return Err(Box::new(report.patch(start, right)));
            }
            _ => None,
        };
        let Some(name) = name else { return Err(self.bad("a refusal, `ignore` or `emit`")) };
        if self.is(Sign::Dot) {
            return Err(self.bad("the end of the refusal's name"));
        }
        let binds = if self.is(Sign::Open) { self.binds(15)? } else { Vec::new() };
        Ok(Refusal { name, binds, span: start.to(self.before()) })
    }

    /// `open, quoted else ignore`
    pub(super) fn statuses(&mut self) -> Parsed<Statuses> {
        let start = self.span();
        let names = self.names("a status")?;
        let otherwise = if self.eat_word("else") { Some(self.outcome()?) } else { None };
        Ok(Statuses { names, otherwise, span: start.to(self.before()) })
    }

    /// `plate where !closed else PlateHasOpenJob`
    pub(super) fn unique(&mut self) -> Parsed<Unique> {
        let start = self.span();
        let names = self.names("a field")?;
        let cond = if self.eat_word("where") { Some(self.expr()?) } else { None };
        if !self.eat_word("else") {
            return Err(self.bad("`else` and the refusal"));
        }
        let refusal = match self.peek() {
            Tok::Name(text) if is_upper(text) => self.eat_ident(),
            _ => None,
        };
        let Some(refusal) = refusal else { return Err(self.bad("the name of a refusal")) };
        if self.is(Sign::Open) {
            let report =
                Diagnostic::error(15, self.span(), "the refusal of `unique` has no arguments");
            return Err(Box::new(
                report.help("write its name alone; its text may name the fields in `{..}`"),
            ));
        }
        Ok(Unique { names, cond, refusal, span: start.to(self.before()) })
    }

    /// `a, b`, at least one.
    pub(super) fn names(&mut self, what: &str) -> Parsed<Vec<Ident>> {
        let mut names = Vec::new();
        loop {
            match self.eat_lower() {
                Some(name) => names.push(name),
                None => return Err(self.no_name(what)),
            }
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        let joined: Option<Span> = match self.peek() {
            Tok::Name(word) if word == "or" || word == "and" => Some(self.span()),
            Tok::Sign(Sign::Bar | Sign::OrOr) => Some(self.span()),
            _ => None,
        };
        match joined {
            Some(span) => {
                let report =
                    Diagnostic::error(self.notation.code, span, "several are separated by commas");
                let gap = Span { start: self.before().end, ..span };
                Err(Box::new(report.help("write `,`").patch(gap, ",")))
            }
            None => Ok(names),
        }
    }

    fn no_name(&self, what: &str) -> crate::lang::lex::Bad {
        let mut report = self.bad(what);
        if let Tok::Name(text) = self.peek()
            && is_upper(text)
            && !matches!(self.peek_at(1), Tok::Sign(Sign::Dot | Sign::Open))
        {
            let right = heck::AsSnakeCase(text.as_str()).to_string();
            report.help = Some(format!("write `{right}`"));
            return Box::new(report.patch(self.span(), right));
        }
        report
    }
}
