//! The generated crate: types, derived values, the table, one function per expression.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use heck::ToUpperCamelCase as _;
use minos::lang::check::World;
use minos::lang::ir::{Ir, Root};
use minos::lang::to_rust::{Form, Lowered, Lowerer, Names, fallible, in_ok, raw};
use minos::lang::types::{Type, TypeDefKind, TypeId, TypeTable};
use minos::layout::{self, Node, Stmt};

use super::Case;

/// Expressions per file.
const PER_FILE: usize = 150;

/// Whether derived values can fail, as far as they are lowered.
type Fails = BTreeMap<(TypeId, String), bool>;

/// Spellings in one function.
struct Spelled<'a> {
    world: &'a World,
    fails: &'a Fails,
    /// Inside a derived value or table: `self.x`, arguments by name.
    inside: Option<TypeId>,
}

impl Names for Spelled<'_> {
    fn types(&self) -> &TypeTable {
        &self.world.types
    }

    fn ty(&self, id: TypeId) -> String {
        let name = self.world.types.get(id).map_or("", |d| &d.name);
        if name == "Weekday" { "time::Weekday".into() } else { name.to_owned() }
    }

    fn root(&self, root: Root) -> Lowered {
        match (root, self.inside) {
            (Root::This, Some(_)) => Lowered::new(Node::atom("self"), Form::Ref),
            (Root::This, None) => Lowered::new(Node::atom("e").field("this"), Form::Place),
            (Root::Cmd, _) => Lowered::new(Node::atom("e").field("cmd"), Form::Place),
            (Root::Settings, _) => Lowered::new(Node::atom("e").field("settings"), Form::Place),
            (Root::Actor, _) => Lowered::new(Node::atom("cx").field("actor"), Form::Place),
            (other, _) => panic!("{other:?} is not used"),
        }
    }

    fn root_field(&self, root: Root, name: &str) -> Option<Lowered> {
        let actor = || Node::atom("cx").field("actor");
        (root == Root::Actor && name == "id")
            .then(|| Lowered::value(actor().method("id", vec![]).tried()))
    }

    fn derived_fails(&self, root: Option<Root>, record: Option<TypeId>, name: &str) -> bool {
        let thing = super::world::named(self.world, "Thing");
        let record = match root {
            Some(_) => self.inside.unwrap_or(thing),
            None => record.unwrap(),
        };
        self.fails[&(record, name.to_owned())]
    }

    fn local(&self, name: &str) -> Lowered {
        if self.inside.is_some() {
            let form = if name == "name" { Form::Str } else { Form::Value };
            return Lowered::new(Node::atom(raw(name)), form);
        }
        Lowered::new(Node::atom("e").field(raw(name)), Form::Place)
    }

    fn zone(&self) -> Node {
        Node::atom("&ZONE")
    }

    fn table(&self, _: Option<&str>, name: &str) -> String {
        raw(name)
    }

    fn function(&self, _: Option<&str>, name: &str) -> String {
        raw(name)
    }

    fn lookup(&self, _: &str, _: &str, _: Vec<Node>) -> Node {
        panic!("rows are not looked up here")
    }
}

fn rust(ty: &Type, world: &World) -> String {
    let name = |id: &TypeId| {
        let name = &world.types.get(*id).unwrap().name;
        if name == "Weekday" { "time::Weekday".to_owned() } else { name.clone() }
    };
    match ty {
        Type::Bool => "bool".into(),
        Type::Int => "i64".into(),
        Type::Decimal(_) => "Decimal".into(),
        Type::Text => "String".into(),
        Type::Uuid => "Uuid".into(),
        Type::Date => "Date".into(),
        Type::Time => "Timestamp".into(),
        Type::Duration => "SignedDuration".into(),
        Type::Named(id) => name(id),
        Type::Option(t) => format!("Option<{}>", rust(t, world)),
        Type::List(t) => format!("Vec<{}>", rust(t, world)),
        Type::Set(t) => format!("BTreeSet<{}>", rust(t, world)),
        Type::Map(k, v) => format!("BTreeMap<{}, {}>", rust(k, world), rust(v, world)),
        Type::Entities(id) => format!("Entities<{}>", name(id)),
        other => panic!("no Rust type for {other:?}"),
    }
}

