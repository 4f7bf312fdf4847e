//! Methods: the closed lists of language.md 5.4, by the type of the receiver.

use super::checker::{Checker, error};
use super::coerce::{base_of, convert};
use super::facts::widened;
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{Conversion, Ir, IrArg, IrKind, Literal, Method};
use crate::lang::tree::{Arg, Expr, ExprKind, Ident};
use crate::lang::types::{Scale, Type};
use crate::source::Span;

/// A call in the making.
pub(super) struct MethodCall<'e> {
    pub(super) of: Ir,
    pub(super) name: &'e Ident,
    pub(super) args: &'e [Arg],
    pub(super) span: Span,
}

impl MethodCall<'_> {
    pub(super) fn done(self, method: Method, args: Vec<IrArg>, ty: Type) -> Ir {
        let kind = IrKind::Method { method, of: Box::new(self.of), args };
        Ir { kind, ty, span: self.span }
    }
}

const OPTION_ONLY: [&str; 6] =
    ["is_some", "is_none", "is_some_and", "is_none_or", "map_or", "unwrap_or"];
const TEXT: [&str; 9] = [
    "lower",
    "upper",
    "trim",
    "matches",
    "contains",
    "starts_with",
    "ends_with",
    "len",
    "is_empty",
];
const NUMBER: [&str; 6] = ["round", "floor", "ceil", "abs", "min", "max"];
const TIME: [&str; 3] = ["date", "hour", "minute"];
const DATE: [&str; 7] = ["year", "month", "day", "weekday", "start_of_month", "end_of_month", "at"];
const DURATION: [&str; 3] = ["minutes", "hours", "days"];

