//! Rules: `cond else outcome`, and the notations that end in an outcome or a refusal.

use super::parser::{Parsed, Parser, is_reserved, is_upper};
use crate::diagnostics::{Diagnostic, nearest};
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Ident, Message, Outcome, Refusal, Rule, Statuses, Unique, When};
use crate::source::Span;

impl Parser<'_> {
    /// A rule.
    pub(super) fn rule(&mut self) -> Parsed<Rule> {
        let start = self.span();
        let cond = self.expr()?;
        if !self.eat_word("else") {
            if *self.peek() != Tok::End {
                return Err(self.bad("`else` and what happens then"));
            }
            let span = start.to(self.before());
            let report = Diagnostic::error(15, span, "a rule without `else`");
            let report = report.label("what happens when this does not hold?");
            let help = "write `.. else TooMany`, `.. else ignore` or `.. else emit Failed`";
            self.soft(report.help(help));
            return Ok(Rule { cond, outcome: Outcome::Error(span), span });
        }
        let outcome = self.outcome()?;
        Ok(Rule { cond, outcome, span: start.to(self.before()) })
    }

    /// What follows `else`.
    fn outcome(&mut self) -> Parsed<Outcome> {
        let start = self.span();
        self.nearly();
        if self.eat_word("ignore") {
            return Ok(Outcome::Ignore(start));
        }
        if !self.eat_word("emit") {
            return Ok(Outcome::Refuse(self.refusal()?));
        }
        let message = self.message()?;
        let span = match &message.when {
            When::If(cond) => cond.span,
            When::Otherwise(span) => *span,
            When::Always => return Ok(Outcome::Emit(message)),
        };
        let report = Diagnostic::error(15, span, "an outcome has no condition of its own");
        self.soft(report.help("put the condition in front of `else`, or write two rules"));
        Ok(Outcome::Emit(Message { when: When::Always, ..message }))
    }

    /// `ignor` and `emti` are read as what is near.
    fn nearly(&mut self) {
        let Tok::Name(text) = self.peek() else { return };
        let near = nearest(text, ["ignore", "emit"]);
        let alone = match self.peek_at(1) {
            Tok::Name(next) => near == Some("emit") && is_upper(next),
            next => near == Some("ignore") && *next == Tok::End,
        };
        let Some(near) = near.filter(|_| alone) else { return };
        let (span, report) = (self.span(), self.bad("a refusal, `ignore` or `emit`"));
        self.soft(report.help(format!("write `{near}`")).patch(span, near));
        self.read_as(near);
    }

    /// `Name(binds)`
    pub(super) fn refusal(&mut self) -> Parsed<Refusal> {
        let start = self.span();
        let what = "a refusal, `ignore` or `emit`";
        let name = match self.peek() {
            Tok::Name(text) if is_upper(text) => self.eat_ident(),
            Tok::Name(text) if !is_reserved(text) => {
                let camel = heck::AsUpperCamelCase(text.as_str()).to_string();
                let report = self.unexpected(15, what);
                if *self.peek_at(1) == Tok::Sign(Sign::Dot) || !is_upper(&camel) {
                    let help = "a refusal is one of this context: `TooMany`";
                    return Err(Box::new(report.help(help)));
                }
                self.soft(report.help(format!("write `{camel}`")).patch(start, camel.clone()));
                self.skip();
                Some(Ident { text: camel, span: start })
            }
            _ => None,
        };
        let Some(name) = name else { return Err(self.bad(what)) };
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
            names.push(self.name(what)?);
            if self.eat(Sign::Comma) {
                continue;
            }
            let joined = self.is(Sign::Bar)
                || self.is(Sign::OrOr)
                || self.is_word("or")
                || self.is_word("and");
            if !joined {
                return Ok(names);
            }
            let span = self.span();
            let report =
                Diagnostic::error(self.notation.code, span, "several are separated by commas");
            let gap = Span { start: self.before().end, ..span };
            self.soft(report.help("write `,`").patch(gap, ","));
            self.skip();
        }
    }
}
