//! The walk over an expression, and what it gives: a node and how its value is held.

use std::cell::RefCell;

use super::calls::Bound;
use super::canon::negated;
use super::lits::{decimal, literal};
use super::{Names, canon};
use crate::lang::ir::{ArithOp, CompareOp, Conversion, Ir, IrKind, Literal, Root};
use crate::lang::types::{Scale, Type, TypeDefKind};
use crate::layout::{Field, Node};
use heck::ToPascalCase as _;

/// How the value of a lowered expression is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The expression gives an own value.
    Value,
    /// It names a place: to keep the value it is copied or cloned.
    Place,
    /// It gives a reference.
    Ref,
    /// It is a string literal or another `&str`.
    Str,
}

/// A lowered expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The expression.
    pub node: Node,
    /// How its value is held.
    pub form: Form,
}

impl Lowered {
    /// A node of this form.
    #[must_use]
    pub fn new(node: Node, form: Form) -> Self {
        Self { node, form }
    }

    /// An own value.
    #[must_use]
    pub fn value(node: Node) -> Self {
        Self::new(node, Form::Value)
    }
}

/// Lowers expressions at one place.
pub struct Lowerer<'n> {
    pub(super) names: &'n dyn Names,
    pub(super) scope: RefCell<Vec<Bound>>,
    pub(super) narrowed: RefCell<Vec<(Ir, Lowered)>>,
    pub(super) unions: RefCell<Vec<Ir>>,
}

impl<'n> Lowerer<'n> {
    /// At the place that `names` describes.
    #[must_use]
    pub fn new(names: &'n dyn Names) -> Self {
        Self {
            names,
            scope: RefCell::default(),
            narrowed: RefCell::default(),
            unions: RefCell::default(),
        }
    }

    /// The expression as an own value: places and references are copied or cloned.
    #[must_use]
    pub fn value(&self, ir: &Ir) -> Node {
        let lowered = self.lower(ir);
        self.own(lowered, &ir.ty)
    }

    /// The expression as a reference, for an argument.
    #[must_use]
    pub fn borrow(&self, ir: &Ir) -> Node {
        let Lowered { node, form } = self.lower(ir);
        match form {
            Form::Value | Form::Place => node.borrowed(),
            Form::Ref | Form::Str => node,
        }
    }

    /// The expression as a condition.
    #[must_use]
    pub fn cond(&self, ir: &Ir) -> Node {
        self.scalar(ir)
    }

    /// The expression where it stands in a larger one and is only looked at: `Copy` references are
    /// followed, others stay.
    #[must_use]
    pub fn scalar(&self, ir: &Ir) -> Node {
        let Lowered { node, form } = self.lower(ir);
        if form == Form::Ref && self.is_copy(&ir.ty) { Node::prefix("*", node) } else { node }
    }

    pub(super) fn own(&self, lowered: Lowered, ty: &Type) -> Node {
        let Lowered { node, form } = lowered;
        match form {
            Form::Value => node,
            Form::Place if self.is_copy(ty) => node,
            Form::Ref if self.is_copy(ty) => Node::prefix("*", node),
            Form::Place | Form::Ref => node.method("clone", vec![]),
            Form::Str => node.method("to_owned", vec![]),
        }
    }

    /// Whether Rust copies values of the type.
    pub(super) fn is_copy(&self, ty: &Type) -> bool {
        match ty {
            Type::Bool | Type::Int | Type::Decimal(_) | Type::Uuid | Type::None => true,
            Type::Date | Type::Time | Type::Duration | Type::Period => true,
            Type::Named(id) => matches!(
                self.names.types().get(*id).map(|d| &d.kind),
                Some(
                    TypeDefKind::Enum { .. }
                        | TypeDefKind::Newtype { base: Type::Uuid, id_of: Some(_), .. }
                )
            ),
            Type::Option(inner) | Type::Patch(inner) => self.is_copy(inner),
            _ => false,
        }
    }