impl Checker<'_> {
    pub(super) fn method_call(
        &mut self,
        of: &Expr,
        name: &Ident,
        args: &[Arg],
        span: Span,
        hint: Option<&Type>,
    ) -> Ir {
        if let ExprKind::Name(word) = &of.kind
            && word == "random"
            && !self.is_known(word)
        {
            return self.random(name, args, span);
        }
        let of = self.infer(of, None);
        if of.ty == Type::Error {
            return error(span);
        }
        let of = if OPTION_ONLY.contains(&name.text.as_str()) { widened(of) } else { of };
        let of = self.unwrapped(of);
        let ty = of.ty.clone();
        let call = MethodCall { of, name, args, span };
        match &ty {
            Type::Option(inner) => self.option_method(call, inner, hint),
            Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => {
                self.collection_method(call, hint)
            }
            Type::Text => self.text_method(call),
            Type::Int | Type::Decimal(_) => self.number_method(call),
            Type::Time => self.plain(call, &TIME),
            Type::Date => self.date_method(call),
            Type::Duration => self.plain(call, &DURATION),
            _ => self.no_method(call, &[]),
        }
    }

    /// A newtype as its base, for methods and `len`.
    fn unwrapped(&self, of: Ir) -> Ir {
        let base = base_of(&self.world.types, &of.ty);
        if *base == of.ty {
            return of;
        }
        let base = base.clone();
        convert(of, Conversion::Unwrap, base)
    }

    pub(super) fn no_method(&mut self, call: MethodCall<'_>, known: &[&str]) -> Ir {
        let is = show(&self.world.types, &call.of.ty);
        if let (Type::Option(inner), true) =
            (&call.of.ty, known.is_empty() || known.contains(&"map"))
        {
            let inner = base_of(&self.world.types, inner).clone();
            if methods_of(&inner).contains(&call.name.text.as_str()) {
                let d = super::coerce::option_untested(&self.world.types, &call.of, &inner);
                let help = format!("test it before, or use `.map(|x| x.{}(..))`", call.name.text);
                self.report(if d.patch.is_empty() { d.help(help) } else { d });
                return error(call.span);
            }
        }
        self.unknown(107, call.name, &format!("{is} has no method"), known.iter().copied());
        error(call.span)
    }

    /// Whether the number of arguments is one of `wanted`; MN202 when not.
    pub(super) fn arity(&mut self, name: &Ident, given: usize, wanted: &[usize]) -> bool {
        if wanted.contains(&given) {
            return true;
        }
        let text = wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        let plural = if wanted == [1] { "" } else { "s" };
        let words = format!("`{}` takes {text} argument{plural}, not {given}", name.text);
        self.report(
            Diagnostic::error(202, name.span, words)
                .label(format!("{given} given"))
                .help(format!("give it {text}")),
        );
        false
    }

    /// The value argument at `index`, as a `want`.
    pub(super) fn arg(&mut self, args: &[Arg], index: usize, want: &Type) -> Ir {
        match args.get(index) {
            Some(Arg::Expr(e)) => self.expr_as(e, want),
            Some(Arg::Closure { span, .. }) => self.no_closure(*span),
            None => error(Span::default()),
        }
    }

    pub(super) fn no_closure(&mut self, span: Span) -> Ir {
        self.report(
            Diagnostic::error(201, span, "expected a value, found a closure")
                .label("a closure")
                .help("write the value without `|x|`"),
        );
        error(span)
    }

    fn option_method(&mut self, call: MethodCall<'_>, inner: &Type, hint: Option<&Type>) -> Ir {
        let count = call.args.len();
        match call.name.text.as_str() {
            "is_some" | "is_none" => {
                if !self.arity(call.name, count, &[0]) {
                    return error(call.span);
                }
                let method =
                    if call.name.text == "is_some" { Method::IsSome } else { Method::IsNone };
                call.done(method, vec![], Type::Bool)
            }
            "is_some_and" | "is_none_or" => {
                if !self.arity(call.name, count, &[1]) {
                    return error(call.span);
                }
                let some = call.name.text == "is_some_and";
                let method = if some { Method::IsSomeAnd } else { Method::IsNoneOr };
                let closure = self.closure(
                    call.args,
                    0,
                    std::slice::from_ref(inner),
                    Some(&Type::Bool),
                    true,
                );
                call.done(method, closure.into_iter().collect(), Type::Bool)
            }
            "map" => {
                if !self.arity(call.name, count, &[1]) {
                    return error(call.span);
                }
                let Some(f) = self.closure(call.args, 0, std::slice::from_ref(inner), None, false)
                else {
                    return error(call.span);
                };
                let ty = match body_type(&f) {
                    Type::Error => return error(call.span),
                    t @ Type::Option(_) => t,
                    t => Type::Option(Box::new(t)),
                };
                call.done(Method::Map, vec![f], ty)
            }
            "map_or" => self.map_or(call, inner, hint),
            "unwrap_or" => {
                if !self.arity(call.name, count, &[1]) {
                    return error(call.span);
                }
                let arg = self.arg(call.args, 0, inner);
                call.done(Method::UnwrapOr, vec![IrArg::Value(arg)], inner.clone())
            }
            _ => self.no_method(call, &OPTION_METHODS),
        }
    }

    fn map_or(&mut self, call: MethodCall<'_>, inner: &Type, hint: Option<&Type>) -> Ir {
        if !self.arity(call.name, call.args.len(), &[2]) {
            return error(call.span);
        }
        let Some(IrArg::Closure(params, body)) =
            self.closure(call.args, 1, std::slice::from_ref(inner), hint, false)
        else {
            return error(call.span);
        };
        let default = match call.args.first() {
            Some(Arg::Expr(e)) => self.infer(e, Some(&body.ty)),
            Some(Arg::Closure { span, .. }) => self.no_closure(*span),
            None => error(call.span),
        };
        let (default, body) = self.unify(default, body);
        let ty = common(&default, &body);
        call.done(Method::MapOr, vec![IrArg::Value(default), IrArg::Closure(params, body)], ty)
    }

    /// The closure argument at `index`, with these parameters. With `result` the body is hinted, and
    /// converted when `insist`.
    pub(super) fn closure(
        &mut self,
        args: &[Arg],
        index: usize,
        params: &[Type],
        result: Option<&Type>,
        insist: bool,
    ) -> Option<IrArg> {
        let (names, body) = match args.get(index)? {
            Arg::Closure { params, body, .. } => (params, body),
            Arg::Expr(e) => {
                let names = ["x", "y"].iter().take(params.len()).copied().collect::<Vec<_>>();
                self.report(
                    Diagnostic::error(201, e.span, "expected a closure, found a value")
                        .label("not a closure")
                        .help(format!("write `|{}| ..`", names.join(", "))),
                );
                return None;
            }
        };
        if names.len() != params.len() {
            let span = names.first().map_or(body.span, |n| n.span);
            self.report(
                Diagnostic::error(
                    202,
                    span,
                    format!("the closure takes {} parameters, not {}", params.len(), names.len()),
                )
                .label("parameters")
                .help(format!("write {} names between the bars", params.len())),
            );
            return None;
        }
        let (before, mark) = (self.scope.locals.len(), self.facts.mark());
        for (name, ty) in names.iter().zip(params) {
            self.declare(name);
            self.scope.locals.push(super::scope::Local {
                name: name.text.clone(),
                ty: ty.clone(),
                kind: super::scope::LocalKind::Parameter,
            });
        }
        // What is injected is taken once, not once per element.
        let injected = std::mem::take(&mut self.scope.injected);
        let body = match result {
            Some(ty) if insist => self.expr_as(body, ty),
            hint => self.infer(body, hint),
        };
        self.scope.injected = injected;
        self.scope.locals.truncate(before);
        self.facts.forget(mark);
        Some(IrArg::Closure(names.iter().map(|n| n.text.clone()).collect(), body))
    }

    /// MN115 when a new local name hides a known one.
    pub(super) fn declare(&mut self, name: &Ident) {
        let word = matches!(name.text.as_str(), "now" | "today" | "exists" | "random");
        if !word && !self.is_known(&name.text) && self.prefix(&name.text).is_none() {
            return;
        }
        self.report(
            Diagnostic::error(115, name.span, format!("parameter `{}` hides a name", name.text))
                .label("already means something here")
                .help("give the parameter another name"),
        );
    }

    fn text_method(&mut self, call: MethodCall<'_>) -> Ir {
        let method = match call.name.text.as_str() {
            "lower" => Method::Lower,
            "upper" => Method::Upper,
            "trim" => Method::Trim,
            "len" => Method::Len,
            "is_empty" => Method::IsEmpty,
            "matches" => return self.matches(call),
            "contains" => Method::Contains,
            "starts_with" => Method::StartsWith,
            "ends_with" => Method::EndsWith,
            _ => return self.no_method(call, &TEXT),
        };
        let one = matches!(method, Method::Contains | Method::StartsWith | Method::EndsWith);
        if !self.arity(call.name, call.args.len(), &[usize::from(one)]) {
            return error(call.span);
        }
        let args = if one { vec![IrArg::Value(self.text_arg(call.args))] } else { vec![] };
        let ty = match method {
            Method::Lower | Method::Upper | Method::Trim => Type::Text,
            Method::Len => Type::Int,
            _ => Type::Bool,
        };
        call.done(method, args, ty)
    }

    /// A text argument; newtypes over text are fine.
    fn text_arg(&mut self, args: &[Arg]) -> Ir {
        match args.first() {
            Some(Arg::Expr(e)) => {
                let ir = self.infer(e, Some(&Type::Text));
                let ir = self.unwrapped(ir);
                self.coerce(ir, &Type::Text)
            }
            Some(Arg::Closure { span, .. }) => self.no_closure(*span),
            None => error(Span::default()),
        }
    }

    fn matches(&mut self, call: MethodCall<'_>) -> Ir {
        if !self.arity(call.name, call.args.len(), &[1]) {
            return error(call.span);
        }
        let arg = self.text_arg(call.args);
        let IrKind::Lit(Literal::Text(pattern)) = &arg.kind else {
            if arg.ty != Type::Error {
                self.report(
                    Diagnostic::error(213, arg.span, "a pattern must be written as a literal")
                        .label("not a literal")
                        .help("write the pattern itself: `matches('^[A-Z]+$')`"),
                );
            }
            return error(call.span);
        };
        let long = pattern.chars().count() > 200;
        let bad = if long {
            Some("it is longer than 200 characters".to_owned())
        } else {
            regex::Regex::new(pattern).err().map(|e| reason(&e))
        };
        if let Some(bad) = bad {
            self.report(
                Diagnostic::error(213, arg.span, format!("this pattern cannot be used: {bad}"))
                    .label("pattern")
                    .help("the syntax is that of the regex crate, without look-around"),
            );
            return error(call.span);
        }
        call.done(Method::Matches, vec![IrArg::Value(arg)], Type::Bool)
    }

    fn number_method(&mut self, mut call: MethodCall<'_>) -> Ir {
        let is_int = call.of.ty == Type::Int;
        let count = call.args.len();
        match call.name.text.as_str() {
            "round" if count == 1 => {
                let arg = self.arg(call.args, 0, &Type::Int);
                let places = match arg.kind {
                    IrKind::Lit(Literal::Int(n)) => u8::try_from(n).ok().filter(|n| *n <= 12),
                    IrKind::Error => return error(call.span),
                    _ => None,
                };
                let Some(places) = places else {
                    self.report(
                        Diagnostic::error(
                            210,
                            arg.span,
                            "the places of `round` are a literal from 0 to 12",
                        )
                        .label("not such a literal")
                        .help("write for example `.round(2)`"),
                    );
                    return error(call.span);
                };
                let ty = Type::Decimal(Scale::Fixed(places));
                if is_int {
                    return Ir { span: call.span, ..self.coerce(call.of, &ty) };
                }
                call.done(Method::Round, vec![IrArg::Value(arg)], ty)
            }
            name @ ("round" | "floor" | "ceil") => {
                let wanted: &[usize] = if name == "round" { &[0, 1] } else { &[0] };
                if !self.arity(call.name, count, wanted) {
                    return error(call.span);
                }
                if is_int {
                    return Ir { span: call.span, ..call.of };
                }
                let method = match name {
                    "round" => Method::Round,
                    "floor" => Method::Floor,
                    _ => Method::Ceil,
                };
                call.done(method, vec![], Type::Int)
            }
            "abs" => {
                if !self.arity(call.name, count, &[0]) {
                    return error(call.span);
                }
                let ty = call.of.ty.clone();
                call.done(Method::Abs, vec![], ty)
            }
            name @ ("min" | "max") => {
                let method = if name == "min" { Method::Min } else { Method::Max };
                if !self.arity(call.name, count, &[1]) {
                    return error(call.span);
                }
                let arg = match call.args.first() {
                    Some(Arg::Expr(e)) => self.infer(e, Some(&call.of.ty)),
                    Some(Arg::Closure { span, .. }) => self.no_closure(*span),
                    None => error(call.span),
                };
                if !matches!(arg.ty, Type::Int | Type::Decimal(_)) {
                    self.report_not(&arg, "a number");
                    return error(call.span);
                }
                let (of, arg) = self.unify(call.of, arg);
                let ty = common(&of, &arg);
                call.of = of;
                call.done(method, vec![IrArg::Value(arg)], ty)
            }
            _ => self.no_method(call, &NUMBER),
        }
    }

    fn date_method(&mut self, call: MethodCall<'_>) -> Ir {
        if call.name.text != "at" {
            return self.plain(call, &DATE);
        }
        if !self.arity(call.name, call.args.len(), &[2]) {
            return error(call.span);
        }
        let args = [0, 1].map(|i| IrArg::Value(self.arg(call.args, i, &Type::Int)));
        call.done(Method::At, args.into(), Type::Time)
    }

    /// Methods without arguments.
    fn plain(&mut self, call: MethodCall<'_>, known: &[&str]) -> Ir {
        if !known.contains(&call.name.text.as_str()) {
            return self.no_method(call, known);
        }
        if !self.arity(call.name, call.args.len(), &[0]) {
            return error(call.span);
        }
        let (method, ty) = match call.name.text.as_str() {
            "date" => (Method::Date, Type::Date),
            "hour" => (Method::Hour, Type::Int),
            "minute" => (Method::Minute, Type::Int),
            "year" => (Method::Year, Type::Int),
            "month" => (Method::Month, Type::Int),
            "day" => (Method::Day, Type::Int),
            "weekday" => {
                let id = self.world.types.find(None, "Weekday");
                (Method::Weekday, id.map_or(Type::Error, Type::Named))
            }
            "start_of_month" => (Method::StartOfMonth, Type::Date),
            "end_of_month" => (Method::EndOfMonth, Type::Date),
            "minutes" => (Method::Minutes, Type::Int),
            "hours" => (Method::Hours, Type::Int),
            _ => (Method::Days, Type::Int),
        };
        call.done(method, vec![], ty)
    }
}

