//! Named types: newtypes, enums, values, unions, entities, ids.

use heck::{ToPascalCase as _, ToSnakeCase as _};
use serde::Serialize;

use crate::lang::ir::{Ir, OutcomeIr, RuleIr};
use crate::lang::to_rust::{Lowerer, fallible, in_ok};
use crate::lang::types::{Bounds, FieldDef, MemberDef, Type, TypeDef, TypeDefKind, TypeId};
use crate::layout::{self, Arm, Node, Stmt};
use crate::view::rust::{
    FieldView, Imports, Place, Rust, article, at_name, body, checks, checks_bound, is_copy,
    newtype_bounds, raw, title, uses_prelude,
};

use super::Domain;
use super::aggregate::derive_items;
use super::record::{RecordView, doc_of, record, shown, struct_body};
use super::refusal::text_of;
use super::site::{Place as SitePlace, Site};

/// `values.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValuesFile {
    header: String,
    context: String,
    external: String,
    internal: String,
    items: Vec<String>,
}

/// The context's own types that are not public; `None` when there are none.
#[must_use]
pub fn values_file(domain: &Domain) -> Option<ValuesFile> {
    let imports = Imports::of_module("values");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let ids: Vec<TypeId> =
        domain.context.types.values().copied().filter(|id| !domain.homes.is_public(*id)).collect();
    if ids.is_empty() {
        return None;
    }
    let items = type_items(domain, &rust, &ids);
    Some(ValuesFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        external: imports.external(uses_prelude(&items.concat())),
        items,
        internal: imports.internal(),
    })
}

/// One block of text per item of these types.
#[must_use]
pub fn type_items(domain: &Domain, rust: &Rust, ids: &[TypeId]) -> Vec<String> {
    let mut out = Vec::new();
    for id in ids {
        let Some(def) = domain.model.types.get(*id) else { continue };
        match &def.kind {
            TypeDefKind::Newtype { base, bounds, normalise, rules, id_of } => {
                if let (Type::Uuid, Some(aggregate)) = (base, id_of) {
                    let doc = format!("Names {}.", article(aggregate));
                    out.push(format!("kit::id!({}, {doc:?});", def.name));
                } else {
                    out.extend(newtype(
                        domain,
                        rust,
                        def,
                        (base, bounds),
                        normalise.as_ref(),
                        rules,
                    ));
                }
            }
            TypeDefKind::Enum { members, fields, .. } => {
                out.extend(enumeration(domain, rust, def, members, fields));
            }
            TypeDefKind::Record { fields, rules, .. } => {
                out.extend(value(domain, rust, *id, def, fields, rules));
            }
            TypeDefKind::Union { members } => out.extend(union(domain, rust, def, members)),
        }
    }
    out
}

fn newtype(
    domain: &Domain,
    rust: &Rust,
    def: &TypeDef,
    (base, bounds): (&Type, &Bounds),
    normalise: Option<&Ir>,
    rules: &[RuleIr],
) -> Vec<String> {
    let doc = doc_of(def.doc.as_deref()).replace('\n', "\n    ");
    let ty = rust.ty(base);
    let name = &def.name;
    let head = format!("kit::newtype! {{\n    {doc}pub struct {name}({ty});\n}}");
    let site = Site::new(domain, rust, SitePlace::Newtype);
    let lowerer = Lowerer::new(&site);
    let mut statements = Vec::new();
    if let Some(normalise) = normalise {
        let target = Node::prefix("*", Node::atom("value"));
        let normal = lowerer.value(normalise);
        statements.push(Stmt::Semi(Node::Assign(Box::new(target), "=", Box::new(normal))));
    }
    statements.extend(newtype_bounds(base, bounds));
    statements.extend(rules.iter().map(|rule| required(domain, &lowerer, rule)));
    let text = body(&statements, 8).join("\n");
    let used = |name: &str| {
        if super::command::uses(&text, name) { name.to_owned() } else { "_".to_owned() }
    };
    let (value, at) = (used("value"), used("at"));
    let signature = layout::signature(
        "fn rules",
        &[&format!("{value}: &mut {ty}"), &format!("{at}: &mut Violations")],
        None,
        4,
    );
    let function = if text.is_empty() {
        format!("{signature}}}")
    } else {
        format!("{signature}\n{text}\n    }}")
    };
    let rules = format!("impl Newtype for {name} {{\n    type Base = {ty};\n\n    {function}\n}}");
    vec![head, rules]
}

/// A rule of a newtype or value: what does not hold is reported with the refusal's code.
fn required(domain: &Domain, lowerer: &Lowerer, rule: &RuleIr) -> Stmt {
    let (code, text) = match &rule.outcome {
        OutcomeIr::Refuse(refusal) => {
            let declared = domain.context.refusals.get(&refusal.name);
            let words = title(&refusal.name).to_lowercase();
            (refusal.name.to_snake_case(), declared.map_or(words, text_of))
        }
        _ => ("invalid".to_owned(), rule.text.clone()),
    };
    let cond = lowerer.cond(&rule.cond);
    let (method, cond) = if fallible(&cond) {
        ("holds", Node::closure("||", in_ok(cond)))
    } else {
        ("require", cond)
    };
    Stmt::Semi(Node::atom("at").method(method, vec![cond, Node::text(&code), Node::text(&text)]))
}

