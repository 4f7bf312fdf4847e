//! A process: settings, subcommands, start, serving, stop.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::task::JoinSet;

use super::builder::Builder;
use super::open::Opened;
use super::sources::{Source, Sources as Others};
use super::{Host, Role, Roles, Service, Stop, ask_health, block_on, start_log};
use crate::config::{Config, ConfigError, Entry, Sources, table};
use crate::consume::Pace;
use crate::dev;
use crate::figures;
use crate::gateway::{Front, Limits, Sides, Table, Upstream, Upstreams};
use crate::health::Health;
use crate::http::{Bounds, Edge, Hosts, inside, wrap};
use crate::policy::sow;
use crate::saga;
use crate::store::StoreError;
use crate::transport::kafka::{Kafka, TopicPlan};
use crate::transport::{Address, Broker, TopicNames, endpoint};

/// What the setting of the roles means.
const ROLE: &str = "what this process does: `commands`, `views`, `relay`, several with commas; `commands:NAME`, \
                    `views:NAME` for one of them";

/// How long background work may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a process does not start, in words for the person who starts it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self(error.0)
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// What all services of a process share while they are opened.
pub(super) struct Opening {
    pub health: Health,
    pub stop: Stop,
    pub roles: Roles,
    pub dev: bool,
    pub keep_answers: Duration,
    pub pace: Pace,
    pub bounds: Bounds,
}

impl Opening {
    fn read(config: &Config) -> Result<Self, StartError> {
        let stop = Stop::new();
        Ok(Self {
            health: Health::new(stop.clone()),
            stop,
            roles: Roles::parse(config.get("ROLE").unwrap_or("all"))?,
            dev: config.dev(),
            keep_answers: config.duration("IDEMPOTENCY_KEEP")?,
            pace: Pace {
                min: config.duration("VIEW_POLL_MIN")?,
                max: config.duration("VIEW_POLL_MAX")?,
            },
            bounds: Bounds {
                max_body: config.number("MAX_BODY_BYTES")?,
                max_items: config.number("MAX_ITEMS")?,
            },
        })
    }
}

/// One or several services in one process.
pub(super) struct Process {
    pub name: String,
    pub builders: Vec<Builder>,
    /// Several services: their settings carry the name of the context, and none answers others.
    pub together: bool,
    /// The gateway in front of several services.
    pub table: Option<Table>,
    /// What of it may be a process of its own, where that is known.
    pub parts: BTreeSet<String>,
}

/// A process that serves.
pub struct Started {
    /// Its services, in the order of the text.
    pub services: Vec<Service>,
    /// Everything it answers to.
    pub router: Router,
    /// The way to stop it.
    pub stop: Stop,
    running: JoinSet<()>,
}

impl Started {
    /// Finish what runs, end background work, close the databases.
    pub async fn end(mut self, wait: Duration, timeout: Duration) {
        self.stop.go_down(wait, timeout).await;
        self.finish().await;
    }

    async fn finish(&mut self) {
        let ended = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(PATIENCE, ended).await.is_err() {
            tracing::warn!("background work did not end in time");
            self.running.abort_all();
        }
        for service in &self.services {
            service.store().close().await;
        }
    }
}

