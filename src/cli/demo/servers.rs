//! The PostgreSQL and the Kafka of a demo whose services run apart.
//!
//! Keeps true: a demo touches only databases and topics that begin with a name of its own, and takes its databases away
//! again. Topics stay until their records are old.

use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// Where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// A database of a server, as a URL, whose user may make others.
    pub postgres: String,
    /// The brokers, `host:port,..`.
    pub kafka: String,
}

/// The servers with a database for each context.
pub struct Servers {
    given: Given,
    /// With it the names of databases and topics begin.
    name: String,
    made: Vec<String>,
}

impl Servers {
    /// Make an empty database for each context.
    ///
    /// # Errors
    /// There is no `psql`, or the server does not let us.
    pub fn prepare(given: Given, name: &str, contexts: &[String]) -> anyhow::Result<Self> {
        let mut servers = Self { given, name: name.to_owned(), made: Vec::new() };
        for context in contexts {
            let database = servers.database(context);
            servers.sql(&format!("create database \"{database}\""))?;
            servers.made.push(database);
        }
        Ok(servers)
    }

    fn database(&self, context: &str) -> String {
        format!("{}-{context}", self.name).replace('-', "_")
    }

    /// What the service of a context is told.
    pub fn settings(&self, context: &str) -> Vec<(String, String)> {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        vec![
            pair("DATABASE_URL", other_database(&self.given.postgres, &self.database(context))),
            pair("KAFKA_BROKERS", self.given.kafka.clone()),
            pair("KAFKA_PREFIX", self.name.clone()),
            pair("KAFKA_PARTITIONS", "4".to_owned()),
            pair("KAFKA_REPLICAS", "1".to_owned()),
        ]
    }

    fn sql(&self, text: &str) -> anyhow::Result<()> {
        let output = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", text])
            .arg(&self.given.postgres)
            .stdin(Stdio::null())
            .output()
            .context(
                "starting psql, which makes the databases; install the client of PostgreSQL",
            )?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("PostgreSQL did not do `{text}`: {}", said.trim());
        }
        Ok(())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for database in std::mem::take(&mut self.made) {
            // Whatever still holds a connection has been told to end.
            let _ = self.sql(&format!("drop database if exists \"{database}\" with (force)"));
        }
    }
}

/// The same server with another database.
fn other_database(url: &str, database: &str) -> String {
    let (before, parameters) = url.split_once('?').unwrap_or((url, ""));
    let start = before.find("://").map_or(0, |at| at + 3);
    let server = match before.get(start..).and_then(|rest| rest.find('/')) {
        Some(at) => before.get(..start + at).unwrap_or(before),
        None => before,
    };
    let question = if parameters.is_empty() { "" } else { "?" };
    format!("{server}/{database}{question}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_changes() {
        let same = |url: &str| other_database(url, "x");
        assert_eq!(same("postgres://me:pw@host:5432/postgres"), "postgres://me:pw@host:5432/x");
        assert_eq!(same("postgres://host"), "postgres://host/x");
        assert_eq!(same("postgres://host/a?sslmode=require"), "postgres://host/x?sslmode=require");
    }
}