    /// The expression and its form.
    #[must_use]
    pub fn lower(&self, ir: &Ir) -> Lowered {
        match &ir.kind {
            IrKind::Error => Lowered::value(Node::atom("()")),
            IrKind::Lit(lit) => self.typed_literal(lit, &ir.ty),
            IrKind::Local(name) => self.local(name),
            IrKind::Root(root) => self.names.root(*root),
            IrKind::RootField { root, name } => self.root_field(*root, name),
            IrKind::RootDerived { root, name } => {
                let of = self.names.root(*root).node;
                let fails = self.names.derived_fails(Some(*root), None, name);
                let call = of.method(ident(name), vec![]);
                Lowered::value(if fails { call.tried() } else { call })
            }
            IrKind::Field { of, name } => self.field(of, name),
            IrKind::Derived { of, name } => {
                let record = if let Type::Named(id) = &of.ty { Some(*id) } else { None };
                let fails = self.names.derived_fails(None, record, name);
                let call = self.lower(of).node.method(ident(name), vec![]);
                Lowered::value(if fails { call.tried() } else { call })
            }
            IrKind::Now => Lowered::value(self.names.now()),
            IrKind::Today => Lowered::value(self.names.today()),
            IrKind::Exists => Lowered::value(self.names.exists()),
            IrKind::Member { ty, index } => Lowered::value(Node::atom(self.member(*ty, *index))),
            IrKind::Record { ty, fields } => {
                let path = self.names.ty(*ty);
                Lowered::value(Node::Struct(path, self.fields(fields), None))
            }
            IrKind::Union { ty, index, fields } => {
                let path = self.member(*ty, *index);
                Lowered::value(Node::Struct(path, self.fields(fields), None))
            }
            IrKind::List(items) => Lowered::value(self.list(items, &ir.ty)),
            IrKind::Convert { how, of } => self.convert(*how, of, &ir.ty),
            IrKind::Not(of) => self.not(of),
            IrKind::Neg(of) => match &of.kind {
                IrKind::Lit(Literal::Int(n)) if *n != i64::MIN => {
                    Lowered::value(Node::atom(super::grouped(-i128::from(*n))))
                }
                IrKind::Lit(Literal::Decimal(d)) => Lowered::value(decimal(-*d)),
                IrKind::Neg(inner) => self.lower(inner),
                _ if of.ty == Type::Duration => Lowered::value(
                    Node::call(
                        "time::duration_minus",
                        vec![Node::atom("SignedDuration::ZERO"), self.scalar(of)],
                    )
                    .tried(),
                ),
                _ => Lowered::value(Node::call("num::neg", vec![self.scalar(of)]).tried()),
            },
            IrKind::And(left, right) => Lowered::value(self.logic("&&", left, right)),
            IrKind::Or(left, right) => Lowered::value(self.logic("||", left, right)),
            IrKind::Compare { op, left, right } => Lowered::value(self.compare(*op, left, right)),
            IrKind::Arith { op, left, right } => Lowered::value(self.arith(*op, left, right)),
            IrKind::In { item, list } => Lowered::value(self.contained(item, list)),
            IrKind::Is { of, index } => Lowered::value(self.is(of, *index)),
            IrKind::If { cond, then, otherwise } => {
                Lowered::value(self.narrowing_if(cond, then, otherwise).unwrap_or_else(|| {
                    Node::if_else(self.cond(cond), self.value(then), self.value(otherwise))
                }))
            }
            IrKind::Index { of, keys } => self.index(of, keys, &ir.ty),
            IrKind::Lookup { context, source, keys } => {
                let keys = keys.iter().map(|k| self.value(k)).collect();
                Lowered::value(self.names.lookup(context, source, keys))
            }
            IrKind::Method { method, of, args } => self.method(*method, of, args, &ir.ty),
            IrKind::Builtin { function, args } => Lowered::value(self.builtin(*function, args)),
            IrKind::Table { context, name, args } => {
                let path = self.names.table(context.as_deref(), name);
                Lowered::value(Node::call(path, self.arguments(args)).tried())
            }
            IrKind::Function { context, name, args } => {
                let path = self.names.function(context.as_deref(), name);
                Lowered::value(Node::call(path, self.arguments(args)))
            }
            IrKind::Format { pieces, args } => Lowered::value(self.format(pieces, args)),
            IrKind::Next { name, part } => {
                let part = part.as_ref().map_or(Node::text(""), |part| self.scalar(part));
                let call = Node::atom("cx").method("next", vec![Node::text(name), part]);
                Lowered::value(call.tried())
            }
        }
    }

    /// Arguments of tables and functions: `Copy` values as they are, everything else borrowed.
    fn arguments(&self, args: &[Ir]) -> Vec<Node> {
        args.iter()
            .map(|a| if self.is_copy(&a.ty) { self.value(a) } else { self.borrow(a) })
            .collect()
    }

