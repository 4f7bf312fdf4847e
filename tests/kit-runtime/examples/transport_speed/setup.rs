//! A system of two services on the broker and the database server of the environment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kit_runtime::config::{Config, Sources};
use kit_runtime::service::Builder;
use kit_runtime::store::{Append, Expect, NewEvent, Options, Outcome, StreamKey, Unit, open};
use kit_runtime::transport::kafka::{Kafka, TopicPlan};
use kit_runtime::transport::{Broker, TopicNames};
use serde_json::json;
use uuid::Uuid;

use crate::lending::Process;
use crate::plain;

/// Events of one unit, and units at the same time.
const PER_UNIT: i64 = 100;
const WRITERS: i64 = 8;
/// Rows of the view.
const BORROWERS: i64 = 2_000;

/// A system with a name of its own.
pub struct System {
    pub name: String,
    pub brokers: String,
}

impl System {
    pub async fn with_topics() -> Self {
        let brokers = std::env::var("MINOS_TEST_KAFKA").expect("MINOS_TEST_KAFKA names a broker");
        let system = Self { name: format!("t{}", Uuid::now_v7().simple()), brokers };
        let plan = |name, commands| TopicPlan { name, commands };
        let plans = [
            plan(system.tools(), false),
            plan(system.copies(), false),
            plan(format!("{}.desk.commands", system.name), true),
            plan(format!("{}.office.commands", system.name), true),
        ];
        system.kafka().provision(&plans).await.unwrap();
        system
    }

    fn kafka(&self) -> Kafka {
        let entry = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let env = [
            entry("KAFKA_BROKERS", &self.brokers),
            entry("KAFKA_REPLICAS", "1"),
            entry("KAFKA_PARTITIONS", "4"),
        ];
        let sources = Sources { env: env.into_iter().collect(), ..Sources::default() };
        let config = Config::read(&sources, &Broker::entries()).unwrap();
        let names = TopicNames { system: self.name.clone(), ..TopicNames::default() };
        Kafka::connect(Broker::read(&config).unwrap().unwrap(), names).unwrap()
    }

    /// The topic of the desk's events.
    pub fn tools(&self) -> String {
        format!("{}.desk.tool.events", self.name)
    }

    /// The topic to which the plain producer sends.
    pub fn copies(&self) -> String {
        format!("{}.copies", self.name)
    }

    /// A service of the system on the broker.
    pub async fn service(&self, builder: Builder, url: &str, more: &[(&str, &str)]) -> Process {
        let nobody = "http://127.0.0.1:9";
        let mut all =
            vec![("KAFKA_BROKERS", self.brokers.as_str()), ("DATABASE_URL", url), ("DEV", "1")];
        let neighbours = [("desk", "DESK_URL"), ("office", "OFFICE_URL")];
        let others = neighbours.iter().filter(|(name, _)| *name != builder.name());
        all.extend(others.map(|(_, setting)| (*setting, nobody)));
        all.extend_from_slice(more);
        let started = builder.system(&self.name).start(&all).await.unwrap();
        Process::of(started, &Arc::new(tempfile::tempdir().unwrap()))
    }

    /// Wait until a topic holds so many records.
    pub async fn holds(&self, topic: &str, count: i64) {
        let reader = plain::consumer(self);
        let deadline = Instant::now() + Duration::from_secs(300);
        while plain::count(&reader, topic) < count {
            assert!(Instant::now() < deadline, "the records come");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Put so many public events into the log of a desk that does not run.
pub async fn fill(url: &str, events: i64) {
    let store = open(url, Options::new("desk")).await.unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for unit in (writer..events / PER_UNIT).step_by(WRITERS as usize) {
                let first = unit * PER_UNIT;
                let append = Append {
                    stream: StreamKey::new("tool", Uuid::now_v7().to_string()),
                    expect: Expect::NoStream,
                    events: (first..first + PER_UNIT).map(lent).collect(),
                    close: false,
                };
                let unit = Unit { appends: vec![append], ..Unit::default() };
                assert!(matches!(store.commit(unit).await, Ok(Outcome::Committed(_))));
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    store.close().await;
}

fn lent(number: i64) -> NewEvent {
    NewEvent {
        id: Uuid::now_v7(),
        event_type: "tool_lent".to_owned(),
        schema_version: 1,
        data: json!({ "borrower": format!("b{}", number % BORROWERS), "weeks": 1 }),
        meta: json!({ "correlation_id": Uuid::now_v7(), "causation_id": Uuid::now_v7(), "status": "lent" }),
    }
}

/// Stop a service at once.
pub async fn end(process: Process) {
    process.end().await;
}
