//! Conditions on rows that the store can judge, as code that builds them; the rest is judged by
//! code. A condition goes to the store when it is made of comparisons, `in`, option tests, text
//! tests and boolean operators on columns and values.

use crate::lang::ir::{ArithOp, CompareOp, Conversion, Ir, IrArg, IrKind, Literal, Method, Root};
use crate::lang::to_rust::{Form, Lowerer};
use crate::lang::types::{Type, TypeDefKind, TypeTable};
use crate::layout::Node;

/// Builds conditions at one place.
pub struct Sql<'a> {
    /// Lowers values.
    pub lowerer: &'a Lowerer<'a>,
    /// All types.
    pub types: &'a TypeTable,
    /// The root whose fields are columns.
    pub row: Root,
}

impl Sql<'_> {
    /// Code that builds the condition, if the store can judge it.
    #[must_use]
    pub fn cond(&self, ir: &Ir) -> Option<Node> {
        self.cond_with(ir, None)
    }

    /// `bound` is a closure parameter that stands for a column.
    fn cond_with(&self, ir: &Ir, bound: Option<(&str, &str)>) -> Option<Node> {
        match &ir.kind {
            IrKind::Lit(Literal::Bool(value)) => {
                Some(Node::call("Cond::Const", vec![Node::atom(value.to_string())]))
            }
            IrKind::Not(of) => Some(self.cond_with(of, bound)?.method("not", vec![])),
            IrKind::And(a, b) => {
                Some(self.cond_with(a, bound)?.method("and", vec![self.cond_with(b, bound)?]))
            }
            IrKind::Or(a, b) => {
                Some(self.cond_with(a, bound)?.method("or", vec![self.cond_with(b, bound)?]))
            }
            IrKind::Compare { op, left, right } => self.compare(*op, left, right, bound),
            IrKind::In { item, list } => self.one_of(item, list, bound),
            IrKind::Method { method, of, args } => self.method(*method, of, args, bound),
            _ if ir.ty == Type::Bool => Some(self.column(ir, bound)?.method("is_true", vec![])),
            _ => None,
        }
    }

    fn compare(
        &self,
        op: CompareOp,
        left: &Ir,
        right: &Ir,
        bound: Option<(&str, &str)>,
    ) -> Option<Node> {
        if let IrKind::Lit(Literal::None) = right.kind {
            let test = self.column(left, bound)?.method("is_none", vec![]);
            return match op {
                CompareOp::Eq => Some(test),
                CompareOp::Ne => Some(test.method("not", vec![])),
                _ => None,
            };
        }
        let has_column = self.has_column(left, bound) || self.has_column(right, bound);
        if !has_column {
            return None;
        }
        let (l, r) = (self.term(left, bound)?, self.term(right, bound)?);
        let name = match op {
            CompareOp::Eq => "eq",
            CompareOp::Ne => "ne",
            CompareOp::Lt => "lt",
            CompareOp::Le => "le",
            CompareOp::Gt => "gt",
            CompareOp::Ge => "ge",
        };
        Some(l.method(name, vec![r]))
    }

    fn one_of(&self, item: &Ir, list: &Ir, bound: Option<(&str, &str)>) -> Option<Node> {
        let IrKind::List(items) = &list.kind else { return None };
        let column = self.column(item, bound)?;
        if items.iter().any(|i| self.has_column(i, bound)) {
            return None;
        }
        let items = items.iter().map(|i| self.lowerer.scalar(i)).collect();
        Some(column.method("one_of", vec![Node::Array(items)]))
    }

    fn method(
        &self,
        method: Method,
        of: &Ir,
        args: &[IrArg],
        bound: Option<(&str, &str)>,
    ) -> Option<Node> {
        let value = |i: usize| match args.get(i) {
            Some(IrArg::Value(ir)) => Some(ir),
            _ => None,
        };
        match method {
            Method::IsNone => Some(self.column(of, bound)?.method("is_none", vec![])),
            Method::IsSome => {
                let none = self.column(of, bound)?.method("is_none", vec![]);
                Some(none.method("not", vec![]))
            }
            Method::StartsWith | Method::EndsWith | Method::Contains
                if matches!(self.base(&of.ty), Type::Text) =>
            {
                let name = match method {
                    Method::StartsWith => "starts_with",
                    Method::EndsWith => "ends_with",
                    _ => "contains",
                };
                let text = self.term(value(0)?, bound)?;
                Some(self.column(of, bound)?.method(name, vec![text]))
            }
            Method::IsSomeAnd | Method::IsNoneOr => {
                let column = self.column_name(of, bound)?;
                let Some(IrArg::Closure(params, body)) = args.first() else { return None };
                let name = params.first()?;
                let inner = self.cond_with(body, Some((name, &column)))?;
                if method == Method::IsSomeAnd {
                    return Some(inner);
                }
                let none = self.column(of, bound)?.method("is_none", vec![]);
                Some(none.method("or", vec![inner]))
            }
            _ => None,
        }
    }

    fn base(&self, ty: &Type) -> Type {
        match ty {
            Type::Named(id) => match self.types.get(*id).map(|d| &d.kind) {
                Some(TypeDefKind::Newtype { base, .. }) => base.clone(),
                _ => ty.clone(),
            },
            Type::Option(inner) => self.base(inner),
            other => other.clone(),
        }
    }

    /// Whether values of the type are stored in a form that compares.
    fn comparable(&self, ty: &Type) -> bool {
        match self.base(ty) {
            Type::Named(id) => {
                matches!(self.types.get(id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. }))
            }
            Type::Bool | Type::Int | Type::Decimal(_) | Type::Text | Type::Uuid => true,
            Type::Date | Type::Time | Type::Duration => true,
            _ => false,
        }
    }

    /// The column that an expression is, conversions aside.
    fn column_name(&self, ir: &Ir, bound: Option<(&str, &str)>) -> Option<String> {
        match &ir.kind {
            IrKind::RootField { root, name } if *root == self.row => {
                self.comparable(&ir.ty).then(|| name.clone())
            }
            IrKind::Local(name) => bound.filter(|(n, _)| n == name).map(|(_, c)| c.to_owned()),
            IrKind::Convert {
                how:
                    Conversion::IntToDecimal
                    | Conversion::Rescale
                    | Conversion::Some
                    | Conversion::Wrap
                    | Conversion::Unwrap
                    | Conversion::Narrow,
                of,
            } => self.column_name(of, bound),
            _ => None,
        }
    }

    fn column(&self, ir: &Ir, bound: Option<(&str, &str)>) -> Option<Node> {
        let name = self.column_name(ir, bound)?;
        Some(Node::call("col", vec![Node::text(&name)]))
    }

    fn has_column(&self, ir: &Ir, bound: Option<(&str, &str)>) -> bool {
        ir.any(&mut |node| match &node.kind {
            IrKind::RootField { root, .. } | IrKind::RootDerived { root, .. } => *root == self.row,
            IrKind::Root(root) => *root == self.row,
            IrKind::Local(name) => bound.is_some_and(|(n, _)| n == name),
            _ => false,
        })
    }

    /// A column, arithmetic on whole-number columns, or a value.
    fn term(&self, ir: &Ir, bound: Option<(&str, &str)>) -> Option<Node> {
        if let Some(column) = self.column(ir, bound) {
            return Some(column);
        }
        if !self.has_column(ir, bound) {
            return self.comparable(&ir.ty).then(|| self.val(ir));
        }
        let IrKind::Arith { op, left, right } = &ir.kind else { return None };
        if left.ty != Type::Int || right.ty != Type::Int {
            return None;
        }
        let name = match op {
            ArithOp::Add => "add",
            ArithOp::Sub => "sub",
            ArithOp::Mul => "mul",
            ArithOp::Div | ArithOp::Rem => return None,
        };
        Some(self.term(left, bound)?.method(name, vec![self.term(right, bound)?]))
    }

    /// A value that does not depend on the row.
    #[must_use]
    pub fn val(&self, ir: &Ir) -> Node {
        let lowered = self.lowerer.lower(ir);
        let node = match lowered.form {
            Form::Str | Form::Value => lowered.node,
            Form::Ref => lowered.node,
            Form::Place => {
                if crate::view::rust::is_copy(self.types, &ir.ty) {
                    lowered.node
                } else {
                    lowered.node.borrowed()
                }
            }
        };
        Node::call("val", vec![node])
    }
}
