//! The seed of a command that the user decides in Rust; theirs after the first time.
//!
//! It starts with the code that the declarative form would give, where every event can be filled from the command;
//! else it refuses. Events are made by `new`, so that an optional field that comes later changes nothing in it.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::ir::{Conversion, Ir, IrKind, Root};
use crate::lang::to_rust::Lowerer;
use crate::lang::types::{FieldDef, Type};
use crate::layout::{self, Field, Node, Stmt};
use crate::model::{Aggregate, Command, Decide, Event};
use crate::view::rust::{Imports, Rust, module, raw, title};

use super::Domain;
use super::command::uses;
use super::decision::place_of;
use super::site::{Place, Site};

/// The seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomFile {
    title: String,
    gives: Vec<String>,
    external: String,
    internal: String,
    signature: String,
    body: String,
}

/// The seed of a command that is decided in Rust.
#[must_use]
pub fn custom_file(
    domain: &Domain,
    aggregate: &Aggregate,
    command: &Command,
) -> Option<CustomFile> {
    let Decide::Rust { emits, refuses } = &command.decide else { return None };
    let imports = Imports::of_module("custom");
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let body = layout::body(&body(domain, &rust, aggregate, command, emits), 4);
    Some(CustomFile {
        title: title(&command.name),
        gives: gives(emits, refuses),
        signature: signature(&rust, aggregate, command, &body),
        body,
        external: imports.external(true),
        internal: imports.internal(),
    })
}

/// What the domain file lets it give.
fn gives(emits: &[String], refuses: &[String]) -> Vec<String> {
    let quoted = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let refuses = match refuses {
        [] => String::new(),
        names => format!(", or refuse with {}", quoted(names)),
    };
    vec![
        format!("It may emit {}{refuses}.", quoted(emits)),
        "`Err(Ignore.into())` is success without an event.".to_owned(),
    ]
}

