//! Methods of scalars, functions, `format`, and the names that closures bind.

use super::canon::same_place;
use super::lower::{Form, Lowered, Lowerer};
use crate::lang::ir::{Builtin, Ir, IrArg, Method, Piece};
use crate::lang::types::{Type, TypeDefKind};
use crate::layout::Node;

/// A Rust identifier for a name of the domain: keywords become raw.
#[must_use]
pub fn raw(name: &str) -> String {
    const KEYWORDS: &[&str] = &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
        "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
        "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
        "unsized", "use", "virtual", "where", "while", "yield",
    ];
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

impl Lowerer<'_> {
    pub(super) fn method(&self, method: Method, of: &Ir, args: &[IrArg], result: &Type) -> Lowered {
        match self.base(&of.ty) {
            Type::Option(_) | Type::Patch(_) => self.option_method(method, of, args, result),
            Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => {
                self.collection_method(method, of, args, result)
            }
            Type::Text => Lowered::value(self.text_method(method, of, args)),
            ty => Lowered::value(self.scalar_method(method, of, args, &ty)),
        }
    }

    /// A newtype has the methods of what it wraps.
    fn base(&self, ty: &Type) -> Type {
        match ty {
            Type::Named(id) => match self.names.types().get(*id).map(|d| &d.kind) {
                Some(TypeDefKind::Newtype { base, .. }) => base.clone(),
                _ => ty.clone(),
            },
            other => other.clone(),
        }
    }

    /// The value, taken out of its newtype.
    fn unwrapped(&self, of: &Ir) -> Node {
        match &of.ty {
            Type::Named(_) if self.is_copy(&of.ty) => self.receiver(of).field("0"),
            Type::Named(_) => {
                let value = self.receiver(of).method("value", vec![]);
                if self.is_copy(&self.base(&of.ty)) { Node::prefix("*", value) } else { value }
            }
            _ => self.scalar(of),
        }
    }

    fn text_method(&self, method: Method, of: &Ir, args: &[IrArg]) -> Node {
        let whole = match &of.ty {
            Type::Named(_) => self.receiver(of).method("value", vec![]),
            _ => self.borrow(of),
        };
        let receiver = match &of.ty {
            Type::Named(_) => self.receiver(of).method("value", vec![]),
            _ => self.receiver(of),
        };
        let arg = || match args.first() {
            Some(IrArg::Value(ir)) => self.text_argument(ir),
            _ => Node::text(""),
        };
        match method {
            Method::Lower => Node::call("text::lower", vec![whole]),
            Method::Upper => Node::call("text::upper", vec![whole]),
            Method::Trim => Node::call("text::trim", vec![whole]),
            Method::Len => Node::call("text::len", vec![whole]),
            Method::Matches => Node::call("text::matches", vec![whole, arg()]),
            Method::IsEmpty => receiver.method("is_empty", vec![]),
            Method::Contains => receiver.method("contains", vec![arg()]),
            Method::StartsWith => receiver.method("starts_with", vec![arg()]),
            Method::EndsWith => receiver.method("ends_with", vec![arg()]),
            _ => whole,
        }
    }

    fn text_argument(&self, ir: &Ir) -> Node {
        match &ir.ty {
            Type::Named(_) => self.receiver(ir).method("value", vec![]),
            _ => self.borrow(ir),
        }
    }

    fn scalar_method(&self, method: Method, of: &Ir, args: &[IrArg], base: &Type) -> Node {
        let x = self.unwrapped(of);
        let arg = |i: usize| match args.get(i) {
            Some(IrArg::Value(ir)) => self.scalar(ir),
            _ => Node::atom("0"),
        };
        let zone = || self.names.zone();
        let pure = |name: &str, args: Vec<Node>| Node::call(name, args);
        let tried = |name: &str, args: Vec<Node>| Node::call(name, args).tried();
        match method {
            Method::Round if args.is_empty() => tried("num::round_int", vec![x]),
            Method::Round => tried("num::round", vec![x, arg(0)]),
            Method::Floor => tried("num::floor", vec![x]),
            Method::Ceil => tried("num::ceil", vec![x]),
            Method::Abs if *base == Type::Duration => x.method("abs", vec![]),
            Method::Abs => tried("num::abs", vec![x]),
            Method::Min => super::lower::parenthesised(x).method("min", vec![arg(0)]),
            Method::Max => super::lower::parenthesised(x).method("max", vec![arg(0)]),
            Method::Date => pure("time::date", vec![x, zone()]),
            Method::Hour => pure("time::hour", vec![x, zone()]),
            Method::Minute => pure("time::minute", vec![x, zone()]),
            Method::Year => pure("time::year", vec![x]),
            Method::Month => pure("time::month", vec![x]),
            Method::Day => pure("time::day", vec![x]),
            Method::Weekday => pure("time::weekday", vec![x]),
            Method::StartOfMonth => pure("time::start_of_month", vec![x]),
            Method::EndOfMonth => pure("time::end_of_month", vec![x]),
            Method::At => tried("time::at", vec![x, arg(0), arg(1), zone()]),
            Method::Minutes => pure("time::in_minutes", vec![x]),
            Method::Hours => pure("time::in_hours", vec![x]),
            Method::Days => pure("time::in_days", vec![x]),
            _ => x,
        }
    }

    pub(super) fn builtin(&self, function: Builtin, args: &[Ir]) -> Node {
        let scalars = || args.iter().map(|a| self.scalar(a)).collect::<Vec<_>>();
        let pure = |name: &str| Node::call(name, scalars());
        let tried = |name: &str| Node::call(name, scalars()).tried();
        let cx = |name: &str| Node::atom("cx").method(name, scalars());
        match function {
            Builtin::Minutes => tried("time::minutes"),
            Builtin::Hours => tried("time::hours"),
            Builtin::Days => pure("time::days"),
            Builtin::Weeks => tried("time::weeks"),
            Builtin::Months => pure("time::months"),
            Builtin::Years => tried("time::years"),
            Builtin::Dates => tried("time::dates"),
            Builtin::YearsBetween => pure("time::years_between"),
            Builtin::Tokens => {
                Node::call("text::tokens", args.iter().map(|a| self.text_argument(a)).collect())
            }
            Builtin::RandomDigits => cx("random_digits"),
            Builtin::RandomLetters => cx("random_letters"),
            Builtin::RandomUuid => cx("random_uuid"),
        }
    }

    pub(super) fn format(&self, pieces: &[Piece], args: &[Ir]) -> Node {
        let mut template = String::new();
        let mut nodes = Vec::new();
        let mut rest = args.iter();
        for piece in pieces {
            match piece {
                Piece::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
                Piece::Arg(pad) => {
                    let Some(ir) = rest.next() else { continue };
                    let node = self.lower(ir).node;
                    match (pad, node) {
                        (None, Node::Atom(name)) if is_identifier(&name) => {
                            template.push_str(&format!("{{{name}}}"));
                        }
                        (None, node) => {
                            template.push_str("{}");
                            nodes.push(node);
                        }
                        (Some(width), node) => {
                            template.push_str("{}");
                            let width = Node::atom(width.to_string());
                            let node = self.shown(node, ir);
                            nodes.push(Node::call("text::padded", vec![node, width]));
                        }
                    }
                }
            }
        }
        if args.is_empty() {
            let text = template.replace("{{", "{").replace("}}", "}");
            return Node::text(&text).method("to_owned", vec![]);
        }
        let mut all = vec![Node::text(&template)];
        all.extend(nodes);
        Node::Macro("format".to_owned(), all)
    }

    fn shown(&self, node: Node, ir: &Ir) -> Node {
        if self.is_copy(&ir.ty) { node } else { node.borrowed() }
    }
}