fn enumeration(
    domain: &Domain,
    rust: &Rust,
    def: &TypeDef,
    members: &[MemberDef],
    fields: &[FieldDef],
) -> Vec<String> {
    let doc = doc_of(def.doc.as_deref()).replace('\n', "\n    ");
    let name = &def.name;
    let lines: Vec<String> = members
        .iter()
        .map(|m| format!("        {} = {:?},\n", m.name.to_pascal_case(), m.name))
        .collect();
    let head = format!("kit::enums! {{\n    {doc}pub enum {name} {{\n{}    }}\n}}", lines.concat());
    if fields.is_empty() {
        return vec![head];
    }
    let site = Site::new(domain, rust, SitePlace::Method);
    let lowerer = Lowerer::new(&site);
    let properties: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(i, field)| property(rust, &lowerer, members, field, i))
        .collect();
    vec![head, format!("impl {name} {{\n{}\n}}", properties.join("\n\n"))]
}

fn property(
    rust: &Rust,
    lowerer: &Lowerer,
    members: &[MemberDef],
    field: &FieldDef,
    index: usize,
) -> String {
    let text = field.ty == Type::Text;
    let arms: Vec<Arm> = members
        .iter()
        .filter_map(|member| {
            let value = member.props.get(index)?;
            let body = if text { lowerer.lower(value).node } else { lowerer.value(value) };
            let patterns = vec![format!("Self::{}", member.name.to_pascal_case())];
            Some(Arm { patterns, guard: None, body })
        })
        .collect();
    let ty = if text { "&'static str".to_owned() } else { rust.ty(&field.ty) };
    let doc = doc_of(field.doc.as_deref()).replace('\n', "\n    ");
    let body = layout::body(&[Stmt::Expr(Node::Match(Box::new(Node::atom("self")), arms))], 8);
    format!(
        "    {doc}#[must_use]\n    pub fn {}(self) -> {ty} {{\n{body}\n    }}",
        raw(&field.name)
    )
}

/// A struct that is read and written.
#[must_use]
pub fn struct_item(view: &RecordView) -> String {
    let derives = derives(view.debug);
    format!("{}{derives}\npub struct {} {}", view.doc, view.name, view.body)
}

fn derives(debug: &str) -> String {
    format!("#[derive({debug}Clone, PartialEq, Serialize, Deserialize)]")
}

fn value(
    domain: &Domain,
    rust: &Rust,
    id: TypeId,
    def: &TypeDef,
    fields: &[FieldDef],
    rules: &[RuleIr],
) -> Vec<String> {
    let view = record(domain, rust, &def.name, def.doc.as_deref(), fields, Place::Message);
    let name = &def.name;
    let mut out = vec![struct_item(&view)];
    if !view.below.is_empty() {
        out.push(view.below);
    }
    let derives = derive_items(domain, rust, id);
    if !derives.is_empty() {
        out.push(format!("impl {name} {{\n{}\n}}", derives.join("\n\n")));
    }
    let site = Site::new(domain, rust, SitePlace::Method).of(id);
    let lowerer = Lowerer::new(&site);
    let mut statements = checks(&domain.model.types, fields);
    statements.extend(rules.iter().map(|rule| required(domain, &lowerer, rule)));
    out.push(check_impl(name, &statements));
    out
}

fn check_impl(name: &str, statements: &[Stmt]) -> String {
    let at = at_name(statements);
    let text = body(statements, 8).join("\n");
    if text.is_empty() {
        return format!(
            "impl Check for {name} {{\n    fn check(&mut self, {at}: &mut Violations) {{}}\n}}"
        );
    }
    format!(
        "impl Check for {name} {{\n    fn check(&mut self, {at}: &mut Violations) {{\n{text}\n    }}\n}}"
    )
}

/// An entity: its struct, its derived values, its key.
#[must_use]
pub fn entity_items(domain: &Domain, rust: &Rust, id: TypeId) -> Vec<String> {
    let Some(def) = domain.model.types.get(id) else { return Vec::new() };
    let TypeDefKind::Record { fields, key, .. } = &def.kind else { return Vec::new() };
    let view = record(domain, rust, &def.name, def.doc.as_deref(), fields, Place::Message);
    let name = &def.name;
    let mut out = vec![struct_item(&view)];
    if !view.below.is_empty() {
        out.push(view.below);
    }
    let derives = derive_items(domain, rust, id);
    if !derives.is_empty() {
        out.push(format!("impl {name} {{\n{}\n}}", derives.join("\n\n")));
    }
    let (ty, value) = key_of(domain, rust, fields, key, "self");
    out.push(format!(
        "impl list::Keyed for {name} {{\n    type Key = {ty};\n\n    fn key(&self) -> {ty} {{\n        {value}\n    }}\n}}"
    ));
    out
}

