//! Conversions, also inside of options and collections.

use super::api::in_ok;
use super::canon::same;
use super::code::{Code, Form, Tight, at_least, call, prefix, tried, walk_call};
use super::lower::{Lower, deref, known};
use super::names::{is_uuid_id, raw, variant};
use crate::lang::ir::{Conversion, Ir, IrKind};
use crate::lang::types::{Scale, Type, TypeDefKind, TypeId};
use crate::layout::{Arm, Field, Node};

impl Lower<'_> {
    pub(super) fn convert(&mut self, how: Conversion, of: &Ir, to: &Type) -> Code {
        match how {
            Conversion::IntToDecimal => {
                let value = self.owned(of);
                Code::owned(Node::call("num::from_int", vec![value]))
            }
            Conversion::Rescale => {
                let value = self.owned(of);
                Code::owned(widened(value, to))
            }
            Conversion::Some => {
                let value = self.owned(of);
                Code::owned(Node::call("Some", vec![value]))
            }
            Conversion::Wrap => {
                let value = self.owned(of);
                Code::owned(self.wrapped(value, to))
            }
            Conversion::Unwrap => self.unwrapped(of),
            Conversion::ToPatch => self.patch(of),
            Conversion::Narrow => self.narrow(of),
            Conversion::NarrowUnion(_) => self.lower(of),
            Conversion::Reshape | Conversion::Inner => {
                let code = self.lower(of);
                self.fit(code, &of.ty, to, 0)
            }
        }
    }

    fn wrapped(&self, value: Node, to: &Type) -> Node {
        let Type::Named(id) = to else { return value };
        let open = self.types().get(*id).is_some_and(|d| is_uuid_id(&d.kind));
        let path = self.names.ty(*id);
        if open {
            Node::call(path, vec![value])
        } else {
            Node::call(format!("{path}::trusted"), vec![value])
        }
    }

    fn unwrapped(&mut self, of: &Ir) -> Code {
        let code = self.lower(of);
        let open = match &of.ty {
            Type::Named(id) => self.types().get(*id).is_some_and(|d| is_uuid_id(&d.kind)),
            _ => false,
        };
        let on = at_least(code.node, Tight::Postfix);
        if open { Code::place(on.field("0")) } else { Code::reference(on.method("value", vec![])) }
    }

    fn patch(&mut self, of: &Ir) -> Code {
        Code::owned(match &of.kind {
            IrKind::Lit(_) => Node::atom("Patch::Clear"),
            IrKind::Convert { how: Conversion::Some, of } => {
                let value = self.owned(of);
                Node::call("Patch::Set", vec![value])
            }
            _ => {
                let value = self.owned(of);
                Node::call("Patch::from", vec![value])
            }
        })
    }

    fn narrow(&mut self, of: &Ir) -> Code {
        let here = self.known.iter().rev().find(|(known, _)| same(known, of));
        if let Some((_, code)) = here {
            return code.clone();
        }
        if let Some(lowered) = self.names.narrowed(of) {
            return lowered.into();
        }
        let code = self.lower(of);
        let copies = self.copies(&of.ty);
        match code.form {
            Form::OptRef => Code::reference(known(code.node)),
            Form::Owned | Form::Str => Code::owned(known(code.node)),
            Form::Place if copies => Code::owned(known(code.node)),
            Form::Ref(n) if copies => Code::owned(known(deref(code.node, n))),
            _ => Code::reference(known(call(code.node, "as_ref", vec![]))),
        }
    }

    /// A value rebuilt as another type, part by part.
    fn fit(&mut self, code: Code, from: &Type, to: &Type, depth: u8) -> Code {
        if from == to || depth > 16 {
            return code;
        }
        match (from, to) {
            (Type::Int, Type::Decimal(_)) => {
                let value = Node::call("num::from_int", vec![self.own(code, from)]);
                Code::owned(match to {
                    Type::Decimal(Scale::Fixed(0) | Scale::Free) => value,
                    _ => widened(value, to),
                })
            }
            (Type::Decimal(_), Type::Decimal(Scale::Fixed(_))) => {
                let value = self.own(code, from);
                Code::owned(widened(value, to))
            }
            (Type::Option(a), Type::Option(b)) => self.fit_option(code, from, (a, b), depth),
            (a, Type::Option(b)) => {
                let inner = self.fit(code, a, b, depth + 1);
                Code::owned(Node::call("Some", vec![self.own(inner, b)]))
            }
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) => {
                self.fit_items(code, to, (a, b), depth)
            }
            (Type::Map(k, a), Type::Map(l, b)) => {
                let on = at_least(code.node, Tight::Postfix);
                let key = self.fit(Code::place(Node::atom("k")), k, l, depth + 1);
                let value = self.fit(Code::place(Node::atom("v")), a, b, depth + 1);
                let pair = Node::Tuple(vec![self.own(key, l), self.own(value, b)]);
                let owned = matches!(code.form, Form::Owned);
                let walk = if owned { "into_iter" } else { "iter" };
                let body = Node::call("Ok", vec![pair]);
                let made = tried(walk_call(
                    "list::map",
                    vec![on.method(walk, vec![]), Node::closure("|(k, v)|", body)],
                ));
                Code::owned(call(made.method("into_iter", vec![]), "collect", vec![]))
            }
            (Type::Named(a), Type::Named(b)) => self.fit_named(code, (*a, *b), depth),
            (Type::Named(_), _) => {
                let open = match from {
                    Type::Named(id) => self.types().get(*id).is_some_and(|d| is_uuid_id(&d.kind)),
                    _ => false,
                };
                let on = at_least(code.node, Tight::Postfix);
                if open {
                    Code::place(on.field("0"))
                } else {
                    Code::reference(on.method("value", vec![]))
                }
            }
            (_, Type::Named(_)) => {
                let value = self.own(code, from);
                Code::owned(self.wrapped(value, to))
            }
            _ => code,
        }
    }

    fn fit_option(&mut self, code: Code, from: &Type, (a, b): (&Type, &Type), depth: u8) -> Code {
        let copies = self.copies(a);
        let (on, form) = match code.form {
            Form::OptRef => (code.node.clone(), Form::Ref(1)),
            Form::Place | Form::Ref(_) if !copies => {
                (call(code.node.clone(), "as_ref", vec![]), Form::Ref(1))
            }
            _ => (self.own(code.clone(), from), Form::Owned),
        };
        let x = Code { node: Node::atom("x"), form };
        let body = self.fit(x.clone(), a, b, depth + 1);
        if body == x {
            return code;
        }
        let body = self.own(body, b);
        if super::code::has_try(&body) {
            let arm = |p: &str, body| Arm { patterns: vec![p.into()], guard: None, body };
            let some = Node::call("Some", vec![body]);
            let arms = vec![arm("Some(x)", some), arm("None", Node::atom("None"))];
            return Code::owned(Node::Match(Box::new(on), arms));
        }
        Code::owned(call(on, "map", vec![closure_of(body)]))
    }

    fn fit_items(&mut self, code: Code, to: &Type, (a, b): (&Type, &Type), depth: u8) -> Code {
        let owned = code.form == Form::Owned;
        let form = if owned { Form::Owned } else { Form::Ref(1) };
        let x = Code { node: Node::atom("x"), form };
        let body = self.fit(x.clone(), a, b, depth + 1);
        if body == x {
            return code;
        }
        let on = at_least(code.node, Tight::Postfix);
        let on = on.method(if owned { "into_iter" } else { "iter" }, vec![]);
        let body = self.own(body, b);
        let set = matches!(to, Type::Set(_));
        if super::code::has_try(&body) {
            let f = Node::closure("|x|", in_ok(body));
            let made = tried(walk_call("list::map", vec![on, f]));
            return Code::owned(if set {
                made.method("into_iter", vec![]).method("collect::<BTreeSet<_>>", vec![])
            } else {
                made
            });
        }
        let name = if set { "collect::<BTreeSet<_>>" } else { "collect::<Vec<_>>" };
        Code::owned(on.method("map", vec![closure_of(body)]).method(name, vec![]))
    }

    fn fit_named(&mut self, code: Code, (a, b): (TypeId, TypeId), depth: u8) -> Code {
        let types = self.types();
        let (Some(from), Some(to)) = (types.get(a), types.get(b)) else { return code };
        match (&from.kind, &to.kind) {
            (TypeDefKind::Newtype { base, .. }, TypeDefKind::Newtype { .. }) => {
                let inner =
                    Code::reference(at_least(code.node, Tight::Postfix).method("value", vec![]));
                let value = self.own(inner, base);
                Code::owned(self.wrapped(value, &Type::Named(b)))
            }
            (TypeDefKind::Record { fields: f, .. }, TypeDefKind::Record { fields: g, .. }) => {
                let on = at_least(code.node, Tight::Postfix);
                let fields = g
                    .iter()
                    .map(|to| {
                        let from = f.iter().find(|x| x.name == to.name).map_or(&to.ty, |x| &x.ty);
                        let place = Code::place(on.clone().field(raw(&to.name)));
                        let value = self.fit(place, from, &to.ty, depth + 1);
                        Field::new(raw(&to.name), self.own(value, &to.ty))
                    })
                    .collect();
                Code::owned(Node::Struct(self.names.ty(b), fields, None))
            }
            (TypeDefKind::Enum { members, .. }, TypeDefKind::Enum { .. }) => {
                let (p, q) = (self.names.ty(a), self.names.ty(b));
                let arms = members
                    .iter()
                    .map(|m| Arm {
                        patterns: vec![format!("{p}::{}", variant(&m.name))],
                        guard: None,
                        body: Node::atom(format!("{q}::{}", variant(&m.name))),
                    })
                    .collect();
                let on = self.own(code, &Type::Named(a));
                Code::owned(Node::Match(Box::new(on), arms))
            }
            (TypeDefKind::Union { members: m }, TypeDefKind::Union { members: n }) => {
                let arms = m
                    .iter()
                    .zip(n)
                    .map(|((name, f), (_, g))| {
                        let names: Vec<String> = f.iter().map(|x| raw(&x.name)).collect();
                        let pattern = format!(
                            "{}::{} {{ {} }}",
                            self.names.ty(a),
                            variant(name),
                            names.join(", ")
                        );
                        let fields = g
                            .iter()
                            .map(|to| {
                                let from =
                                    f.iter().find(|x| x.name == to.name).map_or(&to.ty, |x| &x.ty);
                                let x = Code::reference(Node::atom(raw(&to.name)));
                                let value = self.fit(x, from, &to.ty, depth + 1);
                                Field::new(raw(&to.name), self.own(value, &to.ty))
                            })
                            .collect();
                        let path = format!("{}::{}", self.names.ty(b), variant(name));
                        let body = Node::Struct(path, fields, None);
                        Arm { patterns: vec![pattern], guard: None, body }
                    })
                    .collect();
                let on = match code.form {
                    Form::Ref(_) => code.node,
                    _ => prefix("&", code.node),
                };
                Code::owned(Node::Match(Box::new(on), arms))
            }
            _ => code,
        }
    }
}

fn widened(value: Node, to: &Type) -> Node {
    let scale = match to {
        Type::Decimal(Scale::Fixed(s)) => *s,
        _ => return value,
    };
    tried(Node::call("num::widen", vec![value, Node::atom(scale.to_string())]))
}

/// `|x| body`, or the function that it calls.
fn closure_of(body: Node) -> Node {
    if let Node::Call(f, args) = &body
        && args.as_slice() == [Node::atom("x")]
    {
        return (**f).clone();
    }
    Node::closure("|x|", body)
}
