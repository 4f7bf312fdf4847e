//! The lowering itself: one arm per form, the parts in the neighbouring files.

use super::Names;
use super::canon::canonical;
use super::code::Tight;
use super::code::{Code, Form, at_least, call, prefix, tried};
use super::logic::opposite;
use super::names::{is_copy, raw, variant};
use crate::lang::ir::{Conversion, Ir, IrKind, Root};
use crate::lang::types::{Type, TypeDefKind, TypeId, TypeTable};
use crate::layout::{Arm, Field, Node};

/// Lowers expressions that stand in one function.
pub struct Lower<'n> {
    pub(super) names: &'n dyn Names,
    /// Closure parameters and how they are held.
    pub(super) params: Vec<(String, Form)>,
    /// Options whose value has a name here.
    pub(super) known: Vec<(Ir, Code)>,
}

impl std::fmt::Debug for Lower<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lower").field("params", &self.params).finish_non_exhaustive()
    }
}

impl<'n> Lower<'n> {
    /// A lowering with these spellings.
    #[must_use]
    pub fn new(names: &'n dyn Names) -> Self {
        Self { names, params: Vec::new(), known: Vec::new() }
    }

    /// An expression, however its value is held.
    pub fn code(&mut self, ir: &Ir) -> Code {
        self.lower(&canonical(ir))
    }

    /// An expression as a value of its own.
    pub fn value(&mut self, ir: &Ir) -> Node {
        self.owned(&canonical(ir))
    }

    /// An expression as a reference (`&str` for texts).
    pub fn borrowed(&mut self, ir: &Ir) -> Node {
        let code = self.code(ir);
        self.borrow(code, &ir.ty)
    }

