//! Options, unions and what conditions show about them.

use super::canon::same_place;
use super::lower::{Form, Lowered, Lowerer, fallible, ident};
use crate::lang::ir::{Conversion, Ir, IrArg, IrKind, Method};
use crate::lang::types::{Type, TypeDefKind, TypeId};
use crate::layout::{Block, Node};

impl Lowerer<'_> {
    /// An option to look into: the node, and how a value inside it is held by a closure.
    pub(super) fn option_of(&self, ir: &Ir) -> (Node, Form) {
        if let Some(node) = self.option_ref(ir) {
            return if self.is_copy(&inner(&ir.ty)) {
                (node.method("copied", vec![]), Form::Value)
            } else {
                (node, Form::Ref)
            };
        }
        let Lowered { node, form } = self.lower(ir);
        match form {
            Form::Value => (node, Form::Value),
            _ if self.is_copy(&ir.ty) => (node, Form::Value),
            _ => (node.method("as_ref", vec![]), Form::Ref),
        }
    }

    /// The name that a closure gives to an option's value.
    fn bound_name(of: &Ir) -> String {
        match &of.kind {
            IrKind::Local(name)
            | IrKind::RootField { name, .. }
            | IrKind::RootDerived { name, .. }
            | IrKind::Field { name, .. }
            | IrKind::Derived { name, .. } => ident(name),
            _ => "found".to_owned(),
        }
    }

    /// `x.is_some() && rest`, where the rest uses what is in `x`; likewise for unions, and with
    /// `is_none()` and `||`.
    pub(super) fn guarded(&self, left: &Ir, right: &Ir, and: bool) -> Option<Node> {
        if let IrKind::Is { of, index } = &left.kind
            && and
        {
            return self.union_guard(of, *index, right);
        }
        let wanted = if and { Method::IsSome } else { Method::IsNone };
        let IrKind::Method { method, of, .. } = &left.kind else { return None };
        if *method != wanted || !uses_narrowed(right, of) {
            return None;
        }
        let (option, form) = self.option_of(of);
        let name = Self::bound_name(of);
        let rest = self
            .with_narrowed(of, Lowered::new(Node::atom(name.clone()), form), |l| l.scalar(right));
        if fallible(&rest) {
            let none = Block::value(Node::atom((!and).to_string()));
            return Some(Node::If(
                Some(format!("Some({name})")),
                Box::new(option),
                Block::value(rest),
                Some(Box::new(Node::Block(none))),
            ));
        }
        let method = if and { "is_some_and" } else { "is_none_or" };
        Some(option.method(method, vec![Node::closure(format!("|{name}|"), rest)]))
    }

    /// `u is m && rest` as `matches!(u, U::M { used, .. } if rest)`.
    fn union_guard(&self, of: &Ir, index: u32, right: &Ir) -> Option<Node> {
        let used = narrowed_fields(right, of, index);
        if used.is_empty() {
            return None;
        }
        let Type::Named(ty) = &of.ty else { return None };
        let pattern = self.union_pattern(*ty, index, &used);
        let rest = self.with_union(of, |l| l.scalar(right));
        let place = self.borrow(of);
        let text = crate::layout::expression(&rest, 0);
        let place = crate::layout::expression(&place, 0);
        if text.contains('\n') || fallible(&rest) {
            let other = Node::Block(Block::value(Node::atom("false")));
            return Some(Node::If(
                Some(pattern),
                Box::new(Node::atom(place)),
                Block::value(rest),
                Some(Box::new(other)),
            ));
        }
        let guard = Node::atom(format!("{pattern} if {text}"));
        Some(Node::Macro("matches".to_owned(), vec![Node::atom(place), guard]))
    }

    fn union_pattern(&self, ty: TypeId, index: u32, used: &[String]) -> String {
        let all = match self.names.types().get(ty).map(|d| &d.kind) {
            Some(TypeDefKind::Union { members }) => {
                members.get(index as usize).map_or(0, |(_, fields)| fields.len())
            }
            _ => 0,
        };
        let names: Vec<String> = used.iter().map(|n| ident(n)).collect();
        let rest = if names.len() == all { "" } else { ", .." };
        format!("{} {{ {}{rest} }}", self.member(ty, index), names.join(", "))
    }

    /// A field of a union that is known to be this member.
    pub(super) fn union_field(&self, of: &Ir, name: &str) -> Lowered {
        let IrKind::Convert { how: Conversion::NarrowUnion(index), of: union } = &of.kind else {
            return self.lower(of);
        };
        if self.union_is_bound(union) {
            return Lowered::new(Node::atom(ident(name)), Form::Ref);
        }
        let Type::Named(ty) = &union.ty else { return self.lower(of) };
        let pattern = self.union_pattern(*ty, *index, &[name.to_owned()]);
        let found = Node::If(
            Some(pattern),
            Box::new(self.borrow(union)),
            Block::value(Node::call("Some", vec![Node::atom(ident(name))])),
            Some(Box::new(Node::Block(Block::value(Node::atom("None"))))),
        );
        Lowered::new(Node::call("known", vec![found]).tried(), Form::Ref)
    }

    /// The value in an option that a condition above has shown to be there.
    pub(super) fn narrow(&self, of: &Ir) -> Lowered {
        if let Some(bound) = self.narrowed(of) {
            return bound;
        }
        let (option, form) = self.option_of(of);
        Lowered::new(Node::call("known", vec![option]).tried(), form)
    }

    /// `u is m`
    pub(super) fn is(&self, of: &Ir, index: u32) -> Node {
        let Type::Named(ty) = &of.ty else { return self.scalar(of) };
        let (union, has_fields) = match self.names.types().get(*ty).map(|d| &d.kind) {
            Some(TypeDefKind::Union { members }) => {
                (true, members.get(index as usize).is_some_and(|(_, f)| !f.is_empty()))
            }
            _ => (false, false),
        };
        let member = self.member(*ty, index);
        if !union {
            return Node::binary("==", self.scalar(of), Node::atom(member));
        }
        let pattern =
            if has_fields { format!("{member} {{ .. }}") } else { format!("{member} {{}}") };
        Node::Macro("matches".to_owned(), vec![self.scalar(of), Node::atom(pattern)])
    }

    /// `if x.is_some() { .. x .. } else { .. }`
    pub(super) fn narrowing_if(&self, cond: &Ir, then: &Ir, otherwise: &Ir) -> Option<Node> {
        let IrKind::Method { method, of, .. } = &cond.kind else { return None };
        let (some, none) = match method {
            Method::IsSome => (then, otherwise),
            Method::IsNone => (otherwise, then),
            _ => return None,
        };
        if !uses_narrowed(some, of) {
            return None;
        }
        let (option, form) = self.option_of(of);
        let name = Self::bound_name(of);
        let some =
            self.with_narrowed(of, Lowered::new(Node::atom(name.clone()), form), |l| l.value(some));
        Some(Node::If(
            Some(format!("Some({name})")),
            Box::new(option),
            Block::value(some),
            Some(Box::new(Node::Block(Block::value(self.value(none))))),
        ))
    }

    /// The methods of `T?`.
    pub(super) fn option_method(
        &self,
        method: Method,
        of: &Ir,
        args: &[IrArg],
        result: &Type,
    ) -> Lowered {
        let (option, form) = self.option_of(of);
        let closure = |i: usize| match args.get(i) {
            Some(IrArg::Closure(params, body)) => Some((params, body)),
            _ => None,
        };
        let arg = |i: usize| match args.get(i) {
            Some(IrArg::Value(ir)) => Some(ir),
            _ => None,
        };
        let element = inner(&of.ty);
        let node = match method {
            Method::IsSome => option_plain(self, of).method("is_some", vec![]),
            Method::IsNone => option_plain(self, of).method("is_none", vec![]),
            Method::IsSomeAnd | Method::IsNoneOr => {
                let Some((params, body)) = closure(0) else { return self.lower(of) };
                let (name, body) = self.in_closure(params, &element, form, |l| l.scalar(body));
                self.tested(option, method == Method::IsSomeAnd, &name, body)
            }
            Method::Map => {
                let Some((params, body)) = closure(0) else { return self.lower(of) };
                let flat = matches!(body.ty, Type::Option(_)) && *result == body.ty;
                let (name, body) = self.in_closure(params, &element, form, |l| l.value(body));
                self.mapped(option, &name, body, flat)
            }
            Method::MapOr => {
                let (Some(default), Some((params, body))) = (arg(0), closure(1)) else {
                    return self.lower(of);
                };
                let (name, body) = self.in_closure(params, &element, form, |l| l.value(body));
                self.mapped_or(option, default, &name, body)
            }
            Method::UnwrapOr => {
                let Some(default) = arg(0) else { return self.lower(of) };
                return self.unwrapped_or(option, form, default, &element);
            }
            _ => option,
        };
        Lowered::value(node)
    }

    fn tested(&self, option: Node, some: bool, name: &str, body: Node) -> Node {
        if fallible(&body) {
            let other = Node::Block(Block::value(Node::atom((!some).to_string())));
            return Node::If(
                Some(format!("Some({name})")),
                Box::new(option),
                Block::value(body),
                Some(Box::new(other)),
            );
        }
        let method = if some { "is_some_and" } else { "is_none_or" };
        option.method(method, vec![Node::closure(format!("|{name}|"), body)])
    }

    fn mapped(&self, option: Node, name: &str, body: Node, flat: bool) -> Node {
        if fallible(&body) {
            let some = if flat { body } else { Node::call("Some", vec![body]) };
            return Node::If(
                Some(format!("Some({name})")),
                Box::new(option),
                Block::value(some),
                Some(Box::new(Node::Block(Block::value(Node::atom("None"))))),
            );
        }
        let method = if flat { "and_then" } else { "map" };
        option.method(method, vec![Node::closure(format!("|{name}|"), body)])
    }

    fn mapped_or(&self, option: Node, default: &Ir, name: &str, body: Node) -> Node {
        let other = self.value(default);
        if fallible(&body) {
            return Node::If(
                Some(format!("Some({name})")),
                Box::new(option),
                Block::value(body),
                Some(Box::new(Node::Block(Block::value(other)))),
            );
        }
        let closure = Node::closure(format!("|{name}|"), body);
        match other {
            Node::Atom(ref text) if text == "true" => option.method("is_none_or", vec![closure]),
            Node::Atom(ref text) if text == "false" => option.method("is_some_and", vec![closure]),
            _ if self.is_copy(&default.ty) => option.method("map_or", vec![other, closure]),
            _ => option.method("map_or_else", vec![Node::closure("||", other), closure]),
        }
    }

    fn unwrapped_or(&self, option: Node, form: Form, default: &Ir, element: &Type) -> Lowered {
        let option = if form == Form::Ref { option.method("cloned", vec![]) } else { option };
        if let IrKind::List(items) = &default.kind
            && items.is_empty()
        {
            return Lowered::value(option.method("unwrap_or_default", vec![]));
        }
        let other = self.value(default);
        if self.is_copy(element) || fallible(&other) {
            return Lowered::value(option.method("unwrap_or", vec![other]));
        }
        let closure = Node::closure("||", other);
        Lowered::value(option.method("unwrap_or_else", vec![closure]))
    }
}

/// The option itself, to ask whether it holds anything.
fn option_plain(lowerer: &Lowerer, of: &Ir) -> Node {
    lowerer.option_ref(of).unwrap_or_else(|| lowerer.lower(of).node)
}

/// What an option may hold.
pub(super) fn inner(ty: &Type) -> Type {
    match ty {
        Type::Option(inner) | Type::Patch(inner) => (**inner).clone(),
        other => other.clone(),
    }
}

/// Whether an expression uses the value in an option as a condition has shown it.
fn uses_narrowed(ir: &Ir, option: &Ir) -> bool {
    let mut found = false;
    ir.walk(&mut |node| {
        if let IrKind::Convert { how: Conversion::Narrow, of } = &node.kind {
            found |= same_place(of, option);
        }
    });
    found
}

/// The fields of a union member that an expression uses, in order of name.
fn narrowed_fields(ir: &Ir, union: &Ir, index: u32) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    ir.walk(&mut |node| {
        if let IrKind::Field { of, name } = &node.kind
            && let IrKind::Convert { how: Conversion::NarrowUnion(i), of } = &of.kind
            && *i == index
            && same_place(of, union)
        {
            names.insert(name.clone());
        }
    });
    names.into_iter().collect()
}
