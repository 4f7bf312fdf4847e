//! The files of the domain crates.

use std::rc::Rc;

use heck::ToKebabCase as _;
use serde::Serialize;
use serde_json::json;

use super::crate_files::{CrateFiles, to_view};
use super::{Plan, PlanError};
use crate::model::{Aggregate, Decide, Model};
use crate::view::domain::{self, Domain, Facts};
use crate::view::rust::module;

/// Adds the domain crate of a context; `source` is the domain file that describes it. Tells whether
/// it uses the published language.
pub(super) fn add(
    plan: &mut Plan,
    model: &Model,
    context: &str,
    source: &str,
    facts: &Rc<Facts>,
) -> Result<bool, PlanError> {
    let Some(context) = model.contexts.get(context) else { return Ok(false) };
    let domain = Domain::new(model, context, source, facts);
    let root = format!("services/{}/domain", context.name);
    let mut crate_files = CrateFiles::new(plan, root, &context.name);
    let mut modules: Vec<String> = context.aggregates.keys().map(|a| module(a)).collect();
    for aggregate in context.aggregates.values() {
        aggregate_files(&mut crate_files, &domain, aggregate)?;
    }
    let small = [
        ("values", view(domain::values_file(&domain))),
        ("tables", view(domain::tables_file(&domain))),
        ("settings", view(domain::settings_file(&domain))),
        ("replicas", view(domain::replicas_file(&domain))),
        ("references", view(domain::references_file(&domain))),
    ];
    for (name, view) in small {
        let Some(view) = view else { continue };
        modules.push(name.to_owned());
        let template = match name {
            "values" => "domain/values.rs.tera",
            "tables" => "domain/tables.rs.tera",
            "settings" => "domain/settings.rs.tera",
            "references" => "domain/references.rs.tera",
            _ => "domain/replicas.rs.tera",
        };
        crate_files.owned(&format!("src/{name}.rs"), template, view)?;
    }
    let custom = custom_files(&mut crate_files, &domain, &mut modules)?;
    let lib = domain::lib_file(&domain, &modules, custom);
    crate_files.owned("src/lib.rs", "domain/lib.rs.tera", to_view(&lib))?;
    let contracts = crate_files.contracts;
    let manifest = json!({ "source": source, "package": context.name.to_kebab_case(), "contracts": contracts });
    crate_files.owned("Cargo.toml", "domain/Cargo.toml.tera", manifest)?;
    Ok(contracts)
}

fn aggregate_files(
    files: &mut CrateFiles,
    domain: &Domain,
    aggregate: &Aggregate,
) -> Result<(), PlanError> {
    let folder = module(&aggregate.name).trim_start_matches("r#").to_owned();
    let outer = std::mem::replace(&mut files.unit, format!("{}.{folder}", domain.context.name));
    let state = to_view(&domain::aggregate_file(domain, aggregate));
    files.owned(&format!("src/{folder}.rs"), "domain/aggregate/state.rs.tera", state)?;
    let event = to_view(&domain::event_file(domain, aggregate));
    files.owned(&format!("src/{folder}/event.rs"), "domain/aggregate/event.rs.tera", event)?;
    let refusal = to_view(&domain::refusal_file(domain, aggregate));
    files.owned(
        &format!("src/{folder}/refusal.rs"),
        "domain/aggregate/refusal.rs.tera",
        refusal,
    )?;
    for name in &aggregate.commands {
        let Some(command) = domain.context.commands.get(name) else { continue };
        let file = module(name).trim_start_matches("r#").to_owned();
        let view = to_view(&domain::command_file(domain, aggregate, command));
        files.owned(
            &format!("src/{folder}/{file}.rs"),
            "domain/aggregate/command.rs.tera",
            view,
        )?;
    }
    let tests = to_view(&domain::tests_file(domain, aggregate));
    files.owned(&format!("src/{folder}/tests.rs"), "domain/aggregate/tests.rs.tera", tests)?;
    files.unit = outer;
    Ok(())
}

/// The hand-written parts; whether there are any.
fn custom_files(
    files: &mut CrateFiles,
    domain: &Domain,
    modules: &mut Vec<String>,
) -> Result<bool, PlanError> {
    let mut custom: Vec<String> = Vec::new();
    if let Some((file, seeds)) = domain::functions_file(domain) {
        modules.push("functions".to_owned());
        files.owned("src/functions.rs", "domain/functions.rs.tera", to_view(&file))?;
        for seed in seeds {
            let path = format!("src/custom/{}.rs", seed.name.trim_start_matches("r#"));
            files.seed(&path, "domain/custom_function.rs.tera", to_view(&seed))?;
            custom.push(seed.name);
        }
    }
    for command in domain.context.commands.values() {
        let Decide::Rust { .. } = command.decide else { continue };
        let Some(aggregate) = domain.context.aggregates.get(&command.aggregate) else { continue };
        let Some(seed) = domain::custom_file(domain, aggregate, command) else { continue };
        let name = module(&command.name);
        let path = format!("src/custom/{}.rs", name.trim_start_matches("r#"));
        files.seed(&path, "domain/custom_decide.rs.tera", to_view(&seed))?;
        custom.push(name);
    }
    if custom.is_empty() {
        return Ok(false);
    }
    custom.sort();
    let view = json!({ "header": domain.header.clone(), "modules": custom });
    files.owned("src/custom.rs", "domain/custom_mod.rs.tera", view)?;
    Ok(true)
}

fn view<T: Serialize>(file: Option<T>) -> Option<serde_json::Value> {
    file.as_ref().map(to_view)
}
