//! Methods of lists, sets, maps and entities.

use super::code::{Code, Form, Tight, at_least, call, has_try, tried, walk_call};
use super::iter::{Iter, held, mapped};
use super::lower::Lower;
use crate::lang::ir::{Ir, IrArg, IrKind, Method};
use crate::lang::types::{Scale, Type};
use crate::layout::Node;

impl Lower<'_> {
    pub(super) fn method(&mut self, method: Method, of: &Ir, args: &[IrArg], ty: &Type) -> Code {
        match &of.ty {
            Type::Option(inner) => self.option_method(method, of, inner, args, ty),
            Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => {
                self.collection(method, of, args, ty)
            }
            _ => self.scalar(method, of, args, ty),
        }
    }

    /// The number of elements as Rust counts them.
    pub(super) fn length(&mut self, of: &Ir) -> Node {
        if self.is_walk(of) && !matches!(of.kind, IrKind::List(_)) {
            if let IrKind::Method { method: Method::Map, of: inner, .. } = &of.kind
                && !has_try(&self.iter(of).node)
            {
                return self.length(inner);
            }
            let it = self.iter(of);
            return match it.vec {
                Some(vec) => call(vec, "len", vec![]),
                None => match it.node {
                    Node::Method(vec, name, _)
                        if name == "into_iter" && matches!(*vec, Node::Try(_)) =>
                    {
                        call(*vec, "len", vec![])
                    }
                    walk => call(walk, "count", vec![]),
                },
            };
        }
        let on = self.receiver(of);
        call(on, "len", vec![])
    }

    fn collection(&mut self, method: Method, of: &Ir, args: &[IrArg], ty: &Type) -> Code {
        match (method, args.first()) {
            (Method::Len, _) => {
                let length = self.length(of);
                Code::owned(Node::call("num::count", vec![length]))
            }
            (Method::IsEmpty, _) => Code::owned(if self.is_walk(of) {
                let it = self.iter(of);
                match it.vec {
                    Some(vec) => call(vec, "is_empty", vec![]),
                    None => call(call(it.node, "next", vec![]), "is_none", vec![]),
                }
            } else {
                call(self.receiver(of), "is_empty", vec![])
            }),
            (Method::Contains, Some(IrArg::Value(item))) => self.contained(item, of),
            (Method::ContainsKey, _) => {
                let keys: Vec<Ir> = args.iter().map(|a| a.ir().clone()).collect();
                let on = self.receiver(of);
                let key = self.key(&keys);
                Code::owned(call(on, "contains_key", vec![key]))
            }
            (Method::First | Method::Last, _) => self.end(method, of),
            (Method::Join, Some(IrArg::Value(separator))) => {
                let on = if self.is_walk(of) {
                    let it = self.iter(of);
                    self.collected(it, &of.ty)
                } else {
                    self.receiver(of)
                };
                let separator = self.lower(separator);
                let separator = self.borrow(separator, &Type::Text);
                Code::owned(call(on, "join", vec![separator]))
            }
            (Method::Min | Method::Max, _) => {
                let it = self.iter(of);
                let name = if method == Method::Min { "min" } else { "max" };
                Code { node: call(it.node, name, vec![]), form: option_of(it.level) }
            }
            (
                Method::Filter
                | Method::Map
                | Method::FlatMap
                | Method::Keys
                | Method::Values
                | Method::SortBy,
                _,
            ) => {
                let whole = Ir {
                    kind: IrKind::Method { method, of: Box::new(of.clone()), args: args.to_vec() },
                    ty: ty.clone(),
                    span: of.span,
                };
                let it = self.iter(&whole);
                Code::owned(self.collected(it, ty))
            }
            (Method::Sum, f) => self.sum(of, f, ty),
            (_, Some(f)) => self.tested(method, of, f),
            _ => Code::owned(Node::atom("()")),
        }
    }

    fn end(&mut self, method: Method, of: &Ir) -> Code {
        if self.is_walk(of) {
            let it = self.iter(of);
            let name = if method == Method::First { "next" } else { "next_back" };
            return Code { node: call(it.node, name, vec![]), form: option_of(it.level) };
        }
        let on = self.receiver(of);
        let name = if method == Method::First { "first" } else { "last" };
        Code { node: call(on, name, vec![]), form: Form::OptRef }
    }

    /// Methods whose closure is asked about each element.
    fn tested(&mut self, method: Method, of: &Ir, f: &IrArg) -> Code {
        let it = self.iter(of);
        let inner = matches!(method, Method::Find | Method::MinBy | Method::MaxBy);
        let counted = method == Method::Count;
        if let Method::MinBy | Method::MaxBy = method {
            let f = self.failing(f, &[Form::Ref(it.level + 1)]);
            let name = if method == Method::MinBy { "list::min_by" } else { "list::max_by" };
            let node = tried(walk_call(name, vec![it.node, f]));
            return Code { node, form: option_of(it.level) };
        }
        let fails = self.fails(f, &it);
        let depth = it.level + u8::from(inner || (counted && !fails));
        let forms = self.forms(f, depth);
        let f = self.closure(f, &forms);
        let name = match method {
            Method::Any => "any",
            Method::All => "all",
            Method::Find => "find",
            _ => "count",
        };
        if f.fails {
            let node = tried(walk_call(format!("list::{name}"), vec![it.node, f.node]));
            let form = if inner { option_of(it.level) } else { Form::Owned };
            return Code { node, form };
        }
        match method {
            Method::Count => {
                let kept = call(it.node, "filter", vec![f.node]);
                Code::owned(Node::call("num::count", vec![call(kept, "count", vec![])]))
            }
            Method::Find => {
                Code { node: call(it.node, "find", vec![f.node]), form: option_of(it.level) }
            }
            _ => Code::owned(call(it.node, name, vec![f.node])),
        }
    }

    /// How the parameters of a closure are held.
    fn forms(&self, f: &IrArg, level: u8) -> Vec<Form> {
        match f {
            IrArg::Closure(params, _) => params.iter().map(|_| held(level)).collect(),
            IrArg::Value(_) => vec![],
        }
    }

    /// Whether the closure's body can fail.
    fn fails(&mut self, f: &IrArg, it: &Iter) -> bool {
        let forms = self.forms(f, it.level);
        self.closure(f, &forms).fails
    }

    fn sum(&mut self, of: &Ir, f: Option<&IrArg>, ty: &Type) -> Code {
        let places = match ty {
            Type::Decimal(Scale::Fixed(s)) if *s > 0 => Some(Node::atom(s.to_string())),
            _ => None,
        };
        let it = self.iter(of);
        let mut args = Vec::new();
        let name = match f {
            None => {
                args.push(self.values(it, ty));
                "num"
            }
            Some(f) => {
                let forms = self.forms(f, it.level);
                let pair = it.pair;
                let f = self.closure(f, &forms);
                if f.fails {
                    args.extend([it.node, f.node]);
                    "list"
                } else {
                    let map =
                        if pair { values_only(it.node, f.node) } else { mapped(it.node, f.node) };
                    args.push(map);
                    "num"
                }
            }
        };
        let function = match places {
            Some(places) => {
                args.insert(1, places);
                format!("{name}::total")
            }
            None => format!("{name}::sum"),
        };
        Code::owned(walk_call(function, args).tried())
    }
}

/// `x.iter().map(|(_, v)| ..)` is a walk over the values, and the same with keys.
fn values_only(iter: Node, closure: Node) -> Node {
    let parts = match (&iter, &closure) {
        (Node::Method(on, name, _), Node::Closure(head, body)) => {
            let into = name == "into_iter";
            let inner = head.trim_matches('|').trim_start_matches('(').trim_end_matches(')');
            match inner.split_once(", ") {
                Some(("_", v)) => Some((on, if into { "into_values" } else { "values" }, v, body)),
                Some((k, "_")) => Some((on, if into { "into_keys" } else { "keys" }, k, body)),
                _ => None,
            }
        }
        _ => None,
    };
    match parts {
        Some((on, walk, name, body)) => {
            let closure = Node::closure(format!("|{name}|"), (**body).clone());
            mapped(call((**on).clone(), walk, vec![]), closure)
        }
        None => call(at_least(iter, Tight::Postfix), "map", vec![closure]),
    }
}

/// How the option of an item is held.
fn option_of(level: u8) -> Form {
    if level == 0 { Form::Owned } else { Form::OptRef }
}
