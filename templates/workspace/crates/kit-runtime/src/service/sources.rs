//! Where the records of other contexts come from: this process, their address, or a Kafka.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::process::{StartError, address_setting};
use super::{Role, Service};
use crate::consume::Pace;
use crate::policy::Delivery;
use crate::store::{Message, Record};
use crate::telemetry::{Trace, scoped};
use crate::transport::kafka::{Kafka, KafkaTrouble, LanePlan};
use crate::transport::{Address, Feed, ForeignMessages, Local, Nowhere, Pull, Topic, events_name};

/// Where another context is.
pub(super) enum Source {
    /// Its store in this process.
    Here(Service),
    /// Its address.
    There(Address),
}

/// All other contexts, and the Kafka between them if there is one.
#[derive(Default)]
pub(super) struct Sources {
    pub places: BTreeMap<String, Source>,
    pub kafka: Option<Kafka>,
}

/// The way that records take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As the process is set up: by Kafka if there is one.
    Usual,
    /// From the logs, which hold everything there ever was.
    Logs,
}

impl From<KafkaTrouble> for StartError {
    fn from(error: KafkaTrouble) -> Self {
        Self(error.0)
    }
}

impl Sources {
    /// The events of these streams of other contexts, for a consumer of `service`.
    ///
    /// With `joined`, several aggregates of one context come together and in the order of time, so that no effect is
    /// seen before its cause. Only the log of the source knows that order; topics do not.
    pub fn events(
        &self,
        service: &Service,
        (consumer, joined): (&str, bool),
        streams: &BTreeSet<&'static str>,
        way: Way,
    ) -> Result<Vec<Arc<dyn Feed<Record>>>, StartError> {
        let mut aggregates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (context, aggregate) in streams.iter().filter_map(|it| it.split_once('.')) {
            if context != service.name() {
                aggregates.entry(context).or_default().push(aggregate);
            }
        }
        let together: BTreeSet<&str> = aggregates
            .iter()
            .filter(|(_, names)| joined && names.len() > 1)
            .map(|(context, _)| *context)
            .collect();
        let mut feeds: Vec<_> = together.iter().map(|context| self.log(context, "")).collect();
        aggregates.retain(|context, _| !together.contains(context));
        let logs = aggregates.into_iter().flat_map(|(context, names)| {
            names.into_iter().map(move |name| (context, name, self.log(context, name)))
        });
        let logs: Vec<_> = logs.collect();
        let kafka = self.kafka.as_ref().filter(|_| way == Way::Usual && !logs.is_empty());
        let Some(kafka) = kafka else {
            feeds.extend(logs.into_iter().map(|(_, _, log)| log));
            return Ok(feeds);
        };
        let plans = logs.into_iter().map(|(context, aggregate, log)| LanePlan {
            source: context.to_owned(),
            chain: aggregate.to_owned(),
            topic: kafka.names().events(context, aggregate),
            log,
        });
        let group = format!("{}.{}.{consumer}", kafka.names().stem(), service.name());
        feeds.extend(kafka.subscribe(&group, plans.collect(), None)?);
        Ok(feeds)
    }

    /// The log of a context: the events of one aggregate, or of all when the name is empty.
    fn log(&self, context: &str, aggregate: &str) -> Arc<dyn Feed<Record>> {
        match self.places.get(context) {
            Some(Source::Here(it)) => {
                Arc::new(Local::events(it.shared_store(), it.publication(), aggregate))
            }
            Some(Source::There(address)) => {
                Arc::new(Pull::events(context, aggregate, address.clone()))
            }
            None => {
                let name = events_name(context, aggregate);
                Arc::new(Nowhere::new(name, address_setting(context)))
            }
        }
    }

    /// The commands and replies to `service` from others, by Kafka also from outside of the system.
    pub fn deliver(
        &self,
        mut delivery: Delivery,
        service: &Service,
        senders: &BTreeSet<String>,
    ) -> Result<Delivery, StartError> {
        let name = service.name();
        let logs = senders.iter().filter(|sender| *sender != name).map(|sender| {
            let log: Arc<dyn Feed<Message>> = match self.places.get(sender) {
                Some(Source::Here(it)) => Arc::new(Local::commands(it.shared_store(), name)),
                Some(Source::There(address)) => {
                    Arc::new(Pull::commands(sender, address.clone(), name))
                }
                None => {
                    Arc::new(Nowhere::new(format!("{sender}/o/{name}"), address_setting(sender)))
                }
            };
            (sender, log)
        });
        let logs: Vec<_> = logs.collect();
        let asked = !logs.is_empty() || !service.inbox().is_empty();
        let Some(kafka) = self.kafka.as_ref().filter(|_| asked) else {
            return Ok(logs.into_iter().fold(delivery, |delivery, (_, log)| delivery.follow(log)));
        };
        let plans = logs.into_iter().map(|(sender, log)| LanePlan {
            source: sender.clone(),
            chain: name.to_owned(),
            topic: kafka.names().commands(name),
            log,
        });
        let (system, topic) = (kafka.names().system.as_str(), kafka.names().commands(name));
        let group = topic.clone();
        let foreign = Arc::new(ForeignMessages::default());
        delivery = delivery.foreign(foreign.clone(), system);
        let feeds = kafka.subscribe(&group, plans.collect(), Some((topic, foreign)))?;
        Ok(feeds.into_iter().fold(delivery, Delivery::follow))
    }

    /// Send to Kafka what `service` has for others.
    pub fn relay(&self, service: &Service, pace: Pace, running: &mut JoinSet<()>) {
        let Some(kafka) = self.kafka.clone().filter(|_| relays(service)) else {
            return;
        };
        let (service, name) = (service.clone(), service.name().to_owned());
        let (store, health, stop) =
            (service.shared_store(), service.health().clone(), service.stop().clone());
        running.spawn({
            let (kafka, store, name) = (kafka.clone(), store.clone(), name.clone());
            let (health, stop) = (health.clone(), stop.clone());
            let topic = Topic::Public(service.publication(), String::new());
            async move {
                let work = kafka.relay_events(store, topic, health, pace, stop);
                scoped(Trace::start(), &name, work).await;
            }
        });
        running.spawn(async move {
            let work = kafka.relay_messages(store, health, pace, stop);
            scoped(Trace::start(), &name, work).await;
        });
    }
}

/// Whether a process sends to the broker. Several may: a lease says whose turn it is.
fn relays(service: &Service) -> bool {
    service.plays(Role::Commands) || service.plays(Role::Relay)
}