impl Process {
    /// Every setting of the process.
    pub fn entries(&self) -> Vec<Entry> {
        let port =
            if self.together { 8000 } else { self.builders.first().map_or(8000, |it| it.port) };
        let mut entries = vec![
            Entry::new("HTTP_ADDR", &format!("127.0.0.1:{port}"), "where requests are answered"),
            Entry::new("ROLE", "all", ROLE),
        ];
        entries.extend(self.together.then(service_entry));
        for builder in &self.builders {
            let (name, file) = (&builder.name, format!(".data/{}.db", builder.name));
            let doc = format!("the database of `{name}`: a file, or `postgres://…`");
            entries.push(Entry::new(&self.database_setting(name), &file, &doc));
            entries.extend(builder.settings.iter().cloned());
            for source in builder.sources().iter().filter(|_| !self.together) {
                let doc = format!("where `{source}` answers, such as `http://host:8001`");
                let near = builder.neighbours.get(source);
                let near = near.map_or_else(String::new, |port| format!("http://127.0.0.1:{port}"));
                entries.push(Entry::new(&address_setting(source), &near, &doc));
            }
        }
        entries.extend(Broker::entries());
        if self.builders.iter().any(|it| it.seed.is_some()) {
            let doc = "0: a new database begins empty, whatever the domain description says";
            entries.push(Entry::new("SEED", "1", doc));
        }
        entries.extend(self.table.iter().flat_map(Limits::entries));
        for mut entry in Entry::common() {
            if entry.name == "DRAIN_WAIT" && self.together {
                "0".clone_into(&mut entry.default);
            }
            if let Some(table) = self.table.as_ref().filter(|_| entry.name == "MAX_BODY_BYTES") {
                entry.default = table.max_body.to_string();
            }
            entries.push(entry);
        }
        entries
    }

    /// Refuse roles that are narrowed to what no service here has.
    fn know(&self, roles: &Roles) -> Result<(), StartError> {
        let command = |name: &str| self.parts.is_empty() || self.parts.contains(name);
        let view = |name: &str| {
            self.builders.iter().flat_map(|it| &it.views).any(|view| view.name == name)
        };
        let unknown =
            |what: &str, name: &str| StartError(format!("ROLE: there is no {what} {name}"));
        if let Some(name) = roles.narrowed(Role::Commands).find(|name| !command(name)) {
            return Err(unknown("command", name));
        }
        match roles.narrowed(Role::Views).find(|name| !view(name)) {
            Some(name) => Err(unknown("view", name)),
            None => Ok(()),
        }
    }

    fn database_setting(&self, name: &str) -> String {
        if self.together {
            format!("{}_DATABASE_URL", name.to_ascii_uppercase())
        } else {
            "DATABASE_URL".to_owned()
        }
    }

    /// Run the process as its arguments say.
    pub fn main(self) -> ExitCode {
        block_on(async move { self.run(&Sources::process()).await })
    }

    pub async fn run(self, sources: &Sources) -> Result<ExitCode, StartError> {
        let config = Config::read(sources, &self.entries())?;
        let words: Vec<&str> = config.words().iter().map(String::as_str).collect();
        if config.help() {
            let _ = write!(std::io::stdout(), "{}", self.help());
            return Ok(ExitCode::SUCCESS);
        }
        match words.as_slice() {
            ["health"] => return ask_health(&config, None).await,
            ["health", path] if path.starts_with('/') => {
                return ask_health(&config, Some(path)).await;
            }
            [] | ["serve"] => {}
            ["migrate" | "topics"] | ["rebuild", _] => {}
            other => {
                let text = other.join(" ");
                return Err(StartError(format!("there is no command `{text}`; see --help")));
            }
        }
        start_log(&config)?;
        match words.as_slice() {
            ["migrate"] => self.migrate(&config).await,
            ["topics"] => self.topics(&config).await,
            ["rebuild", view] => self.rebuild(&config, view).await,
            _ => self.serve(&config).await,
        }
    }

    fn help(&self) -> String {
        let name = &self.name;
        let settings = table(&self.entries());
        let page = if self.together { ", and shows at `/_dev` what happens" } else { "" };
        format!(
            "{name} [serve | migrate | topics | health [PATH] | rebuild VIEW] [--dev] [--until-eof] [--config FILE] [--SETTING VALUE]\n\n\
             A setting is read from the file `config.env`, then the environment, then the flags.\n\
             `--dev` believes an unsigned `x-actor` header{page}.\n\
             `--until-eof` ends it when its standard input ends.\n\n{settings}"
        )
    }