    fn typed_literal(&self, lit: &Literal, ty: &Type) -> Lowered {
        match (lit, ty) {
            (Literal::Int(n), Type::Decimal(_)) => {
                Lowered::value(decimal(rust_decimal::Decimal::from(*n)))
            }
            (Literal::None, Type::Patch(_)) => Lowered::value(Node::atom("Patch::Clear")),
            _ => literal(lit),
        }
    }

    fn root_field(&self, root: Root, name: &str) -> Lowered {
        if let Some(lowered) = self.names.root_field(root, name) {
            return lowered;
        }
        Lowered::new(self.names.root(root).node.field(ident(name)), Form::Place)
    }

    fn field(&self, of: &Ir, name: &str) -> Lowered {
        let base = self.lower(of);
        if let Type::Named(id) = &of.ty
            && matches!(
                self.names.types().get(*id).map(|d| &d.kind),
                Some(TypeDefKind::Enum { .. })
            )
        {
            let call = base.node.method(ident(name), vec![]);
            let form = if self.is_text_property(*id, name) { Form::Str } else { Form::Value };
            return Lowered::new(call, form);
        }
        let form = if base.form == Form::Value { Form::Value } else { Form::Place };
        if let IrKind::Convert { how: Conversion::NarrowUnion(_), .. } = &of.kind {
            return self.union_field(of, name);
        }
        Lowered::new(base.node.field(ident(name)), form)
    }

    fn is_text_property(&self, id: crate::lang::types::TypeId, name: &str) -> bool {
        match self.names.types().get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { fields, .. }) => {
                fields.iter().any(|f| f.name == name && f.ty == Type::Text)
            }
            _ => false,
        }
    }

    pub(super) fn member(&self, ty: crate::lang::types::TypeId, index: u32) -> String {
        let name = match self.names.types().get(ty).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => {
                members.get(index as usize).map(|m| m.name.as_str())
            }
            Some(TypeDefKind::Union { members }) => {
                members.get(index as usize).map(|(name, _)| name.as_str())
            }
            _ => None,
        };
        format!("{}::{}", self.names.ty(ty), name.unwrap_or_default().to_pascal_case())
    }

    /// The fields of a literal; a local of the same name is written in short.
    #[must_use]
    pub fn fields(&self, fields: &[(String, Ir)]) -> Vec<Field> {
        fields.iter().map(|(name, ir)| Field::new(ident(name), self.value(ir))).collect()
    }

    fn list(&self, items: &[Ir], ty: &Type) -> Node {
        let items: Vec<Node> = items.iter().map(|item| self.value(item)).collect();
        match (ty, items.is_empty()) {
            (Type::Set(_), true) => Node::call("BTreeSet::new", vec![]),
            (Type::Entities(_), false) => Node::call("list::keyed", vec![Node::Array(items)]),
            (Type::Entities(id), true) => {
                Node::call(format!("Entities::<{}>::new", self.names.ty(*id)), vec![])
            }
            (Type::Map(..), _) => Node::call("BTreeMap::new", vec![]),
            (Type::Set(_), false) => Node::call("BTreeSet::from", vec![Node::Array(items)]),
            (_, true) => Node::call("Vec::new", vec![]),
            (_, false) => Node::VecMacro("vec".to_owned(), items),
        }
    }

    fn not(&self, of: &Ir) -> Lowered {
        if let (IrKind::Exists, Node::Method(current, name, args)) = (&of.kind, self.names.exists())
            && name == "is_some"
        {
            return Lowered::value(current.method("is_none", args));
        }
        if let Some(other) = negated(of) {
            return self.lower(&other);
        }
        let inner = self.scalar(of);
        Lowered::value(Node::prefix("!", parenthesised(inner)))
    }

    fn logic(&self, op: &'static str, left: &Ir, right: &Ir) -> Node {
        if let Some(node) = self.guarded(left, right, op == "&&") {
            return node;
        }
        let side = |ir: &Ir| {
            let node = self.scalar(ir);
            match (&ir.kind, op) {
                (IrKind::And(..), "||") | (IrKind::Or(..), "&&") => node.paren(),
                (IrKind::If { .. }, _) => node.paren(),
                _ => node,
            }
        };
        let right = match (&right.kind, op) {
            (IrKind::And(..), "&&") | (IrKind::Or(..), "||") => self.scalar(right).paren(),
            _ => side(right),
        };
        Node::binary(op, side(left), right)
    }

    fn compare(&self, op: CompareOp, left: &Ir, right: &Ir) -> Node {
        if let Some(node) = canon::compared(self, op, left, right) {
            return node;
        }
        let (l, r) = (self.lower(left), self.lower(right));
        let both_refs = l.form == Form::Ref && r.form == Form::Ref;
        let side = |lowered: Lowered, other: Form, ir: &Ir| {
            let follow = lowered.form == Form::Ref && !both_refs && other != Form::Str;
            let node = if follow { Node::prefix("*", lowered.node) } else { lowered.node };
            if matches!(ir.kind, IrKind::If { .. }) || is_comparison(&node) {
                node.paren()
            } else {
                node
            }
        };
        let (l_form, r_form) = (l.form, r.form);
        let (l, r) = (side(l, r_form, left), side(r, l_form, right));
        Node::binary(sign(op), l, r)
    }

    fn convert(&self, how: Conversion, of: &Ir, to: &Type) -> Lowered {
        match how {
            Conversion::IntToDecimal => match &of.kind {
                IrKind::Lit(Literal::Int(n)) => {
                    let scale = if let Type::Decimal(Scale::Fixed(s)) = to { *s } else { 0 };
                    let mut number = rust_decimal::Decimal::from(*n);
                    number.rescale(u32::from(scale));
                    Lowered::value(decimal(number))
                }
                _ => {
                    let node = Node::call("num::from_int", vec![self.scalar(of)]);
                    Lowered::value(match to {
                        Type::Decimal(Scale::Fixed(s)) if *s > 0 => widened(node, *s),
                        _ => node,
                    })
                }
            },
            Conversion::Rescale => match (&of.kind, to) {
                (IrKind::Lit(Literal::Decimal(d)), Type::Decimal(Scale::Fixed(s))) => {
                    let mut number = *d;
                    number.rescale(u32::from(*s));
                    Lowered::value(decimal(number))
                }
                (_, Type::Decimal(Scale::Fixed(s))) => Lowered::value(widened(self.scalar(of), *s)),
                _ => self.lower(of),
            },
            Conversion::Some => {
                let name = if matches!(to, Type::Patch(_)) { "Patch::Set" } else { "Some" };
                Lowered::value(Node::call(name, vec![self.value(of)]))
            }
            Conversion::Wrap => self.wrap(of, to),
            Conversion::Unwrap => self.unwrap(of),
            Conversion::Narrow => self.narrow(of),
            Conversion::NarrowUnion(_) => self.lower(of),
            Conversion::Reshape | Conversion::Inner => self.reshaped(of, to),
            Conversion::ToPatch => Lowered::value(Node::call("Patch::from", vec![self.value(of)])),
        }
    }

    fn wrap(&self, of: &Ir, to: &Type) -> Lowered {
        let Type::Named(id) = to else { return self.lower(of) };
        let path = self.names.ty(*id);
        if self.is_copy(to) {
            return Lowered::value(Node::call(path, vec![self.value(of)]));
        }
        let value = self.value(of);
        Lowered::value(Node::call(format!("{path}::trusted"), vec![value]))
    }

    fn unwrap(&self, of: &Ir) -> Lowered {
        let base = self.lower(of);
        if self.is_copy(&of.ty) {
            return Lowered::new(base.node.field("0"), Form::Place);
        }
        Lowered::new(base.node.method("value", vec![]), Form::Ref)
    }
}