fn is_identifier(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().next().is_some_and(|c| c.is_ascii_lowercase())
        && text != "self"
}

impl Lowerer<'_> {
    /// Lowers with closure parameters in scope. Gives the first parameter's name, `_` when the body
    /// does not use it.
    pub(super) fn in_closure(
        &self,
        params: &[String],
        _element: &Type,
        form: Form,
        lower: impl FnOnce(&Self) -> Node,
    ) -> (String, Node) {
        let name = params.first().cloned().unwrap_or_default();
        let before = self.scope.borrow().len();
        self.scope.borrow_mut().push((name.clone(), form, false));
        let node = lower(self);
        let used = self.scope.borrow().get(before).is_some_and(|(.., used)| *used);
        self.scope.borrow_mut().truncate(before);
        (if used { raw(&name) } else { "_".to_owned() }, node)
    }

    /// The same for the two parameters of a closure over a map, which are references.
    pub(super) fn in_pair_closure(
        &self,
        params: &[String; 2],
        lower: impl FnOnce(&Self) -> Node,
    ) -> ([String; 2], Node) {
        let before = self.scope.borrow().len();
        for name in params {
            self.scope.borrow_mut().push((name.clone(), Form::Ref, false));
        }
        let node = lower(self);
        let used = |i: usize| self.scope.borrow().get(before + i).is_some_and(|(.., used)| *used);
        let spelled = |i: usize, name: &str| if used(i) { raw(name) } else { "_".to_owned() };
        let [key, value] = params;
        let names = [spelled(0, key), spelled(1, value)];
        self.scope.borrow_mut().truncate(before);
        (names, node)
    }

    /// A local: a closure parameter in scope, or one of the caller's.
    pub(super) fn local(&self, name: &str) -> Lowered {
        let mut scope = self.scope.borrow_mut();
        if let Some((name, form, used)) = scope.iter_mut().rev().find(|(n, ..)| n == name) {
            *used = true;
            return Lowered::new(Node::atom(raw(name)), *form);
        }
        drop(scope);
        self.names.local(name)
    }

    /// Lowers while the value in `option` has a name.
    pub(super) fn with_narrowed(
        &self,
        option: &Ir,
        bound: Lowered,
        lower: impl FnOnce(&Self) -> Node,
    ) -> Node {
        self.narrowed.borrow_mut().push((option.clone(), bound));
        let node = lower(self);
        self.narrowed.borrow_mut().pop();
        node
    }

    /// The name under which the value in an option is at hand.
    pub(super) fn narrowed(&self, option: &Ir) -> Option<Lowered> {
        let here = self.narrowed.borrow();
        let found = here.iter().rev().find(|(known, _)| same_place(known, option));
        found.map(|(_, bound)| bound.clone()).or_else(|| self.names.narrowed(option))
    }

    /// Lowers while the fields of a union's member have names.
    pub(super) fn with_union(&self, union: &Ir, lower: impl FnOnce(&Self) -> Node) -> Node {
        self.unions.borrow_mut().push(union.clone());
        let node = lower(self);
        self.unions.borrow_mut().pop();
        node
    }

    pub(super) fn union_is_bound(&self, union: &Ir) -> bool {
        self.unions.borrow().iter().any(|known| same_place(known, union))
    }

    /// A value converted from the same-shaped type of another context.
    pub(super) fn reshaped(&self, of: &Ir, to: &Type) -> Lowered {
        let node = self.value(of);
        Lowered::value(self.reshape_node(node, &of.ty, to))
    }

    fn reshape_node(&self, node: Node, from: &Type, to: &Type) -> Node {
        let item = || Node::atom("item");
        match (from, to) {
            (Type::Named(a), Type::Named(b)) if a != b => self.names.reshape(node, *a, *b),
            (Type::Option(a), Type::Option(b)) if a != b => {
                let inner = self.reshape_node(item(), a, b);
                node.method("map", vec![Node::closure("|item|", inner)])
            }
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) if a != b => {
                let inner = self.reshape_node(item(), a, b);
                node.method("into_iter", vec![])
                    .method("map", vec![Node::closure("|item|", inner)])
                    .method("collect", vec![])
            }
            (Type::Map(k, a), Type::Map(l, b)) if k != l || a != b => {
                let pair = Node::Tuple(vec![
                    self.reshape_node(Node::atom("key"), k, l),
                    self.reshape_node(item(), a, b),
                ]);
                node.method("into_iter", vec![])
                    .method("map", vec![Node::closure("|(key, item)|", pair)])
                    .method("collect", vec![])
            }
            _ => node,
        }
    }
}

/// The kind of a local that a lowering binds itself: name, form, whether it was used.
pub(super) type Bound = (String, Form, bool);