/// Type and value of a key made of these fields of `of`.
#[must_use]
pub fn key_of(
    domain: &Domain,
    rust: &Rust,
    fields: &[FieldDef],
    key: &[String],
    of: &str,
) -> (String, String) {
    let parts: Vec<(String, String)> = key
        .iter()
        .filter_map(|name| fields.iter().find(|f| f.name == *name))
        .map(|field| {
            let kept = if is_copy(&domain.model.types, &field.ty) { "" } else { ".clone()" };
            (rust.ty(&field.ty), format!("{of}.{}{kept}", raw(&field.name)))
        })
        .collect();
    match parts.as_slice() {
        [(ty, value)] => (ty.clone(), value.clone()),
        many => {
            let join = |pick: fn(&(String, String)) -> String| {
                many.iter().map(pick).collect::<Vec<_>>().join(", ")
            };
            (format!("({})", join(|p| p.0.clone())), format!("({})", join(|p| p.1.clone())))
        }
    }
}

fn union(
    domain: &Domain,
    rust: &Rust,
    def: &TypeDef,
    members: &[(String, Vec<FieldDef>)],
) -> Vec<String> {
    let name = &def.name;
    let mut variants = String::new();
    let mut arms = Vec::new();
    for (member, fields) in members {
        let views = crate::view::rust::fields(rust, fields, Place::Message);
        let variant = member.to_pascal_case();
        let body = variant_body(&variant, &views);
        variants.push_str(&format!("    /// `{member}`\n    {variant} {body},\n"));
        let statements = checks_bound(&domain.model.types, fields);
        let text = body_text(&statements);
        let used: Vec<String> = fields
            .iter()
            .map(|f| raw(&f.name))
            .filter(|f| super::command::uses(&text, f))
            .collect();
        let pattern = match (used.len(), fields.len()) {
            (_, 0) => format!("Self::{variant} {{}}"),
            (0, _) => format!("Self::{variant} {{ .. }}"),
            (n, m) if n == m => format!("Self::{variant} {{ {} }}", used.join(", ")),
            _ => format!("Self::{variant} {{ {}, .. }}", used.join(", ")),
        };
        let body = Node::Block(layout::Block(statements));
        arms.push(Arm { patterns: vec![pattern], guard: None, body });
    }
    let doc = doc_of(def.doc.as_deref());
    let hidden: Vec<String> = hidden_members(name, members).into_iter().collect();
    let head = format!(
        "{doc}{}\n#[serde(tag = \"type\", rename_all = \"snake_case\")]\npub enum {name} {{\n{variants}}}",
        derives(if hidden.is_empty() { "Debug, " } else { "" })
    );
    let idle = arms.iter().all(|arm| matches!(&arm.body, Node::Block(b) if b.0.is_empty()));
    let statements = if idle {
        Vec::new()
    } else {
        vec![Stmt::Expr(Node::Match(Box::new(Node::atom("self")), arms))]
    };
    let check = check_impl(name, &statements);
    [head].into_iter().chain(hidden).chain([check]).collect()
}

/// The `Debug` of a union with secrets.
fn hidden_members(name: &str, members: &[(String, Vec<FieldDef>)]) -> Option<String> {
    let secret = members.iter().flat_map(|(_, f)| f).any(|f| f.marks.secret.is_some());
    let list = members.iter().map(|(m, f)| format!("{},\n", shown(&m.to_pascal_case(), f, 8)));
    secret.then(|| {
        format!("kit::secret! {{\n    enum {name} {{\n{}    }}\n}}", list.collect::<String>())
    })
}

/// The fields of a variant: on one line where they fit and have nothing of their own.
fn variant_body(variant: &str, fields: &[FieldView]) -> String {
    let plain = fields.iter().all(|f| f.doc.is_empty() && f.attributes.is_empty());
    let list: Vec<String> = fields.iter().map(|f| format!("{}: {}", f.name, f.ty)).collect();
    let one_line = format!("{{ {} }}", list.join(", "));
    if plain && !fields.is_empty() && variant.len() + one_line.len() + 6 <= layout::MAX_WIDTH {
        return one_line;
    }
    struct_body(fields).replace("    pub ", "    ").replace('\n', "\n    ")
}

fn body_text(statements: &[Stmt]) -> String {
    body(statements, 0).join("\n")
}

/// Module names in rustfmt's order: raw identifiers by their names.
#[must_use]
pub fn ordered_mods(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort_by_key(|name| {
        let bare = name.trim_start_matches("r#").to_owned();
        (bare, name.clone())
    });
    names.dedup();
    names
}
