//! All services of a system in one process, on one address, each with its own database.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::builder::Builder;
use super::process::{Process, service_entry};
use super::{StartError, Started, block_on};
use crate::config::{Config, Entry, Sources};
use crate::gateway::{Gateway, Table};

/// A system in one process. Records go from service to service directly.
pub struct App(Process);

impl App {
    /// A system without services.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Process {
            name: name.to_owned(),
            builders: Vec::new(),
            together: true,
            table: None,
            parts: BTreeSet::new(),
        })
    }

    /// The system with one more service.
    #[must_use]
    pub fn service(mut self, builder: Builder) -> Self {
        self.0.builders.push(builder);
        self
    }

    /// The system behind its gateway: what the table names is answered, and nothing else.
    #[must_use]
    pub fn gateway(mut self, table: Table) -> Self {
        self.0.table = Some(table);
        self
    }

    /// Run the system, as the arguments say: all of it, or one of its processes.
    #[must_use]
    pub fn main(self) -> ExitCode {
        let mut sources = Sources::process();
        let which = Config::take(&mut sources, &service_entry());
        block_on(async move {
            match which.as_deref() {
                None => self.0.run(&sources).await,
                Some(name) => self.only(name)?.run(&sources).await,
            }
        })
    }

    /// The service of this name, or the gateway, as a process of its own.
    fn only(self, name: &str) -> Result<One, StartError> {
        let Process { builders, table, .. } = self.0;
        let known: Vec<String> = builders.iter().map(|it| it.name.clone()).collect();
        if let ("gateway", Some(table)) = (name, &table) {
            return Ok(One::Gateway(Gateway::new(table.clone())));
        }
        match builders.into_iter().find(|it| it.name == name) {
            Some(builder) => {
                let parts = table.iter().flat_map(|table| table.names(name)).map(str::to_owned);
                let parts = parts.collect();
                Ok(One::Service(Box::new(Process { parts, ..builder.alone() })))
            }
            None => {
                Err(StartError(format!("SERVICE is `{name}`; write gateway, {}", known.join(", "))))
            }
        }
    }

    /// Every setting of the process.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.0.entries()
    }

    /// Start without a port, with settings as in the environment; for tests.
    ///
    /// # Errors
    /// Wrong settings; a database that cannot be opened.
    pub async fn start(self, settings: &[(&str, &str)]) -> Result<Started, StartError> {
        self.0.start_with(settings).await
    }
}

/// One process of a system.
enum One {
    Gateway(Gateway),
    Service(Box<Process>),
}

impl One {
    async fn run(self, sources: &Sources) -> Result<ExitCode, StartError> {
        match self {
            Self::Gateway(gateway) => gateway.run(sources).await,
            Self::Service(process) => process.run(sources).await,
        }
    }
}
