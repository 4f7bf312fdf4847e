//! Manifests for Kubernetes: a base that minos owns, components with databases and a broker for
//! development, and overlays that are the user's.

use serde::Serialize;

use crate::model::{Model, Ready, Size};

use super::network::{Network, broker_network, database_network, network};
use super::parts::{
    GATEWAY, KAFKA, KAFKA_PORT, PORT, POSTGRES, Pair, Process, Unit, VERSION, broker,
    broker_settings, units,
};

/// Seconds for which a pod that is to end is still found by others.
const PRE_STOP: u32 = 5;

/// The longest way from the signal to the end: the service is unready for 5 s, refuses and waits
/// for running requests for 20 s, and ends background work within 10 s.
const DRAIN: u32 = 5 + 20 + 10;

/// Where a service answers under its name.
const SERVICE_PORT: u16 = 80;

/// The name of the gateway. No context can have it.
pub(super) const DOOR: &str = "gateway";

/// All manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kubernetes {
    /// The namespace and what is set for all.
    pub namespace: Namespace,
    /// `base/kustomization.yaml`.
    pub base: Kustomization,
    /// Services, by name.
    pub workloads: Vec<Workload>,
    /// What brings tables up to date and makes topics.
    pub jobs: Vec<Pod>,
    /// How the broker is reached.
    pub transport: Transport,
    /// Who may connect to whom.
    pub network: Network,
    /// Databases for development.
    pub databases: Vec<Database>,
    /// The component that holds them.
    pub component: Component,
    /// Who may connect to them.
    pub database_network: Network,
    /// A broker for development, with its component and who may connect to it.
    pub broker: Broker,
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
    /// The settings of the broker: the name of the object and of the file.
    broker: String,
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
    /// The secret with the address of its database; empty when it uses none.
    secret: String,
    /// The settings of the broker; empty when it does not talk to one.
    broker: String,
    /// The secret that says who it is to the broker.
    broker_secret: String,
    #[serde(flatten)]
    given: Given,
}

/// How the broker is reached: settings for everybody, and where secrets are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transport {
    /// The broker as a host; its settings are called after it.
    pub name: String,
    system: String,
    settings: Vec<Pair>,
}

/// A broker for development.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broker {
    /// What every pod has.
    #[serde(flatten)]
    pub pod: Pod,
    port: u16,
    /// Its own settings.
    environment: Vec<Pair>,
    /// What is otherwise for the services: no encryption, no names, one copy.
    settings: Vec<Pair>,
    /// Who may connect to it.
    #[serde(skip)]
    pub network: Network,
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
    /// Where it is asked whether it may be given requests.
    ready: &'static str,
    pre_stop: u32,
    grace: u32,
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

/// What the first text of an overlay says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlay {
    system: String,
    /// An image and a database that stand for all.
    image: String,
    database: String,
    secrets: Vec<String>,
    broker: String,
    broker_port: u16,
    broker_secrets: Vec<String>,
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
    resources.extend(all(|unit| format!("services/{}.yaml", unit.topics)));
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
        base: Kustomization {
            system: system.clone(),
            resources,
            configs: configs.collect(),
            broker: broker(model),
        },
        workloads,
        jobs: units.iter().flat_map(|unit| jobs(model, unit)).collect(),
        transport: transport(model),
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
        broker: development_broker(model, &units),
        overlay: Overlay {
            system: system.clone(),
            image: first.map_or_else(|| system.clone(), |unit| unit.binary.clone()),
            database: first.map_or_else(String::new, |unit| unit.database.clone()),
            secrets: all(secret),
            broker: broker(model),
            broker_port: KAFKA_PORT,
            broker_secrets: all(broker_secret),
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
        broker: broker(model),
        broker_secret: broker_secret(unit),
        given: Given::of(Size::default()),
    }
}

/// What the linters are told where the text asks for fewer pods than they expect, or for readiness where liveness is asked.
fn exempt(model: &Model, replicas: u32) -> Vec<Pair> {
    let mut notes = Vec::new();
    if replicas < 3 {
        let why = format!("{replicas} as said in the text");
        notes.push(Pair::new("ignore-check.kube-linter.io/minimum-three-replicas", why));
    }
    let few = (replicas < 2).then_some("deployment-replicas");
    let same = (model.deploy.ready == Ready::Health).then_some("pod-probes-identical");
    let ignored: Vec<&str> = few.into_iter().chain(same).collect();
    if !ignored.is_empty() {
        notes.push(Pair::new("kube-score/ignore", ignored.join(",")));
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
        notes: exempt(model, process.size.replicas),
        port: PORT,
        ready: model.deploy.ready.path(),
        pre_stop: PRE_STOP,
        grace: PRE_STOP + DRAIN + 5,
        settings: Pair::sorted(unit.addresses(SERVICE_PORT).chain([address]).chain(role)),
    }
}

