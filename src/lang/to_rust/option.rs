//! Methods of `T?`.

use super::code::{Code, Form, call, mentions, tried, walk_call};
use super::iter::{held, is_identity, reads};
use super::lower::{Lower, deref, param};
use crate::lang::ir::{Conversion, Ir, IrArg, IrKind, Literal, Method};
use crate::lang::types::Type;
use crate::layout::{Arm, Node};

impl Lower<'_> {
    pub(super) fn option_method(
        &mut self,
        method: Method,
        of: &Ir,
        inner: &Type,
        args: &[IrArg],
        ty: &Type,
    ) -> Code {
        match (method, args) {
            (Method::IsSome, _) => Code::owned(call(self.receiver(of), "is_some", vec![])),
            (Method::IsNone, _) => Code::owned(call(self.receiver(of), "is_none", vec![])),
            (Method::IsSomeAnd, [f]) => self.asked(of, inner, f, true),
            (Method::IsNoneOr, [f]) => self.asked(of, inner, f, false),
            (Method::Map, [f]) => self.mapped(of, inner, f, ty),
            (Method::MapOr, [IrArg::Value(default), f]) => self.map_or(of, inner, default, f),
            (Method::UnwrapOr, [IrArg::Value(default)]) => self.unwrap_or(of, inner, default),
            _ => Code::owned(Node::atom("()")),
        }
    }

    /// The option as something whose content a closure can take, and how it then is held.
    pub(super) fn content(&mut self, of: &Ir, inner: &Type) -> (Node, Form) {
        let code = self.lower(of);
        let copies = self.copies(inner);
        match code.form {
            Form::Owned | Form::Str => (code.node, Form::Owned),
            Form::OptRef => (code.node, Form::Ref(1)),
            Form::Place if copies => (code.node, Form::Owned),
            Form::Ref(n) if copies => (deref(code.node, n), Form::Owned),
            _ => (call(code.node, "as_ref", vec![]), Form::Ref(1)),
        }
    }

    fn asked(&mut self, of: &Ir, inner: &Type, f: &IrArg, some: bool) -> Code {
        let (on, form) = self.content(of, inner);
        let f = self.closure(f, &[form]);
        Code::owned(match (f.fails, some) {
            (false, true) => call(on, "is_some_and", vec![f.node]),
            (false, false) => call(on, "is_none_or", vec![f.node]),
            (true, true) => tried(walk_call("list::any", vec![on, f.node])),
            (true, false) => tried(walk_call("list::all", vec![on, f.node])),
        })
    }

    fn mapped(&mut self, of: &Ir, inner: &Type, f: &IrArg, ty: &Type) -> Code {
        let IrArg::Closure(params, body) = f else { return Code::owned(Node::atom("()")) };
        let mut body = body.clone();
        let mut flat = body.ty == *ty;
        if let (true, IrKind::Convert { how: Conversion::Some, of }) = (flat, &body.kind) {
            body = (**of).clone();
            flat = false;
        }
        let f = IrArg::Closure(params.clone(), body);
        if is_identity(&f) && !flat {
            return self.lower(of);
        }
        let (on, form) = self.content(of, inner);
        let made = self.closure(&f, &[form]);
        if made.fails {
            let some = |node| if flat { node } else { Node::call("Some", vec![node]) };
            return self.matched(on, form, &f, Node::atom("None"), some);
        }
        if let (true, Node::Closure(head, body)) = (flat, &made.node)
            && head == "|_|"
        {
            return Code::owned(call(on, "and", vec![(**body).clone()]));
        }
        let name = if flat { "and_then" } else { "map" };
        Code::owned(call(on, name, vec![made.node]))
    }

    fn map_or(&mut self, of: &Ir, inner: &Type, default: &Ir, f: &IrArg) -> Code {
        let other = self.owned(default);
        if let Some(known) = super::logic::constant(&other) {
            return self.asked(of, inner, f, !known);
        }
        let (on, form) = self.content(of, inner);
        let made = self.closure(f, &[form]);
        if made.fails || super::code::has_try(&other) {
            return self.matched(on, form, f, other, |node| node);
        }
        let none = Node::atom("None");
        Code::owned(match &made.node {
            Node::Closure(_, body) if other == none && **body == none => none,
            _ if other == none => call(on, "and_then", vec![made.node]),
            _ => call(on, "map_or", vec![other, made.node]),
        })
    }

    /// `match option { Some(x) => body, None => other }`, where one of them can fail.
    fn matched(
        &mut self,
        on: Node,
        form: Form,
        f: &IrArg,
        other: Node,
        some: impl FnOnce(Node) -> Node,
    ) -> Code {
        let IrArg::Closure(params, body) = f else { return Code::owned(Node::atom("()")) };
        let name = params.first().cloned().unwrap_or_default();
        self.params.push((name.clone(), form));
        let node = self.owned(body);
        self.params.pop();
        let shown =
            if reads(body, &name) && mentions(&node, &name) { param(&name) } else { "_".into() };
        let arm = |pattern: String, body| Arm { patterns: vec![pattern], guard: None, body };
        let arms = vec![arm(format!("Some({shown})"), some(node)), arm("None".into(), other)];
        Code::owned(Node::Match(Box::new(on), arms))
    }

    fn unwrap_or(&mut self, of: &Ir, inner: &Type, default: &Ir) -> Code {
        let code = self.lower(of);
        let other = self.lower(default);
        if code.form == Form::Place && *inner == Type::Text && other.form == Form::Str {
            let on = call(code.node, "as_deref", vec![]);
            return Code::str(call(on, "unwrap_or", vec![other.node]));
        }
        let empty = match &default.kind {
            IrKind::List(items) => items.is_empty(),
            IrKind::Lit(Literal::Text(t)) => t.is_empty(),
            _ => false,
        };
        let on = self.own(code, &of.ty);
        if empty {
            return Code::owned(call(on, "unwrap_or_default", vec![]));
        }
        let other = self.own(other, &default.ty);
        if super::code::has_try(&other) {
            let name = "x".to_owned();
            let body = Ir { kind: IrKind::Local(name.clone()), ty: inner.clone(), span: of.span };
            let f = IrArg::Closure(vec![name], body);
            return self.matched(on, held(0), &f, other, |node| node);
        }
        Code::owned(call(on, "unwrap_or", vec![other]))
    }
}