    pub(super) fn types(&self) -> &'n TypeTable {
        self.names.types()
    }

    pub(super) fn copies(&self, ty: &Type) -> bool {
        is_copy(self.types(), ty)
    }

    pub(super) fn owned(&mut self, ir: &Ir) -> Node {
        let code = self.lower(ir);
        self.own(code, &ir.ty)
    }

    /// A value of its own.
    pub(super) fn own(&self, code: Code, ty: &Type) -> Node {
        let copies = self.copies(ty);
        match code.form {
            Form::Owned => code.node,
            Form::Place if copies => code.node,
            Form::Place => call(code.node, "clone", vec![]),
            Form::Ref(n) if copies => deref(code.node, n),
            Form::Ref(n) => call(deref(code.node, n.saturating_sub(1)), "clone", vec![]),
            Form::Str if code.node == Node::text("") => Node::call("String::new", vec![]),
            Form::Str => call(code.node, "to_owned", vec![]),
            Form::OptRef if copies => call(code.node, "copied", vec![]),
            Form::OptRef => call(code.node, "cloned", vec![]),
        }
    }

    /// A reference.
    pub(super) fn borrow(&self, code: Code, ty: &Type) -> Node {
        match code.form {
            Form::Owned | Form::Place => prefix("&", code.node),
            Form::Ref(n) => deref(code.node, n.saturating_sub(1)),
            Form::Str => code.node,
            Form::OptRef => prefix("&", self.own(code, ty)),
        }
    }

    /// A reference for a parameter whose type is written out: the compiler takes off what is too
    /// much, and clippy asks to let it.
    pub(super) fn handed(&self, code: Code, ty: &Type) -> Node {
        match code.form {
            Form::Ref(_) => code.node,
            _ => self.borrow(code, ty),
        }
    }

    /// Something to call methods on or take fields of.
    pub(super) fn receiver(&mut self, ir: &Ir) -> Node {
        let code = self.lower(ir);
        at_least(code.node, Tight::Postfix)
    }

    pub(super) fn lower(&mut self, ir: &Ir) -> Code {
        match &ir.kind {
            IrKind::Error => Code::owned(Node::atom("()")),
            IrKind::Lit(lit) => self.literal(lit, &ir.ty),
            IrKind::Local(name) => match self.params.iter().rev().find(|(n, _)| n == name) {
                Some((name, form)) => Code { node: Node::atom(param(name)), form: *form },
                None => self.names.local(name).into(),
            },
            IrKind::Root(root) => self.names.root(*root).into(),
            IrKind::RootField { root, name } => self.root_field(*root, name),
            IrKind::RootDerived { root, name } => {
                let fails = self.names.derived_fails(Some(*root), None, name);
                let of = self.names.root(*root).node;
                derived(of, name, fails)
            }
            IrKind::Derived { of, name } => {
                let record = if let Type::Named(id) = of.ty { Some(id) } else { None };
                let fails = self.names.derived_fails(None, record, name);
                let of = self.receiver(of);
                derived(of, name, fails)
            }
            IrKind::Field { of, name } => self.field(of, name, ir),
            IrKind::Now => Code::owned(self.names.now()),
            IrKind::Today => Code::owned(self.names.today()),
            IrKind::Exists => Code::owned(self.names.exists()),
            IrKind::Member { ty, index } => Code::owned(self.member(*ty, *index)),
            IrKind::Record { ty, fields } => {
                let fields = self.fields(fields);
                Code::owned(Node::Struct(self.names.ty(*ty), fields, None))
            }
            IrKind::Union { ty, index, fields } => {
                let fields = self.fields(fields);
                Code::owned(Node::Struct(self.union_path(*ty, *index), fields, None))
            }
            IrKind::List(items) => self.list(items, &ir.ty),
            IrKind::Convert { how, of } => self.convert(*how, of, &ir.ty),
            IrKind::Not(of) => match (&of.kind, self.names.exists()) {
                (IrKind::Exists, Node::Method(on, name, args)) if name == "is_some" => {
                    Code::owned(Node::Method(on, "is_none".into(), args))
                }
                _ => Code::owned(opposite(self.truth(of))),
            },
            IrKind::And(..) | IrKind::Or(..) => self.logic(ir),
            IrKind::Neg(of) => self.negated(of),
            IrKind::Compare { op, left, right } => self.compare(*op, left, right),
            IrKind::Arith { op, left, right } => self.arith(*op, left, right),
            IrKind::In { item, list } => self.contained(item, list),
            IrKind::Is { of, index } => {
                let path = match of.ty {
                    Type::Named(id) => self.union_path(id, *index),
                    _ => String::new(),
                };
                let of = self.lower(of).node;
                let pattern = Node::atom(format!("{path} {{ .. }}"));
                Code::owned(Node::Macro("matches".into(), vec![of, pattern]))
            }
            IrKind::If { cond, then, otherwise } => self.chosen(cond, then, otherwise),
            IrKind::Index { of, keys } => {
                let on = self.receiver(of);
                let key = self.key(keys);
                Code { node: on.method("get", vec![key]), form: Form::OptRef }
            }
            IrKind::Lookup { context, source, keys } => {
                let keys = keys.iter().map(|k| self.owned(k)).collect();
                Code::owned(self.names.lookup(context, source, keys))
            }
            IrKind::Method { method, of, args } => self.method(*method, of, args, &ir.ty),
            IrKind::Builtin { function, args } => self.builtin(*function, args),
            IrKind::Table { context, name, args } => {
                let path = self.names.table(context.as_deref(), name);
                let node = Node::call(path, self.passed(args));
                Code::owned(node.tried())
            }
            IrKind::Function { context, name, args } => {
                let path = self.names.function(context.as_deref(), name);
                Code::owned(Node::call(path, self.passed(args)))
            }
            IrKind::Format { pieces, args } => self.format(pieces, args),
            IrKind::Next { name, part } => {
                let part = match part {
                    Some(part) => {
                        let code = self.lower(part);
                        if self.copies(&part.ty) {
                            self.own(code, &part.ty)
                        } else {
                            self.handed(code, &part.ty)
                        }
                    }
                    None => Node::text(""),
                };
                let call = Node::atom("cx").method("next", vec![Node::text(name), part]);
                Code::owned(call.tried())
            }
        }
    }

    pub(super) fn truth(&mut self, ir: &Ir) -> Node {
        self.owned(ir)
    }

    fn fields(&mut self, fields: &[(String, Ir)]) -> Vec<Field> {
        fields.iter().map(|(name, ir)| Field::new(raw(name), self.owned(ir))).collect()
    }

    /// Arguments of tables and functions: copied where that is possible, else borrowed.
    fn passed(&mut self, args: &[Ir]) -> Vec<Node> {
        args.iter()
            .map(|arg| {
                let code = self.lower(arg);
                if self.copies(&arg.ty) {
                    self.own(code, &arg.ty)
                } else {
                    self.handed(code, &arg.ty)
                }
            })
            .collect()
    }

    /// A borrowed key of a map, entities or row.
    pub(super) fn key(&mut self, keys: &[Ir]) -> Node {
        match keys {
            [one] => {
                let code = self.lower(one);
                self.borrow(code, &one.ty)
            }
            several => {
                let parts = several.iter().map(|k| self.owned(k)).collect();
                prefix("&", Node::Tuple(parts))
            }
        }
    }

    pub(super) fn root_field(&self, root: Root, name: &str) -> Code {
        match self.names.root_field(root, name) {
            Some(lowered) => lowered.into(),
            None => Code::place(self.names.root(root).node.field(raw(name))),
        }
    }

    fn field(&mut self, of: &Ir, name: &str, ir: &Ir) -> Code {
        if let IrKind::Convert { how: Conversion::NarrowUnion(index), of } = &of.kind {
            return self.union_field(of, *index, name);
        }
        let is_enum = match of.ty {
            Type::Named(id) => {
                matches!(self.types().get(id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. }))
            }
            _ => false,
        };
        if is_enum {
            let node = self.receiver(of).method(raw(name), vec![]);
            let form = if ir.ty == Type::Text { Form::Str } else { Form::Owned };
            return Code { node, form };
        }
        let of = self.lower(of);
        let form = if of.form == Form::Owned { Form::Owned } else { Form::Place };
        Code { node: at_least(of.node, Tight::Postfix).field(raw(name)), form }
    }

    /// A field of a union that is known to be this member.
    fn union_field(&mut self, of: &Ir, index: u32, name: &str) -> Code {
        let Type::Named(id) = of.ty else { return Code::owned(Node::atom("()")) };
        let (path, members) = (self.union_path(id, index), self.union_members(id));
        let code = self.lower(of);
        let on = match code.form {
            Form::Ref(_) => code.node,
            _ => prefix("&", code.node),
        };
        let name = raw(name);
        let rest = self.union_fields(id, index) > 1;
        let pattern =
            if rest { format!("{path} {{ {name}, .. }}") } else { format!("{path} {{ {name} }}") };
        let arm = |pattern: &str, body| Arm { patterns: vec![pattern.into()], guard: None, body };
        if members == 1 {
            let body = Node::atom(name);
            return Code::reference(Node::Match(Box::new(on), vec![arm(&pattern, body)]));
        }
        let some = Node::call("Some", vec![Node::atom(name)]);
        let arms = vec![arm(&pattern, some), arm("_", Node::atom("None"))];
        let found = Node::Match(Box::new(on), arms);
        Code::reference(Node::call("known", vec![found]).tried())
    }

    fn union_members(&self, id: TypeId) -> usize {
        match self.types().get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Union { members }) => members.len(),
            _ => 0,
        }
    }

    fn union_fields(&self, id: TypeId, index: u32) -> usize {
        match self.types().get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Union { members }) => {
                members.get(index as usize).map_or(0, |(_, f)| f.len())
            }
            _ => 0,
        }
    }

    pub(super) fn union_path(&self, id: TypeId, index: u32) -> String {
        let name = match self.types().get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Union { members }) => {
                members.get(index as usize).map_or("", |(name, _)| name)
            }
            _ => "",
        };
        format!("{}::{}", self.names.ty(id), variant(name))
    }

    pub(super) fn member(&self, id: TypeId, index: u32) -> Node {
        let name = match self.types().get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => {
                members.get(index as usize).map_or("", |m| &m.name)
            }
            _ => "",
        };
        Node::atom(format!("{}::{}", self.names.ty(id), variant(name)))
    }

    fn chosen(&mut self, cond: &Ir, then: &Ir, otherwise: &Ir) -> Code {
        let cond = self.truth(cond);
        let (a, b) = (self.lower(then), self.lower(otherwise));
        if a.form == Form::Str && b.form == Form::Str {
            return Code::str(Node::if_else(cond, a.node, b.node));
        }
        let (a, b) = (self.own(a, &then.ty), self.own(b, &otherwise.ty));
        Code::owned(super::logic::choice(cond, a, b))
    }
}

fn derived(of: Node, name: &str, fails: bool) -> Code {
    let node = of.method(raw(name), vec![]);
    Code::owned(if fails { node.tried() } else { node })
}

/// The identifier of a closure's parameter.
pub(super) fn param(name: &str) -> String {
    if name == "cx" { "cx_".into() } else { raw(name) }
}

/// So many dereferences.
pub(super) fn deref(node: Node, n: u8) -> Node {
    (0..n).fold(node, |node, _| prefix("*", node))
}

/// `known(option)?`
pub(super) fn known(option: Node) -> Node {
    tried(Node::call("known", vec![option]))
}
