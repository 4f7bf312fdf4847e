//! The root of a service crate and its manifest.

use heck::{ToKebabCase as _, ToSnakeCase as _};
use serde::Serialize;

use crate::view::domain::{Domain, ordered_mods};
use crate::view::rust::module;

use super::publish::{enriching, publishing};
use super::site::domain_crate;

/// `lib.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LibFile {
    header: String,
    context: String,
    publishes: bool,
    /// Its tests play what is published with the state, so that is seen from there.
    enriches: bool,
    seeds: bool,
    rooms: Vec<Room>,
}

/// An inline module that declares the files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Room {
    doc: &'static str,
    name: &'static str,
    modules: Vec<String>,
    exports: Vec<String>,
}

/// The root of a service crate.
#[must_use]
pub fn lib_file(domain: &Domain) -> LibFile {
    let context = domain.context;
    let views = names(context.views.keys(), |n| vec![n.to_owned(), format!("{n}Row")]);
    let only = |n: &str| vec![n.to_owned()];
    let declared = context.queries.iter().filter(|(_, it)| !it.implied).map(|(name, _)| name);
    let rooms = [
        ("Read models: rows that follow from events.", "views", views),
        (
            "Replicas: what other contexts told, for rules to look up.",
            "replicas",
            names(context.replicas.keys(), only),
        ),
        ("Queries: what callers may ask of the read models.", "queries", names(declared, only)),
        (
            "Policies: when this happens, ask for that.",
            "policies",
            names(context.policies.keys(), only),
        ),
        (
            "Schedules: at this time, ask for that.",
            "schedules",
            names(context.schedules.keys(), only),
        ),
        (
            "Sagas: one step after the other, taken back when one fails.",
            "sagas",
            names(context.sagas.keys(), only),
        ),
    ];
    let rooms = rooms
        .into_iter()
        .filter(|(_, _, (modules, _))| !modules.is_empty())
        .map(|(doc, name, (modules, exports))| Room { doc, name, modules, exports })
        .collect();
    LibFile {
        header: domain.header.clone(),
        context: context.name.replace('_', " "),
        publishes: !publishing(domain).is_empty(),
        enriches: !enriching(domain).is_empty(),
        seeds: !context.seeds.is_empty(),
        rooms,
    }
}

/// `mod` and `pub use` lines of things that are in files named after them.
fn names<'n>(
    things: impl Iterator<Item = &'n String>,
    exported: impl Fn(&str) -> Vec<String>,
) -> (Vec<String>, Vec<String>) {
    let things: Vec<&String> = things.collect();
    let modules: Vec<String> = things.iter().map(|n| module(n)).collect();
    let modules = ordered_mods(&modules);
    let mut exported_from = modules.clone();
    exported_from.sort_by_cached_key(|name| crate::layout::sort_key(name));
    let exports = exported_from
        .iter()
        .filter_map(|name| {
            let thing = things.iter().find(|t| module(t) == *name)?;
            let names = exported(thing);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Some(crate::layout::pub_use_list(name, &names, 4))
        })
        .collect();
    (modules, exports)
}

/// `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    source: String,
    package: String,
    system: String,
    dependencies: Vec<String>,
    dev_dependencies: Vec<String>,
    library: String,
    domain_library: String,
}

/// The manifest of a service crate of this system.
#[must_use]
pub fn manifest(domain: &Domain, source: &str, system: &str, contracts: bool) -> Manifest {
    let package = domain.context.name.to_kebab_case();
    let mut dependencies =
        vec!["axum".to_owned(), format!("{package}-domain"), "kit".to_owned(), "serde".to_owned()];
    dependencies.push("kit-runtime".to_owned());
    if contracts {
        dependencies.push("contracts".to_owned());
    }
    // By the whole line, `kit-runtime.workspace` before `kit.workspace`.
    dependencies.sort_by_key(|name| format!("{name}.workspace"));
    Manifest {
        source: source.to_owned(),
        system: system.to_owned(),
        dependencies,
        dev_dependencies: vec!["serde_json".to_owned(), "tokio".to_owned()],
        library: package.to_snake_case(),
        domain_library: domain_crate(&domain.context.name),
        package,
    }
}
