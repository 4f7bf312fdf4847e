//! One file per read model or replica.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::model::Projection;
use crate::view::domain::{Domain, doc_of, key_of, row_items};
use crate::view::rust::{Imports, Rust};

use super::fold::Folds;
use super::site::domain_crate;
use super::stream::streams_of;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectionFile {
    header: String,
    kind: &'static str,
    words: String,
    external: String,
    internal: String,
    row: String,
    doc: String,
    name: String,
    row_name: String,
    folds: Vec<String>,
}

/// A read model with its row.
#[must_use]
pub fn view_file<'m>(domain: &Domain<'m>, projection: &'m Projection) -> ProjectionFile {
    file(domain, projection, "Read model", true)
}

/// A replica; its row is in the domain crate, where rules look it up.
#[must_use]
pub fn replica_file<'m>(domain: &Domain<'m>, projection: &'m Projection) -> ProjectionFile {
    file(domain, projection, "Replica", false)
}

/// Changes whenever what the rows mean changes: then the table is built anew from the events.
#[must_use]
pub fn revision<'m>(domain: &Domain<'m>, projection: &'m Projection) -> u32 {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    hash(&folds(domain, &rust, projection))
}

fn folds<'m>(domain: &Domain<'m>, rust: &Rust<'_, 'm>, projection: &'m Projection) -> Vec<String> {
    let fields = domain.model.types.fields(projection.row);
    let (key, _) = key_of(domain, rust, fields, &projection.key, "self");
    let row = format!("{}Row", projection.name);
    let folds = Folds { domain, rust, projection, row, key };
    streams_of(domain, &projection.events).iter().map(|stream| folds.item(stream)).collect()
}

/// FNV-1a, 32 bits.
fn hash(items: &[String]) -> u32 {
    items
        .iter()
        .flat_map(|item| item.bytes())
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn file<'m>(
    domain: &Domain<'m>,
    projection: &'m Projection,
    kind: &'static str,
    with_row: bool,
) -> ProjectionFile {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let row_name = format!("{}Row", projection.name);
    let items = folds(domain, &rust, projection);
    let row = if with_row {
        row_items(domain, &rust, projection, hash(&items))
    } else {
        imports.domain("replicas", &row_name);
        String::new()
    };
    let mut texts: Vec<&str> = items.iter().map(String::as_str).collect();
    texts.extend([row.as_str(), row_name.as_str()]);
    imports.keep_used(&texts);
    ProjectionFile {
        header: domain.header.clone(),
        kind,
        words: projection.name.to_snake_case().replace('_', " "),
        row,
        doc: doc_of(projection.notes.doc.as_deref()),
        name: projection.name.clone(),
        row_name,
        folds: items,
        external: imports.external(true),
        internal: imports.internal(),
    }
}
