//! The whole plan of a system.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::json;

use super::crate_files::{CrateFiles, to_view};
use super::{Content, Plan, PlanError, PlannedFile, RelPath, deploy, domain, service};
use crate::model::Model;
use crate::source::Sources;
use crate::view::domain::Facts;
use crate::view::rust::{header, module};
use crate::view::{self, contracts, workspace};

/// Every file of the system that the model describes. `sources` are the domain files it was read
/// from, `ports` those of its contexts.
///
/// # Errors
/// Two files want one path: a mistake of minos.
pub fn system(
    model: &Model,
    sources: &Sources,
    ports: &BTreeMap<String, u16>,
) -> Result<Plan, PlanError> {
    let mut plan = Plan::new();
    plan_all(model, sources, ports, &mut plan, |_| Ok::<_, PlanError>(()))?;
    Ok(plan)
}

/// The same files in parts, a context after the other: views are much larger than the texts that
/// follow from them, and a part can be rendered and dropped before the next one is made.
///
/// # Errors
/// Two files want one path: a mistake of minos. Those of `take`.
pub fn system_in_parts<E: From<PlanError>>(
    model: &Model,
    sources: &Sources,
    ports: &BTreeMap<String, u16>,
    mut take: impl FnMut(BTreeMap<RelPath, PlannedFile>) -> Result<(), E>,
) -> Result<(), E> {
    let mut plan = Plan::new();
    plan_all(model, sources, ports, &mut plan, |plan| take(plan.take()))?;
    take(plan.take())
}

fn plan_all<E: From<PlanError>>(
    model: &Model,
    sources: &Sources,
    ports: &BTreeMap<String, u16>,
    plan: &mut Plan,
    mut part_is_done: impl FnMut(&mut Plan) -> Result<(), E>,
) -> Result<(), E> {
    super::add_kit(plan)?;
    let facts = Facts::of(model);
    let published = contracts_crate(plan, model, sources, &facts)?;
    part_is_done(plan)?;
    let mut uses_contracts = BTreeSet::new();
    for context in model.contexts.keys() {
        let source = source_of(model, sources, context);
        if domain::add(plan, model, context, &source, &facts)? {
            uses_contracts.insert(context.clone());
        }
        service::add(plan, model, context, &source, ports, &facts)?;
        part_is_done(plan)?;
    }
    let view = to_view(&workspace::workspace(model, ports, published, &uses_contracts));
    workspace_files(plan, &view)?;
    let document = Content::Text(view::openapi::document(model));
    plan.add(
        "contracts/openapi.json",
        PlannedFile::owned(deploy::Target::OpenApi.unit(), document),
    )?;
    part_is_done(plan)?;
    gateway(plan, model, ports)?;
    part_is_done(plan)?;
    app(plan, model)?;
    deploy::add(plan, model, ports)?;
    Ok(())
}

/// The domain file that describes a context.
fn source_of(model: &Model, sources: &Sources, context: &str) -> String {
    let aggregate = model.contexts.get(context).and_then(|c| c.aggregates.values().next());
    let file = aggregate.and_then(|a| sources.get(a.span.file));
    file.map_or_else(|| "minos.toml".to_owned(), |f| f.path().to_string())
}

/// The published language; whether there is any.
fn contracts_crate(
    plan: &mut Plan,
    model: &Model,
    sources: &Sources,
    facts: &Rc<Facts>,
) -> Result<bool, PlanError> {
    let mut modules = Vec::new();
    let mut files = CrateFiles::new(plan, "crates/contracts", "project");
    for (name, context) in &model.contexts {
        let source = source_of(model, sources, name);
        let Some(view) = contracts::contracts_file(model, context, &source, facts) else {
            continue;
        };
        files.unit.clone_from(name);
        let path = format!("src/{}.rs", module(name).trim_start_matches("r#"));
        files.owned(&path, "contracts/context.rs.tera", to_view(&view))?;
        modules.push(module(name));
    }
    files.unit = "project".to_owned();
    if let Some(view) = contracts::shared_file(model, facts) {
        files.owned("src/shared.rs", "contracts/context.rs.tera", to_view(&view))?;
        modules.push("shared".to_owned());
    }
    if modules.is_empty() {
        return Ok(false);
    }
    modules.sort();
    let lib = json!({ "header": header("minos.toml"), "modules": modules });
    files.owned("src/lib.rs", "contracts/lib.rs.tera", lib)?;
    files.owned("Cargo.toml", "contracts/Cargo.toml.tera", json!({}))?;
    Ok(true)
}

fn workspace_files(plan: &mut Plan, view: &serde_json::Value) -> Result<(), PlanError> {
    let template = |id| Content::Template { id, view: view.clone() };
    let project = "project";
    let owned = [
        ("crates/kit/Cargo.toml", Content::Verbatim("workspace/crates/kit/Cargo.toml.tera")),
        (
            "crates/kit-runtime/Cargo.toml",
            Content::Verbatim("workspace/crates/kit-runtime/Cargo.toml.tera"),
        ),
        ("clippy.toml", Content::Verbatim("workspace/clippy.toml")),
        ("rustfmt.toml", Content::Verbatim("workspace/rustfmt.toml")),
        ("ARCHITECTURE.md", template("workspace/ARCHITECTURE.md.tera")),
    ];
    for (path, content) in owned {
        plan.add(path, PlannedFile::owned(project, content))?;
    }
    let keyed = super::Class::Keyed;
    let root = template("workspace/root.toml.tera");
    plan.add("Cargo.toml", PlannedFile::new(keyed, project, root))?;
    let once = super::Class::CreateOnce;
    let ignored = Content::Verbatim("workspace/gitignore");
    plan.add(".gitignore", PlannedFile::new(once, project, ignored))?;
    let lock = Content::Lock("workspace/third-party.lock");
    plan.add("Cargo.lock", PlannedFile::seed(project, lock))?;
    let readme = template("workspace/README.md.tera");
    plan.add("README.md", PlannedFile::new(once, project, readme))
}

fn gateway(plan: &mut Plan, model: &Model, ports: &BTreeMap<String, u16>) -> Result<(), PlanError> {
    let table = view::gateway::table_file(model, ports);
    let head = to_view(&table.head());
    let test = to_view(&view::gateway::test_file(model));
    let mut files = CrateFiles::new(plan, "services/gateway", "project");
    files.owned("Cargo.toml", "gateway/Cargo.toml.tera", head.clone())?;
    files.owned("src/main.rs", "gateway/main.rs.tera", head)?;
    files.owned("src/lib.rs", "gateway/lib.rs.tera", to_view(&table))?;
    files.seed_verbatim("src/extend.rs", "gateway/extend.rs")?;
    files.owned("tests/it/main.rs", "gateway/tests/it/main.rs.tera", test)
}

fn app(plan: &mut Plan, model: &Model) -> Result<(), PlanError> {
    let view = to_view(&workspace::app(model));
    let mut files = CrateFiles::new(plan, "app", "project");
    files.owned("Cargo.toml", "workspace/app/Cargo.toml.tera", view.clone())?;
    files.owned("src/main.rs", "workspace/app/main.rs.tera", view)
}
