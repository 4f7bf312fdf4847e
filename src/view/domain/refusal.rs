//! `refusal.rs` of an aggregate: every way in which it says no.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::types::{FieldDef, TypeTable};
use crate::model::{Aggregate, Refusal, RefusalOrigin, TextPiece};
use crate::view::rust::{Imports, Rust, article, module, raw, uses_prelude};

use super::Domain;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusalFile {
    header: String,
    article: String,
    external: String,
    internal: String,
    name: String,
    refusals: Vec<String>,
}

/// The refusals that the commands of an aggregate can give; built-in ones come with the macro.
#[must_use]
pub fn refusal_file(domain: &Domain, aggregate: &Aggregate) -> RefusalFile {
    let imports = Imports::below(&module(&aggregate.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let own = own_refusals(domain, aggregate);
    let refusals: Vec<String> =
        own.iter().map(|r| variant(&domain.model.types, &rust, r)).collect();
    let fields: String =
        own.iter().flat_map(|r| &r.fields).map(|f| format!("{} ", rust.ty(&f.ty))).collect();
    RefusalFile {
        header: domain.header.clone(),
        article: article(&aggregate.name),
        name: format!("{}Refusal", aggregate.name),
        external: imports.external(uses_prelude(&fields)),
        internal: imports.internal(),
        refusals,
    }
}

/// The refusals of an aggregate that are not built in, by name.
pub(super) fn own_refusals<'m>(domain: &Domain<'m>, aggregate: &Aggregate) -> Vec<&'m Refusal> {
    let commands = aggregate.commands.iter().filter_map(|name| domain.context.commands.get(name));
    let mut names: BTreeSet<&str> =
        commands.flat_map(|c| c.refusals.iter().map(String::as_str)).collect();
    names.extend(aggregate.unique.iter().map(|u| u.refusal.name.as_str()));
    names
        .into_iter()
        .filter_map(|name| domain.context.refusals.get(name))
        .filter(|refusal| refusal.origin != RefusalOrigin::BuiltIn)
        .collect()
}

fn variant(types: &TypeTable, rust: &Rust, refusal: &Refusal) -> String {
    let field = |f: &FieldDef| {
        let shown = f.marks.secret.or_else(|| types.holds_secret(&f.ty).then_some(0));
        let shown = shown.map_or_else(String::new, |shown| format!(" as {shown}"));
        format!("{}: {}{shown}", raw(&f.name), rust.ty(&f.ty))
    };
    let fields: Vec<String> = refusal.fields.iter().map(field).collect();
    let fields =
        if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) };
    let (name, status) = (&refusal.name, refusal.status);
    let (code, text) = (name.to_snake_case(), text_of(refusal));
    format!("{name}{fields} = {status} {code:?} {text:?}")
}

/// The text with `{field}` where a value is put in.
#[must_use]
pub fn text_of(refusal: &Refusal) -> String {
    let pieces = refusal.text.iter().map(|piece| match piece {
        TextPiece::Text(text) => text.clone(),
        TextPiece::Field(name) => format!("{{{name}}}"),
    });
    pieces.collect()
}
