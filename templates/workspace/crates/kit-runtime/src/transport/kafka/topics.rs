//! Topics: made by a command of their own with the partitions that were asked for, and looked at before use.

use std::collections::BTreeMap;

use rdkafka::admin::{AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::Producer as _;

use super::client::{PATIENCE, Producer};
use super::ear::Ear;
use super::{Kafka, KafkaTrouble};

/// How long events stay on a topic, in milliseconds: 7 days. Older ones come from the log of the source.
const EVENTS_KEPT: &str = "604800000";
/// The same for commands and replies: 3 days.
const COMMANDS_KEPT: &str = "259200000";

/// A topic that should be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicPlan {
    /// Its name.
    pub name: String,
    /// Whether it holds commands and replies, which are kept for a shorter time than events.
    pub commands: bool,
}

/// The topics of a Kafka, each with its number of partitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topics(BTreeMap<String, i32>);

impl Topics {
    /// What the brokers know now.
    ///
    /// # Errors
    /// No answer in time.
    pub(super) async fn look(producer: &Producer, ear: &Ear) -> Result<Self, KafkaTrouble> {
        let (producer, ear) = (producer.clone(), ear.clone());
        let asked = tokio::task::spawn_blocking(move || {
            // Asking for one that is missing could make it; asking for all never does.
            let all = producer.client().fetch_metadata(None, PATIENCE);
            let all = all.map_err(|error| ear.trouble(&error))?;
            ear.works();
            let count = |it: &rdkafka::metadata::MetadataTopic| {
                (it.name().to_owned(), i32::try_from(it.partitions().len()).unwrap_or(0))
            };
            Ok::<_, KafkaTrouble>(all.topics().iter().map(count).collect())
        });
        let asked = asked.await.map_err(|error| KafkaTrouble(error.to_string()))?;
        Ok(Self(asked?))
    }

    /// The partition of a shard in a topic; none when the topic is not there.
    #[must_use]
    pub fn partition(&self, topic: &str, shard: u16) -> Option<i32> {
        let count = self.0.get(topic).copied().filter(|count| *count > 0)?;
        Some(i32::from(shard) % count)
    }
}

impl Kafka {
    /// Make the topics that are missing; gives their names.
    ///
    /// # Errors
    /// No broker answers; a topic is there with another number of partitions; the brokers refuse.
    pub async fn provision(&self, plans: &[TopicPlan]) -> Result<Vec<String>, KafkaTrouble> {
        let there = Topics::look(&self.producer("topics")?, &self.ear).await?;
        let (partitions, replicas) = (i32::from(self.broker.partitions), self.broker.replicas);
        for plan in plans {
            let Some(count) = there.0.get(&plan.name).filter(|count| **count != partitions) else {
                continue;
            };
            return Err(KafkaTrouble(format!(
                "topic {} has {count} partitions, and KAFKA_PARTITIONS says {partitions}: set it to \
                 {count}, or let the topic grow with the tools of Kafka first",
                plan.name
            )));
        }
        let missing: Vec<_> =
            plans.iter().filter(|plan| !there.0.contains_key(&plan.name)).collect();
        let in_sync = replicas.min(2).to_string();
        let topics: Vec<_> = missing
            .iter()
            .map(|plan| {
                let copies = TopicReplication::Fixed(i32::from(replicas));
                NewTopic::new(&plan.name, partitions, copies)
                    .set("cleanup.policy", "delete")
                    .set("retention.ms", if plan.commands { COMMANDS_KEPT } else { EVENTS_KEPT })
                    .set("min.insync.replicas", &in_sync)
                    .set("unclean.leader.election.enable", "false")
            })
            .collect();
        if topics.is_empty() {
            return Ok(Vec::new());
        }
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let mut made = Vec::new();
        for result in self.admin()?.create_topics(&topics, &options).await? {
            match result {
                Ok(name) => made.push(name),
                // Another instance was faster.
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((name, code)) => {
                    return Err(KafkaTrouble(format!("topic {name} cannot be made: {code}")));
                }
            }
        }
        Ok(made)
    }
}