fn widened(node: Node, scale: u8) -> Node {
    Node::call("num::widen", vec![node, Node::atom(scale.to_string())]).tried()
}

/// `Ok(value)`; what is tried and fails with the kit's own fault is given on as it is.
#[must_use]
pub fn in_ok(value: Node) -> Node {
    match value {
        Node::Try(inner) if fails_with_fault(&inner) => *inner,
        other => Node::call("Ok", vec![other]),
    }
}

/// Whether a call's error is the kit's fault, not that of arithmetic or of a refusal.
fn fails_with_fault(call: &Node) -> bool {
    match call {
        Node::Call(callee, _) => match callee.as_ref() {
            Node::Atom(path) => !path.starts_with("num::") && !path.starts_with("time::"),
            _ => false,
        },
        Node::Method(of, name, _) => {
            // `cx.actor.id()` fails with a refusal.
            !(name == "id" && matches!(of.as_ref(), Node::Field(_, field) if field == "actor"))
        }
        _ => false,
    }
}

/// A Rust identifier.
pub(super) fn ident(name: &str) -> String {
    crate::lang::to_rust::calls::raw(name)
}

pub(super) fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

fn is_comparison(node: &Node) -> bool {
    matches!(node, Node::Binary(..))
}

/// In parentheses where an operator in front or a method behind would bind tighter.
pub(super) fn parenthesised(node: Node) -> Node {
    match node {
        Node::Binary(..) | Node::Prefix(..) | Node::Cast(..) | Node::Range(..) | Node::If(..) => {
            node.paren()
        }
        other => other,
    }
}

