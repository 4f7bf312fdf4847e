//! All services of a system in one process, on one address, each with its own database.

use std::process::ExitCode;

use super::builder::Builder;
use super::process::Process;
use super::{StartError, Started};
use crate::config::Entry;
use crate::gateway::Table;

/// A system in one process. Records go from service to service directly.
pub struct App(Process);

impl App {
    /// A system without services.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Process { name: name.to_owned(), builders: Vec::new(), together: true, table: None })
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

    /// Run the system, as the arguments say.
    #[must_use]
    pub fn main(self) -> ExitCode {
        self.0.main()
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