/// All files below `src`, and the manifest.
pub fn files(world: &World, cases: &[Case]) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut fails = Fails::new();
    out.insert("src/types.rs".into(), types(world, &mut fails));
    let mut main = String::from("//! Expressions, lowered.\n\n");
    let chunks: Vec<&[Case]> = cases.chunks(PER_FILE).collect();
    for (n, chunk) in chunks.iter().enumerate() {
        let mut text = format!(
            "//! Expressions {} and following.\n\nuse kit::prelude::*;\n\nuse crate::types::*;\n",
            n * PER_FILE
        );
        let mut table = Vec::new();
        for (i, case) in chunk.iter().enumerate() {
            let names = Spelled { world, fails: &fails, inside: None };
            let (function, call) = function(&names, n * PER_FILE + i, case);
            write!(text, "\n{function}").unwrap();
            table.push(call);
        }
        writeln!(text, "\npub const CASES: &[Case] = &[").unwrap();
        for call in table {
            writeln!(text, "    {call},").unwrap();
        }
        text.push_str("];\n");
        out.insert(format!("src/cases_{n:02}.rs"), text);
        writeln!(main, "mod cases_{n:02};").unwrap();
    }
    main.push_str("mod types;\n\n");
    main.push_str(MAIN);
    for n in 0..chunks.len() {
        writeln!(main, "    all.extend(cases_{n:02}::CASES);").unwrap();
    }
    main.push_str("    all\n}\n");
    out.insert("src/main.rs".into(), main);
    out.insert("Cargo.toml".into(), MANIFEST.into());
    out.insert("rustfmt.toml".into(), "use_small_heuristics = \"Max\"\n".into());
    out
}

/// A function with this value, and how the table of cases calls it.
fn function(names: &Spelled<'_>, number: usize, case: &Case) -> (String, String) {
    let node = Lowerer::new(names).value(&case.ir);
    let fails = fallible(&node);
    let ty = rust(&case.ir.ty, names.world);
    let (ty, node) = if fails { (format!("Folded<{ty}>"), in_ok(node)) } else { (ty, node) };
    let body = layout::body(&[Stmt::Expr(node)], 4);
    let has = |word: &str| {
        body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|w| w == word)
    };
    let e = if has("e") { "e: &Env" } else { "_: &Env" };
    let cx = if has("cx") { "cx: &Context" } else { "_: &Context" };
    let head = format!("pub fn case_{number:04}");
    let head = layout::signature(&head, &[e, cx], Some(&ty), 0);
    let wrap = if fails { "tried" } else { "plain" };
    (format!("{head}\n{body}\n}}\n"), format!("|e, cx| {wrap}(case_{number:04}(e, cx))"))
}