    /// Open everything and start what runs beside the requests.
    pub async fn start(self, config: &Config) -> Result<Started, StartError> {
        let with = Opening::read(config)?;
        let (together, name) = (self.together, self.name.clone());
        let table = self.table.clone();
        self.know(&with.roles)?;
        let (mut opened, sources) = self.open(config, &with).await?;
        let mut running = JoinSet::new();
        let mut router = with.health.routes();
        let mut upstreams = Upstreams::default();
        for one in &mut opened {
            one.list_references().await?;
            one.renew_views(&sources).await?;
            let sows = with.roles.play(Role::Commands) && config.get("SEED") != Some("0");
            if let Some(seed) = one.builder.seed.filter(|_| sows) {
                sow(&one.service, seed).await.map_err(|error| StartError(error.to_string()))?;
            }
        }
        let places: Result<Arc<[_]>, _> = opened.iter().map(|one| one.place(&sources)).collect();
        let places = places?;
        for one in &mut opened {
            one.start(&sources, with.pace, &mut running)?;
            let mut routes: Router =
                std::mem::take(&mut one.builder.routes).with_state(one.service.clone());
            for layers in &one.builder.layers {
                routes = layers(routes);
            }
            if table.is_some() {
                let here = Upstream::Here(inside(routes, with.bounds));
                let sides = Sides { write: here.clone(), read: here, named: BTreeMap::new() };
                upstreams.0.insert(one.service.name().to_owned(), sides);
            } else {
                router = router.merge(routes);
            }
            if !together {
                let (store, publication) = (one.service.shared_store(), one.service.publication());
                let (token, stop) = (config.get("LOG_TOKEN"), with.stop.clone());
                router = router.merge(endpoint(store, publication, token, stop));
            }
        }
        if let Some(table) = &table {
            let limits = Limits::read(config)?;
            router = router.merge(Front::routes(table, upstreams, limits, &with.stop, with.dev));
        }
        let services: Vec<_> = opened.into_iter().map(|one| one.service).collect();
        router = router.merge(saga::routes(services.iter().cloned(), config.get("LOG_TOKEN")));
        router = router.merge(figures::routes(places.clone(), config.get("LOG_TOKEN")));
        if together && with.dev {
            router = router.merge(dev::routes(&name, with.health.clone(), places));
        }
        let hosts = Hosts::parse(config.get("PUBLIC_HOSTS").unwrap_or_default());
        let edge = Edge {
            service: name.into(),
            bounds: with.bounds,
            hosts: table.map(|_| Arc::new(hosts)),
            stop: with.stop.clone(),
        };
        Ok(Started { services, router: wrap(router, edge), stop: with.stop, running })
    }

    async fn open(
        self,
        config: &Config,
        with: &Opening,
    ) -> Result<(Vec<Opened>, Others), StartError> {
        let texts = |name: &str| config.get(name).map(str::to_owned);
        for read in self.builders.iter().flat_map(|builder| &builder.readers) {
            read(&texts).map_err(StartError)?;
        }
        let mut opened = Vec::new();
        let mut sources = Others { kafka: self.kafka(config)?, ..Others::default() };
        if let Some(kafka) = &sources.kafka {
            kafka.watch(&with.health)?;
        }
        let settings: Vec<_> =
            self.builders.iter().map(|it| self.database_setting(&it.name)).collect();
        for (builder, setting) in self.builders.into_iter().zip(settings) {
            for source in builder.sources() {
                let setting = address_setting(&source);
                if let Some(url) = config.get(&setting) {
                    let address =
                        Address::parse(&setting, url)?.with_token(config.get("LOG_TOKEN"));
                    sources.places.insert(source, Source::There(address));
                }
            }
            let url = config.get(&setting).unwrap_or_default().to_owned();
            opened.push(Opened::open(builder, &url, with).await?);
        }
        for one in &opened {
            let here = Source::Here(one.service.clone());
            sources.places.insert(one.service.name().to_owned(), here);
        }
        Ok((opened, sources))
    }

