//! Manifests for Kubernetes: a base that minos owns, a component with databases for development,
//! and overlays that are the user's.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::{Model, Size};

use super::parts::{GATEWAY, PORT, POSTGRES, Pair, Process, Unit, VERSION, units};

/// Seconds for which a pod that is to end is still found by others.
const PRE_STOP: u32 = 5;

/// The longest way from the signal to the end: the service is unready for 5 s, refuses and waits
/// for running requests for 20 s, and ends background work within 10 s.
const DRAIN: u32 = 5 + 20 + 10;

/// Where a service answers under its name.
const SERVICE_PORT: u16 = 80;

/// The name of the gateway. No context can have it.
const DOOR: &str = "gateway";

/// Where databases listen.
const DATABASE_PORT: u16 = 5432;

/// All manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kubernetes {
    /// The namespace and what is set for all.
    pub namespace: Namespace,
    /// `base/kustomization.yaml`.
    pub base: Kustomization,
    /// Services, by name.
    pub workloads: Vec<Workload>,
    /// What brings tables up to date, by name.
    pub migrations: Vec<Pod>,
    /// Who may connect to whom.
    pub network: Network,
    /// Databases for development.
    pub databases: Vec<Database>,
    /// The component that holds them.
    pub component: Component,
    /// Who may connect to them.
    pub database_network: Network,
    /// The overlays.
    pub overlay: Overlay,
}

/// The namespace, by the system's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Namespace {
    system: String,
}

/// A list of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kustomization {
    system: String,
    resources: Vec<String>,
    configs: Vec<Config>,
}

/// A settings file and the object it becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Config {
    name: String,
    file: String,
}

/// What every pod has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pod {
    /// Its name: of its objects, its host, its label.
    pub name: String,
    component: &'static str,
    system: String,
    version: &'static str,
    owner: String,
    image: String,
    /// The account it runs under; its settings are called after it.
    account: String,
    /// What it does when it does one thing and ends.
    command: &'static str,
    /// The secret with the address of its database.
    secret: String,
    #[serde(flatten)]
    given: Given,
}

/// What a container is given, and what it may take at most: twice as much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Given {
    cpu: String,
    cpu_limit: String,
    memory: String,
    memory_limit: String,
}

impl Given {
    fn of(size: Size) -> Self {
        Self {
            cpu: format!("{}m", size.cpu),
            cpu_limit: format!("{}m", 2 * size.cpu),
            memory: format!("{}Mi", size.memory),
            memory_limit: format!("{}Mi", 2 * size.memory),
        }
    }
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// What every pod has.
    #[serde(flatten)]
    pub pod: Pod,
    replicas: u32,
    /// Annotations.
    notes: Vec<Pair>,
    port: u16,
    pre_stop: u32,
    grace: u32,
    /// Whether it has one.
    database: bool,
    /// Lines of its settings file: name and value.
    settings: Vec<Pair>,
}

/// A database for development.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Database {
    /// What every pod has.
    #[serde(flatten)]
    pub pod: Pod,
    /// The database and its role.
    schema: String,
}

/// The component with the databases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    system: String,
    resources: Vec<String>,
    /// Secrets and the addresses in them, in which there is no password.
    secrets: Vec<Pair>,
}

/// Who may connect to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Network {
    system: String,
    /// Whether it forbids what is not told.
    closed: bool,
    policies: Vec<Policy>,
}

/// The connections of one pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Policy {
    name: String,
    owner: String,
    /// Annotations.
    notes: Vec<Pair>,
    /// Its own port.
    port: u16,
    egress: Vec<Egress>,
    ingress: Vec<String>,
    /// Whether everybody may connect, from outside too.
    open: bool,
}

/// Pods that are reached on one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Egress {
    port: u16,
    pods: Vec<String>,
}

/// What the first text of an overlay says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlay {
    system: String,
    /// An image and a database that stand for all.
    image: String,
    database: String,
    secrets: Vec<String>,
}

