//! What other rooms use: an expression in, a node and how its value is held out.

use super::Names;
use super::code::{self, Code};
use super::lower::Lower;
use super::names::raw;
use crate::lang::ir::Ir;
use crate::layout::{Field, Node};

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

impl From<Lowered> for Code {
    fn from(lowered: Lowered) -> Self {
        let form = match lowered.form {
            Form::Value => code::Form::Owned,
            Form::Place => code::Form::Place,
            Form::Ref => code::Form::Ref(1),
            Form::Str => code::Form::Str,
        };
        Self { node: lowered.node, form }
    }
}

/// Lowers expressions at one place.
pub struct Lowerer<'n> {
    names: &'n dyn Names,
}

impl<'n> Lowerer<'n> {
    /// At the place that `names` describes.
    #[must_use]
    pub fn new(names: &'n dyn Names) -> Self {
        Self { names }
    }

    /// The expression as an own value: places and references are copied or cloned.
    #[must_use]
    pub fn value(&self, ir: &Ir) -> Node {
        Lower::new(self.names).value(ir)
    }

    /// The expression as a reference, for an argument.
    #[must_use]
    pub fn borrow(&self, ir: &Ir) -> Node {
        Lower::new(self.names).borrowed(ir)
    }

    /// The expression as a condition.
    #[must_use]
    pub fn cond(&self, ir: &Ir) -> Node {
        self.value(ir)
    }

    /// The expression where it stands in a larger one and is only looked at: `Copy` references are
    /// followed, others stay.
    #[must_use]
    pub fn scalar(&self, ir: &Ir) -> Node {
        let mut lower = Lower::new(self.names);
        let code = lower.code(ir);
        if lower.copies(&ir.ty) { lower.own(code, &ir.ty) } else { code.node }
    }

    /// The expression and how its value is held.
    #[must_use]
    pub fn lower(&self, ir: &Ir) -> Lowered {
        let mut lower = Lower::new(self.names);
        let code = lower.code(ir);
        let form = match code.form {
            code::Form::Owned => Form::Value,
            code::Form::Place => Form::Place,
            code::Form::Ref(1) => Form::Ref,
            code::Form::Str => Form::Str,
            _ => return Lowered::value(lower.own(code, &ir.ty)),
        };
        Lowered::new(code.node, form)
    }

    /// The fields of a literal; a local of the same name is written in short.
    #[must_use]
    pub fn fields(&self, fields: &[(String, Ir)]) -> Vec<Field> {
        fields.iter().map(|(name, ir)| Field::new(raw(name), self.value(ir))).collect()
    }
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