    /// The Kafka between the services, if the settings name one.
    fn kafka(&self, config: &Config) -> Result<Option<Kafka>, StartError> {
        let Some(broker) = Broker::read(config)? else { return Ok(None) };
        let mut names = TopicNames::default();
        for builder in &self.builders {
            names.system.clone_from(&builder.system);
            names.own.extend(builder.topics.clone());
        }
        Ok(Some(Kafka::connect(broker, names)?))
    }

    /// Make the topics of the services that are missing.
    async fn topics(self, config: &Config) -> Result<ExitCode, StartError> {
        let Some(kafka) = self.kafka(config)? else {
            return Err(StartError("KAFKA_BROKERS is not set".to_owned()));
        };
        let plans: BTreeSet<TopicPlan> =
            self.builders.iter().flat_map(|it| it.plans(kafka.names())).collect();
        let plans: Vec<_> = plans.into_iter().collect();
        for topic in kafka.provision(&plans).await? {
            tracing::info!(event.name = "topic_made", topic, "made");
        }
        tracing::info!(event.name = "topics_ready", topics = plans.len(), "all topics are there");
        Ok(ExitCode::SUCCESS)
    }

    async fn serve(self, config: &Config) -> Result<ExitCode, StartError> {
        let mut host = Host::bind(config).await?;
        let mut started = tokio::select! {
            started = self.start(config) => started?,
            () = host.signals.next() => return Ok(ExitCode::SUCCESS),
        };
        host.serve(started.router.clone(), started.stop.clone()).await;
        started.finish().await;
        tracing::info!(event.name = "stopped", "stopped");
        Ok(ExitCode::SUCCESS)
    }

    async fn migrate(self, config: &Config) -> Result<ExitCode, StartError> {
        let with = Opening::read(config)?;
        let (opened, _) = self.open(config, &with).await?;
        for one in opened {
            tracing::info!(event.name = "migrated", service.name = one.service.name(), "migrated");
            one.service.store().close().await;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn rebuild(self, config: &Config, view: &str) -> Result<ExitCode, StartError> {
        let with = Opening::read(config)?;
        let (mut opened, sources) = self.open(config, &with).await?;
        let has = |one: &&mut Opened| one.builder.views.iter().any(|part| part.name == view);
        let Some(one) = opened.iter_mut().find(has) else {
            return Err(StartError(format!("there is no view {view}")));
        };
        one.rebuild_view(view, &sources).await?;
        for one in opened {
            one.service.store().close().await;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The setting that makes a process of one service of a system.
pub(super) fn service_entry() -> Entry {
    let doc =
        "one service of the system, or `gateway`, as a process of its own with its own settings";
    Entry::new("SERVICE", "", doc)
}

/// The setting that says where a context answers.
pub(crate) fn address_setting(context: &str) -> String {
    format!("{}_URL", context.to_ascii_uppercase())
}

impl Builder {
    /// Run this service as a process of its own, as the arguments say.
    #[must_use]
    pub fn main(self) -> ExitCode {
        self.alone().main()
    }

    /// Every setting of the service's process.
    #[must_use]
    pub fn entries(self) -> Vec<Entry> {
        self.alone().entries()
    }

    /// Start without a port, with settings as in the environment; for tests.
    ///
    /// # Errors
    /// Wrong settings; a database that cannot be opened.
    pub async fn start(self, settings: &[(&str, &str)]) -> Result<Started, StartError> {
        self.alone().start_with(settings).await
    }

    pub(super) fn alone(self) -> Process {
        Process {
            name: self.name.clone(),
            builders: vec![self],
            together: false,
            table: None,
            parts: BTreeSet::new(),
        }
    }
}

impl Process {
    pub async fn start_with(self, settings: &[(&str, &str)]) -> Result<Started, StartError> {
        let env = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut sources = Sources { env: env.collect(), ..Sources::default() };
        if sources.env.remove("DEV").is_some() {
            sources.args.push("--dev".to_owned());
        }
        let config = Config::read(&sources, &self.entries())?;
        self.start(&config).await
    }
}