/// The door to all services. It has no database.
fn gateway(model: &Model, units: &[Unit<'_>]) -> Workload {
    let address = Pair::new("HTTP_ADDR", format!("0.0.0.0:{PORT}"));
    let services = units.iter().map(|unit| unit.address(SERVICE_PORT));
    let services = services.chain(units.iter().filter_map(|it| it.views_address(SERVICE_PORT)));
    let size = model.deploy.of(DOOR);
    // Names of it inside the cluster; an overlay adds those that users write.
    let inside = ["", ".svc", ".svc.cluster.local"];
    let hosts = inside.map(|end| format!("{DOOR}.{}{end}", model.system)).join(",");
    let hosts = Pair::new("PUBLIC_HOSTS", hosts);
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
            broker: String::new(),
            broker_secret: String::new(),
            given: Given::of(size),
        },
        replicas: size.replicas,
        notes: exempt(model, size.replicas),
        port: PORT,
        ready: model.deploy.ready.path(),
        pre_stop: PRE_STOP,
        grace: PRE_STOP + DRAIN + 5,
        settings: Pair::sorted(services.chain([address, hosts])),
    }
}

/// What must be done before a service starts: its tables, its topics.
fn jobs(model: &Model, unit: &Unit<'_>) -> [Pod; 2] {
    let tables = Pod {
        name: unit.migration.clone(),
        component: "migration",
        command: "migrate",
        broker: String::new(),
        ..pod(model, unit)
    };
    let topics = Pod {
        name: unit.topics.clone(),
        component: "topics",
        command: "topics",
        secret: String::new(),
        ..pod(model, unit)
    };
    [tables, topics]
}

/// A broker asks for encryption and names unless an overlay says otherwise.
fn transport(model: &Model) -> Transport {
    let name = broker(model);
    let settings = vec![
        Pair::new("KAFKA_BROKERS", format!("{name}:{KAFKA_PORT}")),
        Pair::new("KAFKA_CA_FILE", "/run/kafka/ca.crt"),
        Pair::new("KAFKA_MECHANISM", "SCRAM-SHA-512"),
        Pair::new("KAFKA_PASSWORD_FILE", "/run/kafka/password"),
        Pair::new("KAFKA_SECURITY", "sasl_ssl"),
        Pair::new("KAFKA_USER_FILE", "/run/kafka/user"),
    ];
    Transport { name, system: model.system.clone(), settings }
}

/// One broker, which only the services reach, in the clear.
fn development_broker(model: &Model, units: &[Unit<'_>]) -> Broker {
    let name = broker(model);
    Broker {
        port: KAFKA_PORT,
        environment: broker_settings(&name),
        settings: vec![
            Pair::new("KAFKA_CA_FILE", ""),
            Pair::new("KAFKA_MECHANISM", ""),
            Pair::new("KAFKA_PASSWORD_FILE", ""),
            Pair::new("KAFKA_REPLICAS", "1"),
            Pair::new("KAFKA_SECURITY", "plaintext"),
            Pair::new("KAFKA_USER_FILE", ""),
        ],
        network: broker_network(model, units),
        pod: Pod {
            component: "broker",
            system: model.system.clone(),
            version: VERSION,
            owner: model.system.clone(),
            image: KAFKA.to_owned(),
            account: name.clone(),
            command: "serve",
            secret: String::new(),
            broker: String::new(),
            broker_secret: String::new(),
            given: Given::of(Size { replicas: 1, cpu: 500, memory: 512 }),
            name,
        },
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

fn secret(unit: &Unit<'_>) -> String {
    format!("{}-database", unit.name)
}

fn broker_secret(unit: &Unit<'_>) -> String {
    format!("{}-kafka", unit.name)
}

/// Who answers for a service, as a label: the owner of its context, else the system.
pub(super) fn owner(model: &Model, unit: &Unit<'_>) -> String {
    let said = unit.context.notes.owner.as_deref().unwrap_or_default();
    let letters = said.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let label: String = letters.take(63).collect();
    match label.trim_matches('-') {
        "" => model.system.clone(),
        label => label.to_owned(),
    }
}
