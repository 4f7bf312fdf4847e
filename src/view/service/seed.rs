//! `seed.rs`: the commands that a new database begins with.

use serde::Serialize;

use crate::layout::{self, Node, Stmt};
use crate::model::{CommandKind, Told};
use crate::view::domain::{Constants, Domain, Site, SitePlace, id_in_command};
use crate::view::rust::{Home, Imports, Rust, module};

use super::site::domain_crate;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeedFile {
    header: String,
    context: String,
    external: String,
    body: String,
}

/// `seed.rs`; `None` when a new database begins empty.
#[must_use]
pub fn seed_file(domain: &Domain) -> Option<SeedFile> {
    if domain.context.seeds.is_empty() {
        return None;
    }
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let site = Site::new(domain, &rust, SitePlace::Method);
    let names = std::collections::BTreeMap::new();
    let constants = Constants { site: &site, names: &names, types: &domain.model.types };
    let messages = domain.context.seeds.iter();
    let messages = messages.filter_map(|told| message(domain, &rust, &constants, told)).collect();
    let all = Node::call("Ok", vec![Node::VecMacro("vec".to_owned(), messages)]);
    Some(SeedFile {
        header: domain.header.clone(),
        context: domain.context.name.replace('_', " "),
        body: layout::body(&[Stmt::Expr(all)], 4),
        external: imports.external(true),
    })
}

fn message(domain: &Domain, rust: &Rust, constants: &Constants, told: &Told) -> Option<Node> {
    let command = domain.context.commands.get(&told.name)?;
    let aggregate = domain.context.aggregates.get(&told.aggregate)?;
    let home = if command.public {
        Home::Contracts(module(&domain.context.name), told.name.clone())
    } else {
        Home::Domain(module(&told.aggregate), told.name.clone())
    };
    let mut fields = told.fields.clone();
    if id_in_command(aggregate, command) {
        fields.insert(0, (aggregate.id.name.clone(), told.stream.clone()));
    }
    let value = Node::Struct(rust.spell(&home), constants.fields(&fields), None).borrowed();
    let made = match command.kind {
        CommandKind::Creates => Node::call("Message::new", vec![value]),
        CommandKind::On(_) => {
            Node::call("Message::to", vec![constants.node(&told.stream).borrowed(), value])
        }
    };
    Some(made.tried())
}
