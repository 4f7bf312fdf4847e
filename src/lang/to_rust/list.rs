//! Literals and collections of written elements.

use super::code::Code;
use super::lower::Lower;
use crate::lang::ir::{Ir, Literal};
use crate::lang::types::Type;
use crate::layout::Node;

impl Lower<'_> {
    pub(super) fn literal(&self, lit: &Literal, ty: &Type) -> Code {
        match (lit, ty) {
            (Literal::None, Type::Patch(_)) => Code::owned(Node::atom("Patch::Keep")),
            _ => super::literal(lit).into(),
        }
    }

    pub(super) fn list(&mut self, items: &[Ir], ty: &Type) -> Code {
        let items: Vec<Node> = items.iter().map(|i| self.owned(i)).collect();
        Code::owned(match ty {
            Type::Set(_) if items.is_empty() => Node::call("BTreeSet::new", vec![]),
            Type::Set(_) => Node::call("BTreeSet::from", vec![Node::Array(items)]),
            Type::Entities(_) if !items.is_empty() => {
                Node::call("list::keyed", vec![Node::Array(items)])
            }
            Type::Entities(id) => {
                Node::call(format!("Entities::<{}>::new", self.names.ty(*id)), vec![])
            }
            Type::Map(..) => Node::call("BTreeMap::new", vec![]),
            Type::List(of) if items.is_empty() => {
                Node::call(format!("Vec::<{}>::new", self.rust(of)), vec![])
            }
            _ => Node::VecMacro("vec".into(), items),
        })
    }

    /// The Rust type of a type.
    pub(super) fn rust(&self, ty: &Type) -> String {
        match ty {
            Type::Error | Type::None => "()".into(),
            Type::Bool => "bool".into(),
            Type::Int => "i64".into(),
            Type::Decimal(_) => "Decimal".into(),
            Type::Text => "String".into(),
            Type::Uuid => "Uuid".into(),
            Type::Date => "Date".into(),
            Type::Time => "Timestamp".into(),
            Type::Duration => "SignedDuration".into(),
            Type::Period => "time::Period".into(),
            Type::Named(id) => self.names.ty(*id),
            Type::Option(t) => format!("Option<{}>", self.rust(t)),
            Type::Patch(t) => format!("Patch<{}>", self.rust(t)),
            Type::List(t) => format!("Vec<{}>", self.rust(t)),
            Type::Set(t) => format!("BTreeSet<{}>", self.rust(t)),
            Type::Map(k, v) => format!("BTreeMap<{}, {}>", self.rust(k), self.rust(v)),
            Type::Entities(id) => format!("Entities<{}>", self.names.ty(*id)),
        }
    }
}

/// A whole number.
pub(super) fn int(n: i64) -> Node {
    Node::atom(super::grouped(i128::from(n)))
}
