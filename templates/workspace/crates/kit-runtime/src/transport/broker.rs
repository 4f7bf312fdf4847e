//! How a Kafka is reached, and what topics are called. Known without the client library, so that every program knows
//! its settings and says what it lacks.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::config::{Config, ConfigError, Entry};

/// The settings of Kafka.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let security: Vec<_> = self.security.iter().map(|(key, _)| key).collect();
        let mut shown = f.debug_struct("Broker");
        shown.field("brokers", &self.brokers).field("prefix", &self.prefix);
        shown.field("security", &security).finish_non_exhaustive()
    }
}

impl Broker {
    /// A text with our names of what the client calls by its own.
    #[must_use]
    pub fn own_names(text: &str) -> String {
        let own = |text: String, (name, key, _): &(&str, &str, &str)| text.replace(key, name);
        SECURITY.iter().fold(text.to_owned(), own)
    }

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
        agree(config)?;
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

/// Refuse settings of which one would be passed over in silence without another.
fn agree(config: &Config) -> Result<(), ConfigError> {
    let security = config.get("KAFKA_SECURITY").unwrap_or("plaintext");
    let (tls, sasl) = match security {
        "plaintext" => (false, false),
        "ssl" => (true, false),
        "sasl_plaintext" => (false, true),
        "sasl_ssl" => (true, true),
        other => {
            let text = "write `plaintext`, `ssl`, `sasl_plaintext` or `sasl_ssl`";
            return Err(ConfigError(format!("KAFKA_SECURITY is `{other}`; {text}")));
        }
    };
    let of_sasl = ["KAFKA_MECHANISM", "KAFKA_USER", "KAFKA_PASSWORD"];
    let of_tls = ["KAFKA_CA_FILE", "KAFKA_CERTIFICATE_FILE", "KAFKA_KEY_FILE"];
    let is_set = |name: &&&str| config.get(name).is_some();
    let mut unused = of_sasl.iter().filter(|_| !sasl).chain(of_tls.iter().filter(|_| !tls));
    if let Some(name) = unused.find(is_set) {
        return Err(ConfigError(format!(
            "{name} is set, and with KAFKA_SECURITY=`{security}` nobody reads it; write `sasl_ssl` or \
             what else your brokers ask for, or take {name} away"
        )));
    }
    match of_sasl.iter().filter(|_| sasl).find(|name| !is_set(name)) {
        Some(name) => Err(ConfigError(format!("KAFKA_SECURITY is `{security}`; set {name} too"))),
        None => Ok(()),
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
        let some = read(&[("KAFKA_BROKERS", "a:1"), ("KAFKA_SECURITY", "ssl")]).expect("reads");
        let some = some.expect("is there");
        assert_eq!((some.partitions, some.replicas), (8, 3));
        assert_eq!((some.batch, some.pause), (1_000, Duration::ZERO));
        assert_eq!(some.security, [("security.protocol", "ssl".to_owned())]);
    }

    #[test]
    fn who_we_are_is_never_passed_over_in_silence_and_never_shown() {
        let me = [("KAFKA_MECHANISM", "PLAIN"), ("KAFKA_USER", "me"), ("KAFKA_PASSWORD", "pssst")];
        let with = |security: &[(&str, &str)]| {
            let all = [&[("KAFKA_BROKERS", "a:1")], security].concat();
            read(&all).map_err(|error| error.0)
        };
        let secure = with(&[&me[..], &[("KAFKA_SECURITY", "sasl_ssl")]].concat());
        let shown = format!("{:?}", secure.expect("reads"));
        assert!(shown.contains("sasl.password") && !shown.contains("pssst"), "{shown}");
        for (security, expected) in [
            (&me[1..], "KAFKA_USER is set, and with KAFKA_SECURITY=`plaintext`"),
            (&[("KAFKA_CA_FILE", "ca.pem")], "KAFKA_CA_FILE is set, and with"),
            (&[("KAFKA_SECURITY", "tls")], "KAFKA_SECURITY is `tls`; write `plaintext`"),
            (&[("KAFKA_SECURITY", "sasl_ssl")], "`sasl_ssl`; set KAFKA_MECHANISM too"),
        ] {
            let refused = with(security).expect_err("is refused");
            assert!(refused.starts_with(expected) || refused.ends_with(expected), "{refused}");
        }
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
