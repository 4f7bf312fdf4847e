//! The files of the service crates.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::json;

use super::crate_files::{CrateFiles, to_view};
use super::{Plan, PlanError};
use crate::model::Model;
use crate::view::domain::{Domain, Facts};
use crate::view::rust::module;
use crate::view::service;

/// Adds the service crate of a context; `source` is the domain file that describes it.
pub(super) fn add(
    plan: &mut Plan,
    model: &Model,
    context: &str,
    source: &str,
    ports: &BTreeMap<String, u16>,
    facts: &Rc<Facts>,
) -> Result<(), PlanError> {
    let Some(context) = model.contexts.get(context) else { return Ok(()) };
    let domain = Domain::new(model, context, source, facts);
    let root = format!("services/{}/service", context.name);
    let mut files = CrateFiles::new(plan, root, &context.name);
    let header = &domain.header;
    let words = context.name.replace('_', " ");
    for view in context.views.values() {
        let path = format!("src/views/{}.rs", file_name(&view.name));
        files.owned(
            &path,
            "service/projection.rs.tera",
            to_view(&service::view_file(&domain, view)),
        )?;
    }
    for replica in context.replicas.values() {
        let path = format!("src/replicas/{}.rs", file_name(&replica.name));
        let view = to_view(&service::replica_file(&domain, replica));
        files.owned(&path, "service/projection.rs.tera", view)?;
    }
    for query in context.queries.values().filter(|it| !it.implied) {
        let path = format!("src/queries/{}.rs", file_name(&query.name));
        let view = to_view(&service::query_file(&domain, query));
        files.owned(&path, "service/query.rs.tera", view)?;
    }
    for policy in context.policies.values() {
        let path = format!("src/policies/{}.rs", file_name(&policy.name));
        let view = to_view(&service::policy_file(&domain, policy));
        files.owned(&path, "service/policy.rs.tera", view)?;
    }
    for schedule in context.schedules.values() {
        let path = format!("src/schedules/{}.rs", file_name(&schedule.name));
        let view = to_view(&service::schedule_file(&domain, schedule));
        files.owned(&path, "service/schedule.rs.tera", view)?;
    }
    for saga in context.sagas.values() {
        let path = format!("src/sagas/{}.rs", file_name(&saga.name));
        if let Some(view) = service::saga_file(&domain, saga) {
            files.owned(&path, "service/saga.rs.tera", to_view(&view))?;
        }
    }
    if let Some(publish) = service::publish_file(&domain) {
        files.owned("src/publish.rs", "service/publish.rs.tera", to_view(&publish))?;
    }
    if let Some(seed) = service::seed_file(&domain) {
        files.owned("src/seed.rs", "service/seed.rs.tera", to_view(&seed))?;
    }
    let routes = to_view(&service::routes_file(&domain));
    files.owned("src/routes.rs", "service/routes.rs.tera", routes)?;
    let wiring = to_view(&service::wiring_file(&domain, ports));
    files.owned("src/wiring.rs", "service/wiring.rs.tera", wiring)?;
    let lib = to_view(&service::lib_file(&domain));
    files.owned("src/lib.rs", "service/lib.rs.tera", lib)?;
    let main = json!({ "header": header, "context": words, "library": module(&context.name) });
    files.owned("src/main.rs", "service/main.rs.tera", main)?;
    files.seed_verbatim("src/extend.rs", "service/extend.rs")?;
    tests(&mut files, &domain)?;
    let contracts = files.contracts;
    let manifest = service::manifest(&domain, source, &model.system, contracts);
    files.owned("Cargo.toml", "service/Cargo.toml.tera", to_view(&manifest))
}

fn tests(files: &mut CrateFiles, domain: &Domain) -> Result<(), PlanError> {
    let header = &domain.header;
    let architecture = json!({ "header": header });
    files.owned(
        "tests/it/architecture.rs",
        "service/tests/it/architecture.rs.tera",
        architecture,
    )?;
    let routes = service::routes_tests(domain);
    let scenarios = service::scenario_tests(domain);
    let sagas = service::saga_tests(domain);
    if let Some(view) = &routes {
        files.owned("tests/it/routes.rs", "service/tests/it/routes.rs.tera", to_view(view))?;
    }
    if let Some(view) = &scenarios {
        files.owned(
            "tests/it/scenarios.rs",
            "service/tests/it/scenarios.rs.tera",
            to_view(view),
        )?;
    }
    if let Some(view) = &sagas {
        files.owned("tests/it/sagas.rs", "service/tests/it/sagas.rs.tera", to_view(view))?;
    }
    let main = json!({
        "header": header,
        "context": domain.context.name.replace('_', " "),
        "routes": routes.is_some(),
        "scenarios": scenarios.is_some(),
        "sagas": sagas.is_some(),
    });
    files.owned("tests/it/main.rs", "service/tests/it/main.rs.tera", main)
}

/// The file of a thing: its module without the mark of a raw identifier.
fn file_name(name: &str) -> String {
    module(name).trim_start_matches("r#").to_owned()
}
