//! The root of a domain crate, and the small files beside the aggregates.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};
use serde::Serialize;

use crate::lang::to_rust::{Lowerer, grouped};
use crate::lang::types::{FieldDef, Scale, Type, TypeDefKind, TypeTable};
use crate::layout::{self, Node, Stmt};
use crate::model::{Function, Projection};
use crate::view::rust::{
    Imports, Place, Rust, at_name, body, checks, lines, module, raw, sentence, uses_prelude,
};

use super::Domain;
use super::record::{doc_of, record};
use super::site::{Place as SitePlace, Site};
use super::tables::argument;
use super::values::{key_of, ordered_mods, struct_item};

/// `lib.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LibFile {
    header: String,
    head: String,
    modules: Vec<String>,
    zone: String,
}

/// The root of the crate with these modules.
#[must_use]
pub fn lib_file(domain: &Domain, modules: &[String], custom: bool) -> LibFile {
    let context = domain.context.name.replace('_', " ");
    let says = domain
        .context
        .notes
        .doc
        .as_deref()
        .map_or_else(|| "what may happen, and what follows from it.".to_owned(), sentence);
    let mut names = modules.to_vec();
    if custom {
        names.push("custom".to_owned());
    }
    let line = |name: &String| match name.as_str() {
        "custom" => "mod custom;".to_owned(),
        name => format!("pub mod {name};"),
    };
    let zone = &domain.context.time_zone;
    LibFile {
        header: domain.header.clone(),
        head: lines("//!", &format!("The domain of {context}: {says}"), 0).join("\n"),
        modules: ordered_mods(&names).iter().map(line).collect(),
        zone: if zone == "UTC" { String::new() } else { zone.clone() },
    }
}

/// `settings.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingsFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    fields: Vec<String>,
    at: String,
    checks: String,
}

/// The settings of a context; `None` when there are none.
#[must_use]
pub fn settings_file(domain: &Domain) -> Option<SettingsFile> {
    let imports = Imports::of_module("settings");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let fields = domain.model.types.fields(domain.context.settings);
    if fields.is_empty() {
        return None;
    }
    let statements = checks(&domain.model.types, fields);
    let prefix = domain.context.name.to_shouty_snake_case();
    let views = fields.iter().map(|f| setting(domain, &rust, f, &prefix)).collect();
    Some(SettingsFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        fields: views,
        at: at_name(&statements).to_owned(),
        checks: body(&statements, 8).join("\n"),
        external: imports.external(true),
        internal: imports.internal(),
    })
}

fn setting(domain: &Domain, rust: &Rust, field: &FieldDef, prefix: &str) -> String {
    let site = Site::new(domain, rust, SitePlace::Method);
    let lowerer = Lowerer::new(&site);
    let value = field.default.as_ref().map_or(Node::atom("None"), |ir| lowerer.value(ir));
    let value = layout::expression(&value, 8);
    let says = field.doc.clone().unwrap_or_else(|| field.name.replace('_', " "));
    let doc = lines("///", &sentence(&says), 8).join("\n        ");
    let secret = field.marks.secret.map_or_else(String::new, |shown| format!(" as {shown}"));
    let variable = format!("{prefix}_{}", field.name.to_shouty_snake_case());
    format!(
        "        {doc}\n        {}: {}{secret} = {value}, {variable:?},",
        raw(&field.name),
        rust.ty(&field.ty)
    )
}

/// `replicas.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplicasFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    rows: Vec<String>,
}

/// The rows of the replicas; `None` when there are none.
#[must_use]
pub fn replicas_file<'m>(domain: &Domain<'m>) -> Option<ReplicasFile> {
    let imports = Imports::of_module("replicas");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let rows: Vec<String> = domain
        .context
        .replicas
        .values()
        .map(|replica| {
            let revision = crate::view::service::revision(domain, replica);
            row_items(domain, &rust, replica, revision)
        })
        .collect();
    (!rows.is_empty()).then(|| ReplicasFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        rows,
        external: imports.external(true),
        internal: imports.internal(),
    })
}

/// The row of a view or replica: its struct and its table. `revision` tells apart tables whose rows
/// mean different things.
#[must_use]
pub fn row_items(domain: &Domain, rust: &Rust, projection: &Projection, revision: u32) -> String {
    let types = &domain.model.types;
    let fields = types.fields(projection.row);
    let name = format!("{}Row", projection.name);
    let words = projection.name.to_snake_case().replace('_', " ");
    let doc = format!("One row of {words}.");
    let view = record(domain, rust, &name, Some(&doc), fields, Place::Row);
    let columns: Vec<Node> =
        fields.iter().map(|field| column(types, field, &projection.key)).collect();
    let table = Node::Struct(
        "Table".to_owned(),
        vec![
            layout::Field::new("name", Node::text(&projection.table)),
            layout::Field::new("version", Node::atom(grouped(i128::from(revision)))),
            layout::Field::new("columns", Node::Array(columns).borrowed()),
        ],
        None,
    );
    let table = layout::statement(&Stmt::Bind("const TABLE: Table".to_owned(), table, None), 4);
    let (ty, value) = key_of(domain, rust, fields, &projection.key, "self");
    let below = if view.below.is_empty() { String::new() } else { format!("\n{}\n", view.below) };
    format!(
        "{}\n{below}\nimpl Row for {name} {{\n    {table}\n    type Key = {ty};\n\n    fn key(&self) -> {ty} {{\n        {value}\n    }}\n}}",
        struct_item(&view)
    )
}