pub(super) const OPTION_METHODS: [&str; 7] =
    ["is_some", "is_none", "is_some_and", "is_none_or", "map", "map_or", "unwrap_or"];

/// The methods of values of this type.
pub(super) fn methods_of(ty: &Type) -> &'static [&'static str] {
    match ty {
        Type::Text => &TEXT,
        Type::Int | Type::Decimal(_) => &NUMBER,
        Type::Time => &TIME,
        Type::Date => &DATE,
        Type::Duration => &DURATION,
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => {
            &super::collection::METHODS
        }
        _ => &[],
    }
}

/// The type of two values that were unified.
pub(super) fn common(a: &Ir, b: &Ir) -> Type {
    match (&a.ty, &b.ty) {
        (Type::Error, t) | (t, Type::Error) => t.clone(),
        (Type::Decimal(Scale::Free), _) | (_, Type::Decimal(Scale::Free)) => {
            Type::Decimal(Scale::Free)
        }
        (t, _) => t.clone(),
    }
}

/// The type of a closure's body.
pub(super) fn body_type(arg: &IrArg) -> Type {
    match arg {
        IrArg::Value(ir) | IrArg::Closure(_, ir) => ir.ty.clone(),
    }
}

/// The last line of a pattern's error, which says what is wrong.
fn reason(e: &regex::Error) -> String {
    let text = e.to_string();
    let line = text.lines().last().unwrap_or("").trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
