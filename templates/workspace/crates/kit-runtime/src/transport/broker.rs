//! How a Kafka is reached, and what topics are called. Known without the client library, so that every program knows
//! its settings and says what it lacks.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::{Config, ConfigError, Entry};

/// The settings of Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Hosts with ports, separated by commas.
    pub brokers: String,
    /// Partitions of a topic that is made here.
    pub partitions: u16,
    /// Copies of a topic that is made here.
    pub replicas: u16,
    /// What the names of topics and groups begin with instead of the system's, for several installations on one Kafka.
    pub prefix: Option<String>,
    /// How long a gap may last before the source is asked.
    pub gap: Duration,
    /// How often the end of the source's log is compared with what came.
    pub compare: Duration,
    /// How long a relay that is silent keeps its part of the log.
    pub lease: Duration,
    /// Most records that a relay has on their way.
    pub batch: u32,
    /// How long a relay waits after each batch.
    pub pause: Duration,
    /// Settings of the client by its own names: encryption and who we are.
    pub security: Vec<(&'static str, String)>,
}

/// The settings that go to the client as they are.
const SECURITY: [(&str, &str, &str); 7] = [
    ("KAFKA_SECURITY", "security.protocol", "`plaintext`, `ssl`, `sasl_plaintext` or `sasl_ssl`"),
    ("KAFKA_CA_FILE", "ssl.ca.location", "certificates that the brokers' are signed with"),
    (
        "KAFKA_CERTIFICATE_FILE",
        "ssl.certificate.location",
        "our certificate, if brokers ask for it",
    ),
    ("KAFKA_KEY_FILE", "ssl.key.location", "the key of our certificate"),
    ("KAFKA_MECHANISM", "sasl.mechanism", "`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`"),
    ("KAFKA_USER", "sasl.username", "who we are to the brokers"),
    ("KAFKA_PASSWORD", "sasl.password", "the password of `KAFKA_USER`"),
];

impl Broker {
    /// What can be set.
    #[must_use]
    pub fn entries() -> Vec<Entry> {
        let hosts = "Kafka as `host:port,..`; without it services read each other's log";
        let mut entries = vec![
            Entry::new("KAFKA_BROKERS", "", hosts),
            Entry::new(
                "KAFKA_PREFIX",
                "",
                "what topics and groups begin with instead of the system's name, one for each installation on a Kafka",
            ),
            Entry::new("KAFKA_PARTITIONS", "8", "partitions of a topic that `topics` makes"),
            Entry::new("KAFKA_REPLICAS", "3", "copies of a topic that `topics` makes"),
            Entry::new(
                "KAFKA_GAP",
                "2s",
                "how long records may be missing before the source is asked",
            ),
            Entry::new(
                "KAFKA_COMPARE",
                "30s",
                "how often the ends of topic and source are compared",
            ),
            Entry::new("KAFKA_LEASE", "15s", "how long a silent instance keeps what it sends"),
            Entry::new(
                "KAFKA_BATCH",
                "1000",
                "most records that are sent before all are confirmed",
            ),
            Entry::new("KAFKA_PAUSE", "0", "pause after each batch that was sent"),
        ];
        entries.extend(SECURITY.map(|(name, _, doc)| Entry::new(name, "", doc)));
        entries
    }

    /// The settings, when there is a Kafka.
    ///
    /// # Errors
    /// A number of partitions by which shards cannot be shared out, and other wrong values.
    pub fn read(config: &Config) -> Result<Option<Self>, ConfigError> {
        let Some(brokers) = config.get("KAFKA_BROKERS") else { return Ok(None) };
        let partitions = config.number("KAFKA_PARTITIONS")?;
        let good = partitions.is_power_of_two() && partitions <= 64;
        let wrong = || {
            ConfigError(format!(
                "KAFKA_PARTITIONS is `{partitions}`; write 1, 2, 4, 8, 16, 32 or 64"
            ))
        };
        let partitions = u16::try_from(partitions).ok().filter(|_| good).ok_or_else(wrong)?;
        let replicas = u16::try_from(config.number("KAFKA_REPLICAS")?).ok().filter(|it| *it > 0);
        let replicas = replicas
            .ok_or_else(|| ConfigError("KAFKA_REPLICAS is not a number from 1".to_owned()))?;
        let batch = u32::try_from(config.number("KAFKA_BATCH")?).ok();
        let batch = batch
            .filter(|it| (1..=10_000).contains(it))
            .ok_or_else(|| ConfigError("KAFKA_BATCH is not a number from 1 to 10000".to_owned()))?;
        let prefix = config.get("KAFKA_PREFIX").map(str::to_owned);
        if let Some(prefix) = prefix.as_deref().filter(|it| !is_topic(it)) {
            return Err(ConfigError(format!(
                "KAFKA_PREFIX is `{prefix}`; write at most 100 letters, digits, `.` or `-`"
            )));
        }
        let security = SECURITY
            .iter()
            .filter_map(|(name, key, _)| config.get(name).map(|value| (*key, value.to_owned())));
        Ok(Some(Self {
            brokers: brokers.to_owned(),
            partitions,
            replicas,
            prefix,
            gap: config.duration("KAFKA_GAP")?,
            compare: config.duration("KAFKA_COMPARE")?,
            lease: config.duration("KAFKA_LEASE")?.max(Duration::from_millis(300)),
            batch,
            pause: config.duration("KAFKA_PAUSE")?,
            security: security.collect(),
        }))
    }
}

