//! What stands for Kafka in a program that was built without it.

use std::convert::Infallible;
use std::sync::Arc;

use super::{Broker, Feed, ForeignMessages, Logged, Topic, TopicNames};
use crate::consume::Pace;
use crate::health::Health;
use crate::service::Stop;
use crate::store::Store;

/// No Kafka: there is no value of this type.
#[derive(Debug, Clone)]
pub struct Kafka(Infallible);

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KafkaTrouble(pub String);

/// One source of a subscription.
#[expect(dead_code, reason = "there is nobody who reads it")]
pub struct LanePlan<T> {
    pub source: String,
    pub chain: String,
    pub topic: String,
    pub log: Arc<dyn Feed<T>>,
}

/// A topic that should be there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicPlan {
    pub name: String,
    pub commands: bool,
}

impl Kafka {
    pub fn connect(_: Broker, _: TopicNames) -> Result<Self, KafkaTrouble> {
        let text = "KAFKA_BROKERS is set, and this program was built without the feature `kafka`";
        Err(KafkaTrouble(text.to_owned()))
    }

    pub fn names(&self) -> &TopicNames {
        match self.0 {}
    }

    pub fn watch(&self, _: &Health) -> Result<(), KafkaTrouble> {
        match self.0 {}
    }

    pub async fn provision(&self, _: &[TopicPlan]) -> Result<Vec<String>, KafkaTrouble> {
        match self.0 {}
    }

    pub fn subscribe<T: Logged>(
        &self,
        _: &str,
        _: Vec<LanePlan<T>>,
        _: Option<(String, Arc<ForeignMessages>)>,
    ) -> Result<Vec<Arc<dyn Feed<T>>>, KafkaTrouble> {
        match self.0 {}
    }

    pub async fn relay_events(&self, _: Arc<dyn Store>, _: Topic, _: Health, _: Pace, _: Stop) {
        match self.0 {}
    }

    pub async fn relay_messages(&self, _: Arc<dyn Store>, _: Health, _: Pace, _: Stop) {
        match self.0 {}
    }
}