/// Whether the expression may leave the function with `?`.
#[must_use]
pub fn fallible(node: &Node) -> bool {
    match node {
        Node::Try(_) => true,
        Node::Atom(_) => false,
        Node::Call(callee, args) => fallible(callee) || args.iter().any(fallible),
        Node::Method(of, _, args) => fallible(of) || args.iter().any(fallible),
        Node::Field(of, _) | Node::Await(of) | Node::Prefix(_, of) | Node::Paren(of) => {
            fallible(of)
        }
        Node::Cast(of, _) => fallible(of),
        Node::Index(a, b) | Node::Binary(_, a, b) | Node::Assign(a, _, b) => {
            fallible(a) || fallible(b)
        }
        Node::Range(a, _, b) => [a, b].into_iter().flatten().any(|n| fallible(n)),
        Node::Struct(_, fields, base) => {
            fields.iter().filter_map(|f| f.value.as_ref()).any(fallible)
                || base.as_deref().is_some_and(fallible)
        }
        Node::Tuple(items) | Node::Array(items) => items.iter().any(fallible),
        Node::VecMacro(_, items) | Node::Macro(_, items) => items.iter().any(fallible),
        Node::Closure(..) => false,
        Node::If(_, cond, then, otherwise) => {
            fallible(cond) || block(then) || otherwise.as_deref().is_some_and(fallible)
        }
        Node::Match(on, arms) => fallible(on) || arms.iter().any(|arm| fallible(&arm.body)),
        Node::Block(inner) => block(inner),
        Node::Return(value) => value.as_deref().is_some_and(fallible),
    }
}

fn block(block: &crate::layout::Block) -> bool {
    block.0.iter().any(|stmt| match stmt {
        crate::layout::Stmt::Bind(_, value, _)
        | crate::layout::Stmt::Semi(value)
        | crate::layout::Stmt::Expr(value) => fallible(value),
        crate::layout::Stmt::For(_, of, inner) => fallible(of) || self::block(inner),
        crate::layout::Stmt::Lines(_) => false,
    })
}

impl Lowerer<'_> {
    fn arith(&self, op: ArithOp, left: &Ir, right: &Ir) -> Node {
        let (l, r) = (self.scalar(left), self.scalar(right));
        let zone = || self.names.zone();
        let call = |name: &str, args: Vec<Node>| Node::call(name, args).tried();
        match (&left.ty, op, &right.ty) {
            (Type::Time, ArithOp::Sub, Type::Time) => Node::call("time::between", vec![l, r]),
            (Type::Date, ArithOp::Sub, Type::Date) => Node::call("time::days_between", vec![l, r]),
            (Type::Time, ArithOp::Add, Type::Duration) => call("time::plus", vec![l, r]),
            (Type::Time, ArithOp::Sub, Type::Duration) => call("time::minus", vec![l, r]),
            (Type::Time, ArithOp::Add, _) => call("time::plus_period", vec![l, r, zone()]),
            (Type::Time, ArithOp::Sub, _) => call("time::minus_period", vec![l, r, zone()]),
            (Type::Date, ArithOp::Add, _) => call("time::date_plus", vec![l, r]),
            (Type::Date, ArithOp::Sub, _) => call("time::date_minus", vec![l, r]),
            (Type::Duration, ArithOp::Add, _) => call("time::duration_plus", vec![l, r]),
            (Type::Duration, ArithOp::Sub, _) => call("time::duration_minus", vec![l, r]),
            (Type::Duration, ArithOp::Mul, _) => call("time::duration_times", vec![l, r]),
            (Type::Duration, ArithOp::Div, _) => call("time::duration_over", vec![l, r]),
            (_, ArithOp::Mul, Type::Duration) => call("time::duration_times", vec![r, l]),
            (_, ArithOp::Add, _) => call("num::add", vec![l, r]),
            (_, ArithOp::Sub, _) => call("num::sub", vec![l, r]),
            (_, ArithOp::Mul, _) => call("num::mul", vec![l, r]),
            (_, ArithOp::Div, _) => call("num::div", vec![l, r]),
            (_, ArithOp::Rem, _) => call("num::rem", vec![l, r]),
        }
    }
}
