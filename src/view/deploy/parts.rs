//! What images and deployments have in common: programs, ports, names, versions of foreign parts.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToKebabCase as _, ToShoutySnakeCase as _};
use serde::Serialize;

use crate::model::{Context, Model, Ready, Size};

use super::edges::edges;

pub(super) use crate::view::workspace::VERSION;

/// Where the command `health` asks, when that is not where it asks by itself.
pub(super) fn asked(model: &Model) -> Option<&'static str> {
    (model.deploy.ready != Ready::default()).then(|| model.deploy.ready.path())
}

/// Where every program answers inside its container.
pub(super) const PORT: u16 = 8000;

/// Whether a workspace has a gateway: a test holds this against the package.
pub(super) const GATEWAY: bool = true;

/// The image that compiles. By digest, because a tag can be moved.
pub(super) const RUST: &str = "rust:1.95.0-bookworm@sha256:\
    6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1";

/// The image that programs run in: the C library and nothing else, no shell, no root.
pub(super) const RUNTIME_NAME: &str = "gcr.io/distroless/cc-debian12:nonroot";

/// Its digest.
pub(super) const RUNTIME_DIGEST: &str =
    "sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f";

/// The image of a database in development.
pub(super) const POSTGRES: &str = "postgres:17.11";

/// The roles of a service that is split.
const COMMANDS: &str = "commands";
const VIEWS: &str = "views";

/// The image of Kafka: the version that the tests run on.
pub(super) const KAFKA: &str = "apache/kafka:4.4.0";

/// Where it listens.
pub(super) const KAFKA_PORT: u16 = 9092;

/// A service with what it needs around it.
pub(super) struct Unit<'m> {
    /// The context.
    pub context: &'m Context,
    /// Its name as a host and an object: `kebab-case`.
    pub name: String,
    /// Its program.
    pub binary: String,
    /// Its database as a host.
    pub database: String,
    /// Its database and role as names in PostgreSQL.
    pub schema: String,
    /// What brings the tables up to date before it starts.
    pub migration: String,
    /// What makes its topics before it starts.
    pub topics: String,
    /// The contexts that it connects to, as hosts, each with the setting for its address.
    pub calls: BTreeMap<String, String>,
    /// The processes that connect to it, as hosts.
    pub called_by: BTreeSet<String>,
    /// What it runs as; the first answers to its name, takes commands and tells the others.
    pub processes: Vec<Process>,
}

/// A process of a service.
pub(super) struct Process {
    /// Its name as a host and an object.
    pub name: String,
    /// The role that it plays; none when it plays all.
    pub role: Option<&'static str>,
    /// How large it is.
    pub size: Size,
}

/// A name with a value. Templates walk lists in their order, and tables in any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Pair {
    pub name: String,
    pub value: String,
}

impl Pair {
    pub(super) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// Pairs sorted by name.
    pub(super) fn sorted(pairs: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut pairs: Vec<Self> = pairs.into_iter().collect();
        pairs.sort();
        pairs
    }
}

impl Unit<'_> {
    /// Where its database for development is. The network has one client, which needs no password.
    pub(super) fn database_url(&self) -> String {
        let (host, name) = (&self.database, &self.schema);
        format!("postgres://{name}@{host}:5432/{name}")
    }

    /// The setting for its own address, when it answers on `port`.
    pub(super) fn address(&self, port: u16) -> Pair {
        Pair::new(setting(&self.context.name), format!("http://{}:{port}", self.name))
    }

    /// The setting for where its queries are answered, when that is a process of its own.
    pub(super) fn views_address(&self, port: u16) -> Option<Pair> {
        let views = self.processes.iter().find(|it| it.role == Some(VIEWS))?;
        let setting = format!("{}_VIEWS_URL", self.context.name.to_shouty_snake_case());
        Some(Pair::new(setting, format!("http://{}:{port}", views.name)))
    }

    /// The settings for the addresses of those that it connects to, which answer on `port`.
    pub(super) fn addresses(&self, port: u16) -> impl Iterator<Item = Pair> {
        self.calls.iter().map(move |(host, name)| Pair::new(name, format!("http://{host}:{port}")))
    }
}

/// The broker between the services, as a host.
pub(super) fn broker(model: &Model) -> String {
    let taken = model.contexts.keys().any(|name| host(name) == "kafka");
    if taken { "kafka-broker".to_owned() } else { "kafka".to_owned() }
}

/// The settings of a broker that is its own controller, by their names as an image of Kafka takes them.
pub(super) fn broker_settings(name: &str) -> Vec<Pair> {
    Pair::sorted([
        Pair::new("CLUSTER_ID", "Zm9yLW9uZS1tYWNoaW5l"),
        Pair::new("KAFKA_ADVERTISED_LISTENERS", format!("PLAINTEXT://{name}:{KAFKA_PORT}")),
        Pair::new("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
        Pair::new("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
        Pair::new("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
        Pair::new("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m"),
        Pair::new("KAFKA_LISTENERS", format!("PLAINTEXT://:{KAFKA_PORT},CONTROLLER://:9093")),
        Pair::new(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        ),
        Pair::new("KAFKA_LOG_DIRS", "/var/lib/kafka/data"),
        Pair::new("KAFKA_NODE_ID", "1"),
        Pair::new("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
        Pair::new("KAFKA_PROCESS_ROLES", "broker,controller"),
        Pair::new("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
        Pair::new("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
    ])
}

/// The services of a system, by host.
pub(super) fn units(model: &Model) -> Vec<Unit<'_>> {
    let edges = edges(model);
    let hosts: BTreeSet<String> = model.contexts.keys().map(|name| host(name)).collect();
    let beside = |mut name: String| {
        while hosts.contains(&name) {
            name.push_str("-x");
        }
        name
    };
    let processes = |context: &Context| {
        let name = host(&context.name);
        let size = model.deploy.of(&context.name);
        if !context.split {
            return vec![Process { name, role: None, size }];
        }
        let views = Process {
            name: beside(format!("{name}-views")),
            role: Some(VIEWS),
            size: model.deploy.of(&format!("{}_views", context.name)),
        };
        vec![Process { name, role: Some(COMMANDS), size }, views]
    };
    let mut units: Vec<Unit<'_>> = model
        .contexts
        .values()
        .map(|context| {
            let name = host(&context.name);
            let calls = edges.get(&context.name).into_iter().flatten();
            let called_by = edges.iter().filter(|(_, to)| to.contains(&context.name));
            let called_by = called_by.filter_map(|(from, _)| model.contexts.get(from));
            Unit {
                context,
                binary: format!("{}-{name}", model.system),
                database: beside(format!("{name}-db")),
                schema: context.name.clone(),
                migration: beside(format!("{name}-migrate")),
                topics: beside(format!("{name}-topics")),
                calls: calls.map(|to| (host(to), setting(to))).collect(),
                called_by: called_by.flat_map(processes).map(|it| it.name).collect(),
                processes: processes(context),
                name,
            }
        })
        .collect();
    units.sort_by(|a, b| a.name.cmp(&b.name));
    units
}

/// A context's name in the network.
fn host(context: &str) -> String {
    context.to_kebab_case()
}

/// The setting that says where a context answers.
fn setting(context: &str) -> String {
    format!("{}_URL", context.to_shouty_snake_case())
}
