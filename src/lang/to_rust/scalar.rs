//! Methods of texts, numbers, dates, times and durations; `format`.

use super::code::{Code, Tight, at_least, call, tried};
use super::list::int;
use super::lower::Lower;
use crate::lang::ir::{Ir, IrArg, IrKind, Literal, Method, Piece};
use crate::lang::types::Type;
use crate::layout::Node;

impl Lower<'_> {
    pub(super) fn scalar(&mut self, method: Method, of: &Ir, args: &[IrArg], ty: &Type) -> Code {
        match &of.ty {
            Type::Text => self.text(method, of, args),
            Type::Int | Type::Decimal(_) => self.number(method, of, args, ty),
            _ => self.moment(method, of, args),
        }
    }

    fn text(&mut self, method: Method, of: &Ir, args: &[IrArg]) -> Code {
        let code = self.lower(of);
        let arg = args.first().map(|a| {
            let code = self.lower(a.ir());
            self.borrow(code, &Type::Text)
        });
        let on = at_least(code.node.clone(), Tight::Postfix);
        match (method, arg) {
            (Method::Lower, _) => {
                Code::owned(Node::call("text::lower", vec![self.handed(code, &Type::Text)]))
            }
            (Method::Upper, _) => {
                Code::owned(Node::call("text::upper", vec![self.handed(code, &Type::Text)]))
            }
            (Method::Trim, _) => {
                Code::owned(Node::call("text::trim", vec![self.handed(code, &Type::Text)]))
            }
            (Method::IsEmpty, _) => Code::owned(on.method("is_empty", vec![])),
            (Method::Len, _) => {
                let text = self.handed(code, &Type::Text);
                Code::owned(Node::call("text::len", vec![text]))
            }
            (Method::Matches, Some(pattern)) => {
                let text = self.handed(code, &Type::Text);
                Code::owned(Node::call("text::matches", vec![text, pattern]))
            }
            (Method::Contains, Some(arg)) => Code::owned(on.method("contains", vec![arg])),
            (Method::StartsWith, Some(arg)) => Code::owned(on.method("starts_with", vec![arg])),
            (Method::EndsWith, Some(arg)) => Code::owned(on.method("ends_with", vec![arg])),
            _ => Code::owned(Node::atom("()")),
        }
    }

    fn number(&mut self, method: Method, of: &Ir, args: &[IrArg], ty: &Type) -> Code {
        let value = self.owned(of);
        let arg = args.first().map(|a| self.owned(a.ir()));
        Code::owned(match (method, arg) {
            (Method::Round, _) => match ty {
                Type::Decimal(crate::lang::types::Scale::Fixed(s)) => {
                    let places = int(i64::from(*s));
                    tried(Node::call("num::round", vec![value, places]))
                }
                _ => tried(Node::call("num::round_int", vec![value])),
            },
            (Method::Floor, _) => tried(Node::call("num::floor", vec![value])),
            (Method::Ceil, _) => tried(Node::call("num::ceil", vec![value])),
            (Method::Abs, _) if of.ty == Type::Int => tried(Node::call("num::abs", vec![value])),
            (Method::Abs, _) => call(value, "abs", vec![]),
            (Method::Min, Some(arg)) => self.clamped(of, args, value, arg, method),
            (Method::Max, Some(arg)) => self.clamped(of, args, value, arg, method),
            _ => Node::atom("()"),
        })
    }

    /// `x.max(0).min(9)` is `x.clamp(0, 9)` for literals.
    fn clamped(&mut self, of: &Ir, args: &[IrArg], value: Node, arg: Node, method: Method) -> Node {
        let number = |arg: Option<&IrArg>| match arg.map(|a| &a.ir().kind) {
            Some(IrKind::Lit(Literal::Int(n))) => Some(*n),
            _ => None,
        };
        let outer = number(args.first());
        if let (Some(outer), IrKind::Method { method: inner, of: base, args }) = (outer, &of.kind)
            && let Some(first) = number(args.first())
        {
            let bounds = match (inner, method) {
                (Method::Max, Method::Min) if first <= outer => Some((first, outer)),
                (Method::Min, Method::Max) if outer <= first => Some((outer, first)),
                _ => None,
            };
            if let Some((low, high)) = bounds {
                let base = self.owned(base);
                return call(at_literal(base), "clamp", vec![int(low), int(high)]);
            }
        }
        call(at_literal(value), if method == Method::Min { "min" } else { "max" }, vec![arg])
    }

    fn moment(&mut self, method: Method, of: &Ir, args: &[IrArg]) -> Code {
        let mut passed = vec![self.owned(of)];
        let (name, zone) = match method {
            Method::Date => ("time::date", true),
            Method::Hour => ("time::hour", true),
            Method::Minute => ("time::minute", true),
            Method::Year => ("time::year", false),
            Method::Month => ("time::month", false),
            Method::Day => ("time::day", false),
            Method::Weekday => ("time::weekday", false),
            Method::StartOfMonth => ("time::start_of_month", false),
            Method::EndOfMonth => ("time::end_of_month", false),
            Method::At => ("time::at", true),
            Method::Minutes => ("time::in_minutes", false),
            Method::Hours => ("time::in_hours", false),
            _ => ("time::in_days", false),
        };
        passed.extend(args.iter().map(|a| self.owned(a.ir())));
        if zone {
            passed.push(self.names.zone());
        }
        let node = Node::call(name, passed);
        Code::owned(if method == Method::At { node.tried() } else { node })
    }

    pub(super) fn format(&mut self, pieces: &[Piece], args: &[Ir]) -> Code {
        let (pieces, args) = &inlined(pieces, args);
        match (pieces.as_slice(), args.as_slice()) {
            ([], _) => return Code::str(Node::text("")),
            ([Piece::Text(t)], _) => return Code::str(Node::text(t)),
            ([Piece::Arg(None)], [arg]) => {
                let code = self.lower(arg);
                return if arg.ty == Type::Text {
                    code
                } else {
                    Code::owned(call(code.node, "to_string", vec![]))
                };
            }
            _ => {}
        }
        let mut template = String::new();
        let mut nodes = Vec::new();
        let mut args = args.iter();
        for piece in pieces {
            match piece {
                Piece::Text(t) => template.push_str(&t.replace('{', "{{").replace('}', "}}")),
                Piece::Arg(width) => {
                    let Some(arg) = args.next() else { continue };
                    let code = self.lower(arg);
                    let spec = width.map_or_else(String::new, |w| format!(":0{w}"));
                    match &code.node {
                        Node::Atom(name) if is_name(name) => {
                            template.push_str(&format!("{{{name}{spec}}}"));
                        }
                        _ => {
                            template.push_str(&format!("{{{spec}}}"));
                            nodes.push(code.node);
                        }
                    }
                }
            }
        }
        let mut all = vec![Node::text(&template)];
        all.extend(nodes);
        Code::owned(Node::Macro("format".into(), all))
    }
}

