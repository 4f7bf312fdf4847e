//! Calls: built-in functions, tables, functions written by hand, injected values, `format`.

use super::checker::{Checker, error};
use super::scope::Use;
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{Builtin, Ir, IrKind, Literal, Piece};
use crate::lang::tree::{Arg, Expr, Ident};
use crate::lang::types::{FieldDef, Scale, Type, TypeDefKind};
use crate::source::Span;

pub(super) const FUNCTIONS: [&str; 12] = [
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "dates",
    "years_between",
    "tokens",
    "format",
    "next",
    "random",
];

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &Ident, args: &[Expr], span: Span) -> Ir {
        match name.text.as_str() {
            "format" => return self.format(name, args, span),
            "next" => return self.next(name, args, span),
            _ => {}
        }
        if let Some((function, types, ty)) = builtin(&name.text) {
            if !self.arity(name, args.len(), &[types.len()]) {
                return error(span);
            }
            let args = args.iter().zip(types).map(|(e, ty)| self.expr_as(e, ty)).collect();
            return Ir { kind: IrKind::Builtin { function, args }, ty, span };
        }
        let world = self.world;
        if let Some((context, table)) = world.table(self.context, &name.text) {
            self.used.insert(Use::Table(context.clone(), name.text.clone()));
            let Some(args) = self.positional(name, args, &table.args) else { return error(span) };
            let kind = IrKind::Table { context, name: name.text.clone(), args };
            return Ir { kind, ty: table.returns.clone(), span };
        }
        if let Some((context, function)) = world.function(self.context, &name.text) {
            self.used.insert(Use::Function(context.clone(), name.text.clone()));
            let Some(args) = self.positional(name, args, &function.args) else {
                return error(span);
            };
            let kind = IrKind::Function { context, name: name.text.clone(), args };
            return Ir { kind, ty: function.returns.clone(), span };
        }
        let here = |c: &Option<String>| c.is_none() || c.as_deref() == self.context;
        let tables = world.tables.keys().filter(|(c, _)| here(c)).map(|(_, n)| n.as_str());
        let functions = world.functions.keys().filter(|(c, _)| here(c)).map(|(_, n)| n.as_str());
        let all: Vec<&str> = FUNCTIONS.into_iter().chain(tables).chain(functions).collect();
        self.unknown(107, name, "there is no function", all.iter().copied());
        error(span)
    }

    fn positional(&mut self, name: &Ident, args: &[Expr], of: &[FieldDef]) -> Option<Vec<Ir>> {
        if !self.arity(name, args.len(), &[of.len()]) {
            return None;
        }
        Some(args.iter().zip(of).map(|(e, f)| self.expr_as(e, &f.ty)).collect())
    }

    fn injected(&mut self, what: &str, span: Span) -> bool {
        if !self.scope.injected {
            let place = self.place();
            self.report(
                Diagnostic::error(218, span, format!("{what} cannot be taken in {place}"))
                    .label("differs from run to run")
                    .help("take it in `let` or in an argument of `emit`"),
            );
        }
        self.scope.injected
    }

    fn next(&mut self, name: &Ident, args: &[Expr], span: Span) -> Ir {
        if !self.arity(name, args.len(), &[1, 2]) || !self.injected("a running number", span) {
            return error(span);
        }
        let range = args.first().map_or_else(|| error(span), |e| self.expr_as(e, &Type::Text));
        let IrKind::Lit(Literal::Text(range)) = range.kind else {
            if range.ty != Type::Error {
                self.report(
                    Diagnostic::error(201, range.span, "the name of a number range is a literal")
                        .label("not a literal")
                        .help("write `next('job')`; a second argument makes one range per value"),
                );
            }
            return error(span);
        };
        let part = args.get(1).map(|e| Box::new(self.expr(e)));
        if let Some(part) = &part
            && !self.prints(part, None)
        {
            return error(span);
        }
        Ir { kind: IrKind::Next { name: range, part }, ty: Type::Int, span }
    }

    /// `random.digits(6)`
    pub(super) fn random(&mut self, name: &Ident, args: &[Arg], span: Span) -> Ir {
        let (function, count, ty) = match name.text.as_str() {
            "digits" => (Builtin::RandomDigits, 1, Type::Text),
            "letters" => (Builtin::RandomLetters, 1, Type::Text),
            "uuid" => (Builtin::RandomUuid, 0, Type::Uuid),
            _ => {
                let known = ["digits", "letters", "uuid"];
                self.unknown(107, name, "`random` has no", known.into_iter());
                return error(span);
            }
        };
        let args = self.values(args);
        if !self.arity(name, args.len(), &[count]) || !self.injected("a random value", span) {
            return error(span);
        }
        let args: Vec<Ir> = args.iter().map(|e| self.expr_as(e, &Type::Int)).collect();
        let bad = args
            .iter()
            .find(|a| !matches!(a.kind, IrKind::Lit(Literal::Int(1..=64)) | IrKind::Error));
        if let Some(bad) = bad {
            self.report(
                Diagnostic::error(
                    210,
                    bad.span,
                    "the length of a random text is a literal from 1 to 64",
                )
                .label("not such a literal")
                .help("write for example `random.digits(6)`"),
            );
            return error(span);
        }
        Ir { kind: IrKind::Builtin { function, args }, ty, span }
    }

    fn format(&mut self, name: &Ident, args: &[Expr], span: Span) -> Ir {
        let Some((first, rest)) = args.split_first() else {
            self.arity(name, 0, &[1]);
            return error(span);
        };
        let template = self.expr_as(first, &Type::Text);
        let IrKind::Lit(Literal::Text(text)) = &template.kind else {
            if template.ty != Type::Error {
                self.report(
                    Diagnostic::error(219, template.span, "the template of `format` is a literal")
                        .label("not a literal")
                        .help("write `format('{} of {}', a, b)`"),
                );
            }
            return error(span);
        };
        let pieces = match pieces(text) {
            Ok(pieces) => pieces,
            Err(bad) => {
                self.report(
                    Diagnostic::error(219, template.span, format!("`{bad}` is no placeholder"))
                        .label("template")
                        .help("write `{}`, or `{:05}` for zeros in front; a brace itself is `{{`"),
                );
                return error(span);
            }
        };
        let widths: Vec<Option<u32>> = pieces
            .iter()
            .filter_map(|p| match p {
                Piece::Arg(width) => Some(*width),
                Piece::Text(_) => None,
            })
            .collect();
        if widths.len() != rest.len() {
            self.report(
                Diagnostic::error(
                    219,
                    template.span,
                    format!(
                        "the template has {} placeholders for {} arguments",
                        widths.len(),
                        rest.len()
                    ),
                )
                .label("template")
                .help("give one argument for each `{}`"),
            );
            return error(span);
        }
        let mut args = Vec::new();
        for (e, width) in rest.iter().zip(widths) {
            let arg = self.expr(e);
            if !self.prints(&arg, width) {
                return error(span);
            }
            args.push(arg);
        }
        Ir { kind: IrKind::Format { pieces, args }, ty: Type::Text, span }
    }

    /// Whether a value can stand in a text; a report when not.
    fn prints(&mut self, arg: &Ir, width: Option<u32>) -> bool {
        if arg.ty == Type::Error {
            return false;
        }
        if width.is_some() && arg.ty != Type::Int {
            let is = show(&self.world.types, &arg.ty);
            self.report(
                Diagnostic::error(
                    219,
                    arg.span,
                    format!("zeros in front are for ints, not for {is}"),
                )
                .label(format!("this is {is}"))
                .help("write `{}`"),
            );
            return false;
        }
        let ok = match super::coerce::base_of(&self.world.types, &arg.ty) {
            Type::Decimal(Scale::Free) => {
                self.report(
                    Diagnostic::error(211, arg.span, "the result of a division must be rounded")
                        .label("this is a decimal(*)")
                        .help("append `.round(2)`"),
                );
                return false;
            }
            Type::Bool
            | Type::Int
            | Type::Decimal(_)
            | Type::Text
            | Type::Uuid
            | Type::Date
            | Type::Time
            | Type::Duration => true,
            Type::Named(id) => {
                matches!(self.world.types.get(*id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. }))
            }
            _ => false,
        };
        if !ok {
            self.report_not(arg, "a value that can be printed");
        }
        ok
    }
}