fn signature(rust: &Rust, aggregate: &Aggregate, command: &Command, body: &str) -> String {
    let state = rust.named(aggregate.state);
    let arg = |name: &str, ty: String| match uses(body, name) {
        true => format!("{name}: {ty}"),
        false => format!("_{}: {ty}", name.trim_start_matches("r#")),
    };
    let id = || arg("id", format!("&{}", rust.named(aggregate.id.newtype)));
    let mut args = match place_of(command) {
        Place::Create => vec![id()],
        Place::Upsert => vec![arg("current", format!("Option<&{state}>")), id()],
        _ => vec![arg(&raw(&aggregate.name.to_snake_case()), format!("&{state}"))],
    };
    args.push(arg("cmd", format!("&{}", rust.named(command.record))));
    for lookup in &command.lookups {
        args.push(arg(&raw(&lookup.name), format!("&Option<{}>", rust.named(lookup.row))));
    }
    args.push(arg("cx", "&Context".to_owned()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    layout::signature("pub fn decide", &args, Some(&format!("Decision<{state}>")), 0)
}

fn body(
    domain: &Domain,
    rust: &Rust,
    aggregate: &Aggregate,
    command: &Command,
    emits: &[String],
) -> Vec<Stmt> {
    let site = Site::new(domain, rust, place_of(command)).with_id(&aggregate.id.name);
    let lowerer = Lowerer::new(&site);
    let known = domain.model.types.fields(command.record);
    let events: Option<Vec<Node>> = emits
        .iter()
        .map(|name| {
            let event = domain.context.events.get(name)?;
            made(domain, rust, &lowerer, event, known)
        })
        .collect();
    match events {
        Some(events) if !events.is_empty() => {
            let mut events = events.into_iter();
            let first = Node::call("Events::one", events.next().into_iter().collect());
            let all = events.fold(first, |all, event| all.method("and", vec![event]));
            vec![Stmt::Expr(Node::call("Ok", vec![all]))]
        }
        _ => {
            let name = format!("{}Refusal", aggregate.name);
            rust.imports.domain(&module(&aggregate.name), &name);
            let refusal = Node::atom(format!("{name}::NotImplemented")).method("into", vec![]);
            vec![Stmt::Expr(Node::call("Err", vec![refusal]))]
        }
    }
}

/// `E::new(..)`, with the optional fields that the command has; none when a required one is missing.
fn made(
    domain: &Domain,
    rust: &Rust,
    lowerer: &Lowerer,
    event: &Event,
    known: &[FieldDef],
) -> Option<Node> {
    let mut required = Vec::new();
    let mut optional = Vec::new();
    for field in domain.model.types.fields(event.record) {
        let value = known.iter().find_map(|of| filled(of, field));
        match (is_required(field), value) {
            (true, value) => required.push(lowerer.value(&value?)),
            (false, Some(value)) => {
                optional.push(Field::new(raw(&field.name), lowerer.value(&value)));
            }
            (false, None) => {}
        }
    }
    let name = rust.named(event.record);
    rust.imports.domain(&module(&event.aggregate), &name);
    let new = Node::call(format!("{name}::new"), required);
    Some(if optional.is_empty() { new } else { Node::Struct(name, optional, Some(Box::new(new))) })
}

/// The value of a field, from a field of the command that has its name and type.
fn filled(of: &FieldDef, field: &FieldDef) -> Option<Ir> {
    if of.name != field.name {
        return None;
    }
    let kind = IrKind::RootField { root: Root::Cmd, name: of.name.clone() };
    let value = Ir { kind, ty: of.ty.clone(), span: of.span };
    match &field.ty {
        ty if *ty == of.ty => Some(value),
        Type::Option(inner) if **inner == of.ty => {
            let kind = IrKind::Convert { how: Conversion::Some, of: Box::new(value) };
            Some(Ir { kind, ty: field.ty.clone(), span: of.span })
        }
        _ => None,
    }
}

/// Whether a message of this field's event must give it.
fn is_required(field: &FieldDef) -> bool {
    let empty = matches!(
        field.ty,
        Type::Option(_) | Type::Patch(_) | Type::List(_) | Type::Set(_) | Type::Map(..)
    );
    !empty && field.default.is_none()
}

/// The constructor of an event that Rust emits: what is required comes in, the rest has its default.
#[must_use]
pub fn constructor(domain: &Domain, rust: &Rust, event: &Event) -> Option<String> {
    let commands = domain.context.commands.values();
    let by_rust = commands
        .filter(|command| command.aggregate == event.aggregate)
        .any(|c| matches!(&c.decide, Decide::Rust { emits, .. } if emits.contains(&event.name)));
    if !by_rust {
        return None;
    }
    let site = Site::new(domain, rust, Place::Method);
    let lowerer = Lowerer::new(&site);
    let fields = domain.model.types.fields(event.record);
    let required: Vec<&FieldDef> = fields.iter().filter(|f| is_required(f)).collect();
    let args: Vec<String> =
        required.iter().map(|f| format!("{}: {}", raw(&f.name), rust.ty(&f.ty))).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let values = fields.iter().map(|field| {
        let value = match (&field.default, &field.ty) {
            _ if is_required(field) => Node::atom(raw(&field.name)),
            (Some(default), _) => lowerer.value(default),
            (None, Type::Option(_)) => Node::atom("None"),
            (None, Type::Patch(_)) => Node::atom("Patch::Keep"),
            (None, Type::List(_)) => Node::call("Vec::new", vec![]),
            (None, Type::Set(_)) => Node::call("BTreeSet::new", vec![]),
            (None, _) => Node::call("BTreeMap::new", vec![]),
        };
        Field::new(raw(&field.name), value)
    });
    let value = Node::Struct("Self".to_owned(), values.collect(), None);
    let body = layout::body(&[Stmt::Expr(value)], 8);
    let signature = layout::signature("pub fn new", &args, Some("Self"), 4);
    let lint = match required.len() {
        0 => {
            "    #[expect(clippy::new_without_default, reason = \"events are made on purpose\")]\n"
        }
        1..=7 => "",
        _ => {
            "    #[expect(clippy::too_many_arguments, reason = \"one for each required field\")]\n"
        }
    };
    let name = &event.name;
    Some(format!(
        "impl {name} {{\n    /// With what is required; the rest has its default.\n{lint}    #[must_use]\n    \
         {signature}\n{body}\n    }}\n}}"
    ))
}