/// A `format` inside of a `format` is one.
fn inlined(pieces: &[Piece], args: &[Ir]) -> (Vec<Piece>, Vec<Ir>) {
    let (mut all, mut values) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    for piece in pieces {
        let arg = if let Piece::Arg(_) = piece { args.next() } else { None };
        match arg.map(|a| (&a.kind, a)) {
            Some((IrKind::Format { pieces, args }, _)) => {
                let (inner, more) = inlined(pieces, args);
                all.extend(inner);
                values.extend(more);
            }
            Some((_, arg)) => {
                all.push(piece.clone());
                values.push(arg.clone());
            }
            None => all.push(piece.clone()),
        }
    }
    all.dedup_by(|next, text| match (next, text) {
        (Piece::Text(next), Piece::Text(text)) => {
            text.push_str(next);
            true
        }
        _ => false,
    });
    (all, values)
}

/// Whether this can stand inside the braces of a template.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text != "self"
        && text != "true"
        && text != "false"
}

/// A literal as the receiver of a method needs its type.
fn at_literal(node: Node) -> Node {
    match node {
        Node::Atom(n) if n.starts_with(|c: char| c.is_ascii_digit()) => {
            Node::Atom(format!("{n}_i64"))
        }
        Node::Atom(n) if n.starts_with('-') => Node::Atom(format!("{n}_i64")).paren(),
        node => node,
    }
}
