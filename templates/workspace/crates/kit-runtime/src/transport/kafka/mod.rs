//! Kafka as the way between services.
//!
//! Keeps true: on a topic the first occurrences of a shard's records stand in the order of its log, each with the mark
//! of its predecessor; what is missing there is fetched from the log of the source; an offset is committed after the
//! effect, and is only a hint: the consumer's watermark decides. Transactions of the broker are not used, because
//! they cannot include a database.

mod buffer;
mod client;
mod ear;
mod envelope;
mod lane;
mod leases;
mod member;
mod relay;
mod subscription;
mod topics;
mod window;

pub use client::{Kafka, KafkaTrouble};
pub use relay::Relay;
pub use subscription::LanePlan;
pub use topics::{TopicPlan, Topics};
