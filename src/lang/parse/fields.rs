//! Fields: `name?`, `weeks: int(1..4) = 2 # how long`, and the right side alone.

use super::parser::{Parsed, Parser};
use crate::diagnostics::{Diagnostic, nearest};
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Field, IdDecl, Mark, Typed};
use crate::source::Span;

const MARKS: [&str; 4] = ["personal", "secret", "deprecated", "was"];

impl Parser<'_> {
    /// A field of an array.
    pub(super) fn field(&mut self) -> Parsed<Field> {
        let start = self.span();
        let Some(name) = self.eat_ident() else {
            let mut report = self.unexpected(14, "the name of a field");
            report.help = Some(self.notation.example.to_owned());
            return Err(report);
        };
        let typed = if self.eat(Sign::Colon) {
            self.typed()?
        } else {
            let optional = self.eat(Sign::Question);
            if matches!(self.peek(), Tok::Name(_) | Tok::Sign(Sign::Open | Sign::Lt)) {
                let report = self.unexpected(14, "`:` and a type");
                let help = format!("write `{}: TYPE`", name.text);
                let at = Span { start: name.span.end, end: name.span.end, ..name.span };
                let patch = !optional && matches!(self.peek(), Tok::Name(_));
                let report = report.help(help);
                self.soft(if patch { report.patch(at, ":") } else { report });
                let typed = self.typed()?;
                return Ok(Field { name, typed, span: start.to(self.before()) });
            }
            let default = if self.eat(Sign::Set) { Some(self.expr()?) } else { None };
            Typed { ty: None, optional, marks: Vec::new(), default, doc: self.doc() }
        };
        Ok(Field { name, typed, span: start.to(self.before()) })
    }

    /// All behind the name: type, marks, default, doc.
    pub(super) fn typed(&mut self) -> Parsed<Typed> {
        let ty = Some(self.type_expr()?);
        let mut marks = Vec::new();
        while matches!(self.peek(), Tok::Name(_)) {
            marks.push(self.mark()?);
        }
        let default = if self.eat(Sign::Set) { Some(self.expr()?) } else { None };
        if default.is_none()
            && matches!(self.peek(), Tok::Sign(sign) if !sign.closes() && *sign != Sign::Comma)
        {
            return Err(self.unexpected(14, "`=` and a default, or the end"));
        }
        Ok(Typed { ty, optional: false, marks, default, doc: self.doc() })
    }

    fn mark(&mut self) -> Parsed<Mark> {
        let span = self.span();
        let Some(word) = self.eat_ident() else { return Err(self.unexpected(14, "a mark")) };
        match word.text.as_str() {
            "personal" => Ok(Mark::Personal),
            "deprecated" => Ok(Mark::Deprecated),
            "secret" => self.secret(),
            "was" => match self.eat_ident() {
                Some(name) => Ok(Mark::Was(name)),
                None => Err(self.unexpected(14, "the old name")),
            },
            text => {
                let words = format!("`{text}` is not a mark of a field");
                let report = Diagnostic::error(14, span, words);
                let help = "marks are `personal`, `secret`, `secret(4)`, `deprecated`, `was OLD`; \
                            a default follows `=`, a doc `#`";
                let Some(near) = nearest(text, MARKS) else {
                    return Err(Box::new(report.help(help)));
                };
                self.soft(report.help(format!("did you mean `{near}`?")).patch(span, near));
                Ok(Mark::Deprecated)
            }
        }
    }

    fn secret(&mut self) -> Parsed<Mark> {
        let open = self.span();
        if !self.eat(Sign::Open) {
            return Ok(Mark::Secret(None));
        }
        let shown = match self.peek() {
            Tok::Int(n) => u8::try_from(*n).ok(),
            _ => None,
        };
        let Some(shown) = shown else {
            let mut report = self.unexpected(14, "how many last characters are shown");
            report.help = Some("write `secret(4)`, at most 255".to_owned());
            return Err(report);
        };
        self.skip();
        self.close(Sign::Close, open, "")?;
        Ok(Mark::Secret(Some(shown)))
    }

    fn doc(&mut self) -> Option<String> {
        let Tok::Doc(text) = self.peek() else { return None };
        let text = text.clone();
        self.skip();
        Some(text)
    }

    /// `part_no: PartNo by client`
    pub(super) fn id_decl(&mut self) -> Parsed<IdDecl> {
        let Some(name) = self.eat_lower() else { return Err(self.bad("the name of the id field")) };
        if !self.eat(Sign::Colon) {
            return Err(self.bad("`:` and a type"));
        }
        let ty = self.type_expr()?;
        if !self.eat_word("by") {
            return Err(self.bad("`by server` or `by client`"));
        }
        let by_client = !self.is_word("server");
        if by_client && !self.is_word("client") {
            let report = self.bad("`server` or `client`");
            if self.peek() == &Tok::End {
                return Err(report);
            }
            self.soft(report);
        }
        self.skip();
        Ok(IdDecl { name, ty, by_client })
    }
}
