//! `references.rs`: the rows that stand in the text, and what they look like.

use serde::Serialize;

use crate::layout::{self, Node, Stmt};
use crate::model::Projection;
use crate::view::rust::{Imports, Rust};

use super::Domain;
use super::constants::Constants;
use super::root::row_items;
use super::site::{Place, Site};

/// The rows of a reference mean what its columns say: they are never folded.
const REVISION: u32 = 1;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReferencesFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    rows: Vec<String>,
}

/// The references of a context with their rows; `None` when there are none.
#[must_use]
pub fn references_file<'m>(domain: &Domain<'m>) -> Option<ReferencesFile> {
    let imports = Imports::of_module("references");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let site = Site::new(domain, &rust, Place::Method);
    let names = std::collections::BTreeMap::new();
    let constants = Constants { site: &site, names: &names, types: &domain.model.types };
    let references = domain.context.references.values();
    let rows: Vec<String> = references
        .map(|reference| {
            let row = row_items(domain, &rust, reference, REVISION);
            format!("{row}\n\n{}", listed(reference, &constants))
        })
        .collect();
    (!rows.is_empty()).then(|| ReferencesFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        rows,
        external: imports.external(true),
        internal: imports.internal(),
    })
}

/// `impl Reference for ZoneRow { .. }`
fn listed(reference: &Projection, constants: &Constants<'_>) -> String {
    let row = |row: &crate::model::Row| {
        Node::Struct("Self".to_owned(), constants.fields(&row.fields), None)
    };
    let rows = reference.listed.iter().map(row).collect();
    let all = Node::call("Ok", vec![Node::VecMacro("vec".to_owned(), rows)]);
    let body = layout::body(&[Stmt::Expr(all)], 8);
    let name = format!("{}Row", reference.name);
    let head = "    fn rows() -> Folded<Vec<Self>> {";
    format!("impl Reference for {name} {{\n{head}\n{body}\n    }}\n}}")
}
