//! How records come from the log of one service to the consumers of another.
//!
//! Keeps true: a feed gives the records of a shard in the order of its log, each with the mark of
//! its predecessor in the same topic, and private records never leave. A feed remembers nothing
//! that matters: what was applied is the consumer's watermark. It applies no effect itself.

mod bell;
mod broker;
mod endpoint;
mod feed;
mod foreign;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(not(feature = "kafka"))]
#[path = "no_kafka.rs"]
pub(crate) mod kafka;
mod local;
mod order;
mod pull;
mod wire;

pub use broker::{Broker, TopicNames};
pub use endpoint::endpoint;
pub(crate) use endpoint::guarded;
pub(crate) use feed::events_name;
pub use feed::{Entry, Feed, FeedError, Logged, PublicEvent, Publication, Pulled, Topic};
pub use foreign::{ForeignMessage, ForeignMessages};
pub use local::{Local, OwnLog};
pub use pull::{Address, Nowhere, Pull};
pub(crate) use wire::Wire;
