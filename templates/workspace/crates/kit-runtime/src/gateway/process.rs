//! The gateway as a process of its own.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;

use super::front::{Front, Limits, watch};
use super::pool::Pool;
use super::table::Table;
use super::upstream::{Sides, Upstream, Upstreams};
use crate::config::{Config, ConfigError, Entry, Sources, table};
use crate::health::Health;
use crate::http::{Bounds, Edge, Hosts, wrap};
use crate::service::{Host, StartError, Stop, address_setting, ask_health, block_on, start_log};
use crate::transport::Address;

/// A gateway that runs alone; the services are other processes.
pub struct Gateway(Table);

impl Gateway {
    /// The gateway of this table.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self(table)
    }

    /// Run it, as the arguments say.
    #[must_use]
    pub fn main(self) -> ExitCode {
        block_on(async move { self.run(&Sources::process()).await })
    }

    /// Run it with the settings of these sources.
    pub(crate) async fn run(self, sources: &Sources) -> Result<ExitCode, StartError> {
        let config = Config::read(sources, &self.entries())?;
        if config.help() {
            let _ = write!(std::io::stdout(), "{}", self.help());
            return Ok(ExitCode::SUCCESS);
        }
        match config.words() {
            [] => {}
            [word] if word == "serve" => {}
            [word] if word == "health" => return ask_health(&config, None).await,
            [word, path] if word == "health" && path.starts_with('/') => {
                return ask_health(&config, Some(path)).await;
            }
            other => {
                let text = other.join(" ");
                return Err(StartError(format!("there is no command `{text}`; see --help")));
            }
        }
        start_log(&config)?;
        let (router, stop) = self.serving(&config)?;
        Host::bind(&config).await?.serve(router, stop).await;
        tracing::info!(event.name = "stopped", "stopped");
        Ok(ExitCode::SUCCESS)
    }

    fn help(&self) -> String {
        let (name, settings) = (&self.0.name, table(&self.entries()));
        format!(
            "{name}-gateway [serve | health [PATH]] [--dev] [--config FILE] [--SETTING VALUE]\n\n\
             A setting is read from the file `config.env`, then the environment, then the flags.\n\
             `--dev` lets an unsigned `x-actor` header pass.\n\n{settings}"
        )
    }

    /// Every setting of the process.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let address = format!("127.0.0.1:{}", self.0.port);
        let mut entries = vec![Entry::new("HTTP_ADDR", &address, "where requests are answered")];
        for (context, port) in &self.0.contexts {
            let setting = address_setting(context);
            let doc = format!("where `{context}` answers; several with commas");
            entries.push(Entry::new(&setting, &format!("http://127.0.0.1:{port}"), &doc));
            let doc = format!("where queries of `{context}` are answered, when not there");
            entries.push(Entry::new(&views_setting(context), "", &doc));
            for name in self.0.names(context) {
                let setting = name_setting(context, name);
                if entries.iter().all(|known| known.name != setting) {
                    let doc = format!("where `{name}` of `{context}` is answered, when not there");
                    entries.push(Entry::new(&setting, "", &doc));
                }
            }
        }
        entries.extend(Limits::entries(&self.0));
        let used = [
            "DRAIN_TIMEOUT",
            "DRAIN_WAIT",
            "HEADER_TIMEOUT",
            "LOG_FORMAT",
            "LOG_LEVEL",
            "MAX_BODY_BYTES",
            "WRITE_TIMEOUT",
        ];
        let mut common = Entry::common();
        common.retain(|entry| used.contains(&entry.name.as_str()));
        for entry in common.iter_mut().filter(|entry| entry.name == "MAX_BODY_BYTES") {
            entry.default = self.0.max_body.to_string();
        }
        entries.extend(common);
        entries
    }

    /// Everything it answers to, with settings as in the environment; for tests.
    ///
    /// # Errors
    /// Wrong settings.
    pub fn start(&self, settings: &[(&str, &str)]) -> Result<Router, StartError> {
        let env = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut sources = Sources { env: env.collect(), ..Sources::default() };
        if sources.env.remove("DEV").is_some() {
            sources.args.push("--dev".to_owned());
        }
        Ok(self.serving(&Config::read(&sources, &self.entries())?)?.0)
    }

    fn serving(&self, config: &Config) -> Result<(Router, Stop), StartError> {
        let (stop, limits) = (Stop::new(), Limits::read(config)?);
        let upstreams = self.upstreams(config)?;
        let health = Health::new(stop.clone());
        watch(&health, &upstreams);
        let bounds = Bounds {
            max_body: usize::try_from(limits.max_body).unwrap_or(usize::MAX),
            ..Bounds::default()
        };
        let hosts = Hosts::parse(config.get("PUBLIC_HOSTS").unwrap_or_default());
        let routes = Front::routes(&self.0, upstreams, limits, &stop, config.dev());
        let edge = Edge {
            service: "gateway".into(),
            bounds,
            hosts: Some(Arc::new(hosts)),
            stop: stop.clone(),
        };
        Ok((wrap(routes.merge(health.routes()), edge), stop))
    }

    fn upstreams(&self, config: &Config) -> Result<Upstreams, ConfigError> {
        let mut upstreams = BTreeMap::new();
        for (context, _) in &self.0.contexts {
            let setting = address_setting(context);
            let Some(write) = pool(config, &setting)? else {
                return Err(ConfigError(format!("{setting} is not set")));
            };
            let read = pool(config, &views_setting(context))?.unwrap_or_else(|| write.clone());
            let mut named = BTreeMap::new();
            for name in self.0.names(context) {
                let own = pool(config, &name_setting(context, name))?;
                named.extend(own.map(|own| (name.to_owned(), own)));
            }
            upstreams.insert(context.clone(), Sides { write, read, named });
        }
        Ok(Upstreams(upstreams))
    }
}

fn views_setting(context: &str) -> String {
    format!("{}_VIEWS_URL", context.to_ascii_uppercase())
}

fn name_setting(context: &str, name: &str) -> String {
    format!("{context}_{name}_URL").to_ascii_uppercase()
}

/// The instances that a setting names.
fn pool(config: &Config, setting: &str) -> Result<Option<Upstream>, ConfigError> {
    let Some(text) = config.get(setting) else { return Ok(None) };
    let addresses = text.split(',').map(|one| Address::parse(setting, one.trim()));
    let addresses: Vec<Address> = addresses.collect::<Result<_, _>>()?;
    Ok(Some(Upstream::There(Arc::new(Pool::new(&addresses)))))
}
