//! Walking collections: chains of iterators, without collecting in between.

use super::api::in_ok;
use super::code::{Code, Form, call, has_try, mentions, tried, walk_call};
use super::lower::{Lower, param};
use crate::lang::ir::{Ir, IrArg, IrKind, Method};
use crate::lang::types::Type;
use crate::layout::Node;

/// Something to be walked.
pub(super) struct Iter {
    /// The iterator.
    pub(super) node: Node,
    /// How the items are held: values of their own (0) or references (1).
    pub(super) level: u8,
    /// Items are pairs of key and value.
    pub(super) pair: bool,
    /// The `Vec` of owned items that it comes from, when there is one.
    pub(super) vec: Option<Node>,
}

impl Iter {
    fn new(node: Node, level: u8) -> Self {
        Self { node, level, pair: false, vec: None }
    }

    fn of_vec(vec: Node, level: u8) -> Self {
        let node = call(vec.clone(), "into_iter", vec![]);
        Self { node, level, pair: false, vec: (level == 0).then_some(vec) }
    }
}

/// A lowered closure.
pub(super) struct Closure {
    /// `|p| ..`, or the function itself.
    pub(super) node: Node,
    /// Whether it gives a result of the kit, because its body can fail.
    pub(super) fails: bool,
}

impl Lower<'_> {
    /// Whether a collection is better walked than kept.
    pub(super) fn is_walk(&self, ir: &Ir) -> bool {
        match &ir.kind {
            IrKind::Method { method, of, .. } => matches!(
                (method, &of.ty),
                (
                    Method::Filter
                        | Method::Map
                        | Method::FlatMap
                        | Method::Keys
                        | Method::Values
                        | Method::SortBy,
                    Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_)
                )
            ),
            IrKind::List(_) => true,
            _ => false,
        }
    }

    pub(super) fn iter(&mut self, ir: &Ir) -> Iter {
        match &ir.kind {
            IrKind::Method { method, of, args } if self.is_walk(ir) => {
                self.walked(*method, of, args, ir)
            }
            IrKind::List(items) if !items.is_empty() => {
                let items = items.iter().map(|i| self.owned(i)).collect();
                Iter::new(Node::Array(items).method("into_iter", vec![]), 0)
            }
            _ => {
                let code = self.lower(ir);
                plain(code, &ir.ty)
            }
        }
    }

    fn walked(&mut self, method: Method, of: &Ir, args: &[IrArg], ir: &Ir) -> Iter {
        match method {
            Method::Keys | Method::Values => {
                let code = self.lower(of);
                let keys = method == Method::Keys;
                return match (code.form, keys) {
                    (Form::Owned, true) => Iter::new(call(code.node, "into_keys", vec![]), 0),
                    (Form::Owned, false) => Iter::new(call(code.node, "into_values", vec![]), 0),
                    (_, true) => Iter::new(call(code.node, "keys", vec![]), 1),
                    (_, false) => Iter::new(call(code.node, "values", vec![]), 1),
                };
            }
            _ => {}
        }
        let it = self.iter(of);
        let Some(arg) = args.first() else { return it };
        let level = it.level;
        match method {
            Method::Filter => {
                let f = self.closure(arg, &[Form::Ref(level + 1)]);
                if f.fails {
                    let kept = tried(walk_call("list::filter", vec![it.node, f.node]));
                    Iter::of_vec(kept, level)
                } else {
                    Iter::new(call(it.node, "filter", vec![f.node]), level)
                }
            }
            Method::SortBy => {
                let f = self.failing(arg, &[Form::Ref(level + 1)]);
                Iter::of_vec(tried(walk_call("list::sort_by", vec![it.node, f])), level)
            }
            Method::FlatMap => {
                let f = self.closure(arg, &[held(level)]);
                if f.fails {
                    Iter::of_vec(tried(walk_call("list::flat_map", vec![it.node, f.node])), 0)
                } else {
                    Iter::new(call(it.node, "flat_map", vec![f.node]), 0)
                }
            }
            _ if is_identity(arg) && of.ty != ir.ty => it,
            _ => {
                let f = self.closure(arg, &[held(level)]);
                if f.fails {
                    Iter::of_vec(tried(walk_call("list::map", vec![it.node, f.node])), 0)
                } else {
                    Iter::new(mapped(it.node, f.node), 0)
                }
            }
        }
    }

    /// The items as a collection of their own.
    pub(super) fn collected(&mut self, it: Iter, ty: &Type) -> Node {
        let (of, name) = match ty {
            Type::Set(of) => ((**of).clone(), "BTreeSet"),
            Type::List(of) => ((**of).clone(), "Vec"),
            _ => (Type::Error, "Vec"),
        };
        if let (Some(vec), "Vec") = (&it.vec, name) {
            return vec.clone();
        }
        let node = match it.level {
            0 => it.node,
            _ if self.copies(&of) => call(it.node, "copied", vec![]),
            _ => call(it.node, "cloned", vec![]),
        };
        call(node, &format!("collect::<{name}<_>>"), vec![])
    }

    /// The items as values of their own.
    pub(super) fn values(&mut self, it: Iter, of: &Type) -> Node {
        match it.level {
            0 => it.node,
            _ if self.copies(of) => call(it.node, "copied", vec![]),
            _ => call(it.node, "cloned", vec![]),
        }
    }

    /// A closure with parameters held like this.
    pub(super) fn closure(&mut self, arg: &IrArg, forms: &[Form]) -> Closure {
        let IrArg::Closure(params, body) = arg else {
            return Closure { node: Node::atom("()"), fails: false };
        };
        let before = self.params.len();
        self.params.extend(params.iter().cloned().zip(forms.iter().copied()));
        let node = self.owned(body);
        self.params.truncate(before);
        let names: Vec<String> = params
            .iter()
            .map(|p| if reads(body, p) && mentions(&node, p) { param(p) } else { "_".to_owned() })
            .collect();
        let head = match names.as_slice() {
            [one] => format!("|{one}|"),
            several => format!("|({})|", several.join(", ")),
        };
        if has_try(&node) {
            return Closure { node: Node::closure(head, in_ok(node)), fails: true };
        }
        if let ([name], [Form::Owned]) = (names.as_slice(), forms)
            && let Some(function) = reduced(&node, name)
        {
            return Closure { node: function, fails: false };
        }
        Closure { node: Node::closure(head, node), fails: false }
    }

    /// A closure that gives a result of the kit in any case.
    pub(super) fn failing(&mut self, arg: &IrArg, forms: &[Form]) -> Node {
        let f = self.closure(arg, forms);
        match f.node {
            Node::Closure(head, body) if !f.fails => {
                Node::closure(head, Node::call("Ok", vec![*body]))
            }
            Node::Closure(..) => f.node,
            function => Node::closure(
                "|x|",
                Node::call("Ok", vec![Node::Call(Box::new(function), vec![Node::atom("x")])]),
            ),
        }
    }
}

