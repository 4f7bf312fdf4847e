//! The shop as processes: all in one, or each service and the gateway alone. Which of them is configuration; the programs are
//! the same.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::http::{Answer, ask};
use crate::postgres;
use crate::program::{Preparation, Program, Recipe, free_address, until};
use crate::raw::Database;
use crate::server::Server;

/// The services of the shop.
pub const SERVICES: [&str; 7] =
    ["catalog", "customers", "notification", "ordering", "payment", "shipping", "stock"];

/// How the system runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// One process, SQLite.
    InOne,
    /// A process per service and the gateway, each service with its SQLite file; they read each other's logs.
    Apart,
    /// The same on PostgreSQL, a database per service.
    OnPostgres,
    /// The same with two processes for each service: one takes commands, the other has the views.
    InRoles,
    /// A process per service on PostgreSQL, with Kafka between them.
    OnKafka,
}

impl Setup {
    fn on_postgres(self) -> bool {
        !matches!(self, Self::InOne | Self::Apart)
    }
}

/// A running system.
pub struct System {
    pub setup: Setup,
    /// Where the gateway answers.
    pub address: String,
    /// The processes by name.
    pub programs: BTreeMap<String, Program>,
    databases: BTreeMap<String, String>,
    /// The broker between its services, if there is one.
    pub kafka: Option<Server>,
    _folder: TempDir,
}

impl System {
    /// Start it and wait until all of it works.
    pub fn start(setup: Setup) -> Self {
        Self::start_on(setup, if setup.on_postgres() { postgres::server() } else { "" })
    }

    /// The same with the databases in the server at this URL, where it takes one. A system on Kafka has a broker of its
    /// own, as topics are called after the system.
    pub fn start_on(setup: Setup, server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let databases: BTreeMap<String, String> = SERVICES
            .iter()
            .map(|name| ((*name).to_owned(), database(setup, server, folder.path(), name)))
            .collect();
        let kafka = (setup == Setup::OnKafka).then(Server::kafka);
        let mut recipes = match setup {
            Setup::InOne => vec![in_one(&databases)],
            Setup::Apart | Setup::OnPostgres | Setup::OnKafka => apart(&databases, &[None]),
            Setup::InRoles => apart(&databases, &[Some("commands"), Some("views")]),
        };
        let address = recipes.last().expect("there is a gateway").address.clone();
        for recipe in recipes.iter_mut().filter(|it| it.name != "gateway") {
            for (name, value) in kafka.iter().flat_map(on_kafka) {
                recipe.settings.push((name.to_owned(), value));
            }
        }
        let mut programs: BTreeMap<String, Program> = recipes
            .into_iter()
            .map(|recipe| (recipe.name.clone(), Program::new(recipe, folder.path())))
            .collect();
        if kafka.is_some() {
            let services = programs.values().filter(|it| it.recipe.name != "gateway");
            let topics: Vec<_> = services.map(|it| it.prepare("topics")).collect();
            topics.into_iter().for_each(Preparation::done);
        }
        programs.values_mut().for_each(Program::start);
        let mut system = Self { setup, address, programs, databases, kafka, _folder: folder };
        system.whole();
        system
    }

    /// Wait until every process works and sees the others.
    pub fn whole(&mut self) {
        self.programs.values_mut().for_each(Program::ready);
        for program in self.programs.values() {
            until(&format!("{} finds everything in order", program.recipe.name), || {
                let answer = ask(&program.recipe.address, "GET /health", &[], &Value::Null);
                match answer {
                    Some(answer) if answer.body["status"] == "ok" => Ok(()),
                    other => Err(format!("{other:?}")),
                }
            });
        }
    }

    /// The processes of this service, or the one that has all.
    pub fn processes(&mut self, service: &str) -> impl Iterator<Item = &mut Program> {
        let name = if self.setup == Setup::InOne { "shop" } else { service };
        let views = format!("{name}-views");
        self.programs.values_mut().filter(move |it| [name, &views].contains(&&*it.recipe.name))
    }

    /// SIGKILL for a service, all of it.
    pub fn kill(&mut self, service: &str) {
        self.processes(service).for_each(Program::kill);
    }

    /// Start what does not run of a service, and wait until it works.
    pub fn revive(&mut self, service: &str) {
        self.processes(service).for_each(Program::start_again);
        self.processes(service).for_each(Program::ready);
    }

