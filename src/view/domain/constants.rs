//! Constants of tests: as Rust, and as the JSON in which they are stored.

use heck::ToSnakeCase as _;

use crate::lang::ir::{Conversion, Ir, IrKind, Literal};
use crate::lang::to_rust::{Lowerer, raw};
use crate::lang::types::{FieldDef, Scale, Type, TypeDefKind, TypeTable};
use crate::layout::{self, Field, Node};

use super::site::Site;

/// Writes constants in one test file.
pub struct Constants<'a> {
    /// The place.
    pub site: &'a Site<'a, 'a>,
    /// Names behind uuids that scenarios write with `@`.
    pub names: &'a std::collections::BTreeMap<uuid::Uuid, String>,
    /// All types.
    pub types: &'a TypeTable,
}

impl Constants<'_> {
    /// The constant as Rust. Uuids that have a name are written with it.
    #[must_use]
    pub fn node(&self, ir: &Ir) -> Node {
        if let Some(name) = self.named(ir) {
            let call = Node::call("uuid", vec![Node::text(&name)]);
            return match (&ir.kind, &ir.ty) {
                (IrKind::Lit(_), _) => call,
                (_, Type::Named(id)) if !self.is_id(*id) => {
                    let name = crate::lang::to_rust::Names::ty(self.site, *id);
                    Node::call(format!("{name}::trusted"), vec![call])
                }
                _ => call.method("into", vec![]),
            };
        }
        match &ir.kind {
            IrKind::Record { ty, fields } => {
                let name = crate::lang::to_rust::Names::ty(self.site, *ty);
                Node::Struct(name, self.fields(fields), None)
            }
            IrKind::Convert { how: Conversion::Some, of } => {
                let name = if matches!(ir.ty, Type::Patch(_)) { "Patch::Set" } else { "Some" };
                Node::call(name, vec![self.node(of)])
            }
            IrKind::List(items) if !items.is_empty() => self.list(items, &ir.ty),
            IrKind::Lit(Literal::None) if matches!(ir.ty, Type::Patch(_)) => {
                Node::atom("Patch::Keep")
            }
            _ => Lowerer::new(self.site).value(ir),
        }
    }

    fn list(&self, items: &[Ir], ty: &Type) -> Node {
        let nodes: Vec<Node> = items.iter().map(|item| self.node(item)).collect();
        match ty {
            Type::Set(_) => Node::call("BTreeSet::from", vec![Node::Array(nodes)]),
            Type::Entities(_) => Node::call("list::keyed", vec![Node::Array(nodes)]),
            _ => Node::VecMacro("vec".to_owned(), nodes),
        }
    }

    /// The fields of a literal.
    #[must_use]
    pub fn fields(&self, fields: &[(String, Ir)]) -> Vec<Field> {
        fields
            .iter()
            .map(|(name, ir)| Field { name: raw(name), value: Some(self.node(ir)) })
            .collect()
    }

    /// The text of a constant, to compare two.
    #[must_use]
    pub fn text(&self, ir: &Ir) -> String {
        layout::expression(&self.node(ir), 0)
    }

    fn is_id(&self, id: crate::lang::types::TypeId) -> bool {
        let kind = self.types.get(id).map(|def| &def.kind);
        matches!(kind, Some(TypeDefKind::Newtype { id_of: Some(_), .. }))
    }

    /// The name of a uuid, if it has one.
    fn named(&self, ir: &Ir) -> Option<String> {
        let uuid = match &ir.kind {
            IrKind::Lit(Literal::Uuid(uuid)) => uuid,
            IrKind::Convert { how: Conversion::Wrap, of } => match &of.kind {
                IrKind::Lit(Literal::Uuid(uuid)) => uuid,
                _ => return None,
            },
            _ => return None,
        };
        self.names.get(uuid).cloned()
    }

    /// The constant as it stands in JSON, in the `json!` macro; `None` when it is left out.
    #[must_use]
    pub fn json(&self, ir: &Ir) -> Option<String> {
        if let Some(name) = self.named(ir) {
            return Some(format!("uuid({name:?})"));
        }
        match &ir.kind {
            IrKind::Lit(lit) => literal(lit, &ir.ty),
            IrKind::Convert { how, of } => match how {
                Conversion::IntToDecimal | Conversion::Rescale => self.decimal(of, &ir.ty),
                Conversion::ToPatch if matches!(of.kind, IrKind::Lit(Literal::None)) => {
                    Some("null".to_owned())
                }
                _ => self.json(of),
            },
            IrKind::Member { ty, index } => match self.types.get(*ty).map(|d| &d.kind) {
                Some(TypeDefKind::Enum { members, .. }) => {
                    members.get(*index as usize).map(|m| format!("{:?}", m.name))
                }
                _ => None,
            },
            IrKind::Record { fields, .. } => Some(self.object(fields)),
            IrKind::Union { ty, index, fields } => {
                let name = match self.types.get(*ty).map(|d| &d.kind) {
                    Some(TypeDefKind::Union { members }) => members.get(*index as usize)?.0.clone(),
                    _ => return None,
                };
                let rest = self.object(fields);
                let rest = rest.trim_start_matches('{').trim_end_matches('}').trim();
                let sep = if rest.is_empty() { "" } else { ", " };
                Some(format!("{{ \"type\": {:?}{sep}{rest} }}", name.to_snake_case()))
            }
            IrKind::List(items) => {
                let items: Option<Vec<String>> = items.iter().map(|item| self.json(item)).collect();
                match ir.ty {
                    Type::Map(..) => Some("{}".to_owned()),
                    _ => Some(format!("[{}]", items?.join(", "))),
                }
            }
            _ => None,
        }
    }

    fn decimal(&self, of: &Ir, ty: &Type) -> Option<String> {
        let mut number = match &of.kind {
            IrKind::Lit(Literal::Int(n)) => rust_decimal::Decimal::from(*n),
            IrKind::Lit(Literal::Decimal(d)) => *d,
            _ => return None,
        };
        if let Type::Decimal(Scale::Fixed(scale)) = ty {
            number.rescale(u32::from(*scale));
        }
        Some(format!("\"{number}\""))
    }

    /// `let name = json!({ .. });` with a line per field; rustfmt leaves it alone.
    #[must_use]
    pub fn lines(&self, name: &str, fields: &[(String, Ir)]) -> String {
        let pairs: Vec<String> = fields
            .iter()
            .filter_map(|(name, ir)| Some(format!("    {name:?}: {},\n", self.json(ir)?)))
            .collect();
        format!("let {name} = json!({{\n{}}});", pairs.concat())
    }

    /// An object of fields that are compared: one without value is null.
    #[must_use]
    pub fn expected(&self, fields: &[(String, Ir)]) -> String {
        let value = |ir: &Ir| self.json(ir).unwrap_or_else(|| "null".to_owned());
        let pairs: Vec<String> =
            fields.iter().map(|(name, ir)| format!("{name:?}: {}", value(ir))).collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }

    /// An object of the fields that are written.
    #[must_use]
    pub fn object(&self, fields: &[(String, Ir)]) -> String {
        let pairs: Vec<String> = fields
            .iter()
            .filter_map(|(name, ir)| Some(format!("{name:?}: {}", self.json(ir)?)))
            .collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }
}

