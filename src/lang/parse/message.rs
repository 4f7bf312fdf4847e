//! Messages: `ctx.Name(binds) if cond`, and lists that name messages.

use super::parser::{Parsed, Parser, is_upper};
use crate::diagnostics::Diagnostic;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{EventPattern, Ident, MemberDecl, Message, Path, When};

impl Parser<'_> {
    /// A message.
    pub(super) fn message(&mut self) -> Parsed<Message> {
        let start = self.span();
        let path = self.path("the name of an event or command")?;
        let binds = if self.is(Sign::Open) { self.binds(16)? } else { Vec::new() };
        let when = if self.eat_word("if") {
            When::If(self.expr()?)
        } else if self.is_word("otherwise") {
            let span = self.span();
            self.skip();
            When::Otherwise(span)
        } else {
            When::Always
        };
        Ok(Message { path, binds, when, span: start.to(self.before()) })
    }

    /// `Name` or `ctx.Name`.
    pub(super) fn path(&mut self, what: &str) -> Parsed<Path> {
        if let Some(path) = self.eat_path() {
            return Ok(path);
        }
        let mut report = self.bad(what);
        if let (Tok::Name(text), false) = (self.peek(), *self.peek_at(1) == Tok::Sign(Sign::Dot))
            && !super::parser::is_reserved(text)
        {
            let right = heck::AsUpperCamelCase(text.as_str()).to_string();
            if is_upper(&right) && !matches!(self.peek_at(1), Tok::Name(_)) {
                report.help = Some(format!("write `{right}`"));
                report = Box::new(report.patch(self.span(), right));
            }
        }
        Err(report)
    }

    /// `Job.*`, `stock.PriceChanged`
    pub(super) fn event_pattern(&mut self) -> Parsed<EventPattern> {
        let path = self.path("the name of an event, or `Aggregate.*`")?;
        let all = self.eat(Sign::Dot);
        if all && !self.eat(Sign::Star) {
            return Err(self.bad("`*`"));
        }
        Ok(EventPattern { path, all })
    }

    /// `long(months = 24)`
    pub(super) fn member_decl(&mut self) -> Parsed<MemberDecl> {
        let name = self.name("a member")?;
        let binds = if self.is(Sign::Open) { self.binds(8)? } else { Vec::new() };
        Ok(MemberDecl { name, binds })
    }

    /// One lower-case name.
    pub(super) fn name(&mut self, what: &str) -> Parsed<Ident> {
        if let Some(name) = self.eat_lower() {
            return Ok(name);
        }
        let Tok::Name(text) = self.peek() else { return Err(self.bad(what)) };
        let (span, snake) = (self.span(), heck::AsSnakeCase(text.as_str()).to_string());
        if !is_upper(text) || matches!(self.peek_at(1), Tok::Sign(Sign::Dot)) {
            return Err(self.bad(what));
        }
        let report = Diagnostic::error(114, span, format!("`{text}` is not written in lower case"));
        let report = report.label(format!("expected {what}"));
        Err(Box::new(report.help(format!("write `{snake}`")).patch(span, snake)))
    }
}