/// The manifests of a system.
#[must_use]
pub fn kubernetes(model: &Model) -> Kubernetes {
    let units = units(model);
    let system = &model.system;
    let all = |file: fn(&Unit<'_>) -> String| units.iter().map(file).collect::<Vec<_>>();
    let gateway = GATEWAY.then(|| gateway(model, &units));
    let services = units
        .iter()
        .flat_map(|unit| unit.processes.iter().map(move |process| workload(model, unit, process)));
    let mut workloads: Vec<Workload> = services.collect();
    workloads.extend(gateway);
    workloads.sort_by(|a, b| a.pod.name.cmp(&b.pod.name));
    let mut resources: Vec<String> =
        workloads.iter().map(|it| format!("services/{}.yaml", it.pod.name)).collect();
    resources.extend(all(|unit| format!("services/{}.yaml", unit.migration)));
    resources.extend(["namespace.yaml".to_owned(), "network.yaml".to_owned()]);
    resources.sort();
    let configs = workloads.iter().map(|it| Config {
        name: format!("{}-config", it.pod.name),
        file: format!("services/{}.env", it.pod.name),
    });
    let mut databases = all(|unit| format!("{}.yaml", unit.database));
    databases.push("network.yaml".to_owned());
    databases.sort();
    let first = units.first();
    Kubernetes {
        namespace: Namespace { system: system.clone() },
        base: Kustomization { system: system.clone(), resources, configs: configs.collect() },
        workloads,
        migrations: units.iter().map(|unit| migration(model, unit)).collect(),
        network: network(model, &units),
        databases: units.iter().map(|unit| database(model, unit)).collect(),
        component: Component {
            system: system.clone(),
            resources: databases,
            secrets: units
                .iter()
                .map(|unit| Pair::new(secret(unit), unit.database_url()))
                .collect(),
        },
        database_network: database_network(model, &units),
        overlay: Overlay {
            system: system.clone(),
            image: first.map_or_else(|| system.clone(), |unit| unit.binary.clone()),
            database: first.map_or_else(String::new, |unit| unit.database.clone()),
            secrets: all(secret),
        },
    }
}

fn pod(model: &Model, unit: &Unit<'_>) -> Pod {
    Pod {
        name: unit.name.clone(),
        component: "service",
        system: model.system.clone(),
        version: VERSION,
        owner: owner(model, unit),
        image: format!("{}:{VERSION}", unit.binary),
        account: unit.name.clone(),
        command: "serve",
        secret: secret(unit),
        given: Given::of(Size::default()),
    }
}

/// What the linters are told where the text asks for fewer pods than they expect.
fn few(replicas: u32) -> Vec<Pair> {
    let mut notes = Vec::new();
    if replicas < 3 {
        let why = format!("{replicas} as said in the text");
        notes.push(Pair::new("ignore-check.kube-linter.io/minimum-three-replicas", why));
    }
    if replicas < 2 {
        notes.push(Pair::new("kube-score/ignore", "deployment-replicas"));
    }
    notes
}

fn workload(model: &Model, unit: &Unit<'_>, process: &Process) -> Workload {
    let address = Pair::new("HTTP_ADDR", format!("0.0.0.0:{PORT}"));
    let role = process.role.map(|role| Pair::new("ROLE", role));
    let (name, account) = (process.name.clone(), process.name.clone());
    Workload {
        pod: Pod { name, account, given: Given::of(process.size), ..pod(model, unit) },
        replicas: process.size.replicas,
        notes: few(process.size.replicas),
        port: PORT,
        pre_stop: PRE_STOP,
        grace: PRE_STOP + DRAIN + 5,
        database: true,
        settings: Pair::sorted(unit.addresses(SERVICE_PORT).chain([address]).chain(role)),
    }
}

/// The door to all services. It has no database.
fn gateway(model: &Model, units: &[Unit<'_>]) -> Workload {
    let address = Pair::new("HTTP_ADDR", format!("0.0.0.0:{PORT}"));
    let services = units.iter().map(|unit| unit.address(SERVICE_PORT));
    let services = services.chain(units.iter().filter_map(|it| it.views_address(SERVICE_PORT)));
    let size = model.deploy.of(DOOR);
    Workload {
        pod: Pod {
            name: DOOR.to_owned(),
            component: "gateway",
            system: model.system.clone(),
            version: VERSION,
            owner: model.system.clone(),
            image: format!("{}-{DOOR}:{VERSION}", model.system),
            account: DOOR.to_owned(),
            command: "serve",
            secret: String::new(),
            given: Given::of(size),
        },
        replicas: size.replicas,
        notes: few(size.replicas),
        port: PORT,
        pre_stop: PRE_STOP,
        grace: PRE_STOP + DRAIN + 5,
        database: false,
        settings: Pair::sorted(services.chain([address])),
    }
}

fn migration(model: &Model, unit: &Unit<'_>) -> Pod {
    Pod {
        name: unit.migration.clone(),
        component: "migration",
        command: "migrate",
        ..pod(model, unit)
    }
}

fn database(model: &Model, unit: &Unit<'_>) -> Database {
    let pod = Pod {
        name: unit.database.clone(),
        component: "database",
        image: POSTGRES.to_owned(),
        account: unit.database.clone(),
        ..pod(model, unit)
    };
    Database { pod, schema: unit.schema.clone() }
}

/// Each service reaches its database and those whose logs it reads; a migration its database.
fn network(model: &Model, units: &[Unit<'_>]) -> Network {
    let to_database =
        |unit: &Unit<'_>| Egress { port: DATABASE_PORT, pods: vec![unit.database.clone()] };
    let mut policies = Vec::new();
    for unit in units {
        let mut egress = vec![to_database(unit)];
        if !unit.calls.is_empty() {
            egress.push(Egress { port: PORT, pods: unit.calls.keys().cloned().collect() });
        }
        let here = |(name, ingress, egress): (&String, Vec<String>, Vec<Egress>)| Policy {
            name: name.clone(),
            owner: owner(model, unit),
            notes: vec![Pair::new(
                "ignore-check.kube-linter.io/dangling-networkpolicypeer-podselector",
                format!("{} is not part of this", unit.database),
            )],
            port: PORT,
            egress,
            ingress,
            open: false,
        };
        let door = GATEWAY.then(|| DOOR.to_owned());
        // The first process tells the others what happened here.
        for (place, process) in unit.processes.iter().enumerate() {
            let others = unit.called_by.iter().filter(|_| place == 0);
            let called_by = others.cloned().chain(door.clone()).collect();
            policies.push(here((&process.name, called_by, egress.clone())));
        }
        policies.push(here((&unit.migration, vec![], vec![to_database(unit)])));
    }
    policies.extend(GATEWAY.then(|| Policy {
        name: DOOR.to_owned(),
        owner: model.system.clone(),
        notes: vec![],
        port: PORT,
        egress: vec![Egress { port: PORT, pods: processes(units) }],
        ingress: vec![],
        open: true,
    }));
    policies.sort_by(|a, b| a.name.cmp(&b.name));
    Network { system: model.system.clone(), closed: true, policies }
}

fn database_network(model: &Model, units: &[Unit<'_>]) -> Network {
    let policy = |unit: &Unit<'_>| Policy {
        name: unit.database.clone(),
        owner: owner(model, unit),
        notes: vec![],
        port: DATABASE_PORT,
        egress: vec![],
        ingress: inside(unit),
        open: false,
    };
    let policies = units.iter().map(policy).collect();
    Network { system: model.system.clone(), closed: false, policies }
}

/// All processes of all services, sorted.
fn processes(units: &[Unit<'_>]) -> Vec<String> {
    let all = units.iter().flat_map(|unit| &unit.processes).map(|it| it.name.clone());
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Those who use the database of a service, sorted.
fn inside(unit: &Unit<'_>) -> Vec<String> {
    let processes = unit.processes.iter().map(|it| it.name.clone());
    processes.chain([unit.migration.clone()]).collect::<BTreeSet<_>>().into_iter().collect()
}

fn secret(unit: &Unit<'_>) -> String {
    format!("{}-database", unit.name)
}

/// Who answers for a service, as a label: the owner of its context, else the system.
fn owner(model: &Model, unit: &Unit<'_>) -> String {
    let said = unit.context.notes.owner.as_deref().unwrap_or_default();
    let letters = said.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let label: String = letters.take(63).collect();
    match label.trim_matches('-') {
        "" => model.system.clone(),
        label => label.to_owned(),
    }
}
