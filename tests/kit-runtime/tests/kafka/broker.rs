//! The broker of the tests, a system of its own for each test, and a look at topics without the kit.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kit_runtime::config::{Config, Sources};
use kit_runtime::service::{Builder, Phase};
use kit_runtime::transport::kafka::{Kafka, TopicPlan};
use kit_runtime::transport::{Broker, TopicNames};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use rdkafka::{Offset, TopicPartitionList};
use uuid::Uuid;

use crate::lending::Process;
use crate::program::Program;

/// Names the broker that tests may use.
const KAFKA: &str = "MINOS_TEST_KAFKA";

/// A system that shares the broker with others.
pub struct System {
    pub name: String,
    pub brokers: String,
}

impl System {
    /// A system on the broker of the tests, without topics.
    pub fn new() -> Self {
        let brokers = std::env::var(KAFKA)
            .unwrap_or_else(|_| panic!("{KAFKA} is not set: run `scripts/test kafka`"));
        Self::at(brokers)
    }

    pub fn at(brokers: String) -> Self {
        Self { name: format!("t{}", Uuid::now_v7().simple()), brokers }
    }

    /// The same with its topics.
    pub async fn with_topics() -> Self {
        let system = Self::new();
        system.provision().await;
        system
    }

    pub fn kafka(&self, settings: &[(&str, &str)]) -> Kafka {
        let mut env: BTreeMap<String, String> =
            settings.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        env.entry("KAFKA_BROKERS".into()).or_insert_with(|| self.brokers.clone());
        let sources = Sources { env, ..Sources::default() };
        let config = Config::read(&sources, &Broker::entries()).unwrap();
        let names = TopicNames { system: self.name.clone(), ..TopicNames::default() };
        Kafka::connect(Broker::read(&config).unwrap().unwrap(), names).unwrap()
    }

    pub fn plans(&self) -> Vec<TopicPlan> {
        let plan = |name: String, commands| TopicPlan { name, commands };
        vec![
            plan(self.tools(), false),
            plan(format!("{}.desk.commands", self.name), true),
            plan(format!("{}.office.commands", self.name), true),
        ]
    }

    pub async fn provision(&self) {
        let kafka = self.kafka(&[("KAFKA_REPLICAS", "1"), ("KAFKA_PARTITIONS", "4")]);
        kafka.provision(&self.plans()).await.unwrap();
    }

    /// The topic of the desk's events.
    pub fn tools(&self) -> String {
        format!("{}.desk.tool.events", self.name)
    }

    /// One service of the system; `settings` come before the usual ones.
    pub async fn service(
        &self,
        builder: Builder,
        folder: &Arc<tempfile::TempDir>,
        settings: &[(&str, &str)],
    ) -> Process {
        let mut all = vec![
            ("KAFKA_BROKERS", self.brokers.as_str()),
            ("VIEW_POLL_MAX", "50ms"),
            ("KAFKA_LEASE", "1s"),
            // Nobody is there: what comes, comes by Kafka.
            ("DESK_URL", "http://127.0.0.1:9"),
            ("OFFICE_URL", "http://127.0.0.1:9"),
            ("DEV", "1"),
        ];
        all.extend_from_slice(settings);
        let all: BTreeMap<_, _> = all.into_iter().collect();
        let known = builder.name().to_owned();
        let foreign = format!("{}_URL", known.to_uppercase());
        let all: Vec<_> = all.into_iter().filter(|(name, _)| *name != foreign).collect();
        Process::alone(builder.system(&self.name), folder, &all).await
    }

    /// A service as a process of its own.
    pub fn program(&self, what: &str, folder: &Path, args: &[&str]) -> Program {
        let mut all = vec!["--kafka-brokers", &self.brokers, "--view-poll-max", "50ms"];
        all.extend(["--kafka-lease", "1s", "--drain-wait", "0"]);
        all.extend_from_slice(args);
        Program::start_as(what, folder, &all, &[("PROBE_SYSTEM", &self.name)])
    }