fn column(types: &TypeTable, field: &FieldDef, key: &[String]) -> Node {
    let (ty, optional) = match &field.ty {
        Type::Option(inner) => (inner.as_ref(), true),
        ty => (ty, false),
    };
    let constructor = match (key.contains(&field.name), optional) {
        (true, _) => "Column::key",
        (false, true) => "Column::optional",
        (false, false) => "Column::new",
    };
    Node::call(constructor, vec![Node::text(&field.name), Node::atom(kind(types, ty))])
}

fn kind(types: &TypeTable, ty: &Type) -> String {
    let name = match ty {
        Type::Bool => "Bool",
        Type::Int => "Int",
        Type::Decimal(Scale::Fixed(scale)) => return format!("Kind::Decimal({scale})"),
        Type::Text => "Text",
        Type::Uuid => "Uuid",
        Type::Date => "Date",
        Type::Time => "Time",
        Type::Duration => "Duration",
        Type::Named(id) => match types.get(*id).map(|d| &d.kind) {
            Some(TypeDefKind::Newtype { base, .. }) => return kind(types, base),
            Some(TypeDefKind::Enum { .. }) => "Text",
            _ => "Json",
        },
        _ => "Json",
    };
    format!("Kind::{name}")
}

/// `functions.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionsFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    items: Vec<String>,
}

/// A seed for a hand-written function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionSeed {
    /// The module.
    pub name: String,
    external: String,
    internal: String,
    doc: String,
    signature: String,
    value: String,
}

/// The functions of a context and their seeds; `None` when there are none.
#[must_use]
pub fn functions_file(domain: &Domain) -> Option<(FunctionsFile, Vec<FunctionSeed>)> {
    let imports = Imports::of_module("functions");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let functions: Vec<&Function> =
        domain.context.functions.values().chain(domain.model.shared_functions.values()).collect();
    if functions.is_empty() {
        return None;
    }
    let items: Vec<String> = functions.iter().map(|f| function(domain, &rust, f)).collect();
    let seeds = functions.iter().map(|f| seed(domain, f)).collect();
    let file = FunctionsFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        external: imports.external(uses_prelude(&items.concat())),
        items,
        internal: imports.internal(),
    };
    Some((file, seeds))
}

fn signature(domain: &Domain, rust: &Rust, function: &Function, head: &str) -> String {
    let args: Vec<String> = function.args.iter().map(|a| argument(domain, rust, a)).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let head = format!("{head} {}", raw(&function.name));
    layout::signature(&head, &args, Some(&rust.ty(&function.returns)), 0)
}

fn function(domain: &Domain, rust: &Rust, function: &Function) -> String {
    let doc = doc_of(function.notes.doc.as_deref());
    let args: Vec<Node> = function.args.iter().map(|a| Node::atom(raw(&a.name))).collect();
    let module = module(&function.name);
    let call = Node::call(format!("crate::custom::{module}::{}", raw(&function.name)), args);
    let body = layout::body(&[Stmt::Expr(call)], 4);
    let signature = signature(domain, rust, function, "pub fn");
    format!("{doc}#[must_use]\n{signature}\n{body}\n}}")
}

fn seed(domain: &Domain, function: &Function) -> FunctionSeed {
    let imports = Imports::of_module("custom");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let unused: Vec<FieldDef> = function
        .args
        .iter()
        .map(|a| FieldDef { name: format!("_{}", a.name), ..a.clone() })
        .collect();
    let stub = Function { args: unused, ..function.clone() };
    let value = placeholder(domain, &rust, &function.returns);
    let signature = signature(domain, &rust, &stub, "pub fn");
    let prelude = uses_prelude(&format!("{signature} {value}"));
    FunctionSeed {
        name: module(&function.name),
        doc: doc_of(function.notes.doc.as_deref()),
        signature,
        value,
        external: imports.external(prelude),
        internal: imports.internal(),
    }
}

/// A value of a type, for a body that nobody has written yet.
fn placeholder(domain: &Domain, rust: &Rust, ty: &Type) -> String {
    match ty {
        Type::Named(id) => {
            let name = rust.named(*id);
            match domain.model.types.get(*id).map(|d| &d.kind) {
                Some(TypeDefKind::Enum { .. }) => format!("{name}::ALL[0]"),
                Some(TypeDefKind::Newtype { base: Type::Uuid, id_of: Some(_), .. }) => {
                    format!("{name}(Uuid::nil())")
                }
                Some(TypeDefKind::Newtype { base, .. }) => {
                    format!("{name}::trusted({})", placeholder(domain, rust, base))
                }
                Some(TypeDefKind::Record { fields, .. }) => {
                    let fields: Vec<String> = fields
                        .iter()
                        .map(|f| format!("{}: {}", raw(&f.name), placeholder(domain, rust, &f.ty)))
                        .collect();
                    format!("{name} {{ {} }}", fields.join(", "))
                }
                _ => String::new(),
            }
        }
        Type::Date => "Date::ZERO".to_owned(),
        Type::Time => "Timestamp::UNIX_EPOCH".to_owned(),
        Type::Uuid => "Uuid::nil()".to_owned(),
        Type::Decimal(Scale::Fixed(scale)) => format!("num::decimal(0, {scale})"),
        _ => "Default::default()".to_owned(),
    }
}
