//! `compose.yaml`: the system as separate processes on one machine.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Model, Size};

use super::parts::{
    GATEWAY, KAFKA, KAFKA_PORT, PORT, POSTGRES, Pair, Process, Unit, VERSION, asked, broker,
    broker_settings, units,
};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComposeFile {
    system: String,
    /// What the command `health` is told beside its name.
    ready: Option<&'static str>,
    /// Sorted by name.
    services: Vec<Service>,
    /// Networks that reach no further than their members.
    internal: Vec<String>,
    /// Where databases and the broker keep their files.
    volumes: Vec<String>,
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Service {
    name: String,
    /// Which of the common blocks it starts from: `service`, `job`, `database` or `broker`.
    kind: &'static str,
    /// The program in the image that is built for it.
    binary: Option<String>,
    /// The image of somebody else's program.
    image: &'static str,
    version: &'static str,
    /// What must be so before it starts, by name.
    depends_on: Vec<Pair>,
    volumes: Vec<String>,
    environment: Vec<Pair>,
    ports: Vec<String>,
    networks: Vec<String>,
    command: Vec<&'static str>,
    /// Processors and memory, when they are others than those of its block.
    size: Option<Limits>,
}

/// What a container may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Limits {
    cpus: String,
    memory: String,
}

/// The file of a system; `ports` are those of its contexts on the machine.
#[must_use]
pub fn compose(model: &Model, ports: &BTreeMap<String, u16>) -> ComposeFile {
    let units = units(model);
    let broker = broker(model);
    let of = |unit| [database(unit), job(unit), topics(unit, &broker)];
    let mut services: Vec<Service> = units.iter().flat_map(of).collect();
    services.push(kafka(&broker));
    for unit in &units {
        let one = |process| service(unit, process, &broker, ports);
        services.extend(unit.processes.iter().map(one));
    }
    services.extend(GATEWAY.then(|| gateway(model, &units, ports)));
    services.sort_by(|a, b| a.name.cmp(&b.name));
    let mut inner: Vec<String> = units.iter().map(|unit| unit.database.clone()).collect();
    inner.push(broker);
    inner.sort();
    let (system, ready) = (model.system.clone(), asked(model));
    ComposeFile { system, ready, services, internal: inner.clone(), volumes: inner }
}

const HEALTHY: &str = "service_healthy";
const DONE: &str = "service_completed_successfully";

/// The network of the services.
const COMMON: &str = "services";

fn database_url(unit: &Unit<'_>) -> Pair {
    Pair::new("DATABASE_URL", unit.database_url())
}

/// Twice what a pod is given, as on Kubernetes; none when that is what the block of services says.
fn limits(size: Size) -> Option<Limits> {
    let usual = Size::default();
    let thousandths = 2 * size.cpu;
    let cpus = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    let memory = format!("{}m", 2 * size.memory);
    ((size.cpu, size.memory) != (usual.cpu, usual.memory)).then_some(Limits { cpus, memory })
}

/// Where the broker answers.
fn brokers(broker: &str) -> Pair {
    Pair::new("KAFKA_BROKERS", format!("{broker}:{KAFKA_PORT}"))
}

fn service(
    unit: &Unit<'_>,
    process: &Process,
    broker: &str,
    ports: &BTreeMap<String, u16>,
) -> Service {
    let port = ports.get(&unit.context.name).copied().unwrap_or(PORT + 1);
    let role = process.role.map(|role| Pair::new("ROLE", role));
    let own = [database_url(unit), brokers(broker)];
    let settings = unit.addresses(PORT).chain(own).chain(role);
    Service {
        name: process.name.clone(),
        kind: "service",
        binary: Some(unit.binary.clone()),
        image: "",
        version: VERSION,
        depends_on: Pair::sorted([
            Pair::new(&unit.database, HEALTHY),
            Pair::new(&unit.migration, DONE),
            Pair::new(broker, HEALTHY),
            Pair::new(&unit.topics, DONE),
        ]),
        volumes: vec![],
        environment: Pair::sorted(settings),
        // Behind a gateway, nobody else gets in.
        ports: if GATEWAY { vec![] } else { vec![published(port)] },
        networks: vec![unit.database.clone(), broker.to_owned(), COMMON.to_owned()],
        command: vec![],
        size: limits(process.size),
    }
}

/// A port of the machine, for its own programs only.
fn published(port: u16) -> String {
    format!("127.0.0.1:{port}:{PORT}")
}

/// The door to all services.
fn gateway(model: &Model, units: &[Unit<'_>], ports: &BTreeMap<String, u16>) -> Service {
    let addresses = units.iter().map(|unit| unit.address(PORT));
    let addresses = addresses.chain(units.iter().filter_map(|unit| unit.views_address(PORT)));
    let processes = units.iter().flat_map(|unit| &unit.processes);
    Service {
        name: "gateway".to_owned(),
        kind: "service",
        binary: Some(format!("{}-gateway", model.system)),
        image: "",
        version: VERSION,
        depends_on: Pair::sorted(processes.map(|it| Pair::new(&it.name, HEALTHY))),
        volumes: vec![],
        environment: Pair::sorted(addresses),
        ports: vec![published(ports.get("gateway").copied().unwrap_or(PORT))],
        networks: vec![COMMON.to_owned()],
        command: vec![],
        size: limits(model.deploy.of("gateway")),
    }
}

fn job(unit: &Unit<'_>) -> Service {
    Service {
        name: unit.migration.clone(),
        kind: "job",
        binary: Some(unit.binary.clone()),
        image: "",
        version: VERSION,
        depends_on: vec![Pair::new(&unit.database, HEALTHY)],
        volumes: vec![],
        environment: vec![database_url(unit)],
        ports: vec![],
        networks: vec![unit.database.clone()],
        command: vec!["migrate"],
        size: None,
    }
}

/// Makes the topics of a service. There is one broker, so one copy.
fn topics(unit: &Unit<'_>, broker: &str) -> Service {
    Service {
        name: unit.topics.clone(),
        depends_on: vec![Pair::new(broker, HEALTHY)],
        environment: vec![brokers(broker), Pair::new("KAFKA_REPLICAS", "'1'")],
        networks: vec![broker.to_owned()],
        command: vec!["topics"],
        ..job(unit)
    }
}

/// One broker that is its own controller.
fn kafka(name: &str) -> Service {
    // Numbers and truths are text in an environment.
    let quoted = |pair: Pair| match pair.value.as_str() {
        "1" | "false" => Pair::new(pair.name, format!("'{}'", pair.value)),
        _ => pair,
    };
    Service {
        name: name.to_owned(),
        kind: "broker",
        binary: None,
        image: KAFKA,
        version: VERSION,
        depends_on: vec![],
        volumes: vec![format!("{name}:/var/lib/kafka/data")],
        environment: broker_settings(name).into_iter().map(quoted).collect(),
        ports: vec![],
        networks: vec![name.to_owned()],
        command: vec![],
        size: None,
    }
}

fn database(unit: &Unit<'_>) -> Service {
    let name = unit.schema.clone();
    Service {
        name: unit.database.clone(),
        kind: "database",
        binary: None,
        image: POSTGRES,
        version: VERSION,
        depends_on: vec![],
        volumes: vec![format!("{}:/var/lib/postgresql/data", unit.database)],
        environment: vec![
            Pair::new("POSTGRES_DB", &name),
            Pair::new("POSTGRES_HOST_AUTH_METHOD", "trust"),
            Pair::new("POSTGRES_USER", &name),
        ],
        ports: vec![],
        networks: vec![unit.database.clone()],
        command: vec![],
        size: None,
    }
}