/// How a closure's parameter is held for items of this level.
pub(super) fn held(level: u8) -> Form {
    if level == 0 { Form::Owned } else { Form::Ref(level) }
}

fn plain(code: Code, ty: &Type) -> Iter {
    let owned = code.form == Form::Owned;
    let (name, level, pair) = match (ty, owned) {
        (Type::Entities(_), true) => ("into_values", 0, false),
        (Type::Entities(_), false) => ("values", 1, false),
        (Type::Map(..), true) => ("into_iter", 0, true),
        (Type::Map(..), false) => ("iter", 1, true),
        (_, true) => ("into_iter", 0, false),
        (_, false) => ("iter", 1, false),
    };
    let vec = (owned && matches!(ty, Type::List(_))).then(|| code.node.clone());
    Iter { node: call(code.node, name, vec![]), level, pair, vec }
}

/// Whether an expression reads a local name.
pub(super) fn reads(ir: &Ir, name: &str) -> bool {
    ir.any(&mut |ir| matches!(&ir.kind, IrKind::Local(n) if n == name))
}

pub(super) fn is_identity(arg: &IrArg) -> bool {
    match arg {
        IrArg::Closure(params, body) => {
            matches!((&params[..], &body.kind), ([p], IrKind::Local(n)) if p == n)
        }
        IrArg::Value(_) => false,
    }
}

/// Items given to a closure; one that gives them back as they are is left out.
pub(super) fn mapped(iter: Node, closure: Node) -> Node {
    let bare = match &closure {
        Node::Closure(head, body) => match &**body {
            Node::Atom(name) => (*head == format!("|{name}|")).then_some(false),
            Node::Prefix("*", inner) => match &**inner {
                Node::Atom(name) => (*head == format!("|{name}|")).then_some(true),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    match bare {
        Some(true) => call(iter, "copied", vec![]),
        Some(false) => iter,
        None => call(iter, "map", vec![closure]),
    }
}

/// `|x| f(x)` is `f`.
fn reduced(node: &Node, name: &str) -> Option<Node> {
    match node {
        Node::Call(f, args) => match (&**f, args.as_slice()) {
            (Node::Atom(path), [Node::Atom(arg)]) if arg == name => Some(Node::atom(path.clone())),
            _ => None,
        },
        _ => None,
    }
}