fn types(world: &World, fails: &mut Fails) -> String {
    let mut out = String::from(TYPES);
    let mut thing = None;
    for (id, def) in world.types.iter() {
        let name = &def.name;
        match &def.kind {
            _ if name == "Weekday" || name == "Actor" => {}
            TypeDefKind::Newtype { id_of: Some(_), .. } => {
                writeln!(out, "\nkit::id!({name}, \"Names a thing.\");").unwrap();
            }
            TypeDefKind::Newtype { base, .. } => {
                let base = rust(base, world);
                writeln!(out, "\nkit::newtype! {{\n    pub struct {name}({base});\n}}").unwrap();
                writeln!(out, "\nimpl Newtype for {name} {{\n    type Base = {base};\n").unwrap();
                out.push_str("    fn rules(_: &mut Self::Base, _: &mut Violations) {}\n}\n");
            }
            TypeDefKind::Enum { members, .. } => {
                writeln!(out, "\nkit::enums! {{\n    pub enum {name} {{").unwrap();
                for m in members {
                    writeln!(out, "        {} = \"{}\",", m.name.to_upper_camel_case(), m.name)
                        .unwrap();
                }
                out.push_str("    }\n}\n");
                properties(&mut out, name, members);
            }
            TypeDefKind::Record { fields, .. } => {
                out.push_str("\n#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n");
                writeln!(out, "pub struct {name} {{").unwrap();
                for f in fields {
                    if matches!(f.ty, Type::Entities(_)) {
                        out.push_str("    #[serde(with = \"list::entities\")]\n");
                    }
                    writeln!(out, "    pub {}: {},", raw(&f.name), rust(&f.ty, world)).unwrap();
                }
                out.push_str("}\n");
                if name == "Thing" {
                    thing = Some(id);
                }
                keyed(&mut out, world, id);
                derives(&mut out, world, id, fails);
            }
            TypeDefKind::Union { members } => {
                out.push_str("\n#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]\n");
                out.push_str("#[serde(tag = \"type\", rename_all = \"snake_case\")]\n");
                writeln!(out, "pub enum {name} {{").unwrap();
                for (member, fields) in members {
                    let fields: Vec<String> = fields
                        .iter()
                        .map(|f| format!("{}: {}", raw(&f.name), rust(&f.ty, world)))
                        .collect();
                    let variant = member.to_upper_camel_case();
                    writeln!(out, "    {variant} {{ {} }},", fields.join(", ")).unwrap();
                }
                out.push_str("}\n");
            }
        }
    }
    table(&mut out, world, thing.unwrap(), fails);
    out
}

fn properties(out: &mut String, name: &str, members: &[minos::lang::types::MemberDef]) {
    for (property, ty, at) in [("weight", "i64", 0), ("label", "&'static str", 1)] {
        writeln!(out, "\nimpl {name} {{\n    pub const fn {property}(self) -> {ty} {{").unwrap();
        out.push_str("        match self {\n");
        for m in members {
            let value = layout::expression(
                &minos::lang::to_rust::literal(match &m.props[at].kind {
                    minos::lang::ir::IrKind::Lit(lit) => lit,
                    other => panic!("{other:?}"),
                })
                .node,
                0,
            );
            writeln!(out, "            Self::{} => {value},", m.name.to_upper_camel_case())
                .unwrap();
        }
        out.push_str("        }\n    }\n}\n");
    }
}

fn keyed(out: &mut String, world: &World, id: TypeId) {
    let def = world.types.get(id).unwrap();
    let TypeDefKind::Record { fields, key, role, .. } = &def.kind else { return };
    if *role != minos::lang::types::RecordRole::Entity {
        return;
    }
    let of = |k: &String| fields.iter().find(|f| f.name == *k).unwrap();
    let types: Vec<String> = key.iter().map(|k| rust(&of(k).ty, world)).collect();
    let parts: Vec<String> = key.iter().map(|k| format!("self.{k}")).collect();
    let (ty, value) = match types.as_slice() {
        [one] => (one.clone(), format!("{}.clone()", parts[0])),
        _ => (format!("({})", types.join(", ")), format!("({})", parts.join(", "))),
    };
    writeln!(out, "\nimpl list::Keyed for {} {{\n    type Key = {ty};\n", def.name).unwrap();
    writeln!(out, "    fn key(&self) -> {ty} {{\n        {value}\n    }}\n}}").unwrap();
}

fn derives(out: &mut String, world: &World, id: TypeId, fails: &mut Fails) {
    let def = world.types.get(id).unwrap();
    let TypeDefKind::Record { derives, .. } = &def.kind else { return };
    for derive in derives {
        let names = Spelled { world, fails, inside: Some(id) };
        let node = Lowerer::new(&names).value(&derive.value);
        let can_fail = fallible(&node);
        fails.insert((id, derive.name.clone()), can_fail);
        let ty = rust(&derive.ty, world);
        let (ty, node) = if can_fail { (format!("Folded<{ty}>"), in_ok(node)) } else { (ty, node) };
        writeln!(out, "\nimpl {} {{", def.name).unwrap();
        let head = format!("pub fn {}", raw(&derive.name));
        let head = layout::signature(&head, &["&self"], Some(&ty), 4);
        writeln!(out, "    {head}\n{}\n    }}\n}}", layout::body(&[Stmt::Expr(node)], 8)).unwrap();
    }
}

