//! `tables.rs`: each lookup table as a function.

use serde::Serialize;

use crate::lang::to_rust::{Form, Lowerer, choice, in_ok};
use crate::lang::types::{FieldDef, Type};
use crate::layout::{self, Node, Stmt};
use crate::model::Table;
use crate::view::rust::{Imports, Rust, is_copy, raw};

use super::Domain;
use super::command::uses;
use super::record::doc_of;
use super::site::{Place as SitePlace, Site};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TablesFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    items: Vec<String>,
}

/// The tables of a context and of the shared kernel; `None` when there are none.
#[must_use]
pub fn tables_file(domain: &Domain) -> Option<TablesFile> {
    let imports = Imports::of_module("tables");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let mut tables: Vec<&Table> =
        domain.context.tables.values().chain(domain.model.shared_tables.values()).collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    if tables.is_empty() {
        return None;
    }
    let items: Vec<String> = tables.into_iter().map(|t| table(domain, &rust, t)).collect();
    let prelude = true;
    Some(TablesFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        items,
        external: imports.external(prelude),
        internal: imports.internal(),
    })
}

fn table(domain: &Domain, rust: &Rust, table: &Table) -> String {
    let site = Site::new(domain, rust, SitePlace::Arguments);
    for arg in &table.args {
        let copied = is_copy(&domain.model.types, &arg.ty);
        site.bind(&arg.name, if copied { Form::Value } else { Form::Ref });
    }
    let lowerer = Lowerer::new(&site);
    let mut node: Option<Node> = None;
    for case in table.rows.iter().rev() {
        let value = lowerer.value(&case.value);
        node = Some(match (&case.cond, node) {
            (Some(cond), Some(rest)) => choice(lowerer.cond(cond), value, rest),
            _ => value,
        });
    }
    let node = node.unwrap_or(Node::atom("()"));
    let body = layout::body(&[Stmt::Expr(in_ok(node))], 4);
    let args: Vec<String> = table
        .args
        .iter()
        .map(|arg| match argument(domain, rust, arg) {
            shown if uses(&body, &raw(&arg.name)) => shown,
            unread => format!("_{}", unread.trim_start_matches("r#")),
        })
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let returns = format!("Folded<{}>", rust.ty(&table.returns));
    let head = format!("pub fn {}", raw(&table.name));
    let doc = doc_of(table.notes.doc.as_deref());
    let signature = layout::signature(&head, &args, Some(&returns), 0);
    let gap = if doc.is_empty() { "" } else { "///\n" };
    format!(
        "{doc}{gap}/// # Errors\n/// When a number is too large, or divided by zero.\n{signature}\n{body}\n}}"
    )
}

/// An argument: copies by value, texts and collections by reference.
#[must_use]
pub fn argument(domain: &Domain, rust: &Rust, arg: &FieldDef) -> String {
    let name = raw(&arg.name);
    match &arg.ty {
        Type::Text => format!("{name}: &str"),
        ty if is_copy(&domain.model.types, ty) => format!("{name}: {}", rust.ty(ty)),
        Type::List(inner) => format!("{name}: &[{}]", rust.ty(inner)),
        ty => format!("{name}: &{}", rust.ty(ty)),
    }
}
