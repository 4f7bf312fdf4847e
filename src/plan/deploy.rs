//! The files of images and deployments. Each target is a unit of its own, so that `gen` can bring
//! one of them up to date alone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::crate_files::to_view;
use super::{Class, Content, Plan, PlanError, PlannedFile};
use crate::model::Model;
use crate::view::deploy;

/// What a system can be deployed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Images: `Dockerfile`.
    Docker,
    /// One machine: `compose.yaml`.
    Compose,
    /// A cluster: `deploy/k8s`.
    K8s,
    /// The paths of the system: `contracts/openapi.json`.
    OpenApi,
}

impl Target {
    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Compose => "compose",
            Self::K8s => "k8s",
            Self::OpenApi => "openapi",
        }
    }

    /// The unit of its files. No context is called like that: names of contexts have no `-`.
    #[must_use]
    pub fn unit(self) -> String {
        format!("deploy-{}", self.word())
    }
}

/// Adds the files of all targets; `ports` are those of the contexts on one machine.
pub(super) fn add(
    plan: &mut Plan,
    model: &Model,
    ports: &BTreeMap<String, u16>,
) -> Result<(), PlanError> {
    docker(plan, model)?;
    let view = to_view(&deploy::compose(model, ports));
    let file = Content::Template { id: "deploy/compose.yaml.tera", view };
    plan.add("compose.yaml", PlannedFile::owned(Target::Compose.unit(), file))?;
    k8s(plan, model)
}

fn docker(plan: &mut Plan, model: &Model) -> Result<(), PlanError> {
    let unit = Target::Docker.unit();
    let view = to_view(&deploy::dockerfile(model));
    let file = Content::Template { id: "deploy/Dockerfile.tera", view };
    plan.add("Dockerfile", PlannedFile::new(Class::CreateOnce, unit.clone(), file))?;
    let ignored = Content::Verbatim("deploy/dockerignore");
    plan.add(".dockerignore", PlannedFile::new(Class::CreateOnce, unit, ignored))
}

/// Adds manifests below `deploy/k8s`.
struct Manifests<'p> {
    plan: &'p mut Plan,
}

impl Manifests<'_> {
    fn add(
        &mut self,
        class: Class,
        path: &str,
        id: &'static str,
        view: &impl Serialize,
    ) -> Result<(), PlanError> {
        let content = Content::Template { id, view: to_view(view) };
        let file = PlannedFile::new(class, Target::K8s.unit(), content);
        self.plan.add(&format!("deploy/k8s/{path}"), file)
    }

    fn owned(
        &mut self,
        path: &str,
        id: &'static str,
        view: &impl Serialize,
    ) -> Result<(), PlanError> {
        self.add(Class::Owned, path, id, view)
    }
}

fn k8s(plan: &mut Plan, model: &Model) -> Result<(), PlanError> {
    let all = deploy::kubernetes(model);
    let mut files = Manifests { plan };
    files.owned("base/kustomization.yaml", "deploy/k8s/kustomization.yaml.tera", &all.base)?;
    files.owned("base/namespace.yaml", "deploy/k8s/namespace.yaml.tera", &all.namespace)?;
    files.owned("base/network.yaml", "deploy/k8s/network.yaml.tera", &all.network)?;
    for workload in &all.workloads {
        let name = &workload.pod.name;
        let path = format!("base/services/{name}.yaml");
        files.owned(&path, "deploy/k8s/workload.yaml.tera", workload)?;
        files.owned(
            &format!("base/services/{name}.env"),
            "deploy/k8s/config.env.tera",
            workload,
        )?;
    }
    for job in &all.jobs {
        let path = format!("base/services/{}.yaml", job.name);
        files.owned(&path, "deploy/k8s/job.yaml.tera", job)?;
    }
    let path = format!("base/{}.env", all.transport.name);
    files.owned(&path, "deploy/k8s/kafka.env.tera", &all.transport)?;
    let folder = "components/databases";
    let component = format!("{folder}/kustomization.yaml");
    files.owned(&component, "deploy/k8s/component.yaml.tera", &all.component)?;
    let network = format!("{folder}/network.yaml");
    files.owned(&network, "deploy/k8s/network.yaml.tera", &all.database_network)?;
    for database in &all.databases {
        let path = format!("{folder}/{}.yaml", database.pod.name);
        files.owned(&path, "deploy/k8s/database.yaml.tera", database)?;
    }
    let (folder, broker) = ("components/kafka", &all.broker);
    let component = format!("{folder}/kustomization.yaml");
    files.owned(&component, "deploy/k8s/kafka_component.yaml.tera", broker)?;
    files.owned(&format!("{folder}/kafka.yaml"), "deploy/k8s/kafka.yaml.tera", broker)?;
    let network = format!("{folder}/network.yaml");
    files.owned(&network, "deploy/k8s/network.yaml.tera", &broker.network)?;
    for (overlay, id) in
        [("dev", "deploy/k8s/dev.yaml.tera"), ("prod", "deploy/k8s/prod.yaml.tera")]
    {
        let path = format!("overlays/{overlay}/kustomization.yaml");
        files.add(Class::Seed, &path, id, &all.overlay)?;
    }
    Ok(())
}