fn table(out: &mut String, world: &World, thing: TypeId, fails: &Fails) {
    let def = &world.tables[&(Some("shop".to_owned()), "discount".to_owned())];
    let names = Spelled { world, fails, inside: Some(thing) };
    let value = |ir: &Ir| Lowerer::new(&names).value(ir);
    let mut node = None;
    for row in def.rows.iter().rev() {
        node = Some(match (&row.cond, node) {
            (Some(cond), Some(rest)) => Node::if_else(value(cond), value(&row.value), rest),
            _ => value(&row.value),
        });
    }
    let node = Node::call("Ok", vec![node.unwrap()]);
    let args = ["total: Decimal", "color: Color", "name: &str"];
    let head = layout::signature("pub fn discount", &args, Some("Folded<i64>"), 0);
    writeln!(out, "\n{head}\n{}\n}}", layout::body(&[Stmt::Expr(node)], 4)).unwrap();
}

const MANIFEST: &str = r#"[package]
name = "lowered"
version = "0.1.0"
edition = "2024"
rust-version = "1.89"
publish = false

[workspace]

[dependencies]
kit = { path = "../../tests/kit" }
serde = { version = "1.0.229", features = ["derive"] }
serde_json = "1.0.151"

[lints.clippy]
all = { level = "warn", priority = -1 }
indexing_slicing = "warn"
unwrap_used = "warn"

[profile.dev]
debug = false
incremental = false
"#;

const TYPES: &str = r#"//! The types that the expressions are about.

use kit::prelude::*;

pub static ZONE: time::Zone = time::Zone::new("Europe/Zurich");

/// An expression, computed and shown.
pub type Case = fn(&Env, &Context) -> String;

/// What one evaluation reads.
#[derive(Debug, Deserialize)]
pub struct Env {
    pub this: Thing,
    pub cmd: Change,
    pub settings: Settings,
    pub part: Option<PartPrice>,
    pub twice: i64,
    pub now: Timestamp,
    pub actor: Option<Uuid>,
}

/// A value as JSON.
pub fn plain<T: Serialize>(value: T) -> String {
    serde_json::to_string(&value).unwrap_or_else(|e| e.to_string())
}

/// A result as JSON; a fault of arithmetic as an exclamation mark, that nobody is signed in as a
/// question mark.
pub fn tried<T: Serialize>(value: Folded<T>) -> String {
    match value {
        Ok(value) => plain(value),
        Err(Fault::Arithmetic) => "!".to_owned(),
        Err(Fault::Refused(_)) => "?".to_owned(),
        Err(other) => other.to_string(),
    }
}
"#;

const MAIN: &str = r#"use std::io::{BufWriter, Write as _, stdin, stdout};

use kit::prelude::*;

use types::{Case, Env, ZONE};

/// Reads sets of values, one per line, and writes the result of every expression on each.
fn main() -> std::io::Result<()> {
    let cases = cases();
    let mut out = BufWriter::new(stdout().lock());
    for (j, line) in stdin().lines().enumerate() {
        let line = line?;
        let env: Env = serde_json::from_str(&line)?;
        for (i, case) in cases.iter().enumerate() {
            let actor = env.actor.map_or_else(Actor::nobody, Actor::of);
            let mut cx = Context::new(env.now, actor, &ZONE, Uuid::nil());
            cx.add_number("n", String::new(), 0);
            writeln!(out, "{i} {j} {}", case(&env, &cx))?;
        }
    }
    Ok(())
}

/// All expressions in order.
fn cases() -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
"#;
