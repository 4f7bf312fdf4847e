//! Operands: literals, names, calls, records, lists, brackets, `if`.

use super::parser::{Parsed, Parser, is_upper};
use crate::diagnostics::Diagnostic;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Bind, Expr, ExprKind, Ident, Lit, Path};
use crate::source::Span;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        self.height = 1;
        let span = self.span();
        let lit = match self.peek() {
            Tok::Int(n) => Lit::Int(*n),
            Tok::Decimal(n) => Lit::Decimal(*n),
            Tok::Text(text) => Lit::Text(text.clone()),
            Tok::Duration(d) => Lit::Duration(*d),
            Tok::Days(n) => Lit::Days(*n),
            Tok::Date(d) => Lit::Date(*d),
            Tok::Time(t) => Lit::Time(*t),
            Tok::At(name) => {
                let kind = ExprKind::At(name.clone());
                self.skip();
                return Ok(Expr { kind, span });
            }
            Tok::Name(word) => match word.as_str() {
                "true" => Lit::Bool(true),
                "false" => Lit::Bool(false),
                "none" => Lit::None,
                "if" => return self.if_else(),
                "else" | "in" | "is" => return Err(self.no_operand()),
                _ => return self.named(&word.clone()),
            },
            Tok::Sign(Sign::Open) => return self.bracketed(),
            Tok::Sign(Sign::OpenList) => return self.list(),
            _ => return Err(self.no_operand()),
        };
        self.skip();
        Ok(Expr { kind: ExprKind::Lit(lit), span })
    }

    fn no_operand(&self) -> crate::lang::lex::Bad {
        let mut report = self.unexpected(8, "an expression");
        report.help = match self.peek() {
            Tok::Sign(Sign::Bar | Sign::OrOr) => Some(
                "a closure stands only as argument of a method: `parts.any(|p| p.price > 0)`"
                    .to_owned(),
            ),
            Tok::Sign(Sign::Gt) if self.before_is("<") => Some("write `!=`".to_owned()),
            Tok::Sign(Sign::Set) if self.before_is("==") => Some("write `==`".to_owned()),
            Tok::Sign(Sign::OpenBlock) => {
                Some("a record is written `Name(field = value)`".to_owned())
            }
            Tok::End => Some("complete it, for example `price >= 10`".to_owned()),
            _ => Some("write a name, a literal such as `10` or `'text'`, or `(`".to_owned()),
        };
        report
    }

    fn before_is(&self, sign: &str) -> bool {
        let before = self.before();
        before.range().len() == sign.len() && self.text.text.contains(sign)
    }

    /// Something that begins with a name.
    fn named(&mut self, word: &str) -> Parsed<Expr> {
        let span = self.span();
        if let Some(lit) = self.foreign_literal(word) {
            return Ok(Expr { kind: ExprKind::Lit(lit), span });
        }
        if let Some(habit) = self.foreign_word(word) {
            return Err(habit);
        }
        if let Some(path) = self.eat_path() {
            return self.upper(path);
        }
        let Some(name) = self.eat_ident() else { return Err(self.no_operand()) };
        if !self.is(Sign::Open) {
            return Ok(Expr { kind: ExprKind::Name(name.text), span: name.span });
        }
        let args = self.call_args()?;
        let span = name.span.to(self.before());
        Ok(Expr { kind: ExprKind::Call { name, args }, span })
    }

    fn call_args(&mut self) -> Parsed<Vec<Expr>> {
        let open = self.span();
        self.skip();
        let (mut args, mut height) = (Vec::new(), 0);
        if self.eat(Sign::Close) {
            return Ok(args);
        }
        loop {
            args.push(self.inner()?);
            height = height.max(self.height);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.close(Sign::Close, open, "`,`")?;
        self.grow(height, open)?;
        Ok(args)
    }

    /// What an upper-case name begins: record, lookup, member, or the name alone.
    fn upper(&mut self, path: Path) -> Parsed<Expr> {
        let start = path.span();
        match self.peek() {
            Tok::Sign(Sign::Open) => {
                let binds = self.binds(8)?;
                let span = start.to(self.before());
                Ok(Expr { kind: ExprKind::Record { path, member: None, binds }, span })
            }
            Tok::Sign(Sign::OpenList) => {
                let keys = self.keys()?;
                let span = start.to(self.before());
                self.grow(self.height, span)?;
                Ok(Expr { kind: ExprKind::Lookup { source: path, keys }, span })
            }
            Tok::Sign(Sign::Dot) => {
                self.skip();
                let member = match self.peek() {
                    Tok::Name(name) if !is_upper(name) => self.eat_ident(),
                    _ => None,
                };
                let Some(member) = member else {
                    let mut report = self.unexpected(8, "a member after the dot");
                    report.help = Some("members begin in lower case: `Warranty.long`".to_owned());
                    return Err(report);
                };
                if self.is(Sign::Open) {
                    let binds = self.binds(8)?;
                    let span = start.to(self.before());
                    return Ok(Expr {
                        kind: ExprKind::Record { path, member: Some(member), binds },
                        span,
                    });
                }
                let span = start.to(member.span);
                Ok(Expr { kind: ExprKind::Member { path, member }, span })
            }
            _ => Ok(Expr { kind: ExprKind::Upper(path), span: start }),
        }
    }

    /// `(name = value, name)`, at least one; misuse is reported with `code`.
    pub(super) fn binds(&mut self, code: u16) -> Parsed<Vec<Bind>> {
        let open = self.span();
        self.skip();
        if self.is(Sign::Close) {
            let span = open.to(self.span());
            let report = Diagnostic::error(code, span, "brackets without arguments");
            self.soft(report.label("nothing is inside").help("leave them out").patch(span, ""));
            self.skip();
            return Ok(Vec::new());
        }
        let (mut binds, mut height) = (Vec::new(), 0);
        loop {
            binds.push(self.nested(|p| p.bind(code))?);
            height = height.max(self.height);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.close(Sign::Close, open, "`,`")?;
        self.grow(height, open)?;
        Ok(binds)
    }

    fn bind(&mut self, code: u16) -> Parsed<Bind> {
        self.height = 0;
        let goes_on = match self.peek_at(1) {
            Tok::Sign(Sign::Set | Sign::Comma | Sign::Colon | Sign::EqEq) => true,
            Tok::Sign(sign) => sign.closes(),
            Tok::End => true,
            _ => false,
        };
        let name = if goes_on { self.eat_lower() } else { None };
        let Some(name) = name else {
            let (report, name) = self.positional(code);
            let Some(name) = name else { return Err(report) };
            self.soft(report);
            return Ok(Bind { name, value: Some(self.expr()?) });
        };
        if self.is(Sign::Colon) || self.is(Sign::EqEq) {
            let span = self.span();
            let report = Diagnostic::error(code, span, "an argument is given with `=`");
            self.soft(report.label("not `=`").help("write `=`").patch(span, "="));
            self.skip();
            return Ok(Bind { name, value: Some(self.expr()?) });
        }
        let value = if self.eat(Sign::Set) { Some(self.expr()?) } else { None };
        Ok(Bind { name, value })
    }

    /// An argument without a name; for `cmd.part_no` the name is probably that of the field.
    fn positional(&self, code: u16) -> (crate::lang::lex::Bad, Option<Ident>) {
        let mut dotted = 0;
        while matches!(self.peek_at(dotted), Tok::Name(_))
            && *self.peek_at(dotted + 1) == Tok::Sign(Sign::Dot)
        {
            dotted += 2;
        }
        let span = self.span();
        let words = format!("expected `name = value`, found {}", self.found());
        let report = Diagnostic::error(code, span, words).label("arguments are named");
        let ends = match self.peek_at(dotted + 1) {
            Tok::Sign(sign) => sign.closes() || *sign == Sign::Comma,
            _ => false,
        };
        match self.peek_at(dotted) {
            Tok::Name(name) if dotted > 0 && ends && !is_upper(name) => {
                let start = Span { end: span.start, ..span };
                let help =
                    format!("write `{name} = ..`; if the field has another name, write that");
                let report = report.help(help).patch(start, format!("{name} = "));
                (Box::new(report), Some(Ident { text: name.clone(), span }))
            }
            _ => (Box::new(report.help("write `name = value`")), None),
        }
    }

    fn bracketed(&mut self) -> Parsed<Expr> {
        let open = self.span();
        self.skip();
        let mut inner = self.inner()?;
        let height = self.height;
        self.close(Sign::Close, open, "")?;
        inner.span = open.to(self.before());
        self.height = height;
        Ok(inner)
    }

    fn list(&mut self) -> Parsed<Expr> {
        let open = self.span();
        self.skip();
        let (mut items, mut height) = (Vec::new(), 0);
        if !self.eat(Sign::CloseList) {
            loop {
                items.push(self.inner()?);
                height = height.max(self.height);
                if !self.eat(Sign::Comma) {
                    break;
                }
            }
            self.close(Sign::CloseList, open, "`,`")?;
        }
        let span = open.to(self.before());
        self.grow(height, span)?;
        Ok(Expr { kind: ExprKind::List(items), span })
    }

    fn if_else(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.skip();
        let cond = self.inner()?;
        let mut height = self.height;
        let then = self.block()?;
        height = height.max(self.height);
        if !self.eat_word("else") {
            let mut report = self.unexpected(8, "`else { .. }`");
            report.help = Some("every `if` has an `else`: `if a { b } else { c }`".to_owned());
            return Err(report);
        }
        let otherwise =
            if self.is_word("if") { self.nested(Self::if_else)? } else { self.block()? };
        height = height.max(self.height);
        let span = start.to(self.before());
        self.grow(height, span)?;
        let (cond, then, otherwise) = (Box::new(cond), Box::new(then), Box::new(otherwise));
        Ok(Expr { kind: ExprKind::If { cond, then, otherwise }, span })
    }

    fn block(&mut self) -> Parsed<Expr> {
        let open = self.span();
        if !self.eat(Sign::OpenBlock) {
            let mut report = self.unexpected(8, "`{`");
            report.help = Some("write `if a { b } else { c }`".to_owned());
            return Err(report);
        }
        let inner = self.inner()?;
        let height = self.height;
        self.close(Sign::CloseBlock, open, "")?;
        self.height = height;
        Ok(inner)
    }
}
