//! Lists, sets, maps and entities.

use super::lower::{Form, Lowered, Lowerer, fallible, parenthesised};
use super::options::inner;
use crate::lang::ir::{Ir, IrArg, IrKind, Method};
use crate::lang::types::Type;
use crate::layout::Node;

impl Lowerer<'_> {
    /// What a collection holds; of a map the values.
    pub(super) fn element(ty: &Type) -> Type {
        match ty {
            Type::List(t) | Type::Set(t) | Type::Map(_, t) => (**t).clone(),
            Type::Entities(id) => Type::Named(*id),
            other => other.clone(),
        }
    }

    /// An iterator over references to the elements (of a map: pairs).
    fn iter(&self, of: &Ir) -> Node {
        if let IrKind::Method { method: method @ (Method::Keys | Method::Values), of, .. } =
            &of.kind
        {
            let name = if *method == Method::Keys { "keys" } else { "values" };
            return self.receiver(of).method(name, vec![]);
        }
        let receiver = self.receiver(of);
        match of.ty {
            Type::Entities(_) => receiver.method("values", vec![]),
            _ => receiver.method("iter", vec![]),
        }
    }

    pub(super) fn receiver(&self, of: &Ir) -> Node {
        parenthesised(self.lower(of).node)
    }

    /// An iterator for closures that are given references to its items.
    fn iter_kept(&self, of: &Ir, element: &Type) -> Node {
        let iter = self.iter(of);
        if self.is_copy(element) { iter.method("copied", vec![]) } else { iter }
    }

    /// `x.is_empty()`
    pub(super) fn emptiness(&self, of: &Ir) -> Node {
        self.receiver(of).method("is_empty", vec![])
    }

    /// A collection method that gives an option of a reference into the collection.
    pub(super) fn option_ref(&self, ir: &Ir) -> Option<Node> {
        match &ir.kind {
            IrKind::Index { of, keys } if self.lower(of).form != Form::Value => {
                Some(self.receiver(of).method("get", vec![self.key(keys)]))
            }
            IrKind::Method { method: Method::First, of, .. } if self.is_kept(of) => {
                Some(self.receiver(of).method("first", vec![]))
            }
            IrKind::Method { method: Method::Last, of, .. } if self.is_kept(of) => {
                Some(self.receiver(of).method("last", vec![]))
            }
            IrKind::Method { method: Method::Find, of, args } if self.is_kept(of) => {
                let element = Self::element(&of.ty);
                if self.is_copy(&element) {
                    return None;
                }
                let (closure, fails) = self.closure(args, &element, true, false)?;
                let iter = self.iter(of);
                Some(if fails {
                    Node::call("list::find", vec![iter, closure]).tried()
                } else {
                    iter.method("find", vec![closure])
                })
            }
            _ => None,
        }
    }

    /// Whether a reference into the collection lives on.
    fn is_kept(&self, of: &Ir) -> bool {
        self.lower(of).form != Form::Value
    }

    fn key(&self, keys: &[Ir]) -> Node {
        match keys {
            [one] => self.borrow(one),
            many => Node::Tuple(many.iter().map(|k| self.value(k)).collect()).borrowed(),
        }
    }

    /// `x[key]`
    pub(super) fn index(&self, of: &Ir, keys: &[Ir], ty: &Type) -> Lowered {
        let found = self.receiver(of).method("get", vec![self.key(keys)]);
        let copied = if self.is_copy(&inner(ty)) { "copied" } else { "cloned" };
        Lowered::value(found.method(copied, vec![]))
    }

    /// `item in list`
    pub(super) fn contained(&self, item: &Ir, list: &Ir) -> Node {
        if let IrKind::List(items) = &list.kind {
            let members: Option<Vec<String>> = items
                .iter()
                .map(|i| match &i.kind {
                    IrKind::Member { ty, index } => Some(self.member(*ty, *index)),
                    _ => None,
                })
                .collect();
            return match members {
                Some(members) if members.len() == 1 => Node::binary(
                    "==",
                    self.scalar(item),
                    Node::atom(members.first().cloned().unwrap_or_default()),
                ),
                Some(members) if !members.is_empty() => Node::Macro(
                    "matches".to_owned(),
                    vec![self.scalar(item), Node::atom(members.join(" | "))],
                ),
                _ if item.ty == Type::Text => {
                    let items = items.iter().map(|i| self.scalar(i)).collect();
                    let text = self.receiver(item).method("as_str", vec![]);
                    Node::Array(items).method("contains", vec![text.borrowed()])
                }
                _ => {
                    let items = items.iter().map(|i| self.value(i)).collect();
                    Node::Array(items).method("contains", vec![self.borrow(item)])
                }
            };
        }
        self.contains(list, item)
    }

    fn contains(&self, list: &Ir, item: &Ir) -> Node {
        let lowered = self.lower(item);
        if lowered.form == Form::Str && matches!(list.ty, Type::List(_)) {
            let test = Node::binary("==", Node::atom("item"), lowered.node);
            return self.iter(list).method("any", vec![Node::closure("|item|", test)]);
        }
        self.receiver(list).method("contains", vec![self.borrow(item)])
    }

    /// A closure over elements and whether its body can fail. `by_ref`: it is given references to
    /// the iterator's items; `own`: its result is kept.
    fn closure(
        &self,
        args: &[IrArg],
        element: &Type,
        by_ref: bool,
        own: bool,
    ) -> Option<(Node, bool)> {
        let Some(IrArg::Closure(params, body)) = args.first() else { return None };
        if let [key, value] = params.as_slice() {
            return Some(self.pair_closure(key, value, body, own));
        }
        let form = if self.is_copy(element) { Form::Value } else { Form::Ref };
        let (name, node) = self.in_closure(params, element, form, |l| {
            if own { l.value(body) } else { l.scalar(body) }
        });
        let pattern = match (name.as_str(), form, by_ref) {
            ("_", ..) => "|_|".to_owned(),
            (name, Form::Value, _) | (name, _, true) => format!("|&{name}|"),
            (name, ..) => format!("|{name}|"),
        };
        let fails = fallible(&node);
        let node = if fails { super::in_ok(node) } else { node };
        Some((Node::closure(pattern, node), fails))
    }

    fn pair_closure(&self, key: &str, value: &str, body: &Ir, own: bool) -> (Node, bool) {
        let names = [key.to_owned(), value.to_owned()];
        let (names, node) =
            self.in_pair_closure(&names, |l| if own { l.value(body) } else { l.scalar(body) });
        let fails = fallible(&node);
        let node = if fails { super::in_ok(node) } else { node };
        (Node::closure(format!("|({})|", names.join(", ")), node), fails)
    }

    /// The methods of collections.
    pub(super) fn collection_method(
        &self,
        method: Method,
        of: &Ir,
        args: &[IrArg],
        result: &Type,
    ) -> Lowered {
        let element = match &of.kind {
            IrKind::Method { method: Method::Keys, of: map, .. } => match &map.ty {
                Type::Map(key, _) => (**key).clone(),
                _ => Self::element(&of.ty),
            },
            _ => Self::element(&of.ty),
        };
        let by = |own: bool, by_ref: bool| self.closure(args, &element, by_ref, own);
        let copied = if self.is_copy(&element) { "copied" } else { "cloned" };
        let node = match method {
            Method::Any | Method::All => {
                let name = if method == Method::Any { "any" } else { "all" };
                let Some((closure, fails)) = by(false, false) else { return self.lower(of) };
                self.walked(name, self.iter(of), closure, fails)
            }
            Method::Count => {
                let Some((closure, fails)) = by(false, false) else { return self.lower(of) };
                if fails {
                    Node::call("list::count", vec![self.iter(of), closure]).tried()
                } else {
                    let Some((closure, _)) = by(false, true) else { return self.lower(of) };
                    let kept = self.iter_kept(of, &element).method("filter", vec![closure]);
                    Node::call("num::count", vec![kept.method("count", vec![])])
                }
            }
            Method::Sum if args.is_empty() => {
                Node::call("num::sum", vec![self.iter(of).method("copied", vec![])]).tried()
            }
            Method::Sum => {
                let Some((closure, fails)) = by(true, false) else { return self.lower(of) };
                let closure = if fails { closure } else { in_ok(closure) };
                Node::call("list::sum", vec![self.iter(of), closure]).tried()
            }
            Method::Map => {
                let Some((closure, fails)) = by(true, false) else { return self.lower(of) };
                if fails {
                    Node::call("list::map", vec![self.iter(of), closure]).tried()
                } else {
                    collected(self.iter(of).method("map", vec![closure]), result)
                }
            }
            Method::FlatMap => {
                let Some((closure, fails)) = by(true, false) else { return self.lower(of) };
                if fails {
                    Node::call("list::flat_map", vec![self.iter(of), closure]).tried()
                } else {
                    collected(self.iter(of).method("flat_map", vec![closure]), result)
                }
            }
            Method::Filter => {
                let Some((closure, fails)) = by(false, true) else { return self.lower(of) };
                if fails {
                    let items = self.iter(of).method(copied, vec![]);
                    let closure = self.closure(args, &element, false, false);
                    let Some((closure, _)) = closure else { return self.lower(of) };
                    Node::call("list::filter", vec![items, closure]).tried()
                } else {
                    let kept = self.iter_kept(of, &element).method("filter", vec![closure]);
                    let kept =
                        if self.is_copy(&element) { kept } else { kept.method("cloned", vec![]) };
                    collected(kept, result)
                }
            }
            Method::Find => return self.found(of, args, &element, copied),
            Method::MinBy | Method::MaxBy => {
                let Some((closure, fails)) = by(true, true) else { return self.lower(of) };
                let closure = if fails { closure } else { in_ok(closure) };
                let name = if method == Method::MinBy { "list::min_by" } else { "list::max_by" };
                let found = Node::call(name, vec![self.iter_kept(of, &element), closure]).tried();
                if self.is_copy(&element) { found } else { found.method("cloned", vec![]) }
            }
            Method::SortBy => {
                let items = self.iter(of).method(copied, vec![]);
                let Some((closure, fails)) = by(true, false) else { return self.lower(of) };
                let closure = if fails { closure } else { in_ok(closure) };
                Node::call("list::sort_by", vec![items, closure]).tried()
            }
            Method::Min => self.iter(of).method("min", vec![]).method(copied, vec![]),
            Method::Max => self.iter(of).method("max", vec![]).method(copied, vec![]),
            Method::First => self.receiver(of).method("first", vec![]).method(copied, vec![]),
            Method::Last => self.receiver(of).method("last", vec![]).method(copied, vec![]),
            Method::Len => self.length(of),
            Method::IsEmpty => self.emptiness(of),
            Method::Contains => match args.first() {
                Some(IrArg::Value(item)) => self.contains(of, item),
                _ => return self.lower(of),
            },
            Method::ContainsKey => {
                let keys: Vec<Ir> = args
                    .iter()
                    .filter_map(|a| if let IrArg::Value(ir) = a { Some(ir.clone()) } else { None })
                    .collect();
                self.receiver(of).method("contains_key", vec![self.key(&keys)])
            }
            Method::Keys | Method::Values => {
                let name = if method == Method::Keys { "keys" } else { "values" };
                let held = Self::element(result);
                let copied = if self.is_copy(&held) { "copied" } else { "cloned" };
                let iter = self.receiver(of).method(name, vec![]).method(copied, vec![]);
                collected(iter, result)
            }
            Method::Join => match args.first() {
                Some(IrArg::Value(separator)) => {
                    Node::call("text::join", vec![self.borrow(of), self.borrow(separator)])
                }
                _ => return self.lower(of),
            },
            _ => return self.lower(of),
        };
        Lowered::value(node)
    }

    fn walked(&self, name: &str, iter: Node, closure: Node, fails: bool) -> Node {
        if fails {
            Node::call(format!("list::{name}"), vec![iter, closure]).tried()
        } else {
            iter.method(name, vec![closure])
        }
    }

    fn found(&self, of: &Ir, args: &[IrArg], element: &Type, copied: &str) -> Lowered {
        let copy = self.is_copy(element);
        let Some((closure, fails)) = self.closure(args, element, true, false) else {
            return self.lower(of);
        };
        let iter = self.iter_kept(of, element);
        let found = if fails {
            Node::call("list::find", vec![iter, closure]).tried()
        } else {
            iter.method("find", vec![closure])
        };
        Lowered::value(if copy { found } else { found.method(copied, vec![]) })
    }

    /// `x.len()`; of a filter, the count of what satisfies it.
    fn length(&self, of: &Ir) -> Node {
        if let IrKind::Method { method: Method::Filter, of, args } = &of.kind {
            return self.collection_method(Method::Count, of, args, &Type::Int).node;
        }
        Node::call("num::count", vec![self.receiver(of).method("len", vec![])])
    }
}

/// A closure whose body is wrapped in `Ok`.
fn in_ok(closure: Node) -> Node {
    match closure {
        Node::Closure(params, body) => {
            Node::Closure(params, Box::new(Node::call("Ok", vec![*body])))
        }
        other => other,
    }
}

fn collected(iter: Node, result: &Type) -> Node {
    let name = if matches!(result, Type::Set(_)) { "BTreeSet" } else { "Vec" };
    iter.method(format!("collect::<{name}<_>>"), vec![])
}
