//! Expressions: operators by binding power, and what follows an operand.

use super::parser::{Parsed, Parser};
use crate::diagnostics::Diagnostic;
use crate::lang::lex::Bad;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Arg, BinaryOp, Expr, ExprKind, Ident, UnaryOp};
use crate::source::Span;

/// How tight the comparisons bind; they do not chain.
const COMPARISON: u8 = 3;

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        let expr = self.binary(1)?;
        match self.habit() {
            Some(habit) => Err(habit),
            None => Ok(expr),
        }
    }

    /// An expression one level deeper.
    pub(super) fn inner(&mut self) -> Parsed<Expr> {
        self.nested(Self::expr)
    }

    /// The operator at the cursor and how tight it binds; words of other languages count as the
    /// operators that they mean.
    fn infix(&self) -> Option<(Infix, u8)> {
        let (op, power) = match self.peek() {
            Tok::Sign(sign) => match sign {
                Sign::OrOr | Sign::Bar => (BinaryOp::Or, 1),
                Sign::AndAnd => (BinaryOp::And, 2),
                Sign::EqEq | Sign::Set => (BinaryOp::Eq, COMPARISON),
                Sign::NotEq => (BinaryOp::Ne, COMPARISON),
                Sign::Lt => (BinaryOp::Lt, COMPARISON),
                Sign::Le => (BinaryOp::Le, COMPARISON),
                Sign::Gt => (BinaryOp::Gt, COMPARISON),
                Sign::Ge => (BinaryOp::Ge, COMPARISON),
                Sign::Plus => (BinaryOp::Add, 4),
                Sign::Minus => (BinaryOp::Sub, 4),
                Sign::Star => (BinaryOp::Mul, 5),
                Sign::Slash => (BinaryOp::Div, 5),
                Sign::Percent => (BinaryOp::Rem, 5),
                _ => return None,
            },
            Tok::Name(word) => match word.as_str() {
                "in" => (BinaryOp::In, COMPARISON),
                "is" => return Some((Infix::Is, COMPARISON)),
                "and" => (BinaryOp::And, 2),
                "or" => (BinaryOp::Or, 1),
                "mod" => (BinaryOp::Rem, 5),
                "eq" => (BinaryOp::Eq, COMPARISON),
                _ => return None,
            },
            _ => return None,
        };
        Some((Infix::Op(op), power))
    }

    fn binary(&mut self, weakest: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        let mut height = self.height;
        while let Some((infix, power)) = self.infix().filter(|(_, power)| *power >= weakest) {
            if let Some(habit) = self.habit() {
                self.soft(habit);
            }
            let second = power == COMPARISON && is_comparison(&left) && !self.after_bracket();
            if second {
                let report = self.chained(&left);
                self.soft(report);
            }
            let op_span = self.span();
            self.skip();
            left = match infix {
                Infix::Op(op) => {
                    let right = self.binary(power + 1)?;
                    height = height.max(self.height);
                    joined(op, op_span, left, right, second)
                }
                Infix::Is => {
                    let member = self.member()?;
                    let span = left.span.to(member.span);
                    Expr { kind: ExprKind::Is { of: Box::new(left), member }, span }
                }
            };
            self.grow(height + u32::from(second), left.span)?;
            height = self.height;
        }
        self.height = height;
        Ok(left)
    }

    fn member(&mut self) -> Parsed<Ident> {
        if let Some(member) = self.eat_lower() {
            return Ok(member);
        }
        let mut report = self.unexpected(8, "a member of the union");
        report.help = Some("write the member alone: `note is from_owner`".to_owned());
        Err(report)
    }

    /// Whether the operand before the cursor ended with a bracket, so that it is one on its own.
    fn after_bracket(&self) -> bool {
        self.last_written() == ")"
    }

    /// `a < b < c`, where `a < b` has been read.
    fn chained(&self, left: &Expr) -> Bad {
        let report = Diagnostic::error(8, self.span(), "comparisons do not chain")
            .label("a second comparison")
            .also(left.span, "the first one");
        let middle = match &left.kind {
            ExprKind::Binary { right, .. } => self.text_of(right.span),
            _ => None,
        };
        let Some(middle) = middle else {
            return Box::new(report.help("join two comparisons with `&&`, or use brackets"));
        };
        let report = report.help(format!("write `.. {middle} && {middle} ..`"));
        let at = Span { start: left.span.end, ..left.span };
        Box::new(report.patch(at, format!(" && {middle}")))
    }

    /// The text under a span of this text, when it stands in the file as it is and is short.
    fn text_of(&self, span: Span) -> Option<&str> {
        let all = self.text.whole();
        if all.range().len() != self.text.text.len() {
            return None;
        }
        let start = span.start.checked_sub(all.start)? as usize;
        let text = self.text.text.get(start..start + span.range().len())?;
        (text.len() <= 40).then_some(text)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let op = match self.peek() {
            Tok::Sign(Sign::Not) => UnaryOp::Not,
            Tok::Sign(Sign::Minus) => UnaryOp::Neg,
            _ => return self.foreign_unary(),
        };
        let start = self.span();
        self.skip();
        self.prefixed(op, start)
    }

    fn foreign_unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if self.foreign_not() { self.prefixed(UnaryOp::Not, start) } else { self.postfix() }
    }

    fn prefixed(&mut self, op: UnaryOp, start: Span) -> Parsed<Expr> {
        let of = self.nested(Self::unary)?;
        let span = start.to(of.span);
        self.grow(self.height, span)?;
        Ok(Expr { kind: ExprKind::Unary { op, of: Box::new(of) }, span })
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let mut left = self.primary()?;
        let mut height = self.height;
        loop {
            left = match self.peek() {
                Tok::Sign(Sign::Dot) => {
                    self.skip();
                    self.after_dot(left)?
                }
                Tok::Sign(Sign::OpenList) => {
                    let start = left.span;
                    let keys = self.keys()?;
                    let span = start.to(self.before());
                    Expr { kind: ExprKind::Index { of: Box::new(left), keys }, span }
                }
                _ => break,
            };
            self.grow(height.max(self.height), left.span)?;
            height = self.height;
        }
        self.height = height;
        Ok(left)
    }

    /// `name` or `name(args)` after a dot; the height of the arguments is left in `height`.
    fn after_dot(&mut self, of: Expr) -> Parsed<Expr> {
        self.height = 0;
        let name = match self.peek() {
            Tok::Name(name) if !super::parser::is_upper(name) => self.eat_ident(),
            _ => None,
        };
        let Some(name) = name else {
            let mut report = self.unexpected(8, "a field or method after the dot");
            report.help = Some("fields and methods begin in lower case".to_owned());
            return Err(report);
        };
        let (start, of) = (of.span, Box::new(of));
        if !self.is(Sign::Open) {
            let span = start.to(name.span);
            return Ok(Expr { kind: ExprKind::Field { of, name }, span });
        }
        let args = self.args()?;
        let span = start.to(self.before());
        Ok(Expr { kind: ExprKind::Method { of, name, args }, span })
    }

    /// `[a, b]` behind an operand, at least one.
    pub(super) fn keys(&mut self) -> Parsed<Vec<Expr>> {
        let open = self.span();
        self.skip();
        let mut height = 0;
        let mut keys = Vec::new();
        loop {
            keys.push(self.inner()?);
            height = height.max(self.height);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.close(Sign::CloseList, open, "`,`")?;
        self.height = height;
        Ok(keys)
    }

    fn args(&mut self) -> Parsed<Vec<Arg>> {
        let open = self.span();
        self.skip();
        let (mut args, mut height) = (Vec::new(), 0);
        if self.eat(Sign::Close) {
            return Ok(args);
        }
        loop {
            args.push(self.nested(Self::arg)?);
            height = height.max(self.height);
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        self.close(Sign::Close, open, "`,`")?;
        self.height = height;
        Ok(args)
    }

    fn arg(&mut self) -> Parsed<Arg> {
        let start = self.span();
        if self.is(Sign::OrOr) {
            let report = Diagnostic::error(8, start, "a closure without a parameter");
            return Err(Box::new(report.help("name the element: `|x| x.price > 0`")));
        }
        if !self.eat(Sign::Bar) {
            return Ok(Arg::Expr(self.expr()?));
        }
        let mut params = Vec::new();
        loop {
            match self.eat_lower() {
                Some(param) => params.push(param),
                None => return Err(self.unexpected(8, "the name of a parameter")),
            }
            if !self.eat(Sign::Comma) {
                break;
            }
        }
        if !self.eat(Sign::Bar) {
            return Err(self.unexpected(8, "`,` or `|` after the parameter"));
        }
        let body = self.inner()?;
        let span = start.to(body.span);
        self.grow(self.height, span)?;
        Ok(Arg::Closure { params, body, span })
    }
}

fn is_comparison(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Is { .. } => true,
        ExprKind::Binary { op, .. } => matches!(
            op,
            BinaryOp::Eq
                | BinaryOp::Ne
                | BinaryOp::Lt
                | BinaryOp::Le
                | BinaryOp::Gt
                | BinaryOp::Ge
                | BinaryOp::In
        ),
        _ => false,
    }
}

/// `left op right`; for a chained comparison `a < b < c` the tree of `a < b && b < c`.
fn joined(op: BinaryOp, op_span: Span, left: Expr, right: Expr, chained: bool) -> Expr {
    let span = left.span.to(right.span);
    let binary = |op, left: Expr, right: Expr| {
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        Expr { kind: ExprKind::Binary { op, op_span, left, right }, span }
    };
    let middle = match &left.kind {
        ExprKind::Binary { right, .. } if chained => Some((**right).clone()),
        _ => None,
    };
    match middle {
        Some(middle) => {
            let second = binary(op, middle, right);
            Expr { span, ..binary(BinaryOp::And, left, second) }
        }
        None => binary(op, left, right),
    }
}

enum Infix {
    Op(BinaryOp),
    Is,
}