    /// What the processes of a service have logged.
    pub fn log(&mut self, service: &str) -> String {
        self.processes(service).map(|it| it.log()).collect()
    }

    /// The names of processes that can be killed.
    pub fn names(&self) -> Vec<String> {
        self.programs.keys().cloned().collect()
    }

    /// The raw tables of a service.
    pub fn database(&self, service: &str) -> Database {
        Database::open(&self.databases[service])
    }

    /// One request to the gateway; there must be an answer.
    pub fn ask(&self, line: &str, body: &Value) -> Answer {
        self.ask_with(line, &[], body)
    }

    pub fn ask_with(&self, line: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        ask(&self.address, line, headers, body).unwrap_or_else(|| panic!("no answer to {line}"))
    }

    /// Ask until the answer is as expected.
    pub fn until(&self, path: &str, expected: impl Fn(&Value) -> bool) -> Value {
        until(path, || {
            let answer = ask(&self.address, &format!("GET {path}"), &[], &Value::Null);
            match answer {
                Some(answer) if answer.status == 200 && expected(&answer.body) => Ok(answer.body),
                other => Err(format!("{other:?}")),
            }
        })
    }

    /// Send a command until it is taken: what it looks up may still be on its way.
    pub fn command(&self, line: &str, body: &Value) -> Answer {
        until(line, || {
            let answer = self.ask(&format!("POST {line}"), body);
            if answer.status < 300 { Ok(answer) } else { Err(format!("{answer:?}")) }
        })
    }
}

fn database(setup: Setup, server: &str, folder: &Path, service: &str) -> String {
    match setup {
        Setup::InOne | Setup::Apart => folder.join(format!("{service}.db")).display().to_string(),
        Setup::OnPostgres | Setup::InRoles | Setup::OnKafka => postgres::database(server, service),
    }
}

/// What a service on Kafka is told beside the rest.
fn on_kafka(server: &Server) -> [(&'static str, String); 5] {
    [
        ("KAFKA_BROKERS", server.address.clone()),
        ("KAFKA_PARTITIONS", "4".to_owned()),
        ("KAFKA_REPLICAS", "1".to_owned()),
        ("KAFKA_LEASE", "3s".to_owned()),
        ("KAFKA_GAP", "500ms".to_owned()),
    ]
}

/// What every process is told; looks at logs come faster than by default, for the sake of the clock on the wall.
fn common() -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        pair("VIEW_POLL_MIN", "10ms"),
        pair("VIEW_POLL_MAX", "200ms"),
        pair("DRAIN_WAIT", "0"),
        pair("LOG_TOKEN", "between-services"),
    ]
}

fn in_one(databases: &BTreeMap<String, String>) -> Recipe {
    let mut settings = common();
    settings.extend(
        databases
            .iter()
            .map(|(name, url)| (format!("{}_DATABASE_URL", name.to_uppercase()), url.clone())),
    );
    Recipe {
        name: "shop".to_owned(),
        program: "shop".to_owned(),
        address: free_address(),
        settings,
    }
}

/// The processes of each service, one for each role, and the gateway.
fn apart(databases: &BTreeMap<String, String>, roles: &[Option<&str>]) -> Vec<Recipe> {
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let mut settings = common();
    let mut recipes = Vec::new();
    for service in SERVICES {
        for (place, role) in roles.iter().enumerate() {
            let address = free_address();
            let (end, suffix) = if place == 0 { ("URL", "") } else { ("VIEWS_URL", "-views") };
            settings.push(pair(
                &format!("{}_{end}", service.to_uppercase()),
                format!("http://{address}"),
            ));
            let mut own = vec![pair("DATABASE_URL", databases[service].clone())];
            own.extend(role.map(|role| pair("ROLE", role.to_owned())));
            let (name, program) = (format!("{service}{suffix}"), format!("shop-{service}"));
            recipes.push(Recipe { name, program, address, settings: own });
        }
    }
    let (name, program) = ("gateway".to_owned(), "shop-gateway".to_owned());
    recipes.push(Recipe { name, program, address: free_address(), settings: Vec::new() });
    recipes.iter_mut().for_each(|it| it.settings.extend(settings.iter().cloned()));
    recipes
}