/// Whether topics may begin with it; an underscore may not be there, it clashes with a dot in the names of metrics.
fn is_topic(text: &str) -> bool {
    let good = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-');
    text.len() <= 100 && text.chars().all(good)
}

/// What the topics of a system are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicNames {
    /// The system, with which all of them begin if nothing else is set.
    pub system: String,
    /// What all of them begin with instead, those with a name of their own too.
    pub prefix: Option<String>,
    /// Topics of streams that have another name, by context and aggregate.
    pub own: BTreeMap<String, String>,
}

impl TopicNames {
    /// The topic of the public events of an aggregate.
    #[must_use]
    pub fn events(&self, context: &str, aggregate: &str) -> String {
        match (self.own.get(&format!("{context}.{aggregate}")), &self.prefix) {
            (Some(own), None) => own.clone(),
            (Some(own), Some(prefix)) => format!("{prefix}.{own}"),
            (None, _) => format!("{}.{context}.{aggregate}.events", self.stem()),
        }
    }

    /// The topic of the commands and replies to a context.
    #[must_use]
    pub fn commands(&self, context: &str) -> String {
        format!("{}.{context}.commands", self.stem())
    }

    /// What names begin with that belong to this installation of the system.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.prefix.as_deref().unwrap_or(&self.system)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn read(values: &[(&str, &str)]) -> Result<Option<Broker>, ConfigError> {
        let env = values.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let sources = Sources { env, ..Sources::default() };
        Broker::read(&Config::read(&sources, &Broker::entries())?)
    }

    #[test]
    fn without_brokers_there_is_no_kafka() {
        assert_eq!(read(&[]), Ok(None));
        let some = read(&[("KAFKA_BROKERS", "a:1"), ("KAFKA_USER", "me")]).expect("reads");
        let some = some.expect("is there");
        assert_eq!((some.partitions, some.replicas), (8, 3));
        assert_eq!((some.batch, some.pause), (1_000, Duration::ZERO));
        assert_eq!(some.security, [("sasl.username", "me".to_owned())]);
    }

    #[test]
    fn shards_are_shared_out_evenly_or_not_at_all() {
        for (count, fine) in
            [("1", true), ("64", true), ("0", false), ("12", false), ("128", false)]
        {
            let set = [("KAFKA_BROKERS", "a:1"), ("KAFKA_PARTITIONS", count)];
            assert_eq!(read(&set).is_ok(), fine, "{count}");
        }
        assert!(read(&[("KAFKA_BROKERS", "a:1"), ("KAFKA_REPLICAS", "0")]).is_err());
        assert!(read(&[("KAFKA_BROKERS", "a:1"), ("KAFKA_PREFIX", "a_b")]).is_err());
        assert!(read(&[("KAFKA_BROKERS", "a:1"), ("KAFKA_BATCH", "0")]).is_err());
    }

    #[test]
    fn topics_are_named_after_system_context_and_aggregate_or_as_the_description_says() {
        let own = BTreeMap::from([("desk.tool".to_owned(), "tools".to_owned())]);
        let mut names = TopicNames { system: "shed".to_owned(), own, prefix: None };
        assert_eq!(names.events("desk", "tool"), "tools");
        assert_eq!(names.events("desk", "rack"), "shed.desk.rack.events");
        assert_eq!(names.commands("office"), "shed.office.commands");
        names.prefix = Some("test.shed".to_owned());
        assert_eq!(names.events("desk", "tool"), "test.shed.tools");
        assert_eq!(names.events("desk", "rack"), "test.shed.desk.rack.events");
        assert_eq!(names.commands("office"), "test.shed.office.commands");
    }
}