fn builtin(name: &str) -> Option<(Builtin, &'static [Type], Type)> {
    Some(match name {
        "minutes" => (Builtin::Minutes, &[Type::Int], Type::Duration),
        "hours" => (Builtin::Hours, &[Type::Int], Type::Duration),
        "days" => (Builtin::Days, &[Type::Int], Type::Period),
        "weeks" => (Builtin::Weeks, &[Type::Int], Type::Period),
        "months" => (Builtin::Months, &[Type::Int], Type::Period),
        "years" => (Builtin::Years, &[Type::Int], Type::Period),
        "dates" => (Builtin::Dates, &[Type::Date, Type::Date], Type::List(Box::new(Type::Date))),
        "years_between" => (Builtin::YearsBetween, &[Type::Date, Type::Date], Type::Int),
        "tokens" => (Builtin::Tokens, &[Type::Text], Type::List(Box::new(Type::Text))),
        _ => return None,
    })
}

/// The pieces of a template; the text of a bad placeholder when there is one.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.peek() == Some(&c) => {
                chars.next();
                plain.push(c);
            }
            '{' => {
                let inside: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let width = match inside.strip_prefix(":0") {
                    None if inside.is_empty() => None,
                    Some(n) => match n.parse::<u32>() {
                        Ok(n) if (1..=64).contains(&n) => Some(n),
                        _ => return Err(format!("{{{inside}}}")),
                    },
                    None => return Err(format!("{{{inside}}}")),
                };
                if !plain.is_empty() {
                    out.push(Piece::Text(std::mem::take(&mut plain)));
                }
                out.push(Piece::Arg(width));
            }
            '}' => return Err("}".into()),
            c => plain.push(c),
        }
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    Ok(out)
}
