//! Messages: `ctx.Name(binds) if cond`, and lists that name messages.

use super::parser::{Parsed, Parser, is_upper};
use crate::diagnostics::Diagnostic;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{EventPattern, Ident, MemberDecl, Message, Part, Path, When};

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

    /// A part of a composed answer.
    pub(super) fn part(&mut self) -> Parsed<Part> {
        let start = self.span();
        let path = self.path("the name of an aggregate or query")?;
        let binds = if self.is(Sign::Open) { self.binds(16)? } else { Vec::new() };
        let optional = self.eat(Sign::Question);
        Ok(Part { path, binds, optional, span: start.to(self.before()) })
    }

    /// `Name` or `ctx.Name`.
    pub(super) fn path(&mut self, what: &str) -> Parsed<Path> {
        if let Some(path) = self.eat_path() {
            return Ok(path);
        }
        let report = self.bad(what);
        let Tok::Name(text) = self.peek() else { return Err(report) };
        let camel = heck::AsUpperCamelCase(text.as_str()).to_string();
        let alone = !matches!(self.peek_at(1), Tok::Name(next) if !matches!(next.as_str(), "if" | "otherwise"))
            && *self.peek_at(1) != Tok::Sign(Sign::Dot);
        if super::parser::is_reserved(text) || !is_upper(&camel) || !alone {
            return Err(report);
        }
        let span = self.span();
        self.soft(report.help(format!("write `{camel}`")).patch(span, camel.clone()));
        self.skip();
        Ok(Path { context: None, name: Ident { text: camel, span } })
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
        self.soft(report.help(format!("write `{snake}`")).patch(span, snake.clone()));
        self.skip();
        Ok(Ident { text: snake, span })
    }
}
