//! Comparisons and membership.

use super::canon::same;
use super::code::{Code, Form, Tight, at_least, call, has_try, prefix};
use super::logic::{constant, opposite};
use super::lower::{Lower, deref};
use crate::lang::ir::{CompareOp, Conversion, Ir, IrArg, IrKind, Method};
use crate::lang::types::Type;
use crate::layout::Node;

impl Lower<'_> {
    pub(super) fn compare(&mut self, op: CompareOp, left: &Ir, right: &Ir) -> Code {
        let sign = match op {
            CompareOp::Eq => "==",
            CompareOp::Ne => "!=",
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
        };
        let node = |a: Node, b: Node| {
            if a == b && !has_try(&a) {
                let equal = matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge);
                return Code::owned(Node::atom(equal.to_string()));
            }
            let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
            let (known, other) = match (constant(&a), constant(&b)) {
                (known, None) => (known, &b),
                (_, known) => (known, &a),
            };
            if let (true, Some(known)) = (equality, known) {
                let holds = known == (op == CompareOp::Eq);
                return Code::owned(if holds { other.clone() } else { opposite(other.clone()) });
            }
            let [a, b] = [a, b].map(|n| at_least(n, Tight::Sum));
            Code::owned(Node::binary(sign, a, b))
        };
        if let Some((a, b)) = self.optional(left, right) {
            return node(a, b);
        }
        if self.copies(&left.ty) && self.copies(&right.ty) {
            let (a, b) = (self.owned(left), self.owned(right));
            return node(a, b);
        }
        let (a, b) = (self.lower(left), self.lower(right));
        let ordering = !matches!(op, CompareOp::Eq | CompareOp::Ne);
        if a.form == Form::Str || b.form == Form::Str {
            let [a, b] = [a, b].map(|c| text_side(c, ordering));
            return node(a, b);
        }
        let level = |c: &Code| if let Form::Ref(n) = c.form { n } else { 0 };
        let common = level(&a).min(level(&b)).min(1);
        let side = |c: Code, ty: &Type| match c.form {
            Form::Ref(n) => deref(c.node, n - common),
            Form::OptRef => self.own(c, ty),
            _ => c.node,
        };
        node(side(a, &left.ty), side(b, &right.ty))
    }

    /// `x == Some(y)` without cloning either.
    fn optional(&mut self, left: &Ir, right: &Ir) -> Option<(Node, Node)> {
        let inner = |ir: &Ir| match &ir.kind {
            IrKind::Convert { how: Conversion::Some, of } if !self.copies(&of.ty) => {
                Some((**of).clone())
            }
            _ => None,
        };
        let (option, value, swapped) = match (inner(left), inner(right)) {
            (None, Some(value)) => (left, value, false),
            (Some(value), None) => (right, value, true),
            _ => return None,
        };
        let option = self.lower(option);
        let value_code = self.lower(&value);
        let text = value_code.form == Form::Str;
        let on = match option.form {
            Form::OptRef if text => return None,
            Form::OptRef => option.node,
            _ if text => call(option.node, "as_deref", vec![]),
            _ => call(option.node, "as_ref", vec![]),
        };
        let some = Node::call("Some", vec![self.borrow(value_code, &value.ty)]);
        Some(if swapped { (some, on) } else { (on, some) })
    }

    /// `x in list`, `list.contains(x)`.
    pub(super) fn contained(&mut self, item: &Ir, list: &Ir) -> Code {
        if let IrKind::List(items) = &list.kind {
            return self.one_of(item, items);
        }
        if let (Type::List(_) | Type::Set(_), false) = (&list.ty, self.is_walk(list)) {
            let on = self.lower(list);
            let code = self.lower(item);
            let slice = matches!(list.ty, Type::List(_));
            if !(slice && code.form == Form::Str) {
                let item = self.borrow(code, &item.ty);
                return Code::owned(call(on.node, "contains", vec![item]));
            }
        }
        let value = self.owned(item);
        if has_try(&value) {
            let ty = Type::List(Box::new(item.ty.clone()));
            let it = self.iter(list);
            let list = self.collected(it, &ty);
            return Code::owned(call(list, "contains", vec![prefix("&", value)]));
        }
        let name = "x".to_owned();
        let body = Ir {
            kind: IrKind::Compare {
                op: CompareOp::Eq,
                left: Box::new(Ir {
                    kind: IrKind::Local(name.clone()),
                    ty: item.ty.clone(),
                    span: item.span,
                }),
                right: Box::new(item.clone()),
            },
            ty: Type::Bool,
            span: item.span,
        };
        let closure = IrArg::Closure(vec![name], body);
        self.method(Method::Any, list, &[closure], &Type::Bool)
    }

    fn one_of(&mut self, item: &Ir, items: &[Ir]) -> Code {
        let mut once: Vec<Ir> = Vec::new();
        for item in items {
            if !once.iter().any(|known| same(known, item)) {
                once.push(item.clone());
            }
        }
        let items = once.as_slice();
        match items {
            [] => return Code::owned(Node::atom("false")),
            [one] => return self.compare(CompareOp::Eq, item, one),
            _ => {}
        }
        let members: Option<Vec<String>> = items
            .iter()
            .map(|i| match i.kind {
                IrKind::Member { ty, index } => match self.member(ty, index) {
                    Node::Atom(path) => Some(path),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        if let Some(members) = members {
            let of = self.owned(item);
            let patterns = Node::atom(members.join(" | "));
            return Code::owned(Node::Macro("matches".into(), vec![of, patterns]));
        }
        let code = self.lower(item);
        let codes: Vec<Code> = items.iter().map(|i| self.lower(i)).collect();
        let texts = codes.iter().all(|c| c.form == Form::Str);
        if texts && item.ty == Type::Text {
            let on = Node::Array(codes.into_iter().map(|c| c.node).collect());
            let of = match code.form {
                Form::Str => prefix("&", code.node),
                _ => prefix("&", call(code.node, "as_str", vec![])),
            };
            return Code::owned(on.method("contains", vec![of]));
        }
        let nodes = codes.into_iter().zip(items).map(|(c, i)| self.own(c, &i.ty)).collect();
        let of = if code.form == Form::Str {
            prefix("&", self.own(code, &item.ty))
        } else {
            self.borrow(code, &item.ty)
        };
        Code::owned(Node::Array(nodes).method("contains", vec![of]))
    }
}

/// A text beside a `&str`.
fn text_side(code: Code, ordering: bool) -> Node {
    match code.form {
        Form::Str => code.node,
        _ if ordering => call(code.node, "as_str", vec![]),
        Form::Ref(n) => deref(code.node, n.saturating_sub(1)),
        _ => code.node,
    }
}