    /// Everything on a topic now, partition by partition.
    pub fn read(&self, topic: &str) -> Vec<OwnedMessage> {
        let consumer = self.reader();
        let metadata = consumer.fetch_metadata(None, Duration::from_secs(10)).unwrap();
        let found = metadata.topics().iter().find(|it| it.name() == topic).expect("is there");
        let mut list = TopicPartitionList::new();
        let mut left = BTreeMap::new();
        for partition in found.partitions() {
            let (low, high) = ends(&consumer, topic, partition.id());
            if low < high {
                list.add_partition_offset(topic, partition.id(), Offset::Offset(low)).unwrap();
                left.insert(partition.id(), high);
            }
        }
        consumer.assign(&list).unwrap();
        let mut messages = Vec::new();
        while !left.is_empty() {
            let message = consumer.poll(Duration::from_secs(10)).expect("in time").unwrap();
            if left.get(&message.partition()).is_some_and(|end| message.offset() + 1 >= *end) {
                left.remove(&message.partition());
            }
            messages.push(message.detach());
        }
        messages
    }

    fn reader(&self) -> BaseConsumer {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("group.id", format!("{}.test", self.name));
        config.create().unwrap()
    }

    /// How many records there are on a topic, those that are gone not counted.
    pub fn count(&self, topic: &str) -> i64 {
        let consumer = self.reader();
        let of = |number| ends(&consumer, topic, number);
        (0..4).map(of).map(|(low, high)| high - low).sum()
    }

    /// The offsets that a group has committed, by partition.
    pub fn committed(&self, group: &str, topic: &str) -> BTreeMap<i32, i64> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers).set("group.id", group);
        let consumer: BaseConsumer = config.create().unwrap();
        let mut list = TopicPartitionList::new();
        list.add_partition_range(topic, 0, 3);
        let found = patiently(|| consumer.committed_offsets(list.clone(), Duration::from_secs(10)));
        let place = |it: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
            (it.partition(), it.offset().to_raw().unwrap_or(0).max(0))
        };
        found.elements().iter().map(place).collect()
    }

    /// Wait until a topic holds so many records.
    pub async fn holds(&self, topic: &str, count: i64) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.count(topic) < count {
            assert!(Instant::now() < deadline, "{} of {count}", self.count(topic));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The ends of a partition.
fn ends(consumer: &BaseConsumer, topic: &str, number: i32) -> (i64, i64) {
    patiently(|| consumer.fetch_watermarks(topic, number, Duration::from_secs(5)))
}

/// A topic that was just made, and who coordinates a group, are not known everywhere at once.
fn patiently<T>(ask: impl Fn() -> Result<T, KafkaError>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A header of a message.
pub fn header(message: &OwnedMessage, name: &str) -> String {
    let headers = message.headers().expect("has headers");
    let found = headers.iter().find(|it| it.key == name);
    let value = found.and_then(|it| it.value).unwrap_or_default();
    String::from_utf8(value.to_vec()).unwrap()
}

/// A fresh folder for databases.
pub fn folder() -> Arc<tempfile::TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

/// Answer on a port what the process answers; gives the address.
pub async fn serve(process: &Process) -> String {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", port.local_addr().unwrap());
    let (router, stop) = (process.router.clone(), process.started.stop.clone());
    tokio::spawn(async move {
        let server = axum::serve(port, router);
        server.with_graceful_shutdown(async move { stop.reached(Phase::Stopped).await }).await
    });
    url
}

/// A broker that no other test uses, to be treated badly.
pub struct OwnBroker {
    folder: String,
    pub brokers: String,
}

impl OwnBroker {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with arguments.
    pub fn start_with(args: &[&str]) -> Self {
        let output = script(&[&["start"], args].concat());
        let mut lines = output.lines().map(str::to_owned);
        let (folder, brokers) = (lines.next().unwrap(), lines.next().unwrap());
        Self { folder, brokers }
    }

    /// Kill it and start it again on what it has on disk.
    pub fn crash(&self) {
        script(&["crash", &self.folder]);
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        script(&["stop", &self.folder]);
    }
}

fn script(args: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/kafka");
    // The broker holds on to what it inherits, so nothing waits for the end of its output.
    let out = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(path);
    command.args(args).stdin(Stdio::null()).stdout(out.reopen().unwrap());
    assert!(command.status().unwrap().success(), "{args:?}");
    std::fs::read_to_string(out.path()).unwrap()
}
