//! `each` (`day in ev.days`, `JobList where flagged`), table rows and triggers.

use super::parser::{Parsed, Parser, is_upper};
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Case, Each, EachSource, Ident, Trigger};

impl Parser<'_> {
    /// What is walked, and which of it.
    pub(super) fn each(&mut self) -> Parsed<Each> {
        let start = self.span();
        let bound = matches!(self.peek_at(1), Tok::Name(word) if word == "in");
        let var = if bound { self.eat_lower() } else { None };
        if bound {
            if var.is_none() {
                return Err(self.bad("a name for the element"));
            }
            self.skip();
        }
        let source = self.each_source()?;
        if self.is_word("if") {
            let (span, report) = (self.span(), self.bad("`where` or the end"));
            self.soft(report.help("write `where`").patch(span, "where"));
            self.read_as("where");
        }
        let cond = if self.eat_word("where") { Some(self.expr()?) } else { None };
        Ok(Each { var, source, cond, span: start.to(self.before()) })
    }

    fn each_source(&mut self) -> Parsed<EachSource> {
        let foreign = matches!(self.peek_at(2), Tok::Name(name) if is_upper(name))
            && *self.peek_at(1) == Tok::Sign(Sign::Dot);
        let upper = matches!(self.peek(), Tok::Name(name) if is_upper(name));
        let after = if upper { 1 } else { 3 };
        let rows = (upper || foreign) && !matches!(self.peek_at(after), Tok::Sign(_));
        if rows && let Some(path) = self.eat_path() {
            return Ok(EachSource::Rows(path));
        }
        if *self.peek() == Tok::End {
            return Err(self.bad("a view or a collection"));
        }
        Ok(EachSource::Elements(self.expr()?))
    }

    /// `cond => value`, `else => value`
    pub(super) fn case(&mut self) -> Parsed<Case> {
        let start = self.span();
        let cond = if self.eat_word("else") { None } else { Some(self.expr()?) };
        if !self.eat(Sign::Arrow) {
            return Err(self.bad("`=>` and a value"));
        }
        let value = self.expr()?;
        Ok(Case { cond, value, span: start.to(self.before()) })
    }

    /// What a scenario does: a message, `timer NAME` or `schedule NAME`.
    pub(super) fn trigger(&mut self) -> Parsed<Trigger> {
        let named = matches!(self.peek_at(1), Tok::Name(_));
        if named && self.eat_word("timer") {
            return Ok(Trigger::Timer(self.any_name()?));
        }
        if named && self.eat_word("schedule") {
            return Ok(Trigger::Schedule(self.any_name()?));
        }
        Ok(Trigger::Message(Box::new(self.message()?)))
    }

    fn any_name(&mut self) -> Parsed<Ident> {
        match self.eat_ident() {
            Some(name) => Ok(name),
            None => Err(self.bad("a name")),
        }
    }
}