fn literal(lit: &Literal, ty: &Type) -> Option<String> {
    Some(match lit {
        Literal::None => return None,
        Literal::Bool(value) => value.to_string(),
        Literal::Int(n) if matches!(ty, Type::Decimal(_)) => format!("\"{n}\""),
        Literal::Int(n) => n.to_string(),
        Literal::Decimal(d) => {
            let mut number = *d;
            if let Type::Decimal(Scale::Fixed(scale)) = ty {
                number.rescale(u32::from(*scale));
            }
            format!("\"{number}\"")
        }
        Literal::Text(text) => format!("{text:?}"),
        Literal::Duration(length) => format!("\"{length}\""),
        Literal::Period { .. } => return None,
        Literal::Date(day) => format!("\"{day}\""),
        Literal::Time(at) => format!("\"{at}\""),
        Literal::Uuid(id) => format!("\"{id}\""),
    })
}

/// The bounds of a field as numbers that a test can try: least and most.
#[must_use]
pub fn whole_bounds(field: &FieldDef) -> (Option<i64>, Option<i64>) {
    use rust_decimal::prelude::ToPrimitive as _;
    let of = match (&field.ty, &field.bounds.inner) {
        (Type::Option(_) | Type::Patch(_), Some(inner)) => inner.as_ref(),
        _ => &field.bounds,
    };
    (of.min.and_then(|d| d.to_i64()), of.max.and_then(|d| d.to_i64()))
}
