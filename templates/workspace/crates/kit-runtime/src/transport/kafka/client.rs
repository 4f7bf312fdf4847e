//! One Kafka, and clients of it with the settings that the guarantees need.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::AdminClient;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::producer::{FutureProducer, Producer as _};

use super::Relay;
use super::ear::{Ear, LEVEL, words};
use crate::consume::Pace;
use crate::health::{Condition, Health};
use crate::service::Stop;
use crate::store::{Message, Record, Store};
use crate::transport::{Broker, Topic, TopicNames};

/// How long a question about topics may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The same for a question about health.
const QUICK: Duration = Duration::from_millis(600);

/// What went wrong with Kafka, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KafkaTrouble(pub String);

impl From<KafkaError> for KafkaTrouble {
    fn from(error: KafkaError) -> Self {
        Self(words(&error))
    }
}

/// A Kafka and how the topics of the system are called there. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Kafka {
    /// How it is reached.
    pub broker: Arc<Broker>,
    /// What topics are called.
    pub names: Arc<TopicNames>,
    /// What the clients hear of it.
    pub(super) ear: Ear,
}

/// A client that sends.
pub(super) type Producer = FutureProducer<Ear>;

impl Kafka {
    /// The Kafka of these settings.
    ///
    /// # Errors
    /// Settings that the client does not take, such as encryption without the feature `kafka-tls`.
    pub fn connect(broker: Broker, names: TopicNames) -> Result<Self, KafkaTrouble> {
        let names = TopicNames { prefix: broker.prefix.clone(), ..names };
        let ear = Ear::default();
        let it = Self { broker: Arc::new(broker), names: Arc::new(names), ear };
        it.admin()?;
        Ok(it)
    }

    /// What topics are called.
    #[must_use]
    pub fn names(&self) -> &TopicNames {
        &self.names
    }

    /// Send the events of a service's log that belong to `topic`, until the process stops.
    pub async fn relay_events(
        &self,
        store: Arc<dyn Store>,
        topic: Topic,
        health: Health,
        pace: Pace,
        stop: Stop,
    ) {
        Relay::<Record>::new(self.clone(), store, topic, health).run(pace, stop).await;
    }

    /// Send the commands and replies of a service to the others, until the process stops.
    pub async fn relay_messages(
        &self,
        store: Arc<dyn Store>,
        health: Health,
        pace: Pace,
        stop: Stop,
    ) {
        let topic = Topic::Others(store.meta().service.clone());
        Relay::<Message>::new(self.clone(), store, topic, health).run(pace, stop).await;
    }

    fn config(&self, client: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.broker.brokers).set("client.id", client);
        config.set("socket.keepalive.enable", "true").set("reconnect.backoff.max.ms", "2000");
        for (key, value) in &self.broker.security {
            config.set(*key, value);
        }
        config.set_log_level(LEVEL);
        config
    }

    /// A producer that neither loses nor reorders what one relay sends.
    ///
    /// # Errors
    /// Settings that the client does not take.
    pub(super) fn producer(&self, client: &str) -> Result<Producer, KafkaTrouble> {
        let mut config = self.config(client);
        config
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "2")
            .set("compression.type", "lz4")
            .set("message.timeout.ms", "30000")
            .set("queue.buffering.max.messages", "50000");
        Ok(config.create_with_context(self.ear.clone())?)
    }

    /// The settings of a consumer that commits what it is told to.
    pub(super) fn consumer(&self, client: &str, group: &str) -> ClientConfig {
        let mut config = self.config(client);
        config
            .set("group.id", group)
            .set("enable.auto.commit", "true")
            .set("auto.commit.interval.ms", "1000")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("max.poll.interval.ms", "300000")
            .set("session.timeout.ms", "10000")
            .set("fetch.wait.max.ms", "100")
            .set("queued.max.messages.kbytes", "16384")
            .set("allow.auto.create.topics", "false");
        config
    }

    pub(super) fn admin(&self) -> Result<AdminClient<Ear>, KafkaTrouble> {
        Ok(self.config("topics").create_with_context(self.ear.clone())?)
    }

    /// Let the health of a process tell whether a broker answers.
    ///
    /// # Errors
    /// Settings that the client does not take.
    pub fn watch(&self, health: &Health) -> Result<(), KafkaTrouble> {
        let ear = self.ear.clone();
        let client: Producer = self.config("health").create_with_context(ear.clone())?;
        health.ask("kafka", move || {
            let (client, ear) = (client.clone(), ear.clone());
            let asked = tokio::task::spawn_blocking(move || {
                client.client().fetch_metadata(Some("__consumer_offsets"), QUICK).map(drop)
            });
            async move {
                let detail = match asked.await {
                    Ok(Ok(())) => {
                        ear.works();
                        return Condition::Ok;
                    }
                    Ok(Err(error)) => ear.why(&error),
                    Err(error) => error.to_string(),
                };
                Condition::Degraded { detail: format!("no broker answers: {detail}") }
            }
        });
        Ok(())
    }
}
